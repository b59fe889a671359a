"""The connections of a recorded capture, for the truth tests: by the product's own reader and store."""

from __future__ import annotations

from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.store.segments import SegmentStore
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"

Key = tuple[str, str]


def connections(path: Path) -> dict[Key, list[Segment]]:
    """What passed between each pair of sockets, ICMP errors too; keyed by (address of endpoint 0, of 1)."""
    reader = CaptureReader(path)
    try:
        store = SegmentStore(reader.packet)
        icmp: list[tuple[int, IcmpError]] = []
        while (batch := reader.read()) is not None:
            store.append(batch)
            icmp += store.icmp
        found: dict[Key, list[Segment]] = {}
        for pair in range(store.pairs.n):
            a, b = (f"{end.ip}:{end.port}" for end in store.pairs.ends(pair))
            errors = [error for about, error in icmp if about == pair]
            segments = [*store.segments(store.pairs.rows(pair)), *errors]
            found[a, b] = sorted(segments, key=lambda one: one.packet)
        return found
    finally:
        reader.close()
