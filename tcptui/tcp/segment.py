"""One TCP segment as the inference sees it."""

from __future__ import annotations

from dataclasses import field
from enum import IntFlag

from tcptui.dataclass import dataclass
from tcptui.tcp.seq import MASK


class Flags(IntFlag):
    """TCP control bits (RFC 9293 3.1), as on the wire."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10
    URG = 0x20
    ECE = 0x40
    CWR = 0x80
    AE = 0x100


@dataclass(slots=True)
class Segment:
    """A captured segment. Nobody changes one; but a frozen one takes Python twice the time to make.

    packet: frame number in the capture, from 1, every frame counted.
    time_ns: capture time, ns since the epoch.
    sender: 0 or 1, which of the connection's two endpoints emitted it (0: the source of its first packet).
    seq, ack: as on the wire, mod 2**32. window: raw, not scaled.
    flags: control bits (an int; compare with Flags).
    length: payload bytes by the IP header, not by what was captured.
    options: the raw bytes of the option list, as far as captured; hostile until parsed.
    ip_id: IPv4 identification, or None on IPv6. ttl: TTL or hop limit.
    is_sum: it stands for many that came in order and are not kept; packet and time are those of the last.
    space: how much sequence space it takes: payload, and one for each of SYN and FIN.
    end: the number after it.
    """

    packet: int
    time_ns: int
    sender: int
    seq: int
    ack: int
    flags: int
    window: int = 0
    length: int = 0
    options: bytes = b""
    ip_id: int | None = None
    ttl: int = 64
    is_sum: bool = False
    space: int = field(init=False, repr=False, compare=False)
    end: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        flags = self.flags
        self.space = self.length + (flags & 1) + (flags >> 1 & 1)  # FIN, SYN
        self.end = (self.seq + self.space) & MASK
