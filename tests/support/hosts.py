"""Stores full of attempts to connect."""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

import numpy as np
from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from tcptui.capture.pcapfile import Batch
from tcptui.store.segments import SegmentStore

START = 1_700_000_000_000_000_000
MS = 1_000_000
SILENT, HALF_OPEN, FULL, CLOSED, TAKEN_BACK = (
    ("S",),
    ("S", "<SA"),
    ("S", "<SA", "A", "PA"),
    ("S", "<RA"),
    ("S", "<SA", "R"),
)
"""What passes: flags, with "<" what the called one sends."""


def away(i: int) -> str:
    """One of many addresses."""
    return f"198.51.{i}.7"


class Passed(NamedTuple):
    time_ns: int
    frame: bytes


def attempt(
    at: float,
    source: str,
    sport: int,
    target: str,
    port: int,
    what: tuple[str, ...],
    isn: int | None = None,
    ttl: int = 64,
) -> list[Passed]:
    """One attempt, `at` seconds after the start, a millisecond a segment.

    isn: the called one's; without it one that nobody guesses. ttl: the caller's.
    """
    passed = []
    isn = crc32(f"{source}:{sport} {target}:{port}".encode()) if isn is None else isn
    for step, flags in enumerate(what):
        back = flags.startswith("<")
        a, b, x, y = (target, source, port, sport) if back else (source, target, sport, port)
        seq = isn if back else 100 + (step > 0)
        segment = TCP(sport=x, dport=y, flags=flags.strip("<"), seq=seq, ack=101 if back else isn + 1)
        data = Raw(b"x") if "P" in flags else b""
        header = IP(src=a, dst=b, ttl=64 if back else ttl)
        packet = header / segment / data if data else header / segment
        passed.append(Passed(START + round(at * 1e9) + step * MS, bytes(packet)))
    return passed


def store_of(passed: list[Passed], store: SegmentStore | None = None, first: int = 0) -> SegmentStore:
    """These packets, appended as one batch. first: how many frames there were before."""
    store = store or SegmentStore(lambda offset, count: b"")
    if not passed:
        return store
    sizes = np.array([len(one.frame) for one in passed], np.uint32)
    offsets = np.concatenate(([0], np.cumsum(sizes.astype(np.int64))[:-1]))
    store.append(
        Batch(
            np.frombuffer(b"".join(one.frame for one in passed), np.uint8),
            0,
            first + 1,
            offsets,
            sizes,
            sizes,
            np.array([one.time_ns for one in passed], np.int64),
            np.full(len(passed), 101, np.uint16),
        )
    )
    return store
