"""tcpdump's line for a segment, and TCP options in its words.

The wording is that of tcpdump 4.99 with ``-n`` (print-tcp.c), so that what is read here can be
compared with what was read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tcptui.tcp.segment import Flags, Segment

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

_NAMES = {
    0: "eol",
    1: "nop",
    2: "mss",
    3: "wscale",
    4: "sackOK",
    5: "sack",
    6: "echo",
    7: "echoreply",
    8: "TS",
    11: "cc",
    12: "ccnew",
    13: "ccecho",
    19: "md5",
    20: "scps",
    28: "uto",
    29: "tcp-ao",
    30: "mptcp",
    34: "tfo",
    254: "exp",
}


class Option(NamedTuple):
    """One TCP option. body: its bytes without kind and length; whole: False when they are cut off or lie."""

    kind: int
    body: bytes
    whole: bool


def options(raw: bytes) -> Iterator[Option]:
    """The options of an option list, in order; hostile bytes allowed.

    Ends at the end-of-list option, and after the first option whose length byte is missing, below 2
    or beyond the end (RFC 9293 3.1; MUST-7: an illegal length must not lead anyone astray).
    """
    at = 0
    while at < len(raw):
        kind = raw[at]
        if kind < 2:
            yield Option(kind, b"", True)
            at += 1
            if kind == 0:
                return
            continue
        size = raw[at + 1] if at + 1 < len(raw) else 0
        if size < 2 or at + size > len(raw):
            yield Option(kind, raw[at + 2 :], False)
            return
        yield Option(kind, raw[at + 2 : at + size], True)
        at += size


def flag_letters(flags: int) -> str:
    """``S.``: the control bits in tcpdump's letters; ``none`` without any."""
    return "".join(letter for bit, letter in _LETTERS if flags & bit) or "none"


def address(ip: str, port: int) -> str:
    """``1.2.3.4.80``: tcpdump puts a dot before the port."""
    return f"{ip}.{port}"


def line(
    segment: Segment,
    source: tuple[str, int],
    destination: tuple[str, int],
    *,
    bases: tuple[int, int] | None = None,
) -> str:
    """``IP 1.2.3.4.80 > 5.6.7.8.9: Flags [S.], seq 0, ack 1, win 65535, options [...], length 0``.

    source, destination: (ip, port). bases: the sequence numbers that count as 0, the sender's and its
    peer's; None prints what is on the wire. As tcpdump does, a SYN's own number is always printed
    as on the wire.
    Limits: what only the whole packet tells is left out (urgent pointer, bad checksums, the dissected
    payload of known ports).
    """
    family = "IP6" if ":" in source[0] else "IP"
    head = f"{family} {address(*source)} > {address(*destination)}: Flags [{flag_letters(segment.flags)}]"
    return ", ".join((head, *_fields(segment, bases)))


def _fields(segment: Segment, bases: tuple[int, int] | None) -> Iterator[str]:
    seq_base, ack_base = bases or (0, 0)
    syn = segment.flags & Flags.SYN
    seq = segment.seq if syn else (segment.seq - seq_base) & 0xFFFFFFFF
    if segment.length:
        yield f"seq {seq}:{(seq + segment.length) & 0xFFFFFFFF}"
    elif segment.flags & (Flags.SYN | Flags.FIN | Flags.RST):
        yield f"seq {seq}"
    if segment.flags & Flags.ACK:
        yield f"ack {(segment.ack - ack_base) & 0xFFFFFFFF}"
    yield f"win {segment.window}"
    if segment.options:
        yield f"options [{option_list(segment.options, ack_base)}]"
    yield f"length {segment.length}"


def option_list(raw: bytes, ack_base: int = 0) -> str:
    """``mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7``. ack_base: what SACK's edges are relative to."""
    return ",".join(option_text(option, ack_base) for option in options(raw))


def option_text(option: Option, ack_base: int = 0) -> str:
    """One option in tcpdump's words; what its length does not fit is marked ``[bad opt]``."""
    name = _NAMES.get(option.kind, f"unknown-{option.kind}")
    if not option.whole:
        return f"{name} [bad opt]"
    text = _value(option.kind, option.body, ack_base)
    return f"{name} [bad opt]" if text is None else f"{name} {text}".rstrip()


def _value(kind: int, body: bytes, ack_base: int) -> str | None:
    """An option's value; empty when it has none, None when its length is wrong."""
    size = len(body)
    match kind:
        case 0 | 1 | 4:
            return "" if size == 0 else None
        case 2:
            return str(int.from_bytes(body)) if size == 2 else None
        case 3:
            return str(body[0]) if size == 1 else None
        case 5:
            return _sack(body, ack_base)
        case 6 | 7 | 11 | 12 | 13:
            return str(int.from_bytes(body)) if size == 4 else None
        case 8:
            if size != 8:
                return None
            return f"val {int.from_bytes(body[:4])} ecr {int.from_bytes(body[4:])}"
        case 28:
            return _user_timeout(body)
        case 34:
            return _cookie(body)
        case 254:
            return _experiment(body)
        case _:
            return "0x" + body.hex() if body else ""


def _sack(body: bytes, base: int) -> str | None:
    if not body or len(body) % 8:
        return None
    edges = [(int.from_bytes(body[at : at + 4]) - base) & 0xFFFFFFFF for at in range(0, len(body), 4)]
    blocks = "".join(f"{{{left}:{right}}}" for left, right in zip(edges[::2], edges[1::2], strict=True))
    return f"{len(body) // 8} {blocks}"


def _user_timeout(body: bytes) -> str | None:
    if len(body) != 2:
        return None
    value = int.from_bytes(body)
    seconds = (value & 0x7FFF) * (60 if value & 0x8000 else 1)
    return f"0x{value:x} {seconds} seconds"


def _cookie(body: bytes) -> str | None:
    if not body:
        return "cookiereq"
    if len(body) % 2 or not 4 <= len(body) <= 16:
        return None
    return f"cookie {body.hex()}"


def _experiment(body: bytes) -> str | None:
    if len(body) < 2:
        return None
    if body[:2] == b"\xf9\x89":  # fast open, before it had a number of its own
        cookie = _cookie(body[2:])
        return None if cookie is None else f"tfo {cookie}"
    return "0x" + body[:2].hex() + (" 0x" + body[2:].hex() if body[2:] else "")
