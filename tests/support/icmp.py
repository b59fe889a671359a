"""Captures with ICMP errors: a request that is dropped, a packet too big, advice to an open connection."""

from __future__ import annotations

from pathlib import Path

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from tcptui.tcp.timers import SECOND
from tests.support.packets import ipv4, pcap

CLIENT, SERVER, ROUTER = "192.0.2.10", "192.0.2.20", "192.0.2.1"
DROPPED, TOO_BIG, ADVICE = 3, 8, 12
"""Frames of `conversation`."""


def conversation(path: Path) -> Path:
    """A conversation of 15 frames, three of them ICMP errors; written to `path`."""
    answer = _from_server(900, 101, "SA", 7)
    big = _from_client(101, 5001, "PA", 3, 1448)
    packets = [
        _from_client(100, 0, "S", 1),
        answer,
        _error(answer, SERVER, code=1),
        _from_client(100, 0, "S", 2),
        _from_server(5000, 101, "SA", 8),
        _from_client(101, 5001, "A", 3),
        big,
        _error(big, CLIENT, code=4, nexthopmtu=1400),
        _from_client(101, 5001, "A", 4, 1348),
        _from_client(1449, 5001, "PA", 5, 100),
        _from_server(5001, 1549, "A", 9),
        _error(big, CLIENT, code=1),
        _from_client(1549, 5001, "FA", 6),
        _from_server(5001, 1550, "FA", 10),
        _from_client(1550, 5002, "A", 7),
    ]
    frames = [bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / one) for one in packets]
    path.write_bytes(
        pcap(*((one, len(one), 1000 * SECOND + at * SECOND // 10) for at, one in enumerate(frames)))
    )
    return path


def _from_client(seq: int, ack: int, flags: str, ip_id: int, length: int = 0) -> Packet:
    header = TCP(sport=40000, dport=9502, seq=seq, ack=ack, flags=flags)
    return IP(src=CLIENT, dst=SERVER, id=ip_id) / header / bytes(length)


def _from_server(seq: int, ack: int, flags: str, ip_id: int) -> Packet:
    header = TCP(sport=9502, dport=40000, seq=seq, ack=ack, flags=flags)
    return IP(src=SERVER, dst=CLIENT, id=ip_id) / header


def _error(about: Packet, to: str, **fields: int) -> Packet:
    return IP(src=ROUTER, dst=to) / ICMP(type=3, **fields) / bytes(about)[:28]


def unreachable(quoted: bytes) -> bytes:
    """An ICMP error that quotes an IPv4 packet."""
    return ipv4(bytes([3, 1]) + bytes(6) + quoted[:28], src="10.0.0.9", dst="10.0.0.1", proto=1)
