"""Writing small pcap files."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

from lab.closing import Closing

NANOSECOND_MAGIC = 0xA1B23C4D
LINKTYPE_ETHERNET = 1


class PcapWriter(Closing):
    """A pcap file of Ethernet frames with nanosecond stamps, little-endian, complete after each frame.

    target: the path of a new file, or an open one; close() closes it.
    """

    def __init__(self, target: str | os.PathLike[str] | BinaryIO, snaplen: int = 65535) -> None:
        self.frames = 0
        self._snaplen = snaplen
        opened = target if not isinstance(target, str | os.PathLike) else open(target, "wb")  # noqa: SIM115
        self._file: BinaryIO = opened
        self._file.write(struct.pack("<IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, snaplen, LINKTYPE_ETHERNET))
        self._file.flush()

    def write(self, time_ns: int, frame: bytes) -> None:
        """Append one frame, stamped `time_ns` (since the epoch)."""
        seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
        kept = frame[: self._snaplen]
        self._file.write(struct.pack("<IIII", seconds, nanoseconds, len(kept), len(frame)) + kept)
        self._file.flush()
        self.frames += 1

    def close(self) -> None:
        """End the file; idempotent."""
        self._file.close()
