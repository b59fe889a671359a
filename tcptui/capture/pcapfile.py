"""Capture files, record by record: pcap and pcapng, gzipped or not, complete or still being written.

Every source of packets is such a file (a live capture is one that grows), so this is the only reader. A file
that is cut off or damaged is read up to there: what came before is kept, and a notice names the place.

Limits: after a damaged record nothing is searched for behind it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.capture import pcap, pcapng
from tcptui.capture.records import Run, Walker
from tcptui.capture.scout import Scout
from tcptui.capture.source import GZIP_MAGIC, ByteSource, GzipSource, PlainSource, open_source
from tcptui.dataclass import dataclass
from tcptui.errors import FormatError

WORTH_IT = 32 << 20
"""Bytes of a file below which a second process costs more than it saves."""
_LARGEST_PIECE = 4 << 20
_SMALLEST_PIECE = 64 << 10
_PACKED = {b"\x28\xb5\x2f\xfd": "zstd -d", b"BZh": "bunzip2", b"\xfd7zX": "xz -d", b"PK\x03\x04": "unzip"}


WORTH_ASKING = 8 << 20
"""Bytes of a file that are there, and not read, from which on it is worth it to ask a second process."""
_LEFT = 4 << 20
"""Bytes of a file that is being written that such a process leaves to its parent."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive packet records.

    data: the bytes in which these records stand. base: the file offset of data[0].
    first_frame: the frame number of the first record (frames count from 1).
    offset: file offset of each packet's first captured byte. caplen, wirelen: bytes captured, on the wire.
    time_ns: since the epoch. linktype: LINKTYPE_ of each record's interface; 65535 where it is none.
    prepared: what another process has made of it (see `CaptureReader.look_ahead`), None where none has.
    """

    data: NDArray[np.uint8]
    base: int
    first_frame: int
    offset: NDArray[np.int64]
    caplen: NDArray[np.uint32]
    wirelen: NDArray[np.uint32]
    time_ns: NDArray[np.int64]
    linktype: NDArray[np.uint16]
    prepared: Any = None

    def __len__(self) -> int:
        return len(self.offset)


_NO_DATA = np.zeros(0, np.uint8)


class _Place(NamedTuple):
    """Where the next record begins, and what must be known to read it. growing: as of a reader."""

    offset: int
    walker: Walker | None
    growing: bool


class CaptureReader:
    """Reads records in order, and any packet again.

    path: the file. growing: another is still writing it; then its header may come later, a partial record
    waits, and `finish()` says that the writer has ended. name: what messages call the file.
    Raises CaptureError (absent, unreadable, a directory) and FormatError (empty, not a capture); for a
    growing file read() raises FormatError as soon as it is known.

    frames: records read. position, size: bytes read and there, of the given file. path: what packet() reads.
    done: everything is read and no more will come. notices: what was wrong, one line each.
    offset: where the next record begins, in the bytes that packet() gives. kept_from: packets before this
    offset were given back.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, growing: bool = False, name: str | None = None
    ) -> None:
        self.name = name or os.fspath(path)
        self.frames = 0
        self.done = False
        self.notices: list[str] = []
        self.kept_from = 0
        self._source: ByteSource = open_source(os.fspath(path), self.name)
        self._growing = growing
        self._walker: Walker | None = None
        self._next = 0  # file offset of the next record
        self._need = 0
        self._piece = _SMALLEST_PIECE
        self._scout: Scout | None = None
        if not growing:
            self._source.finish()
            try:
                self._identify()
            except FormatError:
                self.close()
                raise

    @property
    def path(self) -> str:
        return self._source.path

    @property
    def position(self) -> int:
        return self._source.position

    @property
    def size(self) -> int:
        return self._source.size

    def read(self, most: int = 65536) -> Batch | None:
        """The next records, `most` at most, or as many as `look_ahead` has it; None where no complete one is
        there at present.
        """
        while not self.done:
            if self._walker is None and not self._identify():
                return None
            assert self._walker is not None
            ahead = self._ahead()
            if ahead is not None:
                return ahead
            wanted = max(self._piece, self._need)
            piece = self._source.read_at(self._next, wanted)
            run = self._walker.walk(piece, most)
            batch = self._batch(piece, run) if len(run.at) else None
            self._next += run.consumed
            self._need = run.need
            self._adapt(run, most)
            if run.trouble:
                self._stop(run.trouble)
            if self.done or batch is not None:
                return batch
            if run.consumed or len(piece) == wanted:
                continue
            if self._growing:
                return None
            self._end(len(piece))
        return None

    def look_ahead(self, prepare: Callable[[Batch], Any], most: int) -> None:
        """Have another process read on, and prepare batches of up to `most` frames where much lies ahead.

        prepare: makes `Batch.prepared`, to be pickled. Arrays of such a batch change with the next read(),
        and `most` is then what is given here. Otherwise it changes nothing but the speed.
        """
        source = self._source
        if not isinstance(source, PlainSource) or not (self._growing or source.size >= WORTH_IT):
            return

        def explore(place: _Place) -> Iterator[tuple[_Place, Batch]]:
            self._next, self._walker, self._growing = place
            while not self._growing or source.size - self._next >= _LEFT:
                batch = self.read(most)
                if batch is None or self.done:  # what is wrong there, this one's parent will find itself
                    return
                batch = replace(batch, prepared=prepare(batch), data=_NO_DATA)
                yield self._place, batch

        self._scout = Scout.send(explore, most, source.fileno())
        if self._scout is not None and not self._growing:
            self._scout.ask(self._place)

    def finish(self) -> None:
        """The writer of a growing file has ended: read() until it gives None, then done is True."""
        self._growing = False
        self._source.finish()

    @property
    def offset(self) -> int:
        return self._next

    @property
    def extent(self) -> int:
        """Bytes that are there for packet() and read(), by now: `offset` gets there."""
        return self._source.extent

    def packet(self, offset: int, caplen: int) -> bytes:
        """The bytes at `offset`, as many as there are up to `caplen`; b"" once they were given back.

        For any thread.
        """
        data = self._source.stored(offset, caplen)
        return data if offset >= self.kept_from else b""  # asked after reading: what is given back reads as 0

    def forget(self, before: int) -> int:
        """Packets before this offset are asked for no more.

        Up to where the given file is needed no more, either. OSError when no room could be made.
        """
        self.kept_from = max(self.kept_from, before)
        return self._source.forget(before)

    def close(self) -> None:
        self._finished()
        self._source.close()

    @property
    def _place(self) -> _Place:
        return _Place(self._next, self._walker, self._growing)

    def _ahead(self) -> Batch | None:
        """The next records as the scout tells; None where it does not."""
        scout = self._scout
        if scout is None:
            return None
        if not scout.busy and self._source.size - self._next >= WORTH_ASKING:
            scout.ask(self._place)
        told: tuple[_Place, Batch] | None = scout.next()
        if told is None:
            return None
        place, batch = told
        data = self._source.read_at(self._next, place.offset - self._next)
        if len(data) < place.offset - self._next:  # the file has changed meanwhile
            scout.close()
            return None
        batch = replace(batch, data=np.frombuffer(data, np.uint8), first_frame=self.frames + 1)
        self._next, self._walker, _ = place
        self.frames += len(batch)
        return batch

    def _identify(self) -> bool:
        """Chooses the walker by the first bytes; False while they are not all there."""
        head = self._source.read_at(0, pcap.HEADER)
        if head[:2] == GZIP_MAGIC and isinstance(self._source, PlainSource):
            self._source = self._expanded(self._source)
            return self._identify()
        if head[:4] in pcap.MAGIC:
            if len(head) == pcap.HEADER:
                self._walker = pcap.PcapWalker(head)
                self._next = pcap.HEADER
                return True
        elif head[:4] == pcapng.MAGIC:
            if len(head) >= 12:
                self._walker = pcapng.PcapngWalker()
                return True
        elif len(head) >= 4:
            raise self._not_a_capture(head)
        if not self._growing:
            raise self._not_a_capture(head)
        return False

    def _expanded(self, source: PlainSource) -> ByteSource:
        """The same file through gunzip; only now is it known that it needs it."""
        expanded = GzipSource(source.release())
        if not self._growing:
            expanded.finish()
        return expanded

    def _not_a_capture(self, head: bytes) -> FormatError:
        self.done = True
        if not head:
            what = self._source.trouble or "the file is empty"
            return FormatError(self.name, 0, what, "no packet was written to it")
        if head[:4] in pcap.MAGIC or head[:4] == pcapng.MAGIC:
            return FormatError(self.name, len(head), "the capture file is cut off in its header")
        for magic, command in _PACKED.items():
            if head.startswith(magic):
                return FormatError(self.name, 0, "a compressed file", f"expand it first: {command} FILE")
        return FormatError(self.name, 0, "not a capture file", "tcptui reads pcap and pcapng, also gzipped")

    def _batch(self, piece: bytes, run: Run) -> Batch:
        first = self.frames + 1
        self.frames += len(run.at)
        data = np.frombuffer(piece, np.uint8, run.consumed)
        offset = run.at + self._next
        return Batch(data, self._next, first, offset, run.caplen, run.wirelen, run.time_ns, run.linktype)

    def _adapt(self, run: Run, most: int) -> None:
        """Larger pieces while they are used up; somewhat more than was used where no more records were asked
        for.
        """
        if len(run.at) < most:
            self._piece = min(self._piece * 2, _LARGEST_PIECE)
        elif not run.need:
            self._piece = min(max(run.consumed + run.consumed // 4, _SMALLEST_PIECE), _LARGEST_PIECE)

    def _stop(self, trouble: str) -> None:
        self.notices.append(f"{trouble} at byte {self._next:,}: {self._up_to_there()}")
        self._finished()

    def _end(self, left: int) -> None:
        """The file ends here, with `left` bytes that are no complete record."""
        if self._source.trouble:
            self._stop(self._source.trouble)
        elif left:
            self._stop("cut off in the middle of a record")
        self._finished()

    def _finished(self) -> None:
        self.done = True
        if self._scout is not None:
            self._scout.close()
            self._scout = None  # and the memory that both share

    def _up_to_there(self) -> str:
        return f"read up to there ({self.frames:,} packets)"
