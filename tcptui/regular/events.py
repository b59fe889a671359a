"""Events: whatever opens, closes or resets a connection. Each that goes by the book enters the signature."""

from __future__ import annotations

from random import SystemRandom

import numpy as np
from numpy.typing import NDArray

from tcptui.regular.columns import AGAIN, DENIED, KEPT_TIMES, MOST_EVENTS, ODD, ROUGH
from tcptui.regular.groups import Bools
from tcptui.regular.known import ACK, FIN, RST, SYN, Known
from tcptui.store.headers import Ints
from tcptui.tcp.calls import FIRST_PATIENCE, FIRST_RETRANSMISSION, PATIENCE
from tcptui.tcp.endpoint import MARGIN
from tcptui.tcp.marks import COPY_WITHIN_NS
from tcptui.tcp.timers import SECOND

OPENING_NS = FIRST_RETRANSMISSION - 90_000_000
"""A handshake that takes longer has lost something, or may have."""
CALLING_NS = 70 * SECOND
"""A call that takes longer runs into timers."""

_CHANCE = SystemRandom()
_MIXERS = np.array([_CHANCE.getrandbits(64) | 1 for _ in range(MOST_EVENTS)], np.uint64)
_SPREAD = np.uint64(_CHANCE.getrandbits(64) | 1)


def enter(known: Known, at: Ints) -> None:
    """Let these rows into the signatures; one that does not go by the book makes its pair irregular."""
    if at.size:
        _Events(known, at).enter()


