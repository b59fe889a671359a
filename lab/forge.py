"""Frames that nobody sent, for the wire to inject."""

from __future__ import annotations

import ipaddress
import struct

from lab.net import Host

_BITS = {"F": 0x01, "S": 0x02, "R": 0x04, "P": 0x08, ".": 0x10}
_TTL = 64


def tcp_frame(
    source: tuple[Host, int],
    destination: tuple[Host, int],
    flags: str,
    seq: int,
    ack: int = 0,
    data: bytes = b"",
    window: int = 64240,
) -> bytes:
    """An Ethernet frame with a TCP segment over IPv4, without options; flags in tcpdump's letters."""
    (sender, source_port), (receiver, destination_port) = source, destination
    bits = sum(_BITS[letter] for letter in flags)
    numbers = (source_port, destination_port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, bits, window)
    tcp = struct.pack("!HHIIBBHHH", *numbers, 0, 0) + data
    ends = b"".join(ipaddress.ip_address(host.address).packed for host in (sender, receiver))
    sum_ = checksum(ends + struct.pack("!HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", sum_) + tcp[18:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, _TTL, 6, 0) + ends
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    macs = b"".join(bytes.fromhex(host.mac.replace(":", "")) for host in (receiver, sender))
    return macs + b"\x08\x00" + header + tcp


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of `data`."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
