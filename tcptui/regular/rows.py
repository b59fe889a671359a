"""The rows of an append, grouped by pair, as `sweep` takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.regular.groups import Bools
from tcptui.store.headers import Ints
from tcptui.store.rowindex import Touched
from tcptui.store.segments import Appended

_SENDER, _IPV6, _FLAGS = 0x4000, 0x8000, 0x1FF


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch's segments grouped by pair, in capture order within each; columns as in SegmentStore.

    pairs: of each group, each once. starts: where it begins; one more than there are groups. bsd: a SYN whose
    options are laid out as FreeBSD's. sack: it may say what it holds beyond what it acknowledges.
    own: source and destination are one socket.
    """

    pairs: Ints
    starts: Ints
    sender: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    seq: NDArray[np.uint32]
    ack: NDArray[np.uint32]
    length: NDArray[np.uint32]
    time_ns: Ints
    frame: NDArray[np.uint32]
    window: NDArray[np.uint16]
    ip_id: NDArray[np.uint16]
    version: NDArray[np.uint8]
    bsd: Bools
    sack: Bools
    own: Bools


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
