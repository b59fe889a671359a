"""dpkt: packets and octets of each TCP conversation, as `tshark -z conv,tcp` counts. Argument: a capture."""

from __future__ import annotations

import sys
from collections import Counter

import dpkt  # type: ignore[import-untyped]


def main() -> None:
    """Count."""
    packets: Counter[tuple[object, ...]] = Counter()
    octets: Counter[tuple[object, ...]] = Counter()
    with open(sys.argv[1], "rb") as file:
        for _, frame in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(frame).data
            tcp = ip.data
            if isinstance(tcp, dpkt.tcp.TCP):
                ends = (ip.src, tcp.sport), (ip.dst, tcp.dport)
                key: tuple[object, ...] = (min(ends), max(ends))
                packets[key] += 1
                octets[key] += len(frame)
    for conversation, count in packets.items():
        print(conversation, count, octets[conversation])


if __name__ == "__main__":
    main()
