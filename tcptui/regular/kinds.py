"""What becomes of connections of one signature: asked of the engine once, true of all.

Of each kind it is known in which states both ends are after the newest event, how long they stay there, by
the time of which event that counts, and where they are afterwards. The states of a million connections at
any time are then a few look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.flowtable import NOT_YET
from tcptui.regular.columns import CLOSED, IRREGULAR, KEPT_TIMES, RESET, PairColumns
from tcptui.store.headers import Ints
from tcptui.tcp.calls import FIRST_PATIENCE, PATIENCE
from tcptui.tcp.connection import Connection
from tcptui.tcp.states import State
from tcptui.tcp.timers import Timers

NEVER = 1 << 62
TRIES = 4
"""Pairs of a signature that are asked about until one tells of the others."""
MOST_KINDS = 4096
"""More are not worth their engine: what they are of is irregular."""

Engines = Callable[[Sequence[int]], Sequence[Connection]]
"""New engines that have been fed all segments of these pairs, and no time beyond."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """By endpoint: its state, the state after that has timed out, how long it waits (NEVER), and since which
    event, counted back from the newest (1).
    """

    states: tuple[State, State]
    later: tuple[State, State]
    waits: tuple[int, int]
    since: tuple[int, int]


@dataclass(slots=True)
class Standing:
    """Pairs at one time, an element each. Two columns are by endpoint.

    kind: which outcome; -1 for irregular ones, -2 for those that only an engine can tell of now. states: of
    State. expired: it has timed out. due_ns: when the next end times out (NEVER).
    """

    kind: NDArray[np.int32]
    states: NDArray[np.uint8]
    expired: NDArray[np.bool_]
    due_ns: Ints


@dataclass(slots=True)
class Kinds:
    """All kinds met so far."""

    timers: Timers
    outcomes: list[Outcome] = field(default_factory=list)
    _known: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    _numbers: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _table: tuple[NDArray[np.uint8], NDArray[np.uint8], Ints, Ints] | None = None

    def standing(
        self, columns: PairColumns, pairs: Ints, now_ns: int, engines: Engines, *, closing: bool = False
    ) -> Standing:
        """Where these pairs stand. Those whose kind the engine cannot tell become irregular.

        closing: have an engine each for those that no kind tells of now; else their states are NOT_YET.
        """
        regular = (columns.marks[pairs] & IRREGULAR) == 0
        kind = np.full(len(pairs), -1, np.int32)
        kind[regular] = self._kinds(columns, pairs[regular], engines)
        columns.marks[pairs[kind == -1]] |= np.uint16(IRREGULAR)
        states, later, waits, since = self._tables()
        events = columns.events[pairs].astype(np.int64)
        due = np.full((len(pairs), 2), NEVER, np.int64)
        for end in (0, 1):
            at = (events - since[kind, end]) % KEPT_TIMES
            due[:, end] = columns.times[pairs, at] + waits[kind, end]
        calling = states[kind, 0] == State.SYN_SENT
        if calling.any():
            due[calling, 0] = self._gives_up(columns, pairs[calling], events[calling])
        due[(waits[kind] == NEVER) | (kind < 0)[:, None]] = NEVER
        expired = due <= now_ns
        shown = np.where(expired, later[kind], states[kind])
        found = Standing(kind, shown, expired, np.where(expired, NEVER, due).min(axis=1))
        under_way = np.flatnonzero((kind >= 0) & _is_closing(columns, pairs))
        if not closing:
            found.kind[under_way], found.states[under_way], found.due_ns[under_way] = -2, NOT_YET, 0
            return found
        for at, connection in zip(under_way.tolist(), engines(pairs[under_way].tolist()), strict=True):
            connection.advance(now_ns)
            deadline = connection.deadline_ns
            found.kind[at], found.states[at] = -2, connection.states
            found.due_ns[at] = NEVER if deadline is None else deadline
        return found

    def _gives_up(self, columns: PairColumns, pairs: Ints, events: Ints) -> Ints:
        """When a caller must have asked again, as `tcp.calls` has it; at most as long as the profile says."""
        last = columns.times[pairs, (events - 1) % KEPT_TIMES]
        patience = np.where(
            events == 1, FIRST_PATIENCE, np.round(columns.pause_ns[pairs] * PATIENCE).astype(np.int64)
        )
        limit = NEVER if self.timers.syn_sent is None else self.timers.syn_sent
        overdue: Ints = np.minimum(last + patience, columns.start_ns[pairs] + limit)
        return overdue

    def _kinds(self, columns: PairColumns, pairs: Ints, engines: Engines) -> NDArray[np.int32]:
        """The number of each pair's kind; -1 where there is no telling."""
        signatures = columns.signature[pairs]
        found = self._look_up(signatures)
        for _ in range(TRIES):
            unknown = np.flatnonzero((found == -2) & (columns.marks[pairs] & IRREGULAR == 0))
            if not unknown.size:
                break
            self._learn(columns, pairs[unknown], engines)
            found = self._look_up(signatures)
        found[(found == -2) | (columns.marks[pairs] & IRREGULAR != 0)] = -1
        return found

    def _look_up(self, signatures: NDArray[np.uint64]) -> NDArray[np.int32]:
        if not len(self._known):
            return np.full(len(signatures), -2, np.int32)
        at = np.minimum(np.searchsorted(self._known, signatures), len(self._known) - 1)
        return np.where(self._known[at] == signatures, self._numbers[at], np.int32(-2))

    def _learn(self, columns: PairColumns, pairs: Ints, engines: Engines) -> None:
        """Ask about one pair of each signature: the one with the fewest packets."""
        size = columns.packets[pairs].sum(axis=1)
        order = np.argsort(size, kind="stable")
        signatures, first = np.unique(columns.signature[pairs][order], return_index=True)
        room = MOST_KINDS - len(self.outcomes)
        asked = pairs[order][first][:room].tolist()
        for signature, pair, connection in zip(signatures[:room], asked, engines(asked), strict=True):
            outcome = _outcome(columns, pair, connection, self.timers)
            if outcome is None:
                columns.marks[pair] |= np.uint16(IRREGULAR)  # of another pair it may be told
                continue
            place = int(np.searchsorted(self._known, signature))
            self._known = np.insert(self._known, place, signature)
            self._numbers = np.insert(self._numbers, place, np.int32(len(self.outcomes)))
            self.outcomes.append(outcome)

    def _tables(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Ints, Ints]:
        """The outcomes as columns; the last row, -1, is that of irregular pairs."""
        if self._table is not None and len(self._table[0]) == len(self.outcomes) + 1:
            return self._table
        nothing = Outcome((State.CLOSED, State.CLOSED), (State.CLOSED, State.CLOSED), (NEVER, NEVER), (1, 1))
        rows = [*self.outcomes, nothing]
        self._table = (
            np.array([one.states for one in rows], np.uint8),
            np.array([one.later for one in rows], np.uint8),
            np.array([one.waits for one in rows], np.int64),
            np.array([one.since for one in rows], np.int64),
        )
        return self._table


