"""One pass over a batch, for all its pairs at once: which of them still go by the book.

Of each pair that does, the *signature* is kept: what opens and closes a connection, in its order, up to the
numbers. Two pairs with one signature are in the same states, so it is enough that the engine looks at one of
them (`kinds`). Rows are of three sorts:

* *transfer*: ACKs and data between the handshake and the first FIN or RST. They move nobody. What is sent
  again or out of order there must be acknowledged before the FIN, or it does not go by the book.
* What is *under way* when a connection ends: ACKs behind a FIN that do not yet acknowledge all, and what
  passes behind a RST before that can have arrived, and the RSTs in reply. It moves nobody either; but while
  something of a FIN is unacknowledged, the states are not told by the signature (`kinds`).
* *events*: everything else. An event goes by the book if it has the next number of its sender, acknowledges
  all there is to acknowledge, brings something new and comes in time; so does a FIN again that nobody has
  acknowledged. It enters the signature.
* Whatever is neither makes the pair *irregular*, for ever: the engine is to tell.

Rows of a transfer that come in order, and advance, are *plain*: the engine may be spared them; and so are all
before a row of it at which neither end has anything unacknowledged, whatever was lost there.

Limits: a pair that is used again is irregular; so is one of which the beginning was not captured, one with
more than MOST_EVENTS events, and one that moves 2 GB within a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import SystemRandom

import numpy as np
from numpy.typing import NDArray

from tcptui.regular.columns import (
    ACKED,
    AGAIN,
    BY_SERVER,
    CLOSED,
    DENIED,
    IRREGULAR,
    KEPT_TIMES,
    KNOWN,
    MOST_EVENTS,
    ODD,
    OPENED,
    RESET,
    ROUGH,
    PairColumns,
)
from tcptui.regular.groups import Bools, Groups, Highest
from tcptui.store.headers import Ints
from tcptui.tcp.calls import FIRST_PATIENCE, FIRST_RETRANSMISSION, PATIENCE
from tcptui.tcp.endpoint import MARGIN
from tcptui.tcp.marks import COPY_WITHIN_NS
from tcptui.tcp.timers import SECOND

_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_KIND = _FIN | _SYN | _RST | _ACK
OPENING_NS = FIRST_RETRANSMISSION - 90_000_000
"""A handshake that takes longer has lost something, or may have."""
CALLING_NS = 70 * SECOND
CLOSING_NS = 30 * SECOND
"""A call, or a close, that takes longer runs into timers."""
FIRST_ROWS = 4
"""Rows of a pair that are never plain."""

_CHANCE = SystemRandom()
_MIXERS = np.array([_CHANCE.getrandbits(64) | 1 for _ in range(MOST_EVENTS)], np.uint64)
_SPREAD = np.uint64(_CHANCE.getrandbits(64) | 1)


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch's segments grouped by pair, in capture order within each; columns as in SegmentStore.

    pairs: of each group, each once. starts: where it begins; one more than there are groups. bsd: a SYN whose
    options are laid out as FreeBSD's. sack: it may say what it holds beyond what it acknowledges.
    own: source and destination are one socket.
    """

    pairs: Ints
    starts: Ints
    sender: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    seq: NDArray[np.uint32]
    ack: NDArray[np.uint32]
    length: NDArray[np.uint32]
    time_ns: Ints
    frame: NDArray[np.uint32]
    window: NDArray[np.uint16]
    ip_id: NDArray[np.uint16]
    version: NDArray[np.uint8]
    bsd: Bools
    sack: Bools
    own: Bools


def sweep(columns: PairColumns, rows: Rows, closing_ns: int = CLOSING_NS) -> Bools:
    """Bring the columns up to date with the batch. Which of its rows are plain.

    closing_ns: how long a close may take, so that no timer fires meanwhile.
    """
    return _Sweep(columns, rows, closing_ns).run()


