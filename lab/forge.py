"""Frames that nobody sent, for the wire to inject."""

from __future__ import annotations

import ipaddress
import random
import struct

from lab.frame import Frame
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
    macs = b"".join(bytes.fromhex(host.mac.replace(":", "")) for host in (receiver, sender))
    addresses = b"".join(ipaddress.ip_address(host.address).packed for host in (sender, receiver))
    return _frame(macs, addresses, (source_port, destination_port), flags, (seq, ack), data, window)


def forged_near(frame: Frame, chance: random.Random) -> bytes:
    """What somebody might send in the name of a frame's sender: a RST, SYN or ACK with numbers near its own.

    Of a frame that is no TCP over IPv4, the frame itself.
    """
    if not frame.flags or ":" in frame.source:
        return frame.data
    flags = chance.choice(("R", "R.", "S", "."))
    seq = frame.seq + frame.length + chance.choice((-100_000, -1, 0, 0, 1, 500, 20_000, 10_000_000))
    ack = frame.ack if "." in flags else 0
    ports = frame.source_port, frame.destination_port
    return _frame(frame.data[:12], frame.data[26:34], ports, flags, (seq, ack), b"", 64240)


def _frame(
    macs: bytes,
    addresses: bytes,
    ports: tuple[int, int],
    flags: str,
    numbers: tuple[int, int],
    data: bytes,
    window: int,
) -> bytes:
    bits = sum(_BITS[letter] for letter in flags)
    seq, ack = (number & 0xFFFFFFFF for number in numbers)
    tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, bits, window, 0, 0) + data
    tcp_sum = checksum(addresses + struct.pack("!HH", 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", tcp_sum) + tcp[18:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, _TTL, 6, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return macs + b"\x08\x00" + header + tcp


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of `data`."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
