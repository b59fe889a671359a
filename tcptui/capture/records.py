"""What the two record walkers have in common: a run of packet records as columns."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass

# libpcap's MAXIMUM_SNAPLEN; a larger packet is believed only where the header announces it.
USUAL_PACKET = 262_144
# As Wireshark and libpcap: no packet and no block is larger than this.
LARGEST = 16 << 20


@dataclass(slots=True)
class Run:
    """Records found in one piece of a file.

    at: place of each packet's first byte in the piece. The other columns as in Batch.
    consumed: bytes of the piece that need not be looked at again.
    need: bytes that the next, incomplete record takes from `consumed` on; 0 when unknown.
    trouble: what is wrong at `consumed`, so that nothing after it can be read; "" when nothing is.
    """

    at: NDArray[np.int64]
    caplen: NDArray[np.uint32]
    wirelen: NDArray[np.uint32]
    time_ns: NDArray[np.int64]
    linktype: NDArray[np.uint16]
    consumed: int
    need: int = 0
    trouble: str = ""


class Walker(Protocol):
    """Finds the packet records of one kind of file."""

    def walk(self, piece: bytes, most: int) -> Run:
        """The complete records in `piece`, which begins at a record; at most `most` of them."""
        ...


def no_records(consumed: int, *, need: int = 0, trouble: str = "") -> Run:
    """A run without a packet."""
    return Run(
        _empty(np.int64), _empty(np.uint32), _empty(np.uint32), _empty(np.int64), _empty(np.uint16),
        consumed, need, trouble,
    )  # fmt: skip


def _empty(kind: Any) -> NDArray[Any]:
    return np.zeros(0, kind)
