"""The options of segments whose bytes have left the file: a spool gives its oldest packets back.

They are kept for the first rows of a store, in pieces, as they went.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints

_SPAN = 1 << 22
"""Bytes of the file looked at at once."""


class KeptOptions:
    """Option bytes of the rows below `n`. One writer; readers see whole pieces only."""

    def __init__(self) -> None:
        self.n = 0
        self._firsts: list[int] = []
        self._pieces: list[tuple[NDArray[np.uint32], bytes]] = []  # starts, one more than rows; the bytes

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(starts.nbytes + len(data) for starts, data in self._pieces)

    def add(self, sizes: Ints, data: bytes) -> None:
        """The options of the next rows, one behind the other; `sizes` of each. Below 4 GiB."""
        starts = np.zeros(len(sizes) + 1, np.uint32)
        np.cumsum(sizes, out=starts[1:])
        self._pieces.append((starts, data))
        self._firsts.append(self.n)
        self.n += len(sizes)

    def get(self, row: int) -> bytes:
        """The options of one row below `n`."""
        at = bisect_right(self._firsts, row) - 1
        starts, data = self._pieces[at]
        row -= self._firsts[at]
        return data[int(starts[row]) : int(starts[row + 1])]

    def only(self, rows: Ints) -> KeptOptions:
        """Those of some of the rows (ascending, below `n`), which become the first rows of a new store."""
        kept = KeptOptions()
        bounds = np.searchsorted(rows, [*self._firsts, self.n]).tolist()
        sizes, parts = [np.zeros(0, np.int64)], []
        for piece, (begin, end) in enumerate(pairwise(bounds)):
            starts, data = self._pieces[piece]
            mine = rows[begin:end] - self._firsts[piece]
            begins = starts[mine].astype(np.int64)
            sizes.append(starts[mine + 1] - begins)
            parts.append(gather(np.frombuffer(data, np.uint8), begins, sizes[-1]))
        if len(rows):  # in one piece: after weeks there would be thousands with a few rows each
            kept.add(np.concatenate(sizes), b"".join(parts))
        return kept


def gather(data: NDArray[np.uint8], begins: Ints, sizes: Ints) -> bytes:
    """Pieces of `data`, one behind the other."""
    shift = begins - (np.cumsum(sizes) - sizes)
    return data[np.repeat(shift, sizes) + np.arange(int(sizes.sum()))].tobytes()


def read(packet: Callable[[int, int], bytes], places: Ints, sizes: Ints) -> bytes:
    """The bytes at ascending places of a file, one behind the other; zeros where it has lost them."""
    return b"".join(_read(packet, places, sizes))


def _read(packet: Callable[[int, int], bytes], places: Ints, sizes: Ints) -> Iterator[bytes]:
    begin = 0
    while begin < len(places):
        base = int(places[begin])
        end = int(np.searchsorted(places, base + _SPAN, side="right"))
        span = int((places[begin:end] + sizes[begin:end]).max()) - base
        data = packet(base, span)
        yield gather(
            np.frombuffer(data.ljust(span, b"\0"), np.uint8), places[begin:end] - base, sizes[begin:end]
        )
        begin = end
