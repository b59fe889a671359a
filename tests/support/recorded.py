"""A small reader of captures for the truth tests: classic pcap to segments, by means of dpkt."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from pathlib import Path

import dpkt

from tcptui.tcp.segment import Segment

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"

Key = tuple[str, str]


def frames(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """(time in ns, frame, link type) of each record."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": ("little", 1000), b"\x4d\x3c\xb2\xa1": ("little", 1)}
    order |= {b"\xa1\xb2\xc3\xd4": ("big", 1000), b"\xa1\xb2\x3c\x4d": ("big", 1)}
    endian, unit = order[raw[:4]]
    link = int.from_bytes(raw[20:24], endian)  # type: ignore[arg-type]
    at = 24
    while at + 16 <= len(raw):
        sec, sub, caplen, _ = (int.from_bytes(raw[at + i : at + i + 4], endian) for i in (0, 4, 8, 12))  # type: ignore[arg-type]
        yield sec * 1_000_000_000 + sub * unit, raw[at + 16 : at + 16 + caplen], link
        at += 16 + caplen


def network(frame: bytes, link: int) -> object:
    """The IP packet in a frame, or None."""
    try:
        if link == 1:
            return dpkt.ethernet.Ethernet(frame).data
        if link == 113:
            return dpkt.sll.SLL(frame).data
        if link == 0:
            return dpkt.loopback.Loopback(frame).data
        return dpkt.ip.IP(frame) if frame[0] >> 4 == 4 else dpkt.ip6.IP6(frame)
    except (dpkt.UnpackError, IndexError):
        return None


def connections(path: Path) -> dict[Key, list[Segment]]:
    """The segments of each pair of sockets, keyed by (address of endpoint 0, of endpoint 1)."""
    found: dict[Key, list[Segment]] = {}
    for number, (time_ns, frame, link) in enumerate(frames(path), 1):
        packet = network(frame, link)
        if not isinstance(packet, (dpkt.ip.IP, dpkt.ip6.IP6)) or not isinstance(packet.data, dpkt.tcp.TCP):
            continue
        tcp = packet.data
        family = socket.AF_INET if isinstance(packet, dpkt.ip.IP) else socket.AF_INET6
        ends = [
            f"{_host(family, ip)}:{port}" for ip, port in ((packet.src, tcp.sport), (packet.dst, tcp.dport))
        ]
        key, sender = (ends[0], ends[1]), 0
        if (ends[1], ends[0]) in found:
            key, sender = (ends[1], ends[0]), 1 if ends[0] != ends[1] else 0
        ipv4 = isinstance(packet, dpkt.ip.IP)
        payload = packet.len - packet.hl * 4 - tcp.off * 4 if ipv4 else len(tcp.data)
        segment = Segment(
            number,
            time_ns,
            sender,
            tcp.seq,
            tcp.ack,
            tcp.flags,
            tcp.win,
            max(0, payload),
            bytes(tcp.opts),
            packet.id if ipv4 else None,
            packet.ttl if ipv4 else packet.hlim,
        )
        found.setdefault(key, []).append(segment)
    return found


def _host(family: int, ip: bytes) -> str:
    return socket.inet_ntop(family, ip)
