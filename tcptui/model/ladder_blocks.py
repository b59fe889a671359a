"""What a ladder's rows are made of: blocks of consecutive segments, and single rows between segments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.model.ladder_scan import MIN_RUN, SILENCE_NS, Missing
from tcptui.tcp.history import Correction, Moment, Transition
from tcptui.tcp.icmp import IcmpError

Cause = Transition | Correction | Missing | IcmpError


class Kind(Enum):
    """What a row of the ladder is."""

    SEGMENT = "segment"
    FOLD = "fold"
    TIMER = "timer"
    CORRECTION = "correction"
    MISSING = "missing"
    SILENCE = "silence"
    ICMP = "icmp"


BETWEEN = {Kind.CORRECTION: 0, Kind.TIMER: 1, Kind.ICMP: 1, Kind.MISSING: 2}
"""Rows between two segments, and their order."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row. moment: the world when it is over (a fold: after its last segment).

    index: the position of its (first) segment in the flow; of the segment before it for a timer, a
    correction, a silence or missing segments, None when there is none. count: how many segments it
    stands for.
    """

    kind: Kind
    moment: Moment
    index: int | None
    count: int = 0
    cause: Cause | None = None
    silence_ns: int = 0


_KINDS = {
    Transition: Kind.TIMER,
    Correction: Kind.CORRECTION,
    Missing: Kind.MISSING,
    IcmpError: Kind.ICMP,
}


class Block(NamedTuple):
    """Segments start..stop-1 as rows (SEGMENT) or as one row (FOLD), or one row before segment `start`."""

    kind: Kind
    start: int
    stop: int
    cause: Cause | None = None
    time_ns: int = 0
    silence_ns: int = 0

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        return self.stop - self.start if self.kind is Kind.SEGMENT else 1

    @classmethod
    def between(cls, at: int, cause: Cause, time_ns: int) -> Block:
        """A row before segment `at`."""
        return cls(_KINDS[type(cause)], at, at, cause, time_ns)


def in_order(blocks: list[Block]) -> list[Block]:
    """Rows between segments, as they follow each other."""
    return sorted(blocks, key=lambda block: (block.start, BETWEEN[block.kind], block.time_ns))


def gap(at: int, before_ns: int | None, extras: list[Block], after_ns: int | None) -> Iterator[Block]:
    """The rows before segment `at`: `extras`, at times that only grow, and the silences around them.

    before_ns, after_ns: times of the segments on both sides; None where there is none.
    """
    time_ns = before_ns
    for block in extras:
        if time_ns is not None:
            yield from _silence(at, time_ns, block.time_ns)
        time_ns = block.time_ns if time_ns is None else max(block.time_ns, time_ns + 1)
        yield block._replace(time_ns=time_ns)
    if time_ns is not None and after_ns is not None:
        yield from _silence(at, time_ns, after_ns)


def _silence(at: int, begin: int, end: int) -> Iterator[Block]:
    if end - begin >= SILENCE_NS:
        yield Block(Kind.SILENCE, at, at, None, end - 1, end - begin)


def spans(start: int, stop: int, folds: list[tuple[int, int]]) -> Iterator[Block]:
    """Segments start..stop-1 as blocks; no fold crosses `stop`."""
    at = start
    first = bisect_left(folds, (start, 0))
    for fold in folds[first : bisect_left(folds, (stop, 0))]:
        if at < fold[0]:
            yield Block(Kind.SEGMENT, at, fold[0])
        yield Block(Kind.FOLD, *fold)
        at = fold[1]
    if at < stop:
        yield Block(Kind.SEGMENT, at, stop)


def pieces(start: int, stop: int, cuts: list[int]) -> Iterator[tuple[int, int]]:
    """start..stop cut at `cuts` (ascending); what is too short to fold is left out."""
    inner = cuts[bisect_right(cuts, start) : bisect_left(cuts, stop)]
    for left, right in pairwise([start, *inner, stop]):
        if right - left >= MIN_RUN:
            yield left, right
