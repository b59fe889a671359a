"""Conversations for Zeek's view, a line a packet."""

from __future__ import annotations

from tcptui.tcp.segment import Segment
from tcptui.zeek.log import Entry, PairLog

BITS = {"F": 1, "S": 2, "R": 4, "P": 8, ".": 16}


def segment(line: str, packet: int) -> Segment:
    """``0.5 C P. 100:10 ack 300 win 0``: seconds, Client or Server, tcpdump's flags, seq:length, …"""
    seconds, who, flags, place, *rest = line.split()
    seq, _, length = place.partition(":")
    named = dict(zip(rest[::2], map(int, rest[1::2]), strict=True))
    return Segment(
        packet=packet,
        time_ns=round(float(seconds) * 1e9),
        sender="CS".index(who),
        seq=int(seq) % 2**32,
        ack=named.get("ack", 0) % 2**32,
        flags=sum(BITS[flag] for flag in flags.replace("none", "")),
        window=named.get("win", 500),
        length=int(length or 0),
    )


def log(*lines: str, ports: tuple[int, int] = (40000, 50000)) -> list[Entry]:
    """The connections of these packets. A line that ends in "cut" was not captured to the end."""
    pair = PairLog(ports)
    for number, line in enumerate(lines, 1):
        pair.feed(segment(line.removesuffix("cut"), number), whole=not line.endswith("cut"))
    return pair.entries()


def told(*lines: str, ports: tuple[int, int] = (40000, 50000)) -> list[tuple[str, str]]:
    """conn_state and history of each connection."""
    return [(entry.conn_state, entry.history) for entry in log(*lines, ports=ports)]


HANDSHAKE = ("0 C S 99", "0.1 S S. 299 ack 100", "0.2 C . 100 ack 300")
