"""Frames as the wire's rules see them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# Control bits and the letters that tcpdump prints for them, in tcpdump's order.
_LETTERS = (
    (0x01, "F"),
    (0x02, "S"),
    (0x04, "R"),
    (0x08, "P"),
    (0x10, "."),
    (0x20, "U"),
    (0x40, "E"),
    (0x80, "W"),
)
_ETHERTYPE_IPV4 = b"\x08\x00"
_ETHERTYPE_IPV6 = b"\x86\xdd"
_IPV6_HEADER = 40
_PROTOCOL_TCP = 6


class Side(Enum):
    """The two ends of the wire."""

    A = "A"
    B = "B"

    @property
    def other(self) -> Side:
        """The end across."""
        return Side.B if self is Side.A else Side.A


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame on the wire.

    sender: the end from which it came. flags: tcpdump's letters without P ("S", "S.", ".", "F.", "R");
    empty for anything but a TCP segment, whose other fields are then 0.
    length: payload bytes. source, destination: addresses; empty where there is no segment.
    """

    data: bytes
    sender: Side
    flags: str = ""
    source_port: int = 0
    destination_port: int = 0
    seq: int = 0
    ack: int = 0
    window: int = 0
    length: int = 0
    source: str = ""
    destination: str = ""


Match = Callable[[Frame], bool]


def parse(data: bytes, sender: Side) -> Frame:
    """Read an Ethernet frame that a kernel sent: well-formed, without VLAN tags or extension headers."""
    if data[12:14] == _ETHERTYPE_IPV4 and data[23] == _PROTOCOL_TCP:
        tcp = 14 + (data[14] & 0x0F) * 4
        end = 14 + int.from_bytes(data[16:18], "big")
        ends = data[26:30], data[30:34]
    elif data[12:14] == _ETHERTYPE_IPV6 and data[20] == _PROTOCOL_TCP:
        tcp = 14 + _IPV6_HEADER
        end = tcp + int.from_bytes(data[18:20], "big")
        ends = data[22:38], data[38:54]
    else:
        return Frame(data, sender)
    source, destination, seq, ack, offset, bits, window = struct.unpack_from("!HHIIBBH", data, tcp)
    length = end - tcp - (offset >> 4) * 4
    addresses = (str(ipaddress.ip_address(one)) for one in ends)
    return Frame(data, sender, letters(bits), source, destination, seq, ack, window, length, *addresses)


def letters(bits: int) -> str:
    """Control bits as tcpdump's letters, without P: no rule should depend on PSH."""
    return "".join(letter for bit, letter in _LETTERS if bits & bit and letter != "P")


def sent_by(sender: Side, flags: str | None = None, *, data: bool | None = None) -> Match:
    """Match TCP segments from `sender`; with exactly these flags (PSH aside), with or without payload.

    None: whatever it is. A bare ACK is `flags=".", data=False`.
    """

    def match(frame: Frame) -> bool:
        return (
            frame.sender is sender
            and frame.flags != ""
            and (flags is None or frame.flags == flags)
            and (data is None or (frame.length > 0) is data)
        )

    return match
