"""Which rows belong to which pair: an index that grows by batches and is merged as it grows.

A block indexes a range of rows, grouped by pair. Small neighbouring blocks are merged like the carries of a
binary counter: a live capture of many small batches ends in few blocks, each row moved some ten times at
most. Grouping sorts 16-bit numbers only (a radix sort, 5 ns a row): within a batch each pair is called by the
place of its first row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.headers import Ints

T = TypeVar("T", bound=np.generic)
ALL = 1 << 62
_LARGEST = 1 << 16  # rows of a block: their places fit 16 bits


def grown(column: NDArray[T], size: int) -> NDArray[T]:
    """The column itself, or a longer one with the same beginning, at least twice as long."""
    if size <= len(column):
        return column
    longer = np.zeros((max(size, 2 * len(column)), *column.shape[1:]), column.dtype)
    longer[: len(column)] = column
    return longer


class Stretch(NamedTuple):
    """Rows of a pair: from its row `begin` on, counted from 0, up to but not with `end`."""

    pair: int
    begin: int
    end: int

    @property
    def size(self) -> int:
        """How many."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Touched:
    """Pairs that got rows, in order of the first of these rows: pair i got rows[starts[i] : starts[i + 1]].

    Each pair stands once, its rows in capture order. len(starts) == len(pairs) + 1.
    """

    pairs: Ints
    starts: Ints
    rows: Ints

    def __len__(self) -> int:
        return len(self.pairs)


class Grouping(NamedTuple):
    """Rows by pair: pair pairs[i] has those at order[starts[i] : starts[i + 1]], counted from the first row.

    Pairs in order of their first rows. len(starts) == len(pairs) + 1.
    """

    pairs: NDArray[np.int32]
    starts: NDArray[np.integer[Any]]
    order: NDArray[np.integer[Any]]

    def by_row(self) -> NDArray[np.int32]:
        """The pair of each row."""
        pair = np.empty(len(self.order), np.int32)
        pair[self.order] = np.repeat(self.pairs, np.diff(self.starts))
        return pair


def group(pair: NDArray[np.int32], pairs: int) -> Grouping:
    """Rows grouped by their pairs, of which there are `pairs`."""
    rows = len(pair)
    small: Any = np.uint16 if rows <= _LARGEST else np.int32
    name = np.empty(pairs, small)  # of each pair here: the place of its first row
    # Of several writes to one place the last one stays.
    name[pair[::-1]] = np.arange(rows)[::-1].astype(small)
    names = name[pair]
    order = np.argsort(names, kind="stable")
    ordered = names[order]
    starts = np.flatnonzero(np.concatenate(([rows > 0], ordered[1:] != ordered[:-1])))
    return Grouping(pair[order[starts]], np.concatenate((starts, [rows])), order)


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows first..first+len(order): pair pairs[i] has those at order[starts[i] .. lasts[i]]; pairs ascend."""

    first: int
    pairs: NDArray[np.int32]
    starts: NDArray[np.uint16]
    lasts: NDArray[np.uint16]
    order: NDArray[np.uint16]

    def places(self, pair: int) -> NDArray[np.uint16]:
        """Where the pair's rows are in the block, ascending."""
        at = int(np.searchsorted(self.pairs, pair))
        if at == len(self.pairs) or self.pairs[at] != pair:
            return self.order[:0]
        return self.order[self.starts[at] : int(self.lasts[at]) + 1]

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        columns: tuple[NDArray[Any], ...] = (self.pairs, self.starts, self.lasts, self.order)
        return sum(column.nbytes for column in columns)

    def with_next(self, other: _Block) -> _Block:
        """This block and the one behind it as one. Of both the rows stand by pair, so none is sorted anew."""
        shift = len(self.order)
        order = np.concatenate((self.order, other.order + np.uint16(shift)))
        pairs = np.concatenate((self.pairs, other.pairs))
        begins = np.concatenate((self.starts.astype(np.int32), other.starts.astype(np.int32) + shift))
        counts = np.concatenate((self.lasts - self.starts, other.lasts - other.starts)).astype(np.int32) + 1
        ascending = np.argsort(pairs, kind="stable")  # of a pair the rows of this block come first
        pairs, begins, counts = pairs[ascending], begins[ascending], counts[ascending]
        places = np.cumsum(counts) - counts
        order = order[np.repeat(begins - places, counts) + np.arange(len(order))]
        new = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
        starts = places[new]
        lasts = np.concatenate((starts[1:], [len(order)])) - 1
        return _Block(self.first, pairs[new], starts.astype(np.uint16), lasts.astype(np.uint16), order)


