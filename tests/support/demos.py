"""Captures made of the demos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.tcp.timers import SECOND
from tests.support.packets import later, packets, pcap, read_all

STEP_NS = 10_000_000


def records(demo: str) -> list[tuple[int, int, int, int, bytes]]:
    """A demo's packets, as `packets` has them."""
    return packets(read_all(CaptureReader(catalog.load(demo).path)))


def one_after_another(path: Path, demos: Sequence[str]) -> Path:
    """These demos one after another, as one capture, a packet every 10 ms."""
    every = [record for demo in demos for record in records(demo)]
    times = [10**18 + n * STEP_NS for n in range(len(every))]
    path.write_bytes(pcap(*((one[4], one[2], time_ns) for one, time_ns in zip(every, times, strict=True))))
    return path


def reused(path: Path, times: int) -> Path:
    """A capture of two sockets that are connected so many times, one connection after the other."""
    once, pause = records("handshake"), 300 * SECOND
    lives = (
        (later(data, life * 1_000_000), wirelen, time_ns + life * pause)
        for life in range(times)
        for time_ns, _, wirelen, _, data in once
    )
    path.write_bytes(pcap(*lives))
    return path
