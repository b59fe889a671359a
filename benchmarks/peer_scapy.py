"""scapy: packets and octets of each TCP conversation, as `tshark -z conv,tcp` counts. Argument: a capture."""

from __future__ import annotations

import sys
from collections import Counter

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.utils import RawPcapReader


def main() -> None:
    """Count."""
    packets: Counter[tuple[object, ...]] = Counter()
    octets: Counter[tuple[object, ...]] = Counter()
    for frame, _ in RawPcapReader(sys.argv[1]):
        packet = Ether(frame)
        ip = packet.getlayer(IP) or packet.getlayer(IPv6)
        tcp = packet.getlayer(TCP)
        if ip is not None and tcp is not None:
            ends = (ip.src, tcp.sport), (ip.dst, tcp.dport)
            key: tuple[object, ...] = (min(ends), max(ends))
            packets[key] += 1
            octets[key] += len(frame)
    for conversation, count in packets.items():
        print(conversation, count, octets[conversation])


if __name__ == "__main__":
    main()
