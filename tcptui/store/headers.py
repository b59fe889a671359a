"""Reading header fields of many packets at once.

A header of the same kind stands at another place in each packet. One gather copies the same few bytes from
every place into the rows of a matrix; each field is then a column of it.

Limits: none of the places is checked here. Bytes behind the end of the data read as 0, so whoever asks must
know how much of each packet was captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_SLACK = 64


def among(column: NDArray[Any], values: Sequence[int]) -> NDArray[np.bool_]:
    """Which elements are one of a few values; np.isin sorts, and imports numpy.ma."""
    found: NDArray[np.bool_] = column == values[0]
    for value in values[1:]:
        found |= column == value
    return found


def distinct(column: NDArray[Any]) -> list[int]:
    """The different values, ascending: mostly there is one."""
    if not len(column) or (column == column[0]).all():
        column = column[:1]
    values: list[int] = np.unique(column, return_index=True)[0].tolist()
    return values


class Bytes:
    """The bytes of a batch, padded so that a header read at the very end stays inside."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = np.zeros(len(data) + _SLACK, np.uint8)
        self._data[: len(data)] = data
        self._last = len(data)

    def header(self, at: Ints, size: int) -> Header:
        """`size` bytes (at most 64) from each place."""
        windows = np.ndarray((self._last + 1,), f"V{size}", self._data, strides=(1,))
        rows = windows[np.minimum(at, self._last)]
        return Header(rows.view(np.uint8).reshape(-1, size))

    def piece(self, at: int, size: int) -> bytes:
        """The bytes at one place, as many as there are up to `size`."""
        return self._data[at : min(at + size, self._last)].tobytes()


class Header:
    """One header of each packet, a row each."""

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self.rows = rows

    def u8(self, offset: int) -> NDArray[np.uint8]:
        return self.rows[:, offset]

    def u16(self, offset: int) -> NDArray[np.uint16]:
        return self._field(offset, 2).view(">u2")[:, 0].astype(np.uint16)

    def u32(self, offset: int) -> NDArray[np.uint32]:
        return self._field(offset, 4).view(">u4")[:, 0].astype(np.uint32)

    def u64(self, offset: int) -> NDArray[np.uint64]:
        return self._field(offset, 8).view(">u8")[:, 0].astype(np.uint64)

    def _field(self, offset: int, size: int) -> NDArray[np.uint8]:
        return self.rows[:, offset : offset + size]
