"""Holes in a file: bytes given back to the disk, while all others keep their places.

A hole reads as zeros. Linux makes one with fallocate(2) (ext4, xfs, btrfs, tmpfs, overlays of these), macOS
with fcntl(2) (APFS).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import functools
import os
import struct
import sys
from typing import Any

BLOCK = 4096
"""Holes begin and end at multiples of this: what file systems give back, and what macOS insists on."""

_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # linux/falloc.h
_F_PUNCHHOLE = 99  # sys/fcntl.h of macOS
_PIECE = 1 << 22


def punch(fd: int, begin: int, end: int) -> None:
    """Give back the whole blocks between two offsets. `fd` is open for writing.

    OSError where the file system (or this system) cannot.
    """
    begin, end = begin + -begin % BLOCK, end - end % BLOCK
    if begin < end:
        _punch_on_macos(fd, begin, end) if sys.platform == "darwin" else _punch(fd, begin, end)


def _punch(fd: int, begin: int, end: int) -> None:
    fallocate = _fallocate()
    if fallocate is None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    if fallocate(fd, _PUNCH_HOLE | _KEEP_SIZE, begin, end - begin) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _punch_on_macos(fd: int, begin: int, end: int) -> None:
    fcntl.fcntl(fd, _F_PUNCHHOLE, struct.pack("=IIqq", 0, 0, begin, end - begin))  # struct fpunchhole


@functools.cache
def _fallocate() -> Any:
    """C's fallocate with 64-bit offsets; None where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    function = getattr(libc, "fallocate64", None) or getattr(libc, "fallocate", None)
    if function is not None:
        offset = ctypes.c_int64
        function.restype, function.argtypes = ctypes.c_int, (ctypes.c_int, ctypes.c_int, offset, offset)
    return function


def close_up(fd: int, to: int, begin: int) -> None:
    """Move everything from offset `begin` on down to offset `to`, and cut the file there.

    `fd` is open for reading and writing; to <= begin. What has been moved is given back on the way, where
    that works. OSError leaves the file with what could be moved, cut behind it.
    """
    source = begin
    try:
        while piece := os.pread(fd, _PIECE, source):
            view = memoryview(piece)
            while view:
                done = os.pwrite(fd, view, to)
                view, to = view[done:], to + done
            source += len(piece)
            if to < source - len(piece):
                _give_back(fd, to, source)
    finally:
        os.ftruncate(fd, to)


def _give_back(fd: int, begin: int, end: int) -> None:
    try:
        punch(fd, begin, end)
    except OSError:
        return  # it takes more room for a moment
