"""What is known before each row of a batch, for all its pairs at once, without a loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.regular.columns import ACKED, CLOSED, IRREGULAR, KNOWN, OPENED, RESET, PairColumns
from tcptui.regular.groups import Bools, Groups, Highest
from tcptui.regular.rows import Rows
from tcptui.store.headers import Ints
from tcptui.tcp.endpoint import MARGIN
from tcptui.tcp.timers import SECOND

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
_KIND = FIN | SYN | RST | ACK
CLOSING_NS = 30 * SECOND
"""A close that takes longer runs into timers."""


class Known:
    """Of a batch of rows. All is by row, and as it was before the row, but where something else is said.

    groups: the rows of each pair. kind: FIN, SYN, RST and ACK of its flags; syn, fin, rst. server: endpoint 1
    sent it. place: how many of the pair's came before it. unseen: the first of a pair, and no SYN.

    has_sent, next: whether its sender had sent anything, and the number after all of it; peer_sent: whether
    the other had. has_acked, was_heard: whether its sender had acknowledged anything, and the other; heard:
    how far the other had acknowledged. ahead: how far its number is beyond `next`. unacked: what it does not
    acknowledge of what the other had sent. news: what it acknowledges, and its sender had not yet.

    opened: the handshake was over. fins: by endpoint, its FIN had passed; closed: either had. reset: a RST
    had.

    marks, irregular: by group, and as far as is known by now: `mark` and `give_up` change them. earlier: by
    group, there were rows in batches before. sent, acks: by endpoint, the numbers of its rows.
    """

    def __init__(self, columns: PairColumns, rows: Rows, closing_ns: int = CLOSING_NS) -> None:
        self.columns, self.rows, self._closing_ns = columns, rows, closing_ns
        self.groups = groups = Groups(rows.starts)
        self.marks = columns.marks[rows.pairs]
        self.irregular = (self.marks & IRREGULAR) != 0
        self.kind = rows.flags & np.uint16(_KIND)
        self.server = rows.sender.astype(np.bool_)
        self.syn, self.fin, self.rst = (self.kind & one != 0 for one in (SYN, FIN, RST))
        sent_before = columns.packets[rows.pairs, 0] + columns.packets[rows.pairs, 1]
        self.earlier = sent_before > 0
        self.place = groups.place + (sent_before - groups.begins)[groups.number]
        self._begin()
        self._numbers()
        self._phases()

    def mark(self, groups: Bools, mark: int) -> None:
        """These groups bear it from now on."""
        self.marks[groups] |= np.uint16(mark)

    def give_up(self, at: Ints) -> None:
        """The pairs of these rows do not go by the book."""
        if at.size:
            self.irregular[self.groups.number[at]] = True

    # -- how long ago --------------------------------------------------------------------------------

    def in_time(self, at: Ints) -> Bools:
        """The first FIN, if there was one, was at most so long ago that no timer has fired."""
        since = self.columns.closing_ns[self.rows.pairs[self.groups.number[at]]]
        in_time: Bools = ~self.closed[at] | (self.rows.time_ns[at] - since <= self._closing_ns)
        return in_time

    def leaves_out(self, at: Ints) -> Bools:
        """They do not acknowledge something that had the time to arrive, or may hold what came after it."""
        rows = self.rows
        trip = self.columns.trip_ns[rows.pairs[self.groups.number[at]], rows.sender[at]] + MARGIN
        left_out: Bools = rows.sack[at] | (rows.time_ns[at] - self.since(at, rows.ack[at]) > trip)
        return left_out

    def since(self, at: Ints, ack: NDArray[np.uint32]) -> Ints:
        """When the other end sent the first octet that is not acknowledged so, or earlier."""
        since = np.empty(len(at), np.int64)
        for end in (0, 1):
            of_peer = np.flatnonzero(self.server[at] != bool(end))
            group = self.groups.number[at[of_peer]]
            since[of_peer] = self.under_way_since(end, group, ack[of_peer])
        return since

    def under_way_since(self, end: int, group: Ints, ack: NDArray[np.uint32]) -> Ints:
        """By group: when this endpoint sent the first octet that is not acknowledged so, or earlier."""
        row = self.sent[end].passing(group, ack)
        row = np.minimum(row, self.groups.rows - 1)
        return np.where(row < 0, self.columns.since_ns[self.rows.pairs[group], end], self.rows.time_ns[row])

    # -- at the end ----------------------------------------------------------------------------------

    def store(self) -> None:
        """What is known behind the last row, into the columns."""
        columns, pairs = self.columns, self.rows.pairs
        for end in (0, 1):
            for highest, column, mark in (
                (self.sent[end], columns.next, KNOWN),
                (self.acks[end], columns.acked, ACKED),
            ):
                known, number = highest.at_end
                column[pairs[known], end] = number[known]
                self.mark(known, mark << end)
            self.mark(self._closes[end], CLOSED << end)
            (_, sent), (heard, acked) = self.sent[end].at_end, self.acks[1 - end].at_end
            under_way = np.flatnonzero(heard & (sent != acked))
            columns.since_ns[pairs[under_way], end] = self.under_way_since(end, under_way, acked[under_way])
        self.mark(self._opens, OPENED)
        self.mark(self.groups.any(self.rst), RESET)
        self.mark(self.irregular, IRREGULAR)
        columns.marks[pairs] = self.marks

    # -- at the beginning ------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The first rows of pairs, into the columns."""
        columns, rows, begins = self.columns, self.rows, self.groups.begins
        new = np.flatnonzero(~self.earlier)
        pairs, first = rows.pairs[new], begins[new]
        columns.start_ns[pairs] = columns.end_ns[pairs] = rows.time_ns[first]
        columns.first_packet[pairs] = rows.frame[first]
        self.unseen = np.zeros(self.groups.rows, np.bool_)
        self.unseen[first] = self.kind[first] != SYN

    def _numbers(self) -> None:
        rows, columns, server = self.rows, self.columns, self.server
        end = (rows.seq + rows.length + self.syn + self.fin).astype(np.uint32)
        acks = self.kind & ACK != 0
        self.sent: list[Highest] = []
        self.acks: list[Highest] = []
        for one, by_one in enumerate((~server, server)):
            mine = by_one & ~self.rst
            self.sent.append(self._highest(rows.seq, end, mine, columns.next[:, one], KNOWN << one))
            mine &= acks
            self.acks.append(self._highest(rows.ack, rows.ack, mine, columns.acked[:, one], ACKED << one))
        sent, heard = self.sent, self.acks
        self.has_sent = np.where(server, sent[1].known, sent[0].known)
        self.peer_sent = np.where(server, sent[0].known, sent[1].known)
        self.has_acked = np.where(server, heard[1].known, heard[0].known)
        self.was_heard = np.where(server, heard[0].known, heard[1].known)
        client, other = (one.before for one in sent)
        self.next = np.where(server, other, client)
        self.ahead = (rows.seq - self.next).view(np.int32)
        self.unacked = (np.where(server, client, other) - rows.ack).view(np.int32)
        client, other = (one.before for one in heard)
        self.heard = np.where(server, client, other)
        self.news = (rows.ack - np.where(server, other, client)).view(np.int32)

    def _highest(
        self,
        first: NDArray[np.uint32],
        number: NDArray[np.uint32],
        mine: Bools,
        carried: NDArray[np.uint32],
        mark: int,
    ) -> Highest:
        groups = self.groups
        known = (self.marks & mark) != 0
        at = np.minimum(groups.first(mine), groups.rows - 1)
        base = np.where(known, carried[self.rows.pairs], first[at])
        return groups.highest(number, mine, base, known)

    def _phases(self) -> None:
        groups, marks = self.groups, self.marks
        opens = ~self.server & (self.kind & (SYN | RST | ACK) == ACK) & self.peer_sent | self.unseen
        self.opened = groups.before(opens, (marks & OPENED) != 0)
        self._opens = groups.any(opens)
        fins = [self.fin & ~self.server, self.fin & self.server]
        self.fins = [groups.before(fin, (marks & (CLOSED << end)) != 0) for end, fin in enumerate(fins)]
        self._closes = [groups.any(fin) for fin in fins]
        first = groups.first(self.fin)
        fresh = np.flatnonzero((first < groups.rows) & (marks & (CLOSED | CLOSED << 1) == 0))
        self.columns.closing_ns[self.rows.pairs[fresh]] = self.rows.time_ns[first[fresh]]
        self.closed = self.fins[0] | self.fins[1]
        self.reset = groups.before(self.rst, (marks & RESET) != 0)
