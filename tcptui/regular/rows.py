"""The rows of an append, grouped by pair, as `sweep` takes them."""

from __future__ import annotations

import numpy as np

from tcptui.regular.sweep import Rows
from tcptui.store.rowindex import Touched
from tcptui.store.segments import Appended

_SENDER, _IPV6, _FLAGS = 0x4000, 0x8000, 0x1FF


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
        bsd=appended.bsd[order],
        sack=appended.sack[order],
        own=appended.own[order],
    )
