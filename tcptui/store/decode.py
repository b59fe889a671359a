"""From packet records to columns of TCP segments, whole batches at a time: no Python runs per packet.

Lengths are those of the IP header, not of what was captured, so neither the padding of short Ethernet frames
nor a snapshot length counts as payload (or hides it). An IP length of 0, which segmentation offload leaves in
outgoing packets, is taken from the length on the wire.

A segment is one whose 20 fixed bytes were captured; its options are kept as far as they were.

Limits: fragments after the first are counted, not reassembled, so the first one seems shorter than the
segment was. IP in IP, GRE and other tunnels are not entered. Checksums are not verified: offload leaves wrong
ones in most captures of the sender itself.
"""

from __future__ import annotations

from dataclasses import field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.pcapfile import Batch
from tcptui.dataclass import dataclass
from tcptui.store import linktypes
from tcptui.store.headers import Bytes, Header, Ints, among

TCP = 6
ICMP = {4: 1, 6: 58}
"""Protocol numbers, by version of IP."""

_HOP, _ROUTING, _FRAGMENT, _AH, _NONE, _DESTINATION, _MOBILITY = 0, 43, 44, 51, 59, 60, 135
EXTENSIONS = (_HOP, _ROUTING, _FRAGMENT, _AH, _DESTINATION, _MOBILITY, 139, 140)
_MOST_EXTENSIONS = 16
_FRAGMENTED, _CUT, _MALFORMED = -1, -2, -3  # beside the protocol numbers 0 to 255
_PROTOCOLS = {
    1: "ICMP", 2: "IGMP", 4: "IP in IP", 17: "UDP", 41: "IP in IP", 47: "GRE", 50: "ESP", 51: "AH",
    58: "ICMPv6", 59: "IPv6 without payload", 89: "OSPF", 103: "PIM", 112: "VRRP", 132: "SCTP",
    _FRAGMENTED: "fragments", _MALFORMED: "malformed",
}  # fmt: skip
_ETHERTYPES = {
    linktypes.ARP: "ARP",
    linktypes.LLC: "LLC",
    linktypes.PPPOE_DISCOVERY: "PPPoE discovery",
    linktypes.PPPOE: "PPP",
    linktypes.UNKNOWN: "not IP",
    0x888E: "EAPOL",
    0x88CC: "LLDP",
    0x8809: "LACP",
}


@dataclass(slots=True)
class Counts:
    """What became of the frames: frames = tcp + cut + the sum of other.

    tcp: segments. other: frames by what they were instead. cut: captured too short to read their headers.
    """

    frames: int = 0
    tcp: int = 0
    cut: int = 0
    other: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        self.other[what] = self.other.get(what, 0) + number


@dataclass(frozen=True, slots=True)
class Columns:
    """The TCP segments of a batch, a row each.

    record: index of the packet in its batch. version: 4 or 6. source, destination: addresses as two 64-bit
    words, the upper one 0 for IPv4. options_at: place of the option bytes, from the packet's first byte.
    options: how many of them there are and were captured. Other columns as in Segment.
    """

    record: Ints
    version: NDArray[np.uint8]
    source: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    destination: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    source_port: NDArray[np.uint16]
    destination_port: NDArray[np.uint16]
    seq: NDArray[np.uint32]
    ack: NDArray[np.uint32]
    flags: NDArray[np.uint16]
    window: NDArray[np.uint16]
    length: NDArray[np.uint32]
    ip_id: NDArray[np.uint16]
    ttl: NDArray[np.uint8]
    options_at: NDArray[np.uint16]
    options: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Icmp:
    """ICMP messages of one version of IP, a row each.

    record: index of the packet in its batch. at: place of the IP header in the batch's data; message: of
    the ICMP message, behind options and extension headers; end: of what was captured. size: of the message
    by the IP header.
    """

    version: int
    record: Ints
    at: Ints
    message: Ints
    end: Ints
    size: Ints


