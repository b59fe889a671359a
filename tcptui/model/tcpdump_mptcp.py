"""Multipath TCP's option (RFC 8684) in tcpdump's words (print-mptcp.c of 4.99)."""

from __future__ import annotations

import socket

from tcptui.tcp.segment import Flags

_SYN, _ACK = int(Flags.SYN), int(Flags.ACK)
_ADD_ADDR = {0x6: "v0-ip6", 0x4: "v0-ip4", 0x1: "v1-echo", 0x0: "v1"}
Worded = tuple[str, bool]


def mptcp(body: bytes, flags: int) -> Worded:
    """`` 12 capable v1 {0x1122334455667788}``, and True; False where tcpdump gives up after that text.

    body: what follows kind and length, whole. flags: the segment's, which decide which forms there may be.
    """
    if not body:
        return "", False
    name, worded = _SUBTYPES[min(body[0] >> 4, len(_SUBTYPES) - 1)]
    text, whole = worded(body, flags)
    return f" {len(body) + 2} {name}{text}", whole


def _number(body: bytes, at: int, size: int) -> int:
    return int.from_bytes(body[at : at + size])


def _capable(body: bytes, flags: int) -> Worded:
    size = len(body) + 2
    answers = size in (20, 22) and flags & (_SYN | _ACK) == _ACK
    if not answers and not (size in (4, 12) and flags & _SYN):
        return "", False
    version = body[0] & 0xF
    if version > 1:
        return f" Unknown Version ({version})", True
    text = f" v{version}" + (" csum" if body[1] & 0x80 else "")
    if size == 4:
        return text, True
    second = f",0x{_number(body, 10, 8):x}" if size >= 20 else ""
    return f"{text} {{0x{_number(body, 2, 8):x}{second}}}", True


def _join(body: bytes, flags: int) -> Worded:
    size = len(body) + 2
    both = flags & (_SYN | _ACK) == _SYN | _ACK
    if not ((size == 12 and flags & _SYN) or (size == 16 and both) or (size == 24 and flags & _ACK)):
        return "", False
    if size == 24:
        return f" hmac 0x{body[2:22].hex()}", True
    text = (" backup" if body[0] & 0x1 else "") + f" id {body[1]}"
    if size == 12:
        return f"{text} token 0x{_number(body, 2, 4):x} nonce 0x{_number(body, 6, 4):x}", True
    return f"{text} hmac 0x{_number(body, 2, 8):x} nonce 0x{_number(body, 10, 4):x}", True


def _dss(body: bytes, flags: int) -> Worded:
    if len(body) < 2 or flags & _SYN:
        return "", False
    bits, at = body[1], 2
    text = " fin" if bits & 0x10 else ""
    fields = []
    if bits & 0x01:
        fields.append((" ack ", 8 if bits & 0x02 else 4))
    if bits & 0x04:
        fields += [(" seq ", 8 if bits & 0x08 else 4), (" subseq ", 4), (" len ", 2)]
    for name, size in fields:
        if len(body) - at < size:
            return text + (name if size > 2 and name != " subseq " else ""), False
        text += f"{name}{_number(body, at, size)}"
        at += size
    if bits & 0x04 and len(body) - at >= 2:
        text += f" csum 0x{_number(body, at, 2):x}"
        at += 2
    return text, at == len(body)


def _add_addr(body: bytes, flags: int) -> Worded:
    size = len(body) + 2
    if size not in (8, 10, 16, 18, 20, 22, 28, 30):
        return "", False
    family, width = (socket.AF_INET, 4) if size <= 18 else (socket.AF_INET6, 16)
    at = 2 + width
    text = f" {_ADD_ADDR.get(body[0] & 0xF, '[bad version/echo]')} id {body[1]}"
    text += f" {socket.inet_ntop(family, body[2:at])}"
    if size in (10, 18, 22, 30):
        text += f":{_number(body, at, 2)}"
        at += 2
    if size in (16, 18, 28, 30):
        text += f" hmac 0x{_number(body, at, 8):x}"
    return text, True


def _remove_addr(body: bytes, flags: int) -> Worded:
    return (" id" + "".join(f" {one}" for one in body[1:]), True) if len(body) > 1 else ("", False)


def _priority(body: bytes, flags: int) -> Worded:
    if len(body) not in (1, 2):
        return "", False
    return (" backup" if body[0] & 0x1 else " non-backup") + "".join(f" id {one}" for one in body[1:]), True


def _fail(body: bytes, flags: int) -> Worded:
    return (f" seq {_number(body, 2, 8)}", True) if len(body) == 10 else ("", False)


def _fast_close(body: bytes, flags: int) -> Worded:
    return (f" key 0x{_number(body, 2, 8):x}", True) if len(body) == 10 else ("", False)


def _unknown(body: bytes, flags: int) -> Worded:
    return "", True


_SUBTYPES = (
    ("capable", _capable),
    ("join", _join),
    ("dss", _dss),
    ("add-addr", _add_addr),
    ("rem-addr", _remove_addr),
    ("prio", _priority),
    ("fail", _fail),
    ("fast-close", _fast_close),
    ("unknown", _unknown),
)
