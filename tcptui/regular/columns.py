"""What is kept of every pair of endpoints while its packets go by, a row each: about 180 bytes.

One writer. All sequence numbers are modulo 2**32. Arrays with two columns are by endpoint, as Segment.sender.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints
from tcptui.store.rowindex import grown

# Bits of `marks`: by endpoint (shifted by it), and of the pair.
KNOWN, ACKED, CLOSED = 1, 4, 16
"""It has sent something; it has acknowledged something; it has sent a FIN."""
OPENED, RESET, IRREGULAR, ODD, AGAIN, ROUGH = 64, 128, 256, 512, 1024, 2048
"""The handshake is over; a RST has passed; the engine must tell; silence may be a stall; a SYN came later.
By endpoint: it sent something again, or out of order."""
BY_SERVER = 8192
"""That RST was endpoint 1's."""
DENIED = 16384
"""By endpoint: the other has left out something that had the time to arrive."""

MOST_EVENTS = 16
KEPT_TIMES = 4

_KINDS: dict[str, tuple[Any, int]] = {
    "next": (np.uint32, 2),
    "acked": (np.uint32, 2),
    "healed": (np.uint32, 2),
    "denied": (np.uint32, 2),
    "packets": (np.uint32, 2),
    "payload": (np.int64, 2),
    "times": (np.int64, KEPT_TIMES),
    "start_ns": (np.int64, 1),
    "end_ns": (np.int64, 1),
    "closing_ns": (np.int64, 1),
    "trip_ns": (np.int64, 2),
    "since_ns": (np.int64, 2),
    "pause_ns": (np.int64, 1),
    "signature": (np.uint64, 1),
    "first_packet": (np.uint32, 1),
    "marks": (np.uint16, 1),
    "events": (np.uint8, 1),
}


class PairColumns:
    """The columns.

    next: the number after all that it has sent. acked: the highest number it has acknowledged. healed: from
    here on what it sent came in order; what is before must be acknowledged to count as arrived.
    denied: what is before may have been lost, unless it is acknowledged.
    packets, payload: sent, retransmissions included. start_ns: of the first packet; end_ns: the latest.
    signature: stands for the events in their order (see `sweep`); events: how many, at most MOST_EVENTS.
    times: of the newest events, event i at i % KEPT_TIMES. closing_ns: of the first FIN. pause_ns: between
    the last two of its SYNs. trip_ns: from what passed towards that end to its answer, at most.
    since_ns: since when something that it has sent is under way, or earlier; only where something is.
    """

    next: NDArray[np.uint32]
    acked: NDArray[np.uint32]
    healed: NDArray[np.uint32]
    denied: NDArray[np.uint32]
    packets: NDArray[np.uint32]
    payload: Ints
    times: Ints
    start_ns: Ints
    end_ns: Ints
    closing_ns: Ints
    trip_ns: Ints
    since_ns: Ints
    pause_ns: Ints
    signature: NDArray[np.uint64]
    first_packet: NDArray[np.uint32]
    marks: NDArray[np.uint16]
    events: NDArray[np.uint8]

    def __init__(self) -> None:
        self.n = 0
        for name, (kind, width) in _KINDS.items():
            setattr(self, name, np.zeros((1024, width) if width > 1 else 1024, kind))

    def grow(self, n: int) -> None:
        """Room for `n` pairs; new ones are zero."""
        for name in _KINDS:
            setattr(self, name, grown(getattr(self, name), n))
        self.n = n

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take."""
        return sum(getattr(self, name).nbytes for name in _KINDS)

    def take(self, pairs: Ints) -> PairColumns:
        """These pairs alone, in this order."""
        taken = PairColumns()
        taken.grow(len(pairs))
        for name in _KINDS:
            getattr(taken, name)[: len(pairs)] = getattr(self, name)[pairs]
        return taken
