"""dpkt's or scapy's loop over a capture, counting what `tshark -z conv,tcp` counts: packets and octets.

A program of its own: `python peer_loop.py dpkt FILE`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Counted(NamedTuple):
    """What is counted of a packet: (address, port) of both ends, octets."""

    source: tuple[Any, int]
    target: tuple[Any, int]
    octets: int


def by_dpkt(path: str) -> Iterator[Counted]:
    """Each TCP packet, decoded by dpkt."""
    import dpkt  # type: ignore[import-untyped]

    with open(path, "rb") as file:
        for _, frame in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(frame).data
            tcp = ip.data
            if isinstance(tcp, dpkt.tcp.TCP):
                yield Counted((ip.src, tcp.sport), (ip.dst, tcp.dport), len(frame))


def by_scapy(path: str) -> Iterator[Counted]:
    """Each TCP packet, decoded by scapy."""
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader

    for frame, _ in RawPcapReader(path):
        packet = Ether(frame)
        ip = packet.getlayer(IP) or packet.getlayer(IPv6)
        tcp = packet.getlayer(TCP)
        if ip is not None and tcp is not None:
            yield Counted((ip.src, tcp.sport), (ip.dst, tcp.dport), len(frame))


LOOPS: dict[str, Callable[[str], Iterator[Counted]]] = {"dpkt": by_dpkt, "scapy": by_scapy}


def main() -> None:
    """Count, and print a conversation a line."""
    packets: Counter[tuple[Any, ...]] = Counter()
    octets: Counter[tuple[Any, ...]] = Counter()
    for source, target, size in LOOPS[sys.argv[1]](sys.argv[2]):
        ends = (source, target) if source < target else (target, source)
        packets[ends] += 1
        octets[ends] += size
    for ends, count in packets.items():
        print(ends, count, octets[ends])


if __name__ == "__main__":
    main()