class _Sweep:
    """The state of one pass: arrays by row, and by group (pair)."""

    def __init__(self, columns: PairColumns, rows: Rows, closing_ns: int) -> None:
        self.columns, self.rows, self.closing_ns = columns, rows, closing_ns
        self.groups = Groups(rows.starts)
        self.marks = columns.marks[rows.pairs]
        self.kind = rows.flags & np.uint16(_KIND)
        self.server = rows.sender.astype(np.bool_)
        self.syn, self.fin = self.kind & _SYN != 0, self.kind & _FIN != 0
        self.rst, self.ack = self.kind & _RST != 0, self.kind & _ACK != 0
        self.end = rows.seq + rows.length + self.syn + self.fin
        self.end = self.end.astype(np.uint32)
        self.sent_before = columns.packets[rows.pairs, 0] + columns.packets[rows.pairs, 1]
        self.earlier = self.sent_before > 0
        groups = self.groups
        self.place = groups.place + (self.sent_before - groups.begins)[groups.number]
        self.irregular = (self.marks & IRREGULAR) != 0
        new, begins = ~self.earlier, self.groups.begins
        columns.start_ns[rows.pairs[new]] = rows.time_ns[begins[new]]
        columns.end_ns[rows.pairs[new]] = rows.time_ns[begins[new]]
        columns.first_packet[rows.pairs[new]] = rows.frame[begins[new]]

    def run(self) -> Bools:
        self._numbers()
        self._phases()
        transfer = self.opened & ~self.closed & ~self.reset & (self.kind == _ACK)
        self._measure_handshake()
        in_order, probe = self._transfer(transfer)
        self._events(np.flatnonzero(~(transfer | self._under_way())))
        plain = self._plain(transfer & ~probe, in_order)
        self._store()
        self._count()
        return plain

    # -- what is known before each row -----------------------------------------------------------

    def _numbers(self) -> None:
        """Of each row: its sender's next number, the other's, and what either had acknowledged."""
        rows, columns = self.rows, self.columns
        self.sent: list[Highest] = []
        self.acks: list[Highest] = []
        for end in (0, 1):
            mine = (self.server if end else ~self.server) & ~self.rst
            self.sent.append(self._highest(rows.seq, self.end, mine, columns.next[:, end], KNOWN << end))
            mine = mine & self.ack
            self.acks.append(self._highest(rows.ack, rows.ack, mine, columns.acked[:, end], ACKED << end))
        sent, acks, server = self.sent, self.acks, self.server
        before = [one.before for one in sent]
        self.next = np.where(server, before[1], before[0])
        self.has_sent = np.where(server, sent[1].known, sent[0].known)
        self.peer_sent = np.where(server, sent[0].known, sent[1].known)
        self.ahead = (rows.seq - self.next).view(np.int32)
        self.peer_next = np.where(server, before[0], before[1])
        self.unacked = (self.peer_next - rows.ack).view(np.int32)
        self.has_acked = np.where(server, acks[1].known, acks[0].known)
        self.was_heard = np.where(server, acks[0].known, acks[1].known)
        before = [one.before for one in acks]
        self.news = (rows.ack - np.where(server, before[1], before[0])).view(np.int32)
        self.heard = np.where(server, before[0], before[1])

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
        """Of each row: whether the handshake was over before it, a FIN of either had passed, a RST."""
        groups, marks = self.groups, self.marks
        begins_unseen = np.zeros(groups.rows, np.bool_)
        begins_unseen[groups.begins] = ~self.earlier & (self.kind[groups.begins] != _SYN)
        self.unseen = begins_unseen
        answered = ~self.server & (self.kind & (_SYN | _RST | _ACK) == _ACK) & self.peer_sent
        self.opened = groups.before(answered | begins_unseen, (marks & OPENED) != 0)
        self._opens = groups.any(answered | begins_unseen)
        fins = [self.fin & ~self.server, self.fin & self.server]
        self.fins = [groups.before(fin, (marks & (CLOSED << end)) != 0) for end, fin in enumerate(fins)]
        self._closes = [groups.any(fin) for fin in fins]
        opens = groups.first(self.fin)
        fresh = np.flatnonzero((opens < groups.rows) & (marks & (CLOSED | CLOSED << 1) == 0))
        self.columns.closing_ns[self.rows.pairs[fresh]] = self.rows.time_ns[opens[fresh]]
        self.closed = self.fins[0] | self.fins[1]
        self.reset = groups.before(self.rst, (marks & RESET) != 0)

    # -- rows of a transfer -----------------------------------------------------------------------

    def _transfer(self, transfer: Bools) -> tuple[Bools, Bools]:
        """Judge these rows; which of them come in order, and which ask whether somebody is there."""
        known = self.has_sent & self.peer_sent & (self.unacked >= 0)
        in_order: Bools = transfer & known & (self.ahead == 0) & self.has_acked & (self.news >= 0)
        rough = np.flatnonzero(transfer & ~in_order)
        odd = (self.rows.window == 0) & ~self.rst
        if rough.size:
            ahead = self.ahead[rough]  # one octet that nobody saw may have been a FIN
            unseen = (ahead > 0) & ((self.rows.length[rough] == 0) | (ahead == 1))
            self._give_up(rough[~known[rough] | unseen])
            for end in (0, 1):
                mine = rough[self.server[rough] == bool(end)]
                group = self.groups.number[mine]
                self.columns.healed[self.rows.pairs[group], end] = self.sent[end].upto(mine)
                self.marks[group] |= np.uint16(ROUGH << end)
            odd[rough[(self.ahead[rough] == -1) & (self.rows.length[rough] <= 1)]] = True
        if odd.any():
            self._mark(self.groups.any(odd), ODD)
        self._deny(np.flatnonzero(transfer & (self.unacked > 0)), in_order)
        return in_order, odd

    def _deny(self, at: Ints, in_order: Bools) -> None:
        """What these rows leave out is perhaps lost, until it is acknowledged."""
        at = at[~in_order[at] | self._leaves_out(at)]
        for end in (0, 1):
            mine = at[self.server[at] != bool(end)]
            group = self.groups.number[mine]
            self.columns.denied[self.rows.pairs[group], end] = self.sent[end].upto(mine)
            self.marks[group] |= np.uint16(DENIED << end)

    def _leaves_out(self, at: Ints) -> Bools:
        """They do not acknowledge something that had the time to arrive, or may hold what came after it."""
        rows = self.rows
        trip = self.columns.trip_ns[rows.pairs[self.groups.number[at]], rows.sender[at]] + MARGIN
        left_out: Bools = rows.sack[at] | (rows.time_ns[at] - self._since(at, rows.ack[at]) > trip)
        return left_out

    def _since(self, at: Ints, ack: NDArray[np.uint32]) -> Ints:
        """By row: when the other end sent the first octet that is not acknowledged so, or earlier."""
        since = np.empty(len(at), np.int64)
        for end in (0, 1):
            of_peer = np.flatnonzero(self.server[at] != bool(end))
            group = self.groups.number[at[of_peer]]
            since[of_peer] = self._under_way_since(end, group, ack[of_peer])
        return since

    def _under_way_since(self, end: int, group: Ints, ack: NDArray[np.uint32]) -> Ints:
        """When this endpoint sent the first octet that is not acknowledged so, or earlier."""
        row = self.sent[end].passing(group, ack)
        row = np.minimum(row, self.groups.rows - 1)
        return np.where(row < 0, self.columns.since_ns[self.rows.pairs[group], end], self.rows.time_ns[row])

    def _measure_handshake(self) -> None:
        """How long the SYN,ACK takes to come, where there is one SYN, and the ACK of that."""
        rows, groups, columns = self.rows, self.groups, self.columns
        answer = (self.place == 1) & self.server & (self.kind == _SYN | _ACK)
        third = (self.place == 2) & ~self.server & (self.kind == _ACK) & (rows.length == 0) & self.peer_sent
        for end, which in ((1, answer), (0, third)):
            at = np.flatnonzero(which)
            group = groups.number[at]
            pairs = rows.pairs[group]
            last = rows.time_ns[np.maximum(at - 1, 0)]
            first = at == groups.begins[group]
            newest = (columns.events[pairs[first]].astype(np.int64) - 1) % KEPT_TIMES
            last[first] = columns.times[pairs[first], newest]
            trip = rows.time_ns[at] - last
            columns.trip_ns[pairs, end] = np.where(trip <= OPENING_NS, trip, 0)

    def _plain(self, transfer: Bools, in_order: Bools) -> Bools:
        """Rows of a transfer that the engine may be spared: in order and something new; or whatever came
        before both ends had acknowledged all.
        """
        rows, groups = self.rows, self.groups
        plain: Bools = in_order & ((rows.length > 0) | (self.news > 0))
        settled = in_order & (rows.length == 0) & (self.unacked == 0) & (self.heard == self.next)
        plain |= groups.place < groups.last(settled)[groups.number]
        plain &= transfer & (self.place >= FIRST_ROWS)
        return plain

    # -- what is under way at the end ---------------------------------------------------------------

    def _under_way(self) -> Bools:
        """Rows behind a FIN or a RST that were sent before it arrived."""
        rows = self.rows
        in_order = self.has_sent & self.peer_sent & (self.ahead == 0) & (self.unacked >= 0)
        behind_fin: Bools = self.closed & ~self.reset & (self.kind == _ACK) & (rows.length == 0)
        behind_fin &= in_order & (self.unacked > 0) & self.has_acked & (self.news > 0)
        at = np.flatnonzero(behind_fin)
        self._give_up(at[~self._in_time(at) | (self._is_slow(at) & self._leaves_out(at))])
        if not self.rst.any() and not self.reset.any():
            return behind_fin
        resetter, since, trip = self._first_reset()
        early: Bools = rows.time_ns - since <= trip
        behind_rst = self.reset & (self.kind == _ACK) & (self.server != resetter) & in_order & early
        behind_rst &= self.has_acked & (self.news >= 0) & (self.opened | self.closed)
        partly = np.flatnonzero(
            behind_rst & (self.unacked > 0)
        )  # the engine takes what is no news for a challenge
        behind_rst[partly] = (self.news[partly] > 0) & ~self._leaves_out(partly)
        reply = (
            self.reset & (self.kind == _RST) & (self.server == resetter) & (rows.length == 0) & self.opened
        )
        behind_fin |= behind_rst | reply
        return behind_fin

    def _is_slow(self, at: Ints) -> Bools:
        """What they acknowledge was sent so long ago that the engine takes it for no round trip."""
        acked_before = self.rows.ack[at] - self.news[at].view(np.uint32)
        slow: Bools = self.rows.time_ns[at] - self._since(at, acked_before) >= FIRST_RETRANSMISSION
        return slow

    def _first_reset(self) -> tuple[Bools, Ints, Ints]:
        """By row: who sent the RST, when, and how long it may take to reach the other and be answered."""
        groups, columns, pairs = self.groups, self.columns, self.rows.pairs
        carried = (self.marks & RESET) != 0
        first = groups.first(self.rst)
        at = np.minimum(first, groups.rows - 1)
        newest = columns.times[pairs, (columns.events[pairs].astype(np.int64) - 1) % KEPT_TIMES]
        by = np.where(carried, (self.marks & BY_SERVER) != 0, self.server[at])
        since = np.where(carried, newest, self.rows.time_ns[at])
        self.marks[by & (first < groups.rows) & ~carried] |= np.uint16(BY_SERVER)
        trip = columns.trip_ns[pairs, np.where(by, 0, 1)] + MARGIN
        number = groups.number
        return by[number], since[number], trip[number]

    # -- events -----------------------------------------------------------------------------------

    def _events(self, at: Ints) -> None:
        """Judge these rows, and let them into the signatures."""
        if not at.size:
            return
        groups, rows, columns = self.groups, self.rows, self.columns
        group = groups.number[at]
        pairs = rows.pairs[group]
        begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        rank = np.arange(len(at)) - np.repeat(begins, np.diff(np.concatenate((begins, [len(at)]))))
        place = columns.events[pairs].astype(np.int64) + rank
        time_ns = rows.time_ns[at]
        last = np.empty_like(time_ns)
        last[1:] = time_ns[:-1]
        last[begins] = columns.times[pairs[begins], (place[begins] - 1) % KEPT_TIMES]
        self.pause = np.where(place > 0, time_ns - last, 0)
        regular = self._opening(at, group, place) | self._ordinary(at, group, place)
        regular |= self._resetting(at, place) | self._closing_again(at)
        regular &= (place < MOST_EVENTS) & (self.pause >= 0)
        self._give_up(at[~regular])
        again = self.syn[at] & (place > 0) & ~regular
        if again.any():
            self._mark(np.bincount(group[again], minlength=groups.count) > 0, AGAIN)
        code = self._code(at)
        mixed = (code ^ (code >> np.uint64(29))) * _SPREAD
        mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIXERS[np.minimum(place, MOST_EVENTS - 1)]
        columns.signature[pairs[begins]] += np.add.reduceat(mixed, begins)
        columns.times[pairs, place % KEPT_TIMES] = time_ns
        lasts = np.concatenate((begins[1:], [len(at)])) - 1
        columns.events[pairs[lasts]] = np.minimum(place[lasts] + 1, MOST_EVENTS)

    def _opening(self, at: Ints, group: Ints, place: Ints) -> Bools:
        """A SYN, the same SYN again while nobody answers, and the SYN,ACK."""
        rows, kind, server = self.rows, self.kind[at], self.server[at]
        empty = rows.length[at] == 0
        first = (place == 0) & (kind == _SYN) & empty & ~rows.own[at] & ~self.unseen[at]
        first &= ~self.earlier[group] & (at == self.groups.begins[group])
        calls = (kind == _SYN) & ~server & self.has_sent[at] & ~self.peer_sent[at] & empty
        calls &= (self.ahead[at] == -1) & (place > 0) & (self.pause >= FIRST_RETRANSMISSION)
        calls &= self._patient(group, place, calls)
        calls &= rows.time_ns[at] - self.columns.start_ns[rows.pairs[group]] <= CALLING_NS
        answer = (kind == _SYN | _ACK) & server & ~self.has_sent[at] & empty & (place > 0)
        answer &= (self.unacked[at] == 0) & (self.pause <= OPENING_NS)
        regular: Bools = first | calls | answer
        return regular

    def _patient(self, group: Ints, place: Ints, calls: Bools) -> Bools:
        """The SYN comes again when it is due (`tcp.calls`), and not after."""
        pairs = self.rows.pairs[group]
        before = np.empty_like(self.pause)
        before[1:] = self.pause[:-1]
        begins = np.concatenate(([True], group[1:] != group[:-1]))
        before[begins] = self.columns.pause_ns[pairs[begins]]
        limit = np.where(place == 1, FIRST_PATIENCE, (before * (PATIENCE - 0.01)).astype(np.int64))
        self.columns.pause_ns[pairs[calls]] = self.pause[calls]
        patient: Bools = self.pause < limit
        return patient

    def _ordinary(self, at: Ints, group: Ints, place: Ints) -> Bools:
        """The ACK of the handshake; FINs, and what passes after the first of them."""
        rows, fin, server = self.rows, self.fin[at], self.server[at]
        plain = (self.kind[at] & ~np.uint16(_FIN)) == _ACK
        own_fin = np.where(server, self.fins[1][at], self.fins[0][at])
        peer_fin = np.where(server, self.fins[0][at], self.fins[1][at])
        text = (rows.length[at] > 0) | fin
        regular: Bools = plain & self.has_sent[at] & self.peer_sent[at] & (self.ahead[at] == 0)
        since = rows.time_ns[at] - self.columns.closing_ns[rows.pairs[group]]
        crossed = peer_fin & (
            since <= self.columns.trip_ns[rows.pairs[group], server.astype(np.int64)] + MARGIN
        )
        regular &= (self.unacked[at] == 0) | ((self.unacked[at] == 1) & crossed)
        regular &= text | ~self.has_acked[at] | (self.news[at] > 0)
        regular &= ~(text & own_fin) & ~self.reset[at]
        third = ~self.opened[at] & ~server & ~text & (self.pause <= OPENING_NS)
        regular &= self.opened[at] | third
        regular &= ~fin | self._heard_beyond(at, group, ROUGH, self.columns.healed)
        regular &= self._in_time(at)
        return regular

    def _in_time(self, at: Ints) -> Bools:
        """The first FIN, if there is one, was at most so long ago."""
        since = self.columns.closing_ns[self.rows.pairs[self.groups.number[at]]]
        in_time: Bools = ~self.closed[at] | (self.rows.time_ns[at] - since <= self.closing_ns)
        return in_time

    def _closing_again(self, at: Ints) -> Bools:
        """The FIN again, which the other end has not acknowledged yet, but all before it."""
        unheard = (self.next[at] - self.heard[at]) == 1
        again = (self.kind[at] == _FIN | _ACK) & (self.rows.length[at] == 0) & (self.ahead[at] == -1)
        again &= np.where(self.server[at], self.fins[1][at], self.fins[0][at]) & self.was_heard[at] & unheard
        again &= (self.unacked[at] == 0) & (self.news[at] >= 0) & ~self.reset[at]
        regular: Bools = again & (self.pause > COPY_WITHIN_NS) & self._in_time(at)
        return regular

    def _heard_beyond(self, at: Ints, group: Ints, mark: int, number: NDArray[np.uint32]) -> Bools:
        """What its sender sent before this number, if it bears the mark, has been acknowledged."""
        server = self.server[at]
        before = number[self.rows.pairs[group], server.astype(np.int64)]
        marked = (self.marks[group] & np.where(server, mark << 1, mark)) != 0
        whole: Bools = ~marked | (self.was_heard[at] & ((self.heard[at] - before).view(np.int32) >= 0))
        return whole

    def _resetting(self, at: Ints, place: Ints) -> Bools:
        """A refusal, an abort of an open connection, a reply to it: the first RST, with the next number."""
        rows, kind, server = self.rows, self.kind[at], self.server[at]
        group = self.groups.number[at]
        bare = (rows.length[at] == 0) & ~self.reset[at] & ~(self.fins[0][at] & self.fins[1][at])
        bare &= (self.marks[group] & ODD) == 0
        refusal = (kind == _RST | _ACK) & server & ~self.has_sent[at] & (place == 1)
        refusal &= (self.unacked[at] == 0) & (self.pause <= OPENING_NS)
        third = ~self.opened[at] & ~server & (self.pause <= OPENING_NS)
        abort = self.has_sent[at] & self.peer_sent[at] & (self.ahead[at] == 0) & (self.opened[at] | third)
        abort &= ((kind == _RST | _ACK) & (self.unacked[at] >= 0)) | (kind == _RST)
        abort &= (self._heard_all(at) | self._undenied(at, group)) & self._in_time(at)
        regular: Bools = bare & (refusal | abort)
        return regular

    def _undenied(self, at: Ints, group: Ints) -> Bools:
        """What the aborter of an open connection has under way can still arrive before its RST does."""
        undenied: Bools = (self.kind[at] == _RST | _ACK) & self.opened[at] & ~self.closed[at]
        undenied &= self._heard_beyond(at, group, ROUGH, self.columns.healed)
        undenied &= self._heard_beyond(at, group, DENIED, self.columns.denied)
        return undenied

    def _heard_all(self, at: Ints) -> Bools:
        """Its sender has nothing under way: the number of its RST is the one that is expected."""
        all_heard: Bools = self.was_heard[at] & (self.heard[at] == self.next[at])
        return all_heard

    def _code(self, at: Ints) -> NDArray[np.uint64]:
        """What an event is, as a number."""
        rows = self.rows
        code: NDArray[np.uint64] = self.kind[at].astype(np.uint64) | self.server[at].astype(
            np.uint64
        ) << np.uint64(5)
        code |= (rows.length[at] > 0).astype(np.uint64) << np.uint64(6)
        code |= (self.unacked[at] == 1).astype(np.uint64) << np.uint64(7)
        code |= (rows.version[at] == 6).astype(np.uint64) << np.uint64(8)
        rst = np.flatnonzero(self.rst[at])
        if rst.size:
            code[rst] |= self._code_of_reset(at[rst])
        code |= rows.bsd[at].astype(np.uint64) << np.uint64(14)
        code |= (self.fin[at] & (self.ahead[at] < 0)).astype(np.uint64) << np.uint64(17)
        code |= (self.syn[at] & (rows.ip_id[at] == 0)).astype(np.uint64) << np.uint64(
            15
        )  # Linux: no socket yet
        return code

    def _code_of_reset(self, at: Ints) -> NDArray[np.uint64]:
        """A RST is judged by more: its identification, its window, what it leaves unacknowledged."""
        rows = self.rows
        code: NDArray[np.uint64] = (rows.ip_id[at] == 0).astype(np.uint64) << np.uint64(9)
        code |= (rows.window[at] == 0).astype(np.uint64) << np.uint64(10)
        code |= (self.unacked[at] == 0).astype(np.uint64) << np.uint64(12)
        code |= (rows.seq[at] == 0).astype(np.uint64) << np.uint64(13)
        code |= (~self._heard_all(at)).astype(np.uint64) << np.uint64(16)
        return code

    # -- into the columns ---------------------------------------------------------------------------

    def _give_up(self, at: Ints) -> None:
        """The pairs of these rows do not go by the book."""
        if at.size:
            self.irregular[self.groups.number[at]] = True

    def _mark(self, groups: Bools, mark: int) -> None:
        self.marks[groups] |= np.uint16(mark)

    def _store(self) -> None:
        columns, pairs = self.columns, self.rows.pairs
        for end in (0, 1):
            for highest, column, mark in (
                (self.sent[end], columns.next, KNOWN),
                (self.acks[end], columns.acked, ACKED),
            ):
                known, number = highest.at_end
                column[pairs[known], end] = number[known]
                self._mark(known, mark << end)
            self._mark(self._closes[end], CLOSED << end)
            (_, sent), (heard, acked) = self.sent[end].at_end, self.acks[1 - end].at_end
            under_way = np.flatnonzero(heard & (sent != acked))
            since = self._under_way_since(end, under_way, acked[under_way])
            columns.since_ns[pairs[under_way], end] = since
        self._mark(self._opens, OPENED)
        self._mark(self.groups.any(self.rst), RESET)
        self._give_up(np.flatnonzero(self.unseen | self.rows.own))
        time_ns = self.rows.time_ns
        back = np.flatnonzero(time_ns[1:] < time_ns[:-1]) + 1
        self._give_up(back[self.groups.number[back] == self.groups.number[back - 1]])
        self._give_up(
            self.groups.begins[self.earlier & (time_ns[self.groups.begins] < columns.end_ns[pairs])]
        )
        self._mark(self.irregular, IRREGULAR)
        columns.marks[pairs] = self.marks

    def _count(self) -> None:
        """Packets, bytes and times."""
        columns, rows, groups = self.columns, self.rows, self.groups
        pairs, side = rows.pairs, groups.number * 2 + self.server
        packets = np.bincount(side, minlength=2 * groups.count).reshape(-1, 2)
        payload = np.bincount(side, rows.length, minlength=2 * groups.count).reshape(-1, 2)
        columns.packets[pairs] += packets.astype(np.uint32)
        columns.payload[pairs] += payload.astype(np.int64)
        latest = np.maximum.reduceat(rows.time_ns, groups.begins)
        columns.end_ns[pairs] = np.maximum(columns.end_ns[pairs], latest)
