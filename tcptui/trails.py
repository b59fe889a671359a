"""The facts of many flows: of those that are asked for, and of a long one gathered bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from tcptui.condense import LONG, excerpt
from tcptui.store.headers import Ints
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import SegmentStore
from tcptui.tcp.diagnosis import FlowFacts
from tcptui.tcp.facts import facts
from tcptui.tcp.segment import Segment
from tcptui.trail import Trail

KEPT = 1024
"""Flows whose facts are kept, those asked for last: more than any screen shows."""

NEAR = 1024
"""Segments of a long flow whose facts are told at once, before what is asked for."""

TRACED = 512
"""Segments of a long flow whose facts are gathered at once, behind the screen."""

TRAIL_BYTES = 10 << 10
"""Memory that the facts of a flow take, about."""


class Trails:
    """Facts by the number of the flow. tracing: the long flow whose facts are being gathered; 0: none."""

    def __init__(self) -> None:
        self._trails: dict[int, Trail] = {}
        self.tracing = 0

    @property
    def nbytes(self) -> int:
        """Memory that they take, about."""
        return len(self._trails) * TRAIL_BYTES

    def facts(self, number: int, store: SegmentStore, rows: Stretch, *, same_socket: bool) -> FlowFacts:
        """The facts of these rows, with which the flow begins. Valid until the next call.

        Those of a long flow are gathered bit by bit (`trace`); until then they are of its beginning and of
        the newest of the rows, with the sum of what is between.
        """
        trail = self._trail(number, same_socket)
        if rows.size - trail.fed > LONG:
            self.tracing = number
            short = excerpt(store, store.pairs.pieces(*rows), rows.size, NEAR)
            return facts(short, same_socket=same_socket)
        return trail.at(rows.size, lambda begin, end: _segments(store, rows, begin, end))

    def trace(self, store: SegmentStore, rows_of: Callable[[int], Stretch]) -> bool:
        """Gather some more facts of the long flow that was asked for last. Whether there are more."""
        if not self.tracing:
            return False
        rows, trail = rows_of(self.tracing), self._trails[self.tracing]
        if trail.fed < rows.size:
            trail.extend(_segments(store, rows, trail.fed, trail.fed + TRACED))
        if trail.fed >= rows.size:
            self.tracing = 0
        return bool(self.tracing)

    def left(self, rows_of: Callable[[int], Stretch]) -> int:
        """Segments of that flow whose facts are still to be gathered."""
        return rows_of(self.tracing).size - self._trails[self.tracing].fed if self.tracing else 0

    def forget(self, number: int) -> None:
        """What was gathered of this flow does not hold any more."""
        self._trails.pop(number, None)
        self.tracing = 0 if self.tracing == number else self.tracing

    def only(self, numbers: Ints) -> None:
        """The other flows are gone."""
        for number in self._trails.keys() - set(numbers.tolist()):
            self.forget(number)

    def _trail(self, number: int, same_socket: bool) -> Trail:
        trail = self._trails.pop(number, None) or Trail(same_socket=same_socket)
        self._trails[number] = trail  # the last one now
        if len(self._trails) > KEPT:
            others = (each for each in self._trails if each not in (number, self.tracing))
            oldest = next(others, 0)
            short = (each for each in chain([oldest], others) if each and self._trails[each].fed < LONG)
            self._trails.pop(next(short, oldest), None)
        return trail


def _segments(store: SegmentStore, rows: Stretch, begin: int, end: int) -> list[Segment]:
    """Some of these rows, counted from the first."""
    return store.segments(store.pairs.rows(rows.pair, rows.begin + begin, min(rows.begin + end, rows.end)))
