"""Which rows stay when a store has become too large.

Connections that are finished go whole, those first whose last packet is the oldest. Of one that is not
finished, everything stays as long as there is room; then the middle of what it has carried goes: its first
and its newest segments stay, and those with SYN, FIN or RST; what came in order is kept as its sum. Only
where all that does not help, unfinished ones go: the quietest first, half-open ones before others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.store.sums import LARGEST, Sums, sum_up

FINISHED, HALF_OPEN, OPEN = 0, 1, 2
"""What a pair of endpoints is, in the order in which they go."""

FIRST = 64
"""Segments that stay of an unfinished connection's beginning, and as many or more of its newest."""

LEAST = 16
"""Before an unfinished connection goes, all are cut down to so many segments."""

CONTROLS = 256
"""Of the segments with SYN, FIN or RST, so many of the first and so many of the newest."""

NOT_PLAIN = 1024
"""Of other segments between the first and the newest ones that cannot be added up, so many of the newest."""

_FIN_SYN_RST = 0x07
_PAIR = 256
"""Bytes that a pair takes in a store, at most; a table that is nearly empty takes more for each."""

_SHARE = 0.75
"""What unfinished connections may take of the room before their middle goes."""


class Kept(NamedTuple):
    """rows: those that stay, ascending. lost: pairs that go although they are not finished. sums: what some
    of the rows say instead (`at`: rows). shorter: pairs that stay without some of their rows."""

    rows: Ints
    lost: Ints
    sums: Sums
    shorter: Ints


def choose(store: SegmentStore, what: NDArray[np.uint8], room: int, of_pair: Ints) -> Kept:
    """The rows that stay so that all takes `room` bytes at most.

    what: FINISHED, HALF_OPEN or OPEN, of each pair. of_pair: bytes that others keep for each pair.
    """
    counts, lasts = store.pairs.counts(), store.pairs.lasts()
    of_row = (store.nbytes - store.pairs.nbytes) / max(store.n, 1) + 2
    of_pair = of_pair + min((store.pairs.nbytes - 2 * store.n) // max(store.pairs.n, 1), _PAIR)
    open_ = what != FINISHED
    most = _most(counts[open_], (_SHARE * room - of_pair[open_].sum()) / of_row)
    taken = np.where(open_, np.minimum(counts, most), counts) * of_row + of_pair
    stays = np.zeros(len(counts), np.bool_)
    for pairs in (np.flatnonzero(open_), np.flatnonzero(~open_)):
        newest = pairs[np.lexsort((-lasts[pairs], -what[pairs].astype(np.int64)))]
        total = np.cumsum(taken[newest])
        fits = newest[: int(np.searchsorted(total, room, side="right"))]
        stays[fits] = True
        room -= int(total[len(fits) - 1]) if len(fits) else 0
    flow = store.column("flow")
    keep = stays[flow]
    long = stays & open_ & (counts > most)
    rows = np.flatnonzero(long[flow]) if long.any() else np.zeros(0, np.int64)
    keep[rows], sums = _shortened(store, flow[rows], rows, most)
    return Kept(np.flatnonzero(keep), np.flatnonzero(open_ & ~stays), sums, np.flatnonzero(long))


def _most(counts: Ints, room: float) -> int:
    """How many rows each may have at most, so that all together have no more than `room`."""
    least, most = LEAST, int(counts.max(initial=0)) + 1
    while least + 1 < most:
        middle = (least + most) // 2
        if np.minimum(counts, middle).sum() <= room:
            least = middle
        else:
            most = middle
    return least


def _shortened(
    store: SegmentStore, pair: NDArray[np.int32], rows: Ints, most: int
) -> tuple[NDArray[np.bool_], Sums]:
    """Which of these rows stay, and the sums of those that do not."""
    place, count = _places(pair)
    first = min(FIRST, most // 2)
    keep: NDArray[np.bool_] = (place < first) | (place >= count - (most - first))
    length = store.column("length", rows)
    plain = (store.column("plain", rows) | store.column("sum", rows)) & (length < LARGEST)
    controls = store.column("flags", rows) & _FIN_SYN_RST != 0
    middle = np.flatnonzero(~keep & plain)
    for which, first, newest in ((controls, CONTROLS, CONTROLS), (~controls & ~plain, 0, NOT_PLAIN)):
        at = np.flatnonzero(which & ~keep)
        among, all_ = _places(pair[at])
        keep[at] = (among < first) | (among >= all_ - newest)
    sender, seq, ack, wirelen = (
        store.column(name, rows[middle]) for name in ("sender", "seq", "ack", "wirelen")
    )
    sums = sum_up(pair[middle], place[middle], sender, seq, ack, length[middle], wirelen)
    keep[middle[sums.at]] = True
    return keep, sums.only(sums.changed, rows[middle])


def _places(pair: NDArray[np.int32]) -> tuple[Ints, Ints]:
    """Of each row: which of its pair's it is, from 0, and how many its pair has."""
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.concatenate(([len(pair) > 0], np.diff(pair[order]) != 0)))
    sizes = np.diff(np.concatenate((starts, [len(pair)])))
    place, count = np.empty(len(pair), np.int64), np.empty(len(pair), np.int64)
    place[order] = np.arange(len(pair)) - np.repeat(starts, sizes)
    count[order] = np.repeat(sizes, sizes)
    return place, count
