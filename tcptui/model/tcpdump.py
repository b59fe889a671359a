"""tcpdump's line for a segment, and TCP options in its words.

The wording is that of tcpdump 4.99 with ``-n`` (print-tcp.c), so that what is read here can be
compared with what was read there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from tcptui.model.tcpdump_options import option_list
from tcptui.store.rest import Rest
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add

_SYN, _ACK = int(Flags.SYN), int(Flags.ACK)

_NO_HEADERS: Mapping[int, Rest] = MappingProxyType({})

_LETTERS = (
    (Flags.FIN, "F"),
    (Flags.SYN, "S"),
    (Flags.RST, "R"),
    (Flags.PSH, "P"),
    (Flags.ACK, "."),
    (Flags.URG, "U"),
    (Flags.ECE, "E"),
    (Flags.CWR, "W"),
    (Flags.AE, "e"),
)


@lru_cache(maxsize=512)
def flag_letters(flags: int) -> str:
    """``S.``: the control bits in tcpdump's letters; ``none`` without any."""
    return "".join(letter for bit, letter in _LETTERS if flags & bit) or "none"


def is_anchor(segment: Segment, first: bool) -> bool:
    """True for the segments from which tcpdump counts: the first with ACK (`first`), and every SYN,ACK."""
    flags = int(segment.flags)
    return bool(flags & _ACK) and (first or bool(flags & _SYN))


def bases(segments: Sequence[Segment], at: int, anchors: Sequence[int]) -> tuple[int, int] | None:
    """What tcpdump counts segment `at` from: the numbers that are 0 for its sender and for its peer.

    anchors: the positions of the segments for which `is_anchor`, ascending. They themselves have no base
    (None) and are printed as on the wire; so are segments without ACK, from (0, 0).
    """
    known = bisect_right(anchors, at) - 1
    if known < 0 or not segments[at].flags & Flags.ACK:
        return (0, 0)
    if anchors[known] == at:
        return None
    anchor = segments[anchors[known]]
    here, there = anchor.seq, add(anchor.ack, -1)
    return (here, there) if segments[at].sender == anchor.sender else (there, here)


def lines(
    segments: Sequence[Segment],
    ends: tuple[tuple[str, int], tuple[str, int]],
    *,
    absolute: bool = False,
    headers: Mapping[int, Rest] = _NO_HEADERS,
) -> Iterator[str]:
    """tcpdump's lines for the segments of one pair of sockets.

    ends: (ip, port) of senders 0 and 1. headers: of store.rest, by place in `segments`.
    """
    anchors: list[int] = []
    for at, segment in enumerate(segments):
        if is_anchor(segment, not anchors):
            anchors.append(at)
        base = (0, 0) if absolute else bases(segments, at, anchors)
        yield line(segment, ends[segment.sender], ends[1 - segment.sender], base, headers.get(at))


def line(
    segment: Segment,
    source: tuple[str, int],
    destination: tuple[str, int],
    base: tuple[int, int] | None = None,
    header: Rest | None = None,
) -> str:
    """``IP 1.2.3.4.80 > 5.6.7.8.9: Flags [S.], seq 0, ack 1, win 65535, options [...], length 0``.

    source, destination: (ip, port). base: of `bases`; (0, 0) prints absolute numbers everywhere, as -S.
    header: of store.rest, where it has the segment; without it there is no urgent pointer.
    Limits: IPv6 extension headers and the dissected payload of well-known ports are left out. AE has the
    letter e, as since 4.99.5.
    """
    family = "IP6" if ":" in source[0] else "IP"
    ends = f"{source[0]}.{source[1]} > {destination[0]}.{destination[1]}"
    own, peer = base or (0, 0)
    parts = [f"{family} {ends}: Flags [{flag_letters(segment.flags)}]"]
    seq = add(segment.seq, -own)
    if segment.length:
        parts.append(f"seq {seq}:{add(seq, segment.length)}")
    elif segment.flags & (Flags.SYN | Flags.FIN | Flags.RST):
        parts.append(f"seq {seq}")
    if segment.flags & Flags.ACK:
        parts.append(f"ack {add(segment.ack, -peer)}")
    parts.append(f"win {segment.window}")
    if header and segment.flags & Flags.URG:
        parts.append(f"urg {header.urgent}")
    size = header.options if header else len(segment.options)
    if size:
        counted = peer if base or not segment.flags & Flags.ACK else add(segment.ack, -1)
        payload = header.payload if header else None
        listed, whole = option_list(
            segment.options,
            counted,
            flags=segment.flags,
            size=size,
            payload=payload,
            length=segment.length,
        )
        parts.append(f"options [{listed}")
        if not whole:
            return ", ".join(parts)  # as tcpdump does
    parts.append(f"length {segment.length}")
    return ", ".join(parts)
