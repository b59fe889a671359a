"""Packets and capture files built byte by byte, so that they can be as wrong as a test wants."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import numpy as np

from tcptui.capture.pcapfile import Batch, CaptureReader

MACS = b"\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
START = 1_700_000_000_000_000_000
CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "captures"


def tcp(
    payload: bytes = b"",
    *,
    sport: int = 40000,
    dport: int = 80,
    seq: int = 1000,
    ack: int = 0,
    flags: int = 0x10,
    window: int = 8192,
    options: bytes = b"",
    offset: int | None = None,
) -> bytes:
    """offset: the header length in 32-bit words, where it is to be a wrong one."""
    words = 5 + len(options) // 4 if offset is None else offset
    head = struct.pack(">HHIIHHHH", sport, dport, seq, ack, words << 12 | flags, window, 0, 0)
    return head + options + payload


def ipv4(
    payload: bytes,
    *,
    src: str = "10.0.0.1",
    dst: str = "10.0.0.2",
    proto: int = 6,
    options: bytes = b"",
    total: int | None = None,
    fragment: int = 0,
    ident: int = 7,
    ttl: int = 64,
    first: int | None = None,
) -> bytes:
    """fragment: flags and offset as on the wire. first: the first byte (version and header length)."""
    length = 20 + len(options) + len(payload) if total is None else total
    version = 0x45 + len(options) // 4 if first is None else first
    head = struct.pack(">BBHHHBBH", version, 0, length & 0xFFFF, ident, fragment, ttl, proto, 0)
    return head + socket.inet_aton(src) + socket.inet_aton(dst) + options + payload


def ipv6(
    payload: bytes,
    *,
    src: str = "2001:db8::1",
    dst: str = "2001:db8::2",
    proto: int = 6,
    length: int | None = None,
    hops: int = 64,
) -> bytes:
    size = len(payload) if length is None else length
    head = struct.pack(">IHBB", 6 << 28, size, proto, hops)
    return head + socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst) + payload


def extension(kind: int, following: int, body: bytes = b"\x01\x04\0\0\0\0") -> bytes:
    """An IPv6 extension header of kind `kind`; `following` is the protocol behind it."""
    if kind == 44:
        return struct.pack(">BBHI", following, 0, 1, 99)  # the first of several fragments
    if kind == 51:
        return bytes([following, 1]) + bytes(10)
    return bytes([following, (len(body) + 2) // 8 - 1]) + body


def ethernet(payload: bytes, ethertype: int = 0x0800) -> bytes:
    return MACS + struct.pack(">H", ethertype) + payload


def padded(frame: bytes) -> bytes:
    """As on the wire: no Ethernet frame is shorter than 60 bytes."""
    return frame + bytes(max(0, 60 - len(frame)))


def frame(payload: bytes = b"", **fields: int | bytes) -> bytes:
    """A TCP segment in IPv4 in Ethernet."""
    return ethernet(ipv4(tcp(payload, **fields)))  # type: ignore[arg-type]


def later(data: bytes, numbers: int) -> bytes:
    """The same TCP segment in IPv4 in Ethernet, of a connection whose sequence numbers are so much higher."""
    seq, ack = struct.unpack_from(">II", data, 38)
    flags = data[47]
    seq, ack = seq + numbers & 0xFFFFFFFF, (ack + numbers & 0xFFFFFFFF) if flags & 0x10 else ack
    return data[:38] + struct.pack(">II", seq, ack) + data[46:]


Record = bytes | tuple[bytes, int] | tuple[bytes, int, int]  # frame, wire length, time in ns


def _record(record: Record, index: int) -> tuple[bytes, int, int]:
    if isinstance(record, bytes):
        return record, len(record), START + index * 1_000_000
    if len(record) == 2:
        return record[0], record[1], START + index * 1_000_000
    return record


def pcap_header(order: str = "<", magic: int = 0xA1B2C3D4, linktype: int = 1, snaplen: int = 262144) -> bytes:
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)


def pcap(*records: Record, order: str = "<", magic: int = 0xA1B2C3D4, linktype: int = 1) -> bytes:
    """A classic capture file."""
    out = [pcap_header(order, magic, linktype)]
    unit = 1 if magic == 0xA1B23C4D else 1000
    for index, record in enumerate(records):
        data, wire, time = _record(record, index)
        seconds, rest = divmod(time, 10**9)
        out.append(struct.pack(order + "IIII", seconds, rest // unit, len(data), wire))
        out.append(bytes(8) if magic == 0xA1B2CD34 else b"")
        out.append(data)
    return b"".join(out)


def block(kind: int, body: bytes, order: str = "<", length: int | None = None) -> bytes:
    """A pcapng block; `length` where it is to be a wrong one."""
    body += bytes(-len(body) % 4)
    size = len(body) + 12 if length is None else length
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(
    linktype: int = 1,
    order: str = "<",
    *,
    snaplen: int = 0,
    resolution: int | None = None,
    offset: int | None = None,
) -> bytes:
    options = b""
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    if options:
        options += option(0, b"", order)
    return block(1, struct.pack(order + "HHI", linktype, 0, snaplen) + options, order)


def enhanced(
    data: bytes, order: str = "<", *, number: int = 0, ticks: int = START // 1000, wire: int | None = None
) -> bytes:
    ticks &= (1 << 64) - 1
    size = len(data) if wire is None else wire
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), size)
    return block(6, head + data, order)


def simple(data: bytes, order: str = "<", *, wire: int | None = None) -> bytes:
    return block(3, struct.pack(order + "I", len(data) if wire is None else wire) + data, order)


def obsolete(data: bytes, order: str = "<", *, number: int = 0, ticks: int = START // 1000) -> bytes:
    head = struct.pack(order + "HHIIII", number, 5, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(2, head + data, order)


def read_all(reader: CaptureReader, most: int = 65536) -> list[Batch]:
    """All batches that can be read now."""
    batches = []
    while (batch := reader.read(most)) is not None:
        batches.append(batch)
    return batches


def packets(batches: list[Batch]) -> list[tuple[int, int, int, int, bytes]]:
    """(time_ns, caplen, wirelen, linktype, bytes) of every record."""
    result = []
    for batch in batches:
        data = batch.data.tobytes()
        columns = (batch.time_ns, batch.caplen, batch.wirelen, batch.linktype, batch.offset - batch.base)
        for time, cap, wire, link, at in zip(*(c.tolist() for c in columns), strict=True):
            result.append((time, cap, wire, link, data[at : at + cap]))
    return result


def open_bytes(directory: Path, data: bytes, **options: bool) -> CaptureReader:
    """A reader of a file with these bytes."""
    path = directory / "capture"
    path.write_bytes(data)
    return CaptureReader(path, **options)  # type: ignore[arg-type]


def batch(*frames: tuple[bytes, int] | tuple[bytes, int, int]) -> Batch:
    """A batch of (bytes, link type, length on the wire), as if read from the middle of a file."""
    base = 1000
    data = b"".join(f[0] for f in frames)
    caplen = np.array([len(f[0]) for f in frames], np.uint32)
    wirelen = np.array([f[2] if len(f) == 3 else len(f[0]) for f in frames], np.uint32)
    offset = np.concatenate(([0], np.cumsum(caplen, dtype=np.int64)))[:-1].astype(np.int64) + base
    return Batch(
        data=np.frombuffer(data, np.uint8),
        base=base,
        first_frame=1,
        offset=offset,
        caplen=caplen,
        wirelen=wirelen,
        time_ns=START + np.arange(len(frames), dtype=np.int64) * 1_000_000,
        linktype=np.array([f[1] for f in frames], np.uint16),
    )
