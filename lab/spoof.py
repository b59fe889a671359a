"""Frames whose addresses belong to nobody here: for a flood, and for captures that are made up."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

_BITS = {"F": 0x01, "S": 0x02, "R": 0x04, "P": 0x08, ".": 0x10}


@dataclass(frozen=True, slots=True)
class End:
    """A host as the wire shows it. ttl: what is left of it there."""

    address: str
    mac: str
    ttl: int = 64

    def named(self, address: str) -> End:
        """The same machine under a forged address."""
        return End(address, self.mac, self.ttl)


def segment(
    source: tuple[End, int],
    destination: tuple[End, int],
    flags: str,
    seq: int,
    ack: int = 0,
    data: bytes = b"",
    *,
    window: int = 4096,
    mss: int | None = None,
    ip_id: int = 0,
) -> bytes:
    """An Ethernet frame with a TCP segment over IPv4, checksums right; flags in tcpdump's letters."""
    (sender, source_port), (receiver, destination_port) = source, destination
    options = b"" if mss is None else struct.pack("!BBH", 2, 4, mss)
    bits = sum(_BITS[letter] for letter in flags)
    head = (source_port, destination_port, seq % 2**32, ack % 2**32, (20 + len(options)) << 2, bits, window)
    tcp = struct.pack("!HHIIBBHHH", *head, 0, 0) + options + data
    ends = b"".join(ipaddress.ip_address(end.address).packed for end in (sender, receiver))
    tcp = _with_sum(tcp, 16, ends + struct.pack("!HH", 6, len(tcp)))
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), ip_id, 0, sender.ttl, 6, 0) + ends
    macs = b"".join(bytes.fromhex(end.mac.replace(":", "")) for end in (receiver, sender))
    return macs + b"\x08\x00" + _with_sum(header, 10) + tcp


def _with_sum(data: bytes, at: int, before: bytes = b"") -> bytes:
    """`data` with the Internet checksum (RFC 1071) of itself and what stands before it put in."""
    padded = before + data + b"\0" * (len(before + data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return data[:at] + struct.pack("!H", ~total & 0xFFFF) + data[at + 2 :]
