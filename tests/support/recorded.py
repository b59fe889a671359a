"""The connections of a recorded capture, for the truth tests: by the product's own reader and store."""

from __future__ import annotations

from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Segment

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"

Key = tuple[str, str]


def connections(path: Path) -> dict[Key, list[Segment]]:
    """The segments of each pair of sockets, keyed by (address of endpoint 0, of endpoint 1)."""
    reader = CaptureReader(path)
    try:
        store = SegmentStore(reader.packet)
        while (batch := reader.read()) is not None:
            store.append(batch)
        found: dict[Key, list[Segment]] = {}
        for pair in range(store.pairs.n):
            a, b = (f"{end.ip}:{end.port}" for end in store.pairs.ends(pair))
            found[a, b] = store.segments(store.pairs.rows(pair))
        return found
    finally:
        reader.close()
