"""Follow stream: the bytes that both applications sent, in the order of sequence numbers.

Retransmissions are left out, segments that came out of order stand where they belong, and what the
capture does not have, or has not kept, is a gap that says how large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import partial
from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.hexdump import hexdump
from tcptui.model.text import clean, merge, wrap
from tcptui.model.times import size
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff

MOST_WAITING = 1024
"""Segments kept behind a gap before it is passed over."""

MOST = 1 << 20
"""Payload bytes that are shown of one connection."""


class Piece(NamedTuple):
    """A stretch of one direction. data is empty for a gap; missing: bytes that the capture does not have.

    gone: it had them, and has not kept them.
    """

    sender: int
    packet: int
    data: bytes
    missing: int = 0
    gone: bool = False


@dataclass(slots=True)
class _Direction:
    """One sender's bytes: `next` is the sequence number that comes next, None until one is known."""

    sender: int
    next: int | None = None
    waiting: dict[int, tuple[int, int, bytes | None]] = field(
        default_factory=dict
    )  # seq: packet, length, data

    def add(self, packet: int, seq: int, length: int, data: bytes | None) -> Iterator[Piece]:
        """A segment's payload, `data` being as much of it as was captured; None where that is not kept."""
        if self.next is None:
            self.next = seq
        known = self.waiting.get(seq)
        if known is None or known[1] < length:
            self.waiting[seq] = (packet, length, data)
        yield from self.drain() if len(self.waiting) <= MOST_WAITING else self.skip(None)

    def drain(self) -> Iterator[Piece]:
        """What follows on without a gap."""
        while self.waiting:
            assert self.next is not None
            seq = min(self.waiting, key=lambda start: diff(start, self.next or 0))
            if diff(seq, self.next) > 0:
                return
            packet, length, data = self.waiting.pop(seq)
            old = diff(self.next, seq)
            if old >= length:
                continue
            self.next = add(seq, length)
            if data is None:
                yield Piece(self.sender, packet, b"", length - max(old, 0), gone=True)
                continue
            if data[old:]:
                yield Piece(self.sender, packet, data[old:])
            if length > len(data):
                yield Piece(self.sender, packet, b"", length - max(old, len(data)))

    def skip(self, ack: int | None) -> Iterator[Piece]:
        """Over the gap before what waits, when the peer has acknowledged that, or (None) in any case."""
        while self.waiting and self.next is not None:
            seq = min(self.waiting, key=lambda start: diff(start, self.next or 0))
            gap = diff(seq, self.next)
            if ack is not None and diff(ack, seq) <= 0:
                return
            if gap > 0:
                yield Piece(self.sender, self.waiting[seq][0], b"", gap)
                self.next = seq
            yield from self.drain()


Payload = Callable[[int], bytes | None]


class Following:
    """A connection's stream, whose segments come in portions.

    most: payload bytes after which it ends; full: it has. Never raises on any segments.
    """

    def __init__(self, most: int = MOST) -> None:
        self._directions = (_Direction(0), _Direction(1))
        self._left = most

    @property
    def full(self) -> bool:
        """There are as many bytes as are shown."""
        return self._left <= 0

    def feed(self, segments: Iterable[Segment], payload: Payload) -> Iterator[Piece]:
        """The pieces that the next segments, in capture order, make complete.

        payload(i) gives the captured payload of the i-th of these segments: at most segment.length bytes,
        fewer when the packet was cut, None when its bytes are no longer kept.
        """
        for at, segment in enumerate(segments):
            yield from self._counted(_pieces(segment, partial(payload, at), self._directions))
            if self.full:
                return

    def end(self) -> Iterator[Piece]:
        """What stands behind gaps when no more segments come."""
        for direction in self._directions:
            yield from self._counted(direction.skip(None))

    def _counted(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            if self.full:
                return
            self._left -= len(piece.data)
            yield piece


def follow(segments: Iterable[Segment], payload: Payload, most: int = MOST) -> Iterator[Piece]:
    """The pieces of a connection, in the order in which they became complete; see Following."""
    following = Following(most)
    yield from following.feed(segments, payload)
    yield from following.end()


def _pieces(
    segment: Segment, payload: Callable[[], bytes | None], directions: tuple[_Direction, _Direction]
) -> Iterator[Piece]:
    """The pieces that one segment makes complete."""
    own, peer = directions[segment.sender], directions[1 - segment.sender]
    if segment.flags & Flags.ACK and peer.waiting:
        yield from peer.skip(segment.ack)
    seq = segment.seq
    if segment.flags & Flags.SYN:
        seq = add(seq, 1)
        if own.next is None or abs(diff(seq, own.next)) > 1 << 16:
            yield from own.skip(None)
            own.next = seq
    if segment.length and not segment.flags & Flags.RST:
        data = payload()
        if not _is_probe(segment, own):
            kept = None if data is None else data[: segment.length]
            yield from own.add(segment.packet, seq, segment.length, kept)


def _is_probe(segment: Segment, own: _Direction) -> bool:
    """A keep-alive's byte of rubbish, sent below everything, would otherwise begin the stream."""
    return (
        own.next is None and segment.length == 1 and not segment.flags & (Flags.PSH | Flags.SYN | Flags.FIN)
    )


def joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same with neighbours of one sender in one piece."""
    last: Piece | None = None
    parts: list[bytes] = []
    for piece in pieces:
        if last is not None and piece.sender == last.sender:
            if piece.data and last.data:
                parts.append(piece.data)
                continue
            if piece.gone and last.gone:
                last = last._replace(missing=last.missing + piece.missing)
                continue
        if last is not None:
            yield last._replace(data=b"".join(parts))
        last, parts = piece, [piece.data]
    if last is not None:
        yield last._replace(data=b"".join(parts))


def rows(pieces: Iterable[Piece], client: int, width: int, *, hexadecimal: bool = False) -> Iterator[Row]:
    """A stream's rows of at most `width` columns: ``▶`` and what the client sent, ``◀`` what the server sent.

    As text, a row ends where a line of the text does; what is not printable is escaped.
    """
    for piece in joined(pieces):
        role, sign = (Role.CLIENT, "▶ ") if piece.sender == client else (Role.SERVER, "◀ ")
        if piece.missing:
            what = "no longer kept" if piece.gone else "not captured"
            yield (
                Cell(sign, role),
                Cell(f"┄ {size(piece.missing)} {what} ┄"[: max(0, width - 2)], Role.WARN),
            )
        elif hexadecimal:
            for row in hexdump(piece.data, width - 2):
                yield merge((Cell(sign, role), *row))
        else:
            for line in _lines(piece.data):
                for part in wrap(line, width - 2):
                    yield merge((Cell(sign, role), Cell(part, role)))


def _lines(data: bytes) -> Iterator[str]:
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for line in lines:
        yield clean(line.removesuffix(b"\r").expandtabs(4))
