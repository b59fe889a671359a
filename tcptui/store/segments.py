"""All TCP segments of a capture, as columns that only grow.

One thread appends batches; any number of threads read. A reader sees rows below `n`, which is raised after
everything about the new rows is in place, so it needs no lock. The packet bytes stay in the capture file: a
row knows its place there. A row takes 56 bytes, and the index of pairs 2 more. Where the file gives back its
oldest packets, their options are kept here.

Limits: 2**31 rows; frame numbers below 2**32.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.pcapfile import Batch
from tcptui.store import icmp, kept_options
from tcptui.store.decode import Counts, Icmp
from tcptui.store.digest import IPV6, SENDER, Digest, digest
from tcptui.store.flows import PairTable
from tcptui.store.headers import Ints, distinct
from tcptui.store.kept_options import KeptOptions
from tcptui.store.rowindex import Grouping, group
from tcptui.store.sums import Sums
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment

_BITS = 16
_CHUNK = 1 << _BITS
_SUM, _PLAIN = 0x1000, 0x2000  # beside the nine control bits, and those of a digest
_KINDS: dict[str, Any] = {
    "offset": np.int64,
    "time_ns": np.int64,
    "frame": np.uint32,
    "flow": np.int32,
    "seq": np.uint32,
    "ack": np.uint32,
    "length": np.uint32,
    "caplen": np.uint32,
    "wirelen": np.uint32,
    "window": np.uint16,
    "bits": np.uint16,
    "ip_id": np.uint16,
    "linktype": np.uint16,
    "options_at": np.uint16,
    "options": np.uint8,
    "ttl": np.uint8,
}
ROW: int = sum(np.dtype(kind).itemsize for kind in _KINDS.values())
"""Bytes that a row takes, the index of pairs left out."""

_IN_BITS = ("sender", "flags", "version", "plain", "sum")
_IN_SEGMENTS = ("frame", "time_ns", "seq", "ack", "window", "length", "ip_id", "ttl")  # as they are
Rows = Ints | slice

_NEAR = 1 << 13
"""Bytes of the file that cost as much to read as a call."""

MOST_ERRORS = 1000
"""ICMP errors kept of a pair: who makes thousands of them fills neither the memory nor the ladder."""


_NOTED = 300
"""Bytes that a number in a dict and five in a tuple take."""


class Captured(NamedTuple):
    """A frame that is no row: an ICMP error's. data: from its link layer on, as far as captured."""

    time_ns: int
    data: bytes
    wirelen: int
    linktype: int


class Appended(NamedTuple):
    """The rows of the newest append, from row `first` on: their columns as stored, and what else is known.

    own, bsd, sack: as in Digest. All this may change once another batch is read.
    """

    first: int
    columns: dict[str, NDArray[Any]]
    own: NDArray[np.bool_]
    bsd: NDArray[np.bool_]
    sack: NDArray[np.bool_]


