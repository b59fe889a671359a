"""The rows of an append, grouped by pair, as `sweep` takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.regular.sweep import Rows
from tcptui.store.headers import Bytes, Ints
from tcptui.store.rowindex import Touched
from tcptui.store.segments import Appended

_SYN = 0x02
_SENDER, _IPV6, _FLAGS = 0x4000, 0x8000, 0x1FF
_LOOKED_AT = 12  # bytes of a SYN's options that tell its layout


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
        layout=_layouts(appended)[order],
        loose=appended.loose[order],
    )


def _layouts(appended: Appended) -> NDArray[np.uint64]:
    """Of each row with SYN, what its options are, without their values: hosts are told apart by that."""
    columns = appended.columns
    layout = np.zeros(len(columns["bits"]), np.uint64)
    syn = np.flatnonzero(columns["bits"] & _SYN)
    if syn.size:
        layout[syn] = _layout(appended, syn)
    return layout


def _layout(appended: Appended, syn: Ints) -> NDArray[np.uint64]:
    columns = appended.columns
    at = columns["offset"][syn] + columns["options_at"][syn] - appended.base
    size = columns["options"][syn].astype(np.uint64)
    option = Bytes(appended.data).header(at, _LOOKED_AT).rows.astype(np.uint64)
    option[np.arange(_LOOKED_AT) >= size[:, None]] = 0
    kinds: NDArray[np.uint64] = (
        option[:, 0] << np.uint64(8) | option[:, 1] << np.uint64(16) | option[:, 4] << np.uint64(24)
    )
    kinds |= option[:, 5] << np.uint64(32) | option[:, 6] << np.uint64(40) | size << np.uint64(48)
    bsd = (option[:, 4] == 1) & (option[:, 5] == 3)  # a longer beginning is the same for all of this kind
    kinds[bsd] ^= option[bsd, 8] << np.uint64(11) ^ option[bsd, 9] << np.uint64(17) ^ option[bsd, 10]
    short = size == 8
    kinds[short] ^= option[short, 7] << np.uint64(56)
    return kinds
