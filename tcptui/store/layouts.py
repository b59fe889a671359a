"""What the layout of TCP options tells of many segments at once, without taking each apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Bytes, Ints
from tcptui.tcp.options import is_bsd

_SYN = 0x02
_STAMPS, _NOP, _STAMP = 12, 1, 8  # two NOPs and a time stamp, as nearly all send them
_LOOKED_AT = 12  # bytes of a SYN's options that tell most hosts from FreeBSD


def bsd(data: Bytes, at: Ints, size: NDArray[Any], flags: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows are SYNs with options laid out as FreeBSD does: its sockets believe other RSTs.

    at: the place of each row's options in `data`; size: how many bytes of them there are.
    """
    found = np.zeros(len(at), np.bool_)
    syn = np.flatnonzero(flags & _SYN)
    if not syn.size:
        return found
    at, size = at[syn], size[syn].astype(np.int64)
    first = data.header(at, _LOOKED_AT).rows
    mss, second = first[:, 1] == 4, first[:, 4]
    linux = (second == 4) & (first[:, 5] == 2) & (first[:, 6] == 8)  # then time stamps
    others = (second == 1) & ((first[:, 5] == 1) | ((first[:, 5] == 3) & (first[:, 8] == 1)))
    known = mss & (((second != 1) & (second != 4)) | ((size >= _LOOKED_AT) & (linux | others)))
    for one in np.flatnonzero((size > 4) & (first[:, 0] == 2) & ~known).tolist():
        found[syn[one]] = is_bsd(data.piece(int(at[one]), int(size[one])))
    return found


def sack(data: Bytes, at: Ints, size: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows have more options than time stamps: they may say what is missing."""
    found: NDArray[np.bool_] = size > _STAMPS
    short = np.flatnonzero((size > 0) & (size <= _STAMPS))
    head = data.header(at[short], 4)
    found[short] = (head.u8(0) != _NOP) | (head.u8(2) != _STAMP)
    return found
