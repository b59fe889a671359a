"""What one takes away: packets as pcap, the ladder and whatever else as text."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from tcptui.capture.pcapwriter import Record, write_pcap
from tcptui.errors import CaptureError
from tcptui.model.text import plain
from tcptui.session import Session
from tcptui.tui.viewpoint import Viewpoint

TEXT_WIDTH = 110
"""Columns of an exported ladder."""


def free_name(stem: str, suffix: str) -> Path:
    """A name in the current directory that no file has yet."""
    for number in range(1, 10_000):
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}{suffix}")
        if not path.exists():
            return path
    raise CaptureError(f"{stem}{suffix}: too many of them", "remove some")


def records(session: Session, number: int) -> Iterator[Record]:
    """A flow's packets as they were captured, and the ICMP errors about them, in capture order.

    Those whose bytes are no longer kept are left out.
    """
    errors = _errors(session, number)
    for _, record in heapq.merge(_segments(session, number), errors, key=itemgetter(0)):
        if record.data:
            yield record


def _segments(session: Session, number: int) -> Iterator[tuple[int, Record]]:
    store, rows = session.placed(number)
    times, wire, frames = (store.column(name, rows).tolist() for name in ("time_ns", "wirelen", "frame"))
    for frame, row, time_ns, wirelen in zip(frames, rows.tolist(), times, wire, strict=True):
        yield frame, Record(time_ns, store.raw(row), wirelen, store.linktype(row))


def _errors(session: Session, number: int) -> Iterator[tuple[int, Record]]:
    for error in session.errors(number):
        found = session.captured(error.packet)
        if found is not None:
            yield error.packet, Record(found.time_ns, found.data, found.wirelen, found.linktype)


def save_flow(session: Session, number: int, path: str | os.PathLike[str]) -> str:
    """Write a flow's packets to a new pcap file; what was written, in words. Raises CaptureError."""
    written = write_pcap(path, records(session, number))
    store, rows = session.placed(number)
    gone = int((store.column("offset", rows) < session.reader.kept_from).sum())
    left_out = f" ({gone:,} are no longer kept)" if gone else ""
    return f"{written:,} packets of flow {number}{left_out} → {path}"


def ladder_text(view: Viewpoint, width: int = TEXT_WIDTH) -> str:
    """The selected flow's ladder, all of it in the present, without styles."""
    if view.loaded is None:
        return ""
    ladder = view.loaded.whole_ladder()
    end = view.snapshot.last
    rows = [*ladder.header(width), *(ladder.render(i, width, end) for i in range(len(ladder)))]
    return "\n".join(plain(row).rstrip() for row in rows) + "\n"


def write_text(path: Path, text: str) -> None:
    """A new text file. Raises CaptureError when it exists or cannot be written."""
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError as error:
        raise CaptureError(f"{path}: exists already", "give another name") from error
    except OSError as error:
        raise CaptureError(f"cannot write {path}: {error.strerror or error}") from error
