"""The rows of an append, grouped by pair, as `sweep` takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.regular.sweep import Rows
from tcptui.store.headers import Bytes
from tcptui.store.rowindex import Touched
from tcptui.store.segments import Appended
from tcptui.tcp.options import is_bsd

_SYN = 0x02
_SENDER, _IPV6, _FLAGS = 0x4000, 0x8000, 0x1FF
_STAMPS, _NOP, _STAMP = 12, 1, 8  # two NOPs and a time stamp, as nearly all send them
_LOOKED_AT = 12  # bytes of a SYN's options that tell most hosts from FreeBSD


def grouped(appended: Appended, touched: Touched) -> Rows:
    """The rows of the newest append."""
    order = touched.rows - appended.first
    columns = appended.columns
    bits = columns["bits"][order]
    return Rows(
        pairs=touched.pairs,
        starts=touched.starts,
        sender=((bits & _SENDER) != 0).astype(np.uint8),
        flags=bits & np.uint16(_FLAGS),
        seq=columns["seq"][order],
        ack=columns["ack"][order],
        length=columns["length"][order],
        time_ns=columns["time_ns"][order],
        frame=columns["frame"][order],
        window=columns["window"][order],
        ip_id=columns["ip_id"][order],
        version=np.where(bits & _IPV6, 6, 4).astype(np.uint8),
        bsd=_bsd(appended)[order],
        sack=_sack(appended)[order],
        own=appended.loose[order],
    )


def _bsd(appended: Appended) -> NDArray[np.bool_]:
    """Which rows are SYNs with options laid out as FreeBSD does: its sockets believe other RSTs."""
    columns = appended.columns
    found = np.zeros(len(columns["bits"]), np.bool_)
    syn = np.flatnonzero(columns["bits"] & _SYN)
    if not syn.size:
        return found
    at = columns["offset"][syn] + columns["options_at"][syn] - appended.base
    size = columns["options"][syn].astype(np.int64)
    first = Bytes(appended.data).header(at, _LOOKED_AT).rows
    mss, second = first[:, 1] == 4, first[:, 4]
    linux = (second == 4) & (first[:, 5] == 2) & (first[:, 6] == 8)  # then time stamps
    others = (second == 1) & ((first[:, 5] == 1) | ((first[:, 5] == 3) & (first[:, 8] == 1)))
    known = mss & (((second != 1) & (second != 4)) | ((size >= _LOOKED_AT) & (linux | others)))
    doubtful = np.flatnonzero((size > 4) & (first[:, 0] == 2) & ~known)
    for one in doubtful.tolist():
        place = int(at[one])
        found[syn[one]] = is_bsd(appended.data[place : place + int(size[one])].tobytes())
    return found


def _sack(appended: Appended) -> NDArray[np.bool_]:
    """Which rows have more options than time stamps: they may say what is missing."""
    columns = appended.columns
    size = columns["options"]
    found: NDArray[np.bool_] = size > _STAMPS
    short = np.flatnonzero((size > 0) & (size <= _STAMPS))
    at = columns["offset"][short] + columns["options_at"][short] - appended.base
    found[short] = (appended.data[at] != _NOP) | (appended.data[at + 2] != _STAMP)
    return found