class _Events:
    """Those of a batch: columns as in Known and Rows, an event an element; place: which of its pair it is.

    pause: ns since the event before it, 0 before the first. peer_fin, own_fin: of the other, of its sender.
    """

    def __init__(self, known: Known, at: Ints) -> None:
        self.known, self.at = known, at
        rows, columns = known.rows, known.columns
        self.group = group = known.groups.number[at]
        self.pairs = rows.pairs[group]
        self.begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        self.lasts = np.concatenate((self.begins[1:], [len(at)])) - 1
        rank = np.arange(len(at)) - np.repeat(self.begins, self.lasts - self.begins + 1)
        self.place = columns.events[self.pairs].astype(np.int64) + rank
        self.kind, self.server = known.kind[at], known.server[at]
        self.length, self.time_ns = rows.length[at], rows.time_ns[at]
        self.ahead, self.unacked, self.news = known.ahead[at], known.unacked[at], known.news[at]
        self.next, self.heard = known.next[at], known.heard[at]
        self.has_sent, self.peer_sent = known.has_sent[at], known.peer_sent[at]
        self.has_acked, self.was_heard = known.has_acked[at], known.was_heard[at]
        self.opened, self.closed, self.reset = known.opened[at], known.closed[at], known.reset[at]
        client, server = (fin[at] for fin in known.fins)
        self.own_fin, self.peer_fin = (
            np.where(self.server, server, client),
            np.where(self.server, client, server),
        )
        self.empty, self.fin = self.length == 0, self.kind & FIN != 0
        self.in_time = known.in_time(at)
        self.pause = self._pauses()

    def enter(self) -> None:
        """Into the columns."""
        columns, place, begins, lasts = self.known.columns, self.place, self.begins, self.lasts
        regular = self._opening() | self._ordinary() | self._resetting() | self._closing_again()
        regular &= (place < MOST_EVENTS) & (self.pause >= 0)
        self.known.give_up(self.at[~regular])
        again = self.group[(self.kind & SYN != 0) & (place > 0) & ~regular]
        self.known.marks[again] |= np.uint16(AGAIN)
        code = self._code()
        mixed = (code ^ (code >> np.uint64(29))) * _SPREAD
        mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIXERS[np.minimum(place, MOST_EVENTS - 1)]
        columns.signature[self.pairs[begins]] += np.add.reduceat(mixed, begins)
        columns.times[self.pairs, place % KEPT_TIMES] = self.time_ns
        columns.events[self.pairs[lasts]] = np.minimum(place[lasts] + 1, MOST_EVENTS)

    def _pauses(self) -> Ints:
        begins, last = self.begins, np.empty_like(self.time_ns)
        last[1:] = self.time_ns[:-1]
        last[begins] = self.known.columns.times[self.pairs[begins], (self.place[begins] - 1) % KEPT_TIMES]
        return np.where(self.place > 0, self.time_ns - last, 0)

    # -- what goes by the book -------------------------------------------------------------------------

    def _opening(self) -> Bools:
        """A SYN, the same SYN again while nobody answers, and the SYN,ACK."""
        known, at, kind, columns = self.known, self.at, self.kind, self.known.columns
        first = (self.place == 0) & (kind == SYN) & self.empty & ~known.rows.own[at] & ~known.unseen[at]
        first &= ~known.earlier[self.group] & (at == known.groups.begins[self.group])
        calls = (kind == SYN) & ~self.server & self.has_sent & ~self.peer_sent & self.empty
        calls &= (self.ahead == -1) & (self.place > 0) & (self.pause >= FIRST_RETRANSMISSION)
        calls &= self._patient(calls)
        calls &= self.time_ns - columns.start_ns[self.pairs] <= CALLING_NS
        answer = (kind == SYN | ACK) & self.server & ~self.has_sent & self.empty & (self.place > 0)
        answer &= (self.unacked == 0) & (self.pause <= OPENING_NS)
        regular: Bools = first | calls | answer
        return regular

    def _patient(self, calls: Bools) -> Bools:
        """The SYN comes again when it is due (`tcp.calls`), and not after."""
        pause_ns = self.known.columns.pause_ns
        before = np.empty_like(self.pause)
        before[1:] = self.pause[:-1]
        before[self.begins] = pause_ns[self.pairs[self.begins]]
        limit = np.where(self.place == 1, FIRST_PATIENCE, (before * (PATIENCE - 0.01)).astype(np.int64))
        pause_ns[self.pairs[calls]] = self.pause[calls]
        patient: Bools = self.pause < limit
        return patient

    def _ordinary(self) -> Bools:
        """The ACK of the handshake; FINs, and what passes after the first of them."""
        columns, server = self.known.columns, self.server
        text = ~self.empty | self.fin
        regular: Bools = (self.kind & ~np.uint16(FIN)) == ACK
        regular &= self.has_sent & self.peer_sent & (self.ahead == 0)
        trip = columns.trip_ns[self.pairs, server.astype(np.int64)] + MARGIN
        crossed = self.peer_fin & (self.time_ns - columns.closing_ns[self.pairs] <= trip)
        regular &= (self.unacked == 0) | ((self.unacked == 1) & crossed)
        regular &= text | ~self.has_acked | (self.news > 0)
        regular &= ~(text & self.own_fin) & ~self.reset
        third = ~self.opened & ~server & ~text & (self.pause <= OPENING_NS)
        regular &= self.opened | third
        regular &= ~self.fin | self._heard_beyond(ROUGH, columns.healed)
        regular &= self.in_time
        return regular

    def _closing_again(self) -> Bools:
        """The FIN again, which the other end has not acknowledged yet, but all before it."""
        again: Bools = (self.kind == FIN | ACK) & self.empty & (self.ahead == -1) & self.own_fin
        again &= self.was_heard & ((self.next - self.heard) == 1)
        again &= (self.unacked == 0) & (self.news >= 0) & ~self.reset
        again &= (self.pause > COPY_WITHIN_NS) & self.in_time
        return again

    def _resetting(self) -> Bools:
        """A refusal, an abort of an open connection, a reply to it: the first RST, with the next number."""
        kind = self.kind
        bare = self.empty & ~self.reset & ~(self.own_fin & self.peer_fin)
        bare &= (self.known.marks[self.group] & ODD) == 0
        refusal = (kind == RST | ACK) & self.server & ~self.has_sent & (self.place == 1)
        refusal &= (self.unacked == 0) & (self.pause <= OPENING_NS)
        third = ~self.opened & ~self.server & (self.pause <= OPENING_NS)
        abort = self.has_sent & self.peer_sent & (self.ahead == 0) & (self.opened | third)
        abort &= ((kind == RST | ACK) & (self.unacked >= 0)) | (kind == RST)
        abort &= (self._heard_all() | self._undenied()) & self.in_time
        regular: Bools = bare & (refusal | abort)
        return regular

    def _undenied(self) -> Bools:
        """What the aborter of an open connection has under way can still arrive before its RST does."""
        columns = self.known.columns
        undenied: Bools = (self.kind == RST | ACK) & self.opened & ~self.closed
        undenied &= self._heard_beyond(ROUGH, columns.healed) & self._heard_beyond(DENIED, columns.denied)
        return undenied

    def _heard_all(self) -> Bools:
        """Its sender has nothing under way: the number of its RST is the one that is expected."""
        all_heard: Bools = self.was_heard & (self.heard == self.next)
        return all_heard

    def _heard_beyond(self, mark: int, number: NDArray[np.uint32]) -> Bools:
        """What its sender sent before this number, if it bears the mark, has been acknowledged."""
        before = number[self.pairs, self.server.astype(np.int64)]
        marked = (self.known.marks[self.group] & np.where(self.server, mark << 1, mark)) != 0
        whole: Bools = ~marked | (self.was_heard & ((self.heard - before).view(np.int32) >= 0))
        return whole

    # -- what it is ------------------------------------------------------------------------------------

    def _code(self) -> NDArray[np.uint64]:
        """Each as a number."""
        rows, at = self.known.rows, self.at
        no_socket = (self.kind & SYN != 0) & (rows.ip_id[at] == 0)  # Linux: there is none yet
        code = self.kind.astype(np.uint64)
        for place, bit in (
            (5, self.server),
            (6, ~self.empty),
            (7, self.unacked == 1),
            (8, rows.version[at] == 6),
            (14, rows.bsd[at]),
            (15, no_socket),
            (17, self.fin & (self.ahead < 0)),
        ):
            code |= bit.astype(np.uint64) << np.uint64(place)
        rst = np.flatnonzero(self.kind & RST)
        if rst.size:
            code[rst] |= self._code_of_reset(rst)
        return code

    def _code_of_reset(self, which: Ints) -> NDArray[np.uint64]:
        """A RST is judged by more: its identification, its window, what it leaves unacknowledged."""
        rows, at = self.known.rows, self.at[which]
        code = np.zeros(len(which), np.uint64)
        for place, bit in (
            (9, rows.ip_id[at] == 0),
            (10, rows.window[at] == 0),
            (12, self.unacked[which] == 0),
            (13, rows.seq[at] == 0),
            (16, ~self._heard_all()[which]),
        ):
            code |= bit.astype(np.uint64) << np.uint64(place)
        return code