class Decoded(NamedTuple):
    """What a batch holds. icmp: those messages that are there, IPv4 before IPv6."""

    columns: Columns
    counts: Counts
    icmp: tuple[Icmp, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Of each record: its network header, its ends as captured and on the wire, and linktypes' limit."""

    at: Ints
    end: Ints
    wire_end: Ints
    limit: Ints


@dataclass(slots=True)
class _Ip:
    """IP packets of one version, a row each.

    record: index in the batch. header: bytes from the start of the IP header. after: place of the payload.
    length: payload bytes by the header. protocol: of the payload, or one of the negative numbers above.
    """

    record: Ints
    header: Header
    after: Ints
    length: Ints
    protocol: Ints

    def only(self, rows: NDArray[np.bool_]) -> _Ip:
        return _Ip(
            self.record[rows],
            Header(self.header.rows[rows]),
            self.after[rows],
            self.length[rows],
            self.protocol[rows],
        )


def decode(batch: Batch, data: Bytes | None = None) -> Decoded:
    """The batch's TCP segments in capture order, its ICMP messages, what all frames were. Never raises.

    data: the batch's, where they are at hand.
    """
    counts = Counts(frames=len(batch))
    data = data or Bytes(batch.data)
    start = batch.offset - batch.base
    end = start + batch.caplen
    at, kind, limit = linktypes.network(data, start, end, batch.linktype)
    place = _Place(at, end, start + batch.wirelen, limit)
    four = _ipv4(data, np.flatnonzero(kind == linktypes.IPV4), place)
    six = _ipv6(data, np.flatnonzero(kind == linktypes.IPV6), place)
    _count_links(counts, kind, batch.linktype)
    packets = [(ip, version) for ip, version in ((four, 4), (six, 6)) if len(ip.record)]
    columns = _merge([_tcp(data, ip, version, start, end, counts) for ip, version in packets])
    counts.tcp = len(columns.record)
    icmp = [_icmp(ip, version, place) for ip, version in packets]
    return Decoded(columns, counts, tuple(one for one in icmp if one is not None))


def _icmp(ip: _Ip, version: int, place: _Place) -> Icmp | None:
    """The ICMP messages among these packets; of fragments the first."""
    rows = np.flatnonzero(ip.protocol == ICMP[version])
    if not rows.size:
        return None
    record = ip.record[rows]
    return Icmp(version, record, place.at[record], ip.after[rows], place.end[record], ip.length[rows])


def _ipv4(data: Bytes, record: Ints, place: _Place) -> _Ip:
    """RFC 791."""
    at, end = place.at[record], place.end[record]
    header = data.header(at, 20)
    size = (header.u8(0) & 15).astype(np.int64) * 4
    total = header.u16(2).astype(np.int64)
    total = np.where(total == 0, place.wire_end[record] - at, total)
    total = np.minimum(total, place.limit[record] - at)
    protocol = header.u8(9).astype(np.int64)
    protocol[(header.u16(6) & 0x1FFF) != 0] = _FRAGMENTED
    protocol[(header.u8(0) >> 4 != 4) | (size < 20) | (total < size)] = _MALFORMED
    protocol[at + 20 > end] = _CUT
    return _Ip(record, header, at + size, total - size, protocol)


def _ipv6(data: Bytes, record: Ints, place: _Place) -> _Ip:
    """RFC 8200."""
    at, end = place.at[record], place.end[record]
    header = data.header(at, 40)
    length = header.u16(4).astype(np.int64)
    length = np.where(length == 0, place.wire_end[record] - at - 40, length)
    length = np.minimum(length, place.limit[record] - at - 40)
    protocol = header.u8(6).astype(np.int64)
    protocol[(header.u8(0) >> 4) != 6] = _MALFORMED
    protocol[at + 40 > end] = _CUT
    ip = _Ip(record, header, at + 40, length, protocol)
    for _ in range(_MOST_EXTENSIONS):
        rows = np.flatnonzero(among(ip.protocol, EXTENSIONS))
        if not rows.size:
            break
        _extension(data, ip, rows, end)
    return ip


def _extension(data: Bytes, ip: _Ip, rows: Ints, end: Ints) -> None:
    """Moves these packets behind one extension header."""
    kind, at = ip.protocol[rows], ip.after[rows]
    head = data.header(at, 8)
    size = (head.u8(1).astype(np.int64) + 1) * 8
    size[kind == _AH] = (head.u8(1)[kind == _AH].astype(np.int64) + 2) * 4
    size[kind == _FRAGMENT] = 8
    protocol = head.u8(0).astype(np.int64)
    protocol[(kind == _FRAGMENT) & (head.u16(2) >> 3 != 0)] = _FRAGMENTED
    protocol[size > ip.length[rows]] = _MALFORMED
    protocol[at + 8 > end[rows]] = _CUT
    ip.after[rows] += size
    ip.length[rows] -= size
    ip.protocol[rows] = protocol


def _tcp(data: Bytes, ip: _Ip, version: int, start: Ints, end: Ints, counts: Counts) -> Columns:
    """RFC 9293 3.1, and the counts of what is not TCP."""
    is_tcp = ip.protocol == TCP
    if not is_tcp.all():
        _count_protocols(counts, ip.protocol[~is_tcp])
        ip = ip.only(is_tcp)
    header = data.header(ip.after, 20)
    captured = end[ip.record] - ip.after
    offset = (header.u8(12) >> 4).astype(np.int64) * 4
    cut = (captured < 20) & (ip.length >= 20)
    sound = ~cut & (ip.length >= 20) & (offset >= 20) & (offset <= ip.length)
    if not sound.all():
        counts.cut += int(cut.sum())
        malformed = int((~cut & ~sound).sum())
        if malformed:
            counts.add("malformed TCP", malformed)
        ip, header = ip.only(sound), Header(header.rows[sound])
        captured, offset = captured[sound], offset[sound]
    source, destination = _addresses(ip.header, version)
    inner = ip.header
    return Columns(
        record=ip.record,
        version=np.full(len(ip.record), version, np.uint8),
        source=source,
        destination=destination,
        source_port=header.u16(0),
        destination_port=header.u16(2),
        seq=header.u32(4),
        ack=header.u32(8),
        flags=header.u16(12) & np.uint16(0x1FF),
        window=header.u16(14),
        length=(ip.length - offset).astype(np.uint32),
        ip_id=inner.u16(4) if version == 4 else np.zeros(len(ip.record), np.uint16),
        ttl=np.ascontiguousarray(inner.u8(8 if version == 4 else 7)),
        options_at=(ip.after + 20 - start[ip.record]).astype(np.uint16),
        options=(np.minimum(captured, offset) - 20).astype(np.uint8),
    )


def _addresses(
    header: Header, version: int
) -> tuple[tuple[NDArray[np.uint64], NDArray[np.uint64]], tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
    """Source and destination."""
    if version == 6:
        return (header.u64(8), header.u64(16)), (header.u64(24), header.u64(32))
    none = np.zeros(len(header.rows), np.uint64)
    return (none, header.u32(12).astype(np.uint64)), (none, header.u32(16).astype(np.uint64))


def _merge(parts: list[Columns]) -> Columns:
    """IPv4 and IPv6 segments in the order of their records."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _NO_ROWS
    four, six = parts
    order = np.argsort(np.concatenate((four.record, six.record)), kind="stable")

    def both(name: str) -> NDArray[np.generic]:
        return np.concatenate((getattr(four, name), getattr(six, name)))[order]

    def address(name: str) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        a, b = getattr(four, name), getattr(six, name)
        return np.concatenate((a[0], b[0]))[order], np.concatenate((a[1], b[1]))[order]

    pairs = {name: address(name) for name in ("source", "destination")}
    plain = {name: both(name) for name in Columns.__slots__ if name not in pairs}
    return Columns(**plain, **pairs)  # type: ignore[arg-type]


def _count_links(counts: Counts, kind: NDArray[np.int64], linktype: NDArray[np.uint16]) -> None:
    """Counts the frames that carry no IP."""
    rest = (kind != linktypes.IPV4) & (kind != linktypes.IPV6)
    if not rest.any():
        return
    values, numbers = np.unique(kind[rest], return_counts=True)
    for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
        if value == linktypes.CUT:
            counts.cut += number
        elif value != linktypes.NO_LINK:
            counts.add(_ETHERTYPES.get(value, f"EtherType {value:#06x}"), number)
    values, numbers = np.unique(linktype[kind == linktypes.NO_LINK], return_counts=True)
    for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
        counts.add(f"link type {value}", number)


def _count_protocols(counts: Counts, protocol: Ints) -> None:
    values, numbers = np.unique(protocol, return_counts=True)
    for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
        if value == _CUT:
            counts.cut += number
        else:
            counts.add(_PROTOCOLS.get(value, f"IP protocol {value}"), number)


def _no_rows() -> Columns:
    u1, u2, u4 = np.zeros(0, np.uint8), np.zeros(0, np.uint16), np.zeros(0, np.uint32)
    word = np.zeros(0, np.uint64)
    none = np.zeros(0, np.int64)
    return Columns(none, u1, (word, word), (word, word), u2, u2, u4, u4, u2, u2, u4, u2, u1, u2, u1)


_NO_ROWS = _no_rows()
