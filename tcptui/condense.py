"""Segments for the engine, transfers by their sum.

Of what goes on in order the engine learns nothing but how far it got. So what each end sent in such a run is
given to it as one segment; a few before and after it stay as they are.

Limits: round trips, identifications and time stamps within such a run are not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tcptui.store.headers import Ints
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff

MOST = 8192
"""Segments in a sum: of 64 kB each they stay far below the range of sequence numbers."""


LONG = 4096
"""Rows of a transfer from which it is long; so many of the newest are in its excerpt."""

_NUMBERS = ("seq", "ack", "length")

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
    inside = _inside(store.column("plain", rows), ends, margin)
    sums = _sums(store, rows, inside, ends)
    if sums.partly.size:
        inside[sums.partly] = False
        sums = _sums(store, rows, inside, ends)
    chosen = ~inside
    chosen[sums.last] = True
    places = np.flatnonzero(chosen)
    seq, ack, length = (
        column.astype(np.int64) for column in store.columns(("seq", "ack", "length"), rows[places])
    )
    at = np.searchsorted(places, sums.last)
    seq[at], ack[at], length[at] = sums.seq, sums.ack, sums.length
    segments = store.segments(rows[places], instead={"seq": seq, "ack": ack, "length": length})
    bounds = [0, *np.searchsorted(places, ends).tolist()]
    return [segments[begin:end] for begin, end in pairwise(bounds)]


def shortened(store: SegmentStore, stretches: Sequence[Stretch], margin: Margin) -> list[list[Segment]]:
    """The same of pairs that go by the book: of a long transfer beginning and end matter.

    Of that never all rows are in memory at once.
    """
    long = {at for at, one in enumerate(stretches) if one.size > 2 * LONG and _is_transfer(store, one)}
    rows = [() if at in long else store.pairs.rows(*one) for at, one in enumerate(stretches)]
    short = condensed(store, rows, margin)
    for at in long:
        short[at] = excerpt(store, store.pairs.pieces(*stretches[at]), stretches[at].size, LONG)
    return short


def _is_transfer(store: SegmentStore, stretch: Stretch) -> bool:
    """Nothing opens or closes but at the beginning or the end."""
    inner = store.pairs.pieces(stretch.pair, stretch.begin + BEGINNING, stretch.end - LONG)
    return not any(
        (store.column("flags", rows) & (Flags.SYN | Flags.FIN | Flags.RST)).any() for rows in inner
    )


def excerpt(store: SegmentStore, pieces: Iterable[Ints], count: int, newest: int) -> list[Segment]:
    """A long transfer in short: its beginning, its newest rows, and between them sums of each end.

    pieces: its rows, `count` of them, in any pieces.
    """
    begin, end = min(BEGINNING, count), max(BEGINNING, count - newest)
    outer: list[Ints] = []
    sums = _PieceSums(store)
    at = 0
    for rows in pieces:
        low, high = max(begin - at, 0), max(end - at, 0)
        inner = rows[low:high]
        outer += [part.copy() for part in (rows[:low], rows[high:]) if len(part)]  # a view keeps all of it
        for place in range(0, len(inner), MOST):
            sums.add(inner[place : place + MOST])
        if len(rows) > high:
            sums.follow(rows[high:])
        at += len(rows)
    segments = store.segments(np.concatenate(outer)) if outer else []
    return segments[:begin] + sums.segments() + segments[begin:]


class _PieceSums:
    """What each end sent in pieces of a transfer, as one segment a piece."""

    def __init__(self, store: SegmentStore) -> None:
        self._store = store
        self._places: list[list[int]] = []  # the last row of an end in a piece, the first, the first after it
        self._newest: dict[int, list[int]] = {}  # by end: those that wait for what follows

    def add(self, rows: Ints) -> None:
        """The next piece."""
        self.follow(rows)
        sender = self._store.column("sender", rows)
        for end in (0, 1):
            mine = rows[sender == end]
            if mine.size:
                self._newest[end] = [int(mine[-1]), int(mine[0]), int(mine[-1])]
                self._places.append(self._newest[end])

    def follow(self, rows: Ints) -> None:
        """What comes behind a piece."""
        sender = self._store.column("sender", rows) if self._newest else rows[:0]
        for end in tuple(self._newest):
            after = np.flatnonzero(sender == end)
            if after.size:
                self._newest.pop(end)[2] = int(rows[after[0]])

    def segments(self) -> list[Segment]:
        """By the place of the last row."""
        places = np.array(sorted(self._places), np.int64).ravel()
        segments = self._store.segments(places)
        sums = []
        for last, first, following in zip(segments[::3], segments[1::3], segments[2::3], strict=True):
            reach = max(_reach(first, add(last.seq, last.length)), _reach(first, following.seq), 0)
            sums.append(replace(last, seq=first.seq, length=reach, ack=first.ack))
        return sums


def _reach(first: Segment, end: int) -> int:
    return diff(end, first.seq)


class _Sums(NamedTuple):
    """What one end sent in a run, in the place of its last segment there: columns, a sum an element.

    partly: rows that what follows leaves unacknowledged, while it acknowledges others of the sum.
    """

    last: Ints
    seq: Ints
    length: Ints
    ack: Ints
    partly: Ints


def _inside(plain: np.ndarray, ends: Ints, margin: Margin) -> np.ndarray:
    """Which rows are to be summed up: plain ones that are far enough from all others of their group."""
    edge = ~plain
    at = np.arange(len(plain))
    first = np.concatenate(([0], ends[:-1]))
    first = first[first < len(plain)]
    before = np.where(edge, at, -1)
    before[first] = np.maximum(before[first], first - 1)
    after = np.where(edge, at, len(plain))
    lasts = ends[ends > 0] - 1
    after[lasts] = np.minimum(after[lasts], lasts + 1)
    before = np.maximum.accumulate(before)
    after = np.minimum.accumulate(after[::-1])[::-1]
    deep = (at - before > margin.kept) & (after - at > margin.kept)
    inside: np.ndarray = deep & (after - before - 1 - 2 * margin.kept >= margin.worth_it)
    return inside


def _sums(store: SegmentStore, rows: Ints, inside: np.ndarray, ends: Ints) -> _Sums:
    """Of each run, and each end that sent something in it.

    The end that is done first acknowledges in its sum as in its first segment: more the other has not sent by
    then. So that what it acknowledges in the end is not lost, the other's rest is a sum of its own.
    """
    at = np.flatnonzero(inside)
    if not at.size:
        return _Sums(at, at, at, at, at)
    sender, seq, length, ack = store.columns(("sender", "seq", "length", "ack"), rows[at])
    group = np.searchsorted(ends, at, side="right")
    new = np.concatenate(([True], (np.diff(at) > 1) | (np.diff(group) > 0)))
    run = np.cumsum(new) - 1
    place = np.arange(len(at)) - np.flatnonzero(new)[run]
    piece = np.cumsum(new | (place % MOST == 0)) - 1
    done = np.full((2, piece[-1] + 1), -1)  # where each end sends its last in a piece
    for end in (0, 1):
        done[end, piece[sender == end]] = np.flatnonzero(sender == end)
    split, end_of = done.min(axis=0), done.max(axis=0)  # split: -1 where only one end sends
    two_ended = split >= 0
    rest = two_ended[piece] & (np.arange(len(at)) > split[piece])
    key = piece << 2 | rest << 1 | sender
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.concatenate(([True], np.diff(key[order]) != 0)))
    lasts = np.concatenate((begins[1:], [len(order)])) - 1
    first, last = order[begins], order[lasts]
    reached = (seq[order] + length[order] - np.repeat(seq[first], lasts - begins + 1)).view(np.int32)
    lengths = np.maximum(np.maximum.reduceat(reached, begins), 0)
    of = piece[last]
    inner = two_ended[of] & ~rest[last]
    first_done = inner & (last < split[of])
    follows = _next_of(1 - sender[last], store.column("sender", rows), at[last])  # of the other end
    follows[inner] = at[np.where(first_done, split[of], end_of[of])[inner]]
    there = follows < ends[group[last]]
    follows[~there] = 0
    acked = (store.column("ack", rows[follows]) - seq[first]).view(np.int32)
    within = np.repeat(there & (acked > 0) & (acked < lengths), lasts - begins + 1)
    partly = at[order[within & (reached > np.repeat(acked, lasts - begins + 1))]]
    return _Sums(at[last], seq[first], lengths, np.where(first_done, ack[first], ack[last]), partly)


def _next_of(end: np.ndarray, sender: np.ndarray, after: Ints) -> Ints:
    """The first row of these ends behind these rows; as many as there are rows where there is none."""
    found = np.empty(len(after), np.int64)
    for one in (0, 1):
        places = np.append(np.flatnonzero(sender == one), len(sender))
        mine = end == one
        found[mine] = places[np.searchsorted(places, after[mine], side="right")]
    return found
