"""The interfaces of a pcapng file: link types and clocks (draft-ietf-opsawg-pcapng 4.2), by columns."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass

_IF_TSRESOL, _IF_TSOFFSET = 9, 14


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface description block.

    A tick of its clock is 10**-resolution s, or 2**-(resolution & 127) s where bit 7 of resolution is set.
    offset: seconds to add. snaplen: 0 for no limit.
    """

    linktype: int
    snaplen: int
    resolution: int = 6
    offset: int = 0


def parse_interface(block: bytes, order: str) -> Interface:
    """An interface from its whole block. Options that are cut or of a wrong length are left out."""
    linktype, _, snaplen = struct.unpack_from(order + "HHI", block, 8)
    resolution, offset = 6, 0
    at, end = 16, len(block) - 4
    while at + 4 <= end:
        code, length = struct.unpack_from(order + "HH", block, at)
        value = block[at + 4 : min(at + 4 + length, end)]
        if code == 0:
            break
        if code == _IF_TSRESOL and len(value) == 1:
            resolution = value[0]
        elif code == _IF_TSOFFSET and len(value) == 8:
            (offset,) = struct.unpack(order + "q", value)
        at += 4 + (length + 3 & ~3)
    return Interface(linktype, snaplen, resolution, offset)


class Interfaces:
    """The interfaces of the sections in a piece of a file, and which of them is meant by a number at a place.

    A mark says: from the packet with this index on (in the piece being walked), number i means the interface
    `base + i`, and there are `count` of them.
    """

    def __init__(self) -> None:
        self._all: list[Interface] = []
        self._base = 0
        self._marks: list[tuple[int, int, int]] = []
        self._columns: tuple[NDArray[np.uint16], NDArray[np.uint32], NDArray[np.int64]] | None = None

    def begin_section(self, index: int) -> None:
        """No interface of the sections before is meant any more, from packet `index` on."""
        self._base = len(self._all)
        self._mark(index)

    def add(self, interface: Interface, index: int) -> None:
        """Described before packet `index`."""
        self._all.append(interface)
        self._columns = None
        self._mark(index)

    def begin_piece(self) -> None:
        """Another piece of the file: only the interfaces of the section at hand can still be meant."""
        if self._base:
            del self._all[: self._base]
            self._base = 0
            self._columns = None
        self._marks.clear()
        self._mark(0)

    def _mark(self, index: int) -> None:
        if self._marks and self._marks[-1][0] == index:
            self._marks.pop()
        self._marks.append((index, self._base, len(self._all) - self._base))

    def resolve(self, number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For the numbers that packets give: indices for the methods below, and whether there is one."""
        marks = np.array(self._marks, np.int64)
        if len(marks) == 1:
            base, count = marks[0, 1], marks[0, 2]
        else:
            at = np.searchsorted(marks[:, 0], np.arange(len(number)), side="right") - 1
            base, count = marks[at, 1], marks[at, 2]
        known = number < count
        return np.where(known, base + number, 0), np.asarray(known)

    def linktypes(self, which: NDArray[np.int64]) -> NDArray[np.uint16]:
        return self._lookup()[0].take(which)

    def snaplens(self, which: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Snaplens, with the largest number for "no limit"."""
        return self._lookup()[1].take(which)

    def nanoseconds(self, which: NDArray[np.int64], ticks: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Times since the epoch. Ticks without sense give times without sense, never an error."""
        clocks = self._lookup()[2].take(which, axis=0)
        if not len(clocks):
            return np.zeros(0, np.int64)
        if (clocks[0] == clocks).all():
            return _nanoseconds(ticks, *clocks[0].tolist())
        result = np.zeros(len(ticks), np.int64)
        for clock in np.unique(clocks, axis=0).tolist():
            chosen = (clocks == clock).all(axis=1)
            result[chosen] = _nanoseconds(ticks[chosen], *clock)
        return result

    def _lookup(self) -> tuple[NDArray[np.uint16], NDArray[np.uint32], NDArray[np.int64]]:
        """Columns over all interfaces; one that does not exist stands in where there is none."""
        if self._columns is None:
            all_of = self._all or [Interface(0xFFFF, 0)]
            self._columns = (
                np.array([i.linktype for i in all_of], np.uint16),
                np.array([i.snaplen or 0xFFFFFFFF for i in all_of], np.uint32),
                np.array([(i.resolution, i.offset) for i in all_of], np.int64),
            )
        return self._columns


def _nanoseconds(ticks: NDArray[np.uint64], resolution: int, offset: int) -> NDArray[np.int64]:
    power = resolution & 0x7F
    if resolution & 0x80:
        seconds = ticks >> np.uint64(power) if power < 64 else np.zeros_like(ticks)
        fraction = ticks & np.uint64((1 << power) - 1) if power < 64 else ticks
        if power > 34:  # 2**34 * 10**9 just fits 64 bits
            shift = min(power - 34, 63)
            fraction, power = fraction >> np.uint64(shift), 34
        nanos = seconds * np.uint64(10**9) + (fraction * np.uint64(10**9) >> np.uint64(power))
    elif power <= 9:
        nanos = ticks * np.uint64(10 ** (9 - power))
    else:
        nanos = ticks // np.uint64(10 ** (power - 9)) if power < 29 else np.zeros_like(ticks)
    return nanos.astype(np.int64) + np.int64(_wrap(offset * 10**9))


def _wrap(value: int) -> int:
    """As 64-bit arithmetic has it."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)