class SegmentStore:
    """The segments, a row each in capture order, and the pairs of endpoints that they belong to.

    packet: gives the bytes at (file offset, count) again; thread-safe, as CaptureReader.packet.
    n: rows that may be read. counts: what became of all frames so far. pairs: the 4-tuples.
    icmp: the errors among the frames of the last append, each with the pair that it is about; their bytes
    are had from `captured`. appended: the rows of the last append.
    """

    appended: Appended

    def __init__(self, packet: Callable[[int, int], bytes]) -> None:
        self.n = 0
        self.counts = Counts()
        self.pairs = PairTable()
        self.icmp: tuple[tuple[int, IcmpError], ...] = ()
        # by frame: the pair it is about, and where it is in the file
        self._others: dict[int, tuple[int, int, int, int, int, int]] = {}
        self._errors: dict[int, int] = {}  # by pair: how many
        self._packet = packet
        self._chunks: list[dict[str, NDArray[Any]]] = []
        self._recent: tuple[int, memoryview] = (0, memoryview(b""))  # offset and bytes of the last batch
        self._kept = KeptOptions()

    @property
    def nbytes(self) -> int:
        """Memory that the rows and the pairs take."""
        noted = _NOTED * (len(self._others) + len(self._errors))
        return self.n * ROW + self._kept.nbytes + self.pairs.nbytes + noted

    def append(self, batch: Batch) -> range:
        """A batch's segments become the next rows, which are returned."""
        found: Digest = digest(batch) if batch.prepared is None else batch.prepared
        first = self.n
        pairs, higher = self.pairs.identify(found)
        columns = self._rows(batch, found, pairs, higher)
        self._recent = (batch.base, batch.data.data)
        self.appended = Appended(first, columns, found.own, found.bsd, found.sack)
        self._write(first, columns)
        self.pairs.publish(Grouping(pairs, found.starts, found.order), first)
        self.icmp = tuple(self._hear(batch, found.icmp)) if found.icmp else ()
        self.counts = _sum(self.counts, found.counts)
        self.n = first + len(found.record)
        return range(first, self.n)

    def let_go(self) -> None:
        """No batch will come any more: what is kept of the newest is needed no longer."""
        self._recent = (0, memoryview(b""))
        vars(self).pop("appended", None)
        self.pairs.forget_touched()

    def _rows(
        self, batch: Batch, found: Digest, pairs: NDArray[np.int32], higher: NDArray[np.uint8]
    ) -> dict[str, NDArray[Any]]:
        """The columns of a digest, with what hangs on batches before. higher: which end it is, by pair."""
        end = higher.astype(np.bool_)[found.pair]
        sender = (found.high == end).astype(np.uint16) << np.uint16(14)
        return {
            **found.columns,
            "bits": found.columns["bits"] | sender,
            "frame": (found.record + np.uint32(batch.first_frame)).astype(np.uint32),
            "flow": pairs[found.pair],
        }

    def _hear(self, batch: Batch, messages: tuple[Icmp, ...]) -> Iterator[tuple[int, IcmpError]]:
        for record, pair, error in icmp.errors(batch, messages, self.pairs):
            self._errors[pair] = self._errors.get(pair, 0) + 1
            if self._errors[pair] > MOST_ERRORS:
                yield pair, error
                continue
            place = (batch.time_ns, batch.offset, batch.caplen, batch.wirelen, batch.linktype)
            time_ns, offset, caplen, wirelen, linktype = (int(column[record]) for column in place)
            self._others[error.packet] = (pair, time_ns, offset, caplen, wirelen, linktype)
            yield pair, error

    def captured(self, frame: int) -> Captured | None:
        """An ICMP error's frame by its number, of a pair the first MOST_ERRORS; None for all others."""
        place = self._others.get(frame)
        if place is None:
            return None
        _, time_ns, offset, caplen, wirelen, linktype = place
        return Captured(time_ns, self._packet(offset, caplen), wirelen, linktype)

    def column(self, name: str, rows: Rows = slice(None)) -> NDArray[Any]:
        """One property of many rows, as a new array.

        Names: frame, time_ns, flow (the pair), sender, seq, ack, flags, window, length, ip_id, ttl, version
        (of IP), plain (see `mark_plain`), sum (see `put_sums`), offset and caplen (the packet in the file),
        wirelen, linktype, options (bytes of options that were captured), options_at (their place in the
        packet). A slice ends at `n`, and may have no step.
        """
        return self.columns((name,), rows)[0]

    def columns(self, names: Sequence[str], rows: Rows) -> list[NDArray[Any]]:
        """Several properties of the same rows: where those are is found out once."""
        stored = dict.fromkeys("bits" if name in _IN_BITS else name for name in names)
        found = dict(zip(stored, self._gather(list(stored), rows), strict=True))
        return [_from_bits(name, found["bits"]) if name in _IN_BITS else found[name] for name in names]

    def mark_plain(self, rows: Ints) -> None:
        """These rows are data and ACKs in order, in the middle of a transfer."""
        chunk = rows >> _BITS
        for number in distinct(chunk):
            self._chunks[number]["bits"][rows[chunk == number] & (_CHUNK - 1)] |= np.uint16(_PLAIN)

    def segment(self, row: int) -> Segment:
        """One row, with its options."""
        return self.segments(np.array([row], np.int64))[0]

    def segments(
        self, rows: Ints | range | list[int], *, options: bool = True, instead: dict[str, Ints] | None = None
    ) -> list[Segment]:
        """Rows as segments. Option bytes are read from the file: under 1 µs for each row that has some.

        options: False leaves them empty. instead: columns (seq, ack, length) that differ from the store's.
        """
        which = np.asarray(rows, np.int64)
        bits, *columns = self._gather(["bits", *_IN_SEGMENTS], which)
        values = {name: column.tolist() for name, column in zip(_IN_SEGMENTS, columns, strict=True)}
        values |= {name: column.tolist() for name, column in (instead or {}).items()}
        for at in np.flatnonzero(bits & IPV6).tolist():
            values["ip_id"][at] = None
        return list(
            map(
                Segment,
                values["frame"],
                values["time_ns"],
                ((bits & SENDER) >> 14).tolist(),
                values["seq"],
                values["ack"],
                (bits & 0x1FF).tolist(),
                values["window"],
                values["length"],
                self._options(which) if options else repeat(b""),
                values["ip_id"],
                values["ttl"],
                ((bits & _SUM) > 0).tolist(),
            )
        )

    def raw(self, row: int) -> bytes:
        """The captured frame from its link layer on; shorter, or b"", where the file has lost it."""
        chunk, at = self._chunks[row >> _BITS], row & _CHUNK - 1
        return self._packet(int(chunk["offset"][at]), int(chunk["caplen"][at]))

    def linktype(self, row: int) -> int:
        """LINKTYPE_ number of the interface that captured the row."""
        return int(self._chunks[row >> _BITS]["linktype"][row & _CHUNK - 1])

    def _options(self, rows: Ints) -> list[bytes]:
        """Those of neighbours in the file are read at once."""
        found = [b""] * len(rows)
        sizes, offset, options_at = self._gather(["options", "offset", "options_at"], rows)
        some = np.flatnonzero(sizes)
        places = offset[some] + options_at[some]
        order = np.argsort(places, kind="stable")
        places, some = places[order], some[order]
        bounds = [0, *(np.flatnonzero(np.diff(places) > _NEAR) + 1).tolist(), len(some)]
        begins, ends = places.tolist(), (places + sizes[some]).tolist()
        which, where = rows[some].tolist(), some.tolist()
        for first, after in pairwise(bounds if begins else ()):
            base, end = begins[first], ends[after - 1]
            data = self._bytes(base, end - base) if which[first] >= self._kept.n else b""
            for at in range(first, after):
                found[where[at]] = (
                    data[begins[at] - base : ends[at] - base]
                    if len(data) == end - base
                    else self._old_options(which[at], begins[at], ends[at] - begins[at])
                )
        return found

    def _bytes(self, place: int, size: int) -> bytes:
        """Bytes of the file: of the last batch, as they were read; of others once more."""
        base, recent = self._recent
        at = place - base
        if at >= 0 and at + size <= len(recent):
            return bytes(recent[at : at + size])
        return self._packet(place, size)

    def _old_options(self, row: int, place: int, size: int) -> bytes:
        if row >= self._kept.n:
            data = self._bytes(place, size)
            if data or row >= self._kept.n:  # else they were saved, and given back, just now
                return data
        return self._kept.get(row)

    def keep_options(self, before: int) -> None:
        """The file is about to give back what stands before this offset: keep the options that are there."""
        begin, end = self._kept.n, self._first_from(before)
        for first in range(begin, end, _CHUNK):
            rows = slice(first, min(first + _CHUNK, end))
            sizes = self._range("options", rows.start, rows.stop).astype(np.int64)
            places = self._range("offset", rows.start, rows.stop)
            places += self._range("options_at", rows.start, rows.stop)
            some = sizes > 0
            self._kept.add(sizes, kept_options.read(self._packet, places[some], sizes[some]))

    def _first_from(self, offset: int) -> int:
        """The first row whose packet stands at `offset` of the file or behind it."""
        chunk = bisect_left(self._chunks[:-1], offset, key=lambda chunk: int(chunk["offset"][-1]))
        first = chunk << _BITS
        return first + int(np.searchsorted(self._range("offset", first, min(first + _CHUNK, self.n)), offset))

    def first_after(self, frame: int) -> int:
        """The first row of a later frame than this; `n` where there is none."""
        full = self._chunks[: self.n >> _BITS]
        chunk = bisect_right(full, frame, key=lambda chunk: int(chunk["frame"][-1]))
        first = chunk << _BITS
        if first >= self.n:
            return self.n
        frames = self._chunks[chunk]["frame"][: self.n - first]
        return first + bisect_right(frames, frame)

    def put_sums(self, rows: Ints, sums: Sums) -> None:
        """These rows stand for others from now on. Before anybody else sees the store."""
        chunk, places = rows >> _BITS, rows & (_CHUNK - 1)
        for number in distinct(chunk):
            here = chunk == number
            columns, at = self._chunks[number], places[here]
            columns["bits"][at] = columns["bits"][at] & np.uint16(0xFFFF ^ _PLAIN) | np.uint16(_SUM)
            columns["seq"][at], columns["ack"][at] = sums.seq[here], sums.ack[here]
            columns["length"][at], columns["wirelen"][at] = sums.length[here], sums.wirelen[here]
            columns["caplen"][at] = 0  # there is no such packet in the file

    def only(self, rows: Ints, pairs: Ints, pair_of: NDArray[np.int32]) -> SegmentStore:
        """A new store of some rows and their pairs, as `compact` makes it. For the thread that appends."""
        new = SegmentStore(self._packet)
        new.counts, new._recent = self.counts, self._recent
        new.pairs = self.pairs.only(pairs)
        new._kept = self._kept.only(rows[: int(np.searchsorted(rows, self._kept.n))])
        bounds = np.searchsorted(rows, np.arange(len(self._chunks) + 1) << _BITS).tolist()
        for chunk, begin, end in zip(self._chunks, bounds, bounds[1:], strict=False):
            places = rows[begin:end] & (_CHUNK - 1)
            columns = {name: np.take(column, places) for name, column in chunk.items()}
            columns["flow"] = pair_of[columns["flow"]]
            new._write(begin, columns)
        for first in range(0, len(rows), _CHUNK):
            flow = new._range("flow", first, min(first + _CHUNK, len(rows)))
            new.pairs.publish(group(flow, len(pairs)), first)
        new.pairs.forget_touched()
        new.n = len(rows)
        new._errors = {
            int(pair_of[pair]): count for pair, count in self._errors.items() if pair_of[pair] >= 0
        }
        for frame, (pair, *place) in self._others.items():
            if pair_of[pair] >= 0:
                new._others[frame] = (int(pair_of[pair]), *place)  # type: ignore[assignment]
        return new

    def _gather(self, names: Sequence[str], rows: Rows) -> list[NDArray[Any]]:
        """Columns as they are stored."""
        if isinstance(rows, slice):
            return [self._range(name, *rows.indices(self.n)[:2]) for name in names]
        if not len(rows):
            return [np.zeros(0, _KINDS[name]) for name in names]
        chunk, places = rows >> _BITS, rows & (_CHUNK - 1)
        if (chunk == chunk[0]).all():
            only = self._chunks[int(chunk[0])]
            return [np.take(only[name], places) for name in names]
        back: Ints | None = None  # where each is once they are ascending, as a pair's rows are
        if (chunk[1:] < chunk[:-1]).any():
            order = np.argsort(chunk, kind="stable")
            chunk, places = chunk[order], places[order]
            back = np.empty_like(order)
            back[order] = np.arange(len(order))
        bounds = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(chunk)]
        pieces = [(self._chunks[int(chunk[begin])], places[begin:end]) for begin, end in pairwise(bounds)]
        found = (np.concatenate([np.take(one[name], at) for one, at in pieces]) for name in names)
        return [column if back is None else np.take(column, back) for column in found]

    def _range(self, name: str, start: int, stop: int) -> NDArray[Any]:
        parts = [
            self._chunks[number][name][max(start - (number << _BITS), 0) : stop - (number << _BITS)]
            for number in range(start >> _BITS, (stop + _CHUNK - 1) >> _BITS)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, _KINDS[name])

    def _write(self, first: int, columns: dict[str, NDArray[Any]]) -> None:
        count = len(columns["offset"])
        done = 0
        while done < count:
            row = first + done
            if row >> _BITS == len(self._chunks):
                self._chunks.append({name: np.empty(_CHUNK, kind) for name, kind in _KINDS.items()})
            chunk, at = self._chunks[row >> _BITS], row & _CHUNK - 1
            size = min(count - done, _CHUNK - at)
            for name, values in columns.items():
                chunk[name][at : at + size] = values[done : done + size]
            done += size


def _from_bits(name: str, bits: NDArray[np.uint16]) -> NDArray[Any]:
    if name == "sender":
        return np.where(bits & SENDER, 1, 0).astype(np.uint8)
    if name == "plain":
        return (bits & np.uint16(_PLAIN)).astype(np.bool_)
    if name == "sum":
        return (bits & np.uint16(_SUM)).astype(np.bool_)
    if name == "version":
        return np.where(bits & IPV6, 6, 4).astype(np.uint8)
    flags: NDArray[np.uint16] = bits & np.uint16(0x1FF)
    return flags


def _sum(one: Counts, other: Counts) -> Counts:
    """A new object: readers hold the one before."""
    total = Counts(one.frames + other.frames, one.tcp + other.tcp, one.cut + other.cut, dict(one.other))
    for what, number in other.other.items():
        total.add(what, number)
    return total