class RowIndex:
    """Rows by pair. One writer; readers see whole batches only."""

    def __init__(self) -> None:
        self._blocks: tuple[list[int], list[_Block]] = (
            [],
            [],
        )  # firsts, and the blocks; replaced, never changed
        self._count = np.zeros(1024, np.int64)
        self._first = np.zeros(1024, np.int64)
        self._last = np.zeros(1024, np.int64)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        tally = self._count.nbytes + self._first.nbytes + self._last.nbytes
        return sum(block.nbytes for block in self._blocks[1]) + tally

    def counts(self, pairs: int) -> Ints:
        """How many rows each of the first `pairs` pairs has."""
        return grown(self._count, pairs)[:pairs]

    def lasts(self, pairs: int) -> Ints:
        """The last row of each of the first `pairs` pairs."""
        return grown(self._last, pairs)[:pairs]

    def count(self, pair: int) -> int:
        return int(self._count[pair]) if pair < len(self._count) else 0

    def rows(self, pair: int, begin: int = 0, end: int = ALL) -> Ints:
        """Rows of the pair, ascending: from its row `begin` on, counted from 0, up to but not with `end`."""
        pieces = list(self._places(pair, begin, end))
        rows = np.empty(sum(len(places) for _, places in pieces), np.int64)
        at = 0
        for first, places in pieces:
            np.add(places, np.int64(first), out=rows[at : at + len(places)])
            at += len(places)
        return rows

    def pieces(self, pair: int, begin: int = 0, end: int = ALL) -> Iterator[Ints]:
        """The same, some ten thousand rows at a time."""
        for first, places in self._places(pair, begin, end):
            yield places + np.int64(first)

    def count_before(self, pair: int, row: int) -> int:
        """How many of the pair's rows are before this one."""
        count = 0
        for first, places in self._places(pair, 0, ALL):
            if row - first >= _LARGEST:
                count += len(places)
            elif row > first:
                count += int(np.searchsorted(places, np.uint16(row - first)))
        return count

    def _places(self, pair: int, begin: int, end: int) -> Iterator[tuple[int, NDArray[np.uint16]]]:
        """By block: its first row, and where in it the wanted ones are."""
        firsts, blocks = self._blocks
        if not self.count(pair):
            return
        low = max(bisect_right(firsts, int(self._first[pair])) - 1, 0)
        high = bisect_right(firsts, int(self._last[pair]))
        at = 0
        for block in blocks[low:high]:
            places = block.places(pair)
            wanted = places[max(0, begin - at) : max(0, end - at)]
            at += len(places)
            if len(wanted):
                yield block.first, wanted
            if at >= end:
                return

    def add(self, rows: Grouping, first_row: int, pairs: int) -> Touched:
        """The next rows, from `first_row` on; `pairs` is how many pairs there are by now."""
        touched = Touched(
            rows.pairs.astype(np.int64), rows.starts.astype(np.int64), rows.order + np.int64(first_row)
        )
        if 0 < len(rows.order) <= _LARGEST:
            self._push(_block(rows, first_row))
        elif len(rows.order):
            pair = rows.by_row()
            for at in range(0, len(pair), _LARGEST):
                self._push(_block(group(pair[at : at + _LARGEST], pairs), first_row + at))
        self._tally(touched, pairs)
        return touched

    def _tally(self, touched: Touched, pairs: int) -> None:
        count, first, last = (grown(c, pairs) for c in (self._count, self._first, self._last))
        new = touched.pairs[count[touched.pairs] == 0]
        first[new] = touched.rows[touched.starts[:-1]][count[touched.pairs] == 0]
        last[touched.pairs] = touched.rows[touched.starts[1:] - 1]
        count[touched.pairs] += np.diff(touched.starts)
        self._first, self._last, self._count = first, last, count

    def _push(self, block: _Block) -> None:
        firsts, blocks = list(self._blocks[0]), list(self._blocks[1])
        while blocks and len(blocks[-1].order) <= len(block.order):
            if len(blocks[-1].order) + len(block.order) > _LARGEST:
                break
            firsts.pop()
            block = blocks.pop().with_next(block)
        self._blocks = ([*firsts, block.first], [*blocks, block])


def _block(rows: Grouping, first_row: int) -> _Block:
    """For good: in arrays of its own, as small as they can be."""
    ascending = np.argsort(rows.pairs, kind="stable")
    starts = rows.starts[:-1][ascending].astype(np.uint16)
    lasts = (rows.starts[1:] - 1)[ascending].astype(np.uint16)
    return _Block(first_row, rows.pairs[ascending], starts, lasts, rows.order.astype(np.uint16))
