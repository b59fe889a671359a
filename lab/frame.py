"""Frames as the wire's rules see them."""

from __future__ import annotations

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
    empty for anything but a TCP segment over IPv4, whose other fields are then 0.
    length: payload bytes.
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


Match = Callable[[Frame], bool]


def parse(data: bytes, sender: Side) -> Frame:
    """Read an Ethernet frame that a kernel sent: well-formed, without VLAN tags."""
    if data[12:14] != _ETHERTYPE_IPV4 or data[23] != _PROTOCOL_TCP:
        return Frame(data, sender)
    total = int.from_bytes(data[16:18], "big")
    tcp = 14 + (data[14] & 0x0F) * 4
    source, destination, seq, ack, offset, bits, window = struct.unpack_from("!HHIIBBH", data, tcp)
    length = total - (tcp - 14) - (offset >> 4) * 4
    return Frame(data, sender, letters(bits), source, destination, seq, ack, window, length)


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
