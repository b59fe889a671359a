"""Segments for the engine, transfers by their sum.

Of what goes on in order the engine learns nothing but how far it got. So what each end sent in such a run is
given to it as one segment; a few before and after it stay as they are.

Limits: round trips, identifications and time stamps within such a run are not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff

MOST = 8192
"""Segments in a sum: of 64 kB each they stay far below the range of sequence numbers."""


LONG = 4096
"""Rows of a transfer from which it is long; so many of the newest are in its excerpt."""

BEGINNING = 64
"""Rows of a long transfer's beginning in an excerpt."""


class Margin(NamedTuple):
    """kept: segments at either end of a run that stay as they are. worth_it: those between, at least."""

    kept: int
    worth_it: int


SHOWN = Margin(16, 64)
"""Where somebody looks at what the engine makes of it."""

JUDGED = Margin(1, 3)
"""Where thousands wait for their turn."""


def condensed(
    store: SegmentStore, groups: Sequence[Ints | tuple[()]], margin: Margin = SHOWN
) -> list[list[Segment]]:
    """The segments of groups of rows, each consecutive rows of one pair; runs of plain ones by sum."""
    if not any(map(len, groups)):
        return [[] for _ in groups]
    rows = np.concatenate([np.asarray(group, np.int64) for group in groups])
    ends = np.cumsum([len(group) for group in groups])
    inside = _inside(store, rows, ends, margin)
    chosen = ~inside
    sums = _sums(store, rows, inside, ends)
    chosen[[one.last for one in sums]] = True
    places = np.flatnonzero(chosen)
    segments = store.segments(rows[places])
    for one, at in zip(sums, np.searchsorted(places, [one.last for one in sums]).tolist(), strict=True):
        whole = segments[at]
        ack = whole.ack if one.ack is None else one.ack
        segments[at] = replace(whole, seq=one.seq, length=one.length, ack=ack)
    bounds = [0, *np.searchsorted(places, ends).tolist()]
    return [segments[begin:end] for begin, end in pairwise(bounds)]


def excerpt(store: SegmentStore, rows: Ints, newest: int) -> list[Segment]:
    """A long transfer in short: its beginning, its newest rows, and between them sums of each end."""
    begin, end = min(BEGINNING, len(rows)), max(BEGINNING, len(rows) - newest)
    places: list[tuple[int, int, int]] = []  # (last, first, the first after it) of one end in a piece
    sender = store.column("sender", rows[begin:])
    bounds = np.array([*range(0, end - begin, MOST), max(0, end - begin)])
    for side in (0, 1):
        mine = np.flatnonzero(sender == side)
        at = np.searchsorted(mine, bounds)
        some = np.flatnonzero(at[1:] > at[:-1])
        after = np.minimum(at[1:][some], len(mine) - 1)
        of_piece = (mine[at[1:][some] - 1], mine[at[:-1][some]], mine[after])
        places += zip(*(column.tolist() for column in of_piece), strict=True)
    places.sort()
    segments = store.segments(rows[begin + np.array(places, np.int64).reshape(-1, 3)].ravel())
    sums = []
    for last, first, following in zip(segments[::3], segments[1::3], segments[2::3], strict=True):
        reach = max(_reach(first, add(last.seq, last.length)), _reach(first, following.seq), 0)
        sums.append(replace(last, seq=first.seq, length=reach, ack=first.ack))
    return store.segments(rows[:begin]) + sums + store.segments(rows[end:])


def shortened(store: SegmentStore, groups: Sequence[Ints], margin: Margin) -> list[list[Segment]]:
    """The same of all rows of pairs that go by the book: of a long transfer beginning and end matter."""
    long = {at for at, rows in enumerate(groups) if len(rows) > 2 * LONG and _is_transfer(store, rows)}
    short = condensed(store, [() if at in long else rows for at, rows in enumerate(groups)], margin)
    return [excerpt(store, rows, LONG) if at in long else short[at] for at, rows in enumerate(groups)]


def _is_transfer(store: SegmentStore, rows: Ints) -> bool:
    """Nothing opens or closes but at the beginning or the end."""
    flags = store.column("flags", rows[BEGINNING:-LONG])
    return not (flags & (Flags.SYN | Flags.FIN | Flags.RST)).any()


def _reach(first: Segment, end: int) -> int:
    return diff(end, first.seq)


class _Sum(NamedTuple):
    """What one end sent in a run, in the place of its last segment there. ack: None: that one's."""

    last: int
    seq: int
    length: int
    ack: int | None


def _inside(store: SegmentStore, rows: Ints, ends: Ints, margin: Margin) -> np.ndarray:
    """Which rows are to be summed up: plain ones that are far enough from all others of their group."""
    plain = store.column("plain", rows)
    edge = ~plain
    at = np.arange(len(rows))
    first = np.concatenate(([0], ends[:-1]))
    first = first[first < len(rows)]
    before = np.where(edge, at, -1)
    before[first] = np.maximum(before[first], first - 1)
    after = np.where(edge, at, len(rows))
    lasts = ends[ends > 0] - 1
    after[lasts] = np.minimum(after[lasts], lasts + 1)
    before = np.maximum.accumulate(before)
    after = np.minimum.accumulate(after[::-1])[::-1]
    deep = (at - before > margin.kept) & (after - at > margin.kept)
    inside: np.ndarray = deep & (after - before - 1 - 2 * margin.kept >= margin.worth_it)
    return inside


def _sums(store: SegmentStore, rows: Ints, inside: np.ndarray, ends: Ints) -> list[_Sum]:
    """Of each run, and each end that sent something in it."""
    at = np.flatnonzero(inside)
    if not at.size:
        return []
    group = np.searchsorted(ends, at, side="right")
    new = np.concatenate(([True], (np.diff(at) > 1) | (np.diff(group) > 0)))
    run = np.cumsum(new) - 1
    place = np.arange(len(at)) - np.flatnonzero(new)[run]
    key = (run << 40 | place // MOST << 1) | store.column("sender", rows[at])
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.concatenate(([True], np.diff(key[order]) != 0)))
    lasts = np.concatenate((begins[1:], [len(order)])) - 1
    first, last = at[order[begins]], at[order[lasts]]
    start = store.column("seq", rows[first])
    ends_at = store.column("seq", rows[at])[order] + store.column("length", rows[at])[order]
    reached = (ends_at - np.repeat(start, np.diff([*begins, len(order)]))).view(np.int32)
    lengths = np.maximum(np.maximum.reduceat(reached, begins), 0)
    piece = key[order[begins]] >> 1
    columns = (last, start, lengths, store.column("ack", rows[first]), piece)
    earliest: dict[int, int] = {}
    for one, of in sorted(zip(last.tolist(), piece.tolist(), strict=True)):
        earliest.setdefault(of, one)
    return [
        _Sum(one, seq, length, ack if earliest[of] == one else None)
        for one, seq, length, ack, of in zip(*(column.tolist() for column in columns), strict=True)
    ]