def _is_closing(columns: PairColumns, pairs: Ints) -> NDArray[np.bool_]:
    """A FIN has passed, and text that nobody has acknowledged yet: the states hang on its arrival."""
    marks = columns.marks[pairs]
    left = np.zeros(len(pairs), np.bool_)
    for end in (0, 1):
        unacked = columns.next[pairs, end] - columns.acked[pairs, 1 - end]
        left |= unacked > (marks >> end & CLOSED) // CLOSED
    is_closing: NDArray[np.bool_] = left & (marks & (CLOSED | CLOSED << 1) != 0) & (marks & RESET == 0)
    return is_closing


def _outcome(columns: PairColumns, pair: int, connection: Connection, timers: Timers) -> Outcome | None:
    """What the engine says of this pair; None where it does not tell of the others of its signature."""
    if connection.generations > 1:
        return None
    states = connection.states
    waits, since = [], []
    events = int(columns.events[pair])
    times = [int(columns.times[pair, (events - back) % KEPT_TIMES]) for back in range(1, KEPT_TIMES + 1)]
    times = times[:events]
    for state, deadline in zip(states, connection.history().deadlines, strict=True):
        wait = timers.of(state)
        if deadline is None or wait is None:
            waits.append(NEVER)
            since.append(1)
            continue
        waits.append(wait)
        if state is State.SYN_SENT:
            since.append(1)
            continue
        if times.count(deadline - wait) != 1:
            return None
        since.append(times.index(deadline - wait) + 1)
    connection.advance(NEVER)
    return Outcome(states, connection.states, (waits[0], waits[1]), (since[0], since[1]))
