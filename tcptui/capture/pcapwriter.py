"""A small writer of capture files: classic pcap, nanoseconds, one link type to a file.

Source: draft-ietf-opsawg-pcap.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tcptui.errors import CaptureError

MAGIC_NANOSECONDS = 0xA1B23C4D
SNAPLEN = 262_144
SECOND = 1_000_000_000


class Record(NamedTuple):
    """A packet to write: when, what was captured, and how long it was on the wire."""

    time_ns: int
    data: bytes
    wirelen: int
    linktype: int


def write_pcap(path: str | os.PathLike[str], records: Iterable[Record]) -> int:
    """Write a new file; the number of packets written.

    The first record says the link type; records of another cannot stand in the same file and are left
    out. Raises CaptureError when the file exists or cannot be written (what was begun is removed).
    """
    target, begun = Path(path), False
    try:
        with target.open("xb") as out:
            begun = True
            return _write(out.write, records)
    except FileExistsError as error:
        raise CaptureError(f"{target}: exists already", "give another name") from error
    except OSError as error:
        if begun:
            target.unlink(missing_ok=True)
        raise CaptureError(f"cannot write {target}: {error.strerror or error}") from error


def _write(write: object, records: Iterable[Record]) -> int:
    assert callable(write)
    linktype: int | None = None
    written = 0
    for record in records:
        if linktype is None:
            linktype = record.linktype
            write(struct.pack("<IHHiIII", MAGIC_NANOSECONDS, 2, 4, 0, 0, SNAPLEN, linktype))
        if record.linktype != linktype:
            continue
        seconds, rest = divmod(max(0, record.time_ns), SECOND)
        length = len(record.data)
        write(struct.pack("<IIII", seconds & 0xFFFFFFFF, rest, length, max(length, record.wirelen)))
        write(record.data)
        written += 1
    if linktype is None:
        write(struct.pack("<IHHiIII", MAGIC_NANOSECONDS, 2, 4, 0, 0, SNAPLEN, 1))
    return written
