"""Stores for tests: many short conversations, and files that lose their beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tcptui.capture.pcapfile import Batch
from tests.support import packets as p

V4 = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
V6 = ("::1", "2001:db8::1", "2001:db8::2")


@dataclass
class File:
    """A capture file in memory that gives its beginning back, as a spool does."""

    data: bytearray = field(default_factory=bytearray)
    frames: int = 0
    kept_from: int = 0

    def packet(self, offset: int, count: int) -> bytes:
        return b"" if offset < self.kept_from else bytes(self.data[offset : offset + count])

    def batch(self, frames: Sequence[bytes]) -> Batch:
        """These frames, written to the file's end."""
        base = len(self.data)
        sizes = np.array([len(frame) for frame in frames], np.int64)
        self.data += b"".join(frames)
        first, self.frames = self.frames + 1, self.frames + len(frames)
        return Batch(
            data=np.frombuffer(bytes(self.data[base:]), np.uint8),
            base=base,
            first_frame=first,
            offset=base + np.cumsum(sizes) - sizes,
            caplen=sizes.astype(np.uint32),
            wirelen=sizes.astype(np.uint32),
            time_ns=p.START + np.arange(first, first + len(frames)) * 1_000_000,
            linktype=np.full(len(frames), 101, np.uint16),
        )


def segment(
    six: bool,
    source: tuple[int, int],
    destination: tuple[int, int],
    *,
    seq: int = 0,
    flags: int = 0x10,
    options: bytes = b"",
) -> bytes:
    """A raw IP packet between (host, port) and (host, port); host: an index into V4 or V6."""
    inner = p.tcp(sport=source[1], dport=destination[1], seq=seq, flags=flags, options=options)
    names = V6 if six else V4
    return (p.ipv6 if six else p.ipv4)(inner, src=names[source[0]], dst=names[destination[0]])
