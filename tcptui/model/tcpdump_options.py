"""TCP options in tcpdump's words (print-tcp.c of 4.99), malformed and cut ones too."""

from __future__ import annotations

from tcptui.model.tcpdump_mptcp import mptcp
from tcptui.tcp.seq import add

BAD = "[bad opt]"
CUT = " [|tcp]"

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
    13: "",
    19: "md5",
    20: "scps",
    28: "uto",
    29: "tcp-ao",
    30: "mptcp",
    34: "tfo",
    254: "exp",
}

_SIZES = {2: 2, 3: 1, 4: 0, 6: 4, 7: 4, 8: 8, 11: 4, 12: 4, 13: 4, 19: 16, 20: 2, 28: 2}
"""Bytes that tcpdump takes for an option's value, whatever its length byte says; others: what that says."""

_SACK, _AUTHENTICATION, _MPTCP, _FAST_OPEN, _EXPERIMENT = 5, 29, 30, 34, 254
_WHOLE = (*_SIZES, _MPTCP, _FAST_OPEN, _EXPERIMENT)
"""Of these nothing is printed unless all of the value was captured."""


def option_list(
    raw: bytes,
    sack_base: int = 0,
    *,
    flags: int = 0,
    size: int | None = None,
    payload: int | None = None,
    length: int = 0,
) -> tuple[str, bool]:
    """``mss 1460,sackOK,nop,wscale 7]`` and True.

    False where tcpdump ends the line there: with ``[bad opt]`` for what is malformed, with ``[|tcp]`` where
    the capture ends. raw: a header's option bytes as captured, hostile. sack_base: the sequence number that
    SACK's edges count from. flags, length: the segment's. size: how many bytes of options the header has.
    payload: how many bytes behind it were captured (None: all), the first of which tcpdump takes for a length
    where the list ends too soon.
    """
    size = len(raw) if size is None else size
    payload = length if payload is None else payload
    text, at, protocol = "", 0, "tcp"
    while at < size:
        worded, following = _option(raw, at, size, sack_base, flags)
        if payload < length or len(raw) < size:
            worded = worded.replace("shared secret not supplied with -M", "snaplen too short")
        text += "," + worded if at else worded
        if following is None:
            break
        if raw[at] == 0:
            return text + "]", True
        if raw[at] == _MPTCP:
            protocol = "mptcp"
        at = following
    else:
        return text + "]", True
    if at + 1 == size == len(raw) and not payload:
        text = text.removesuffix(BAD) + CUT
    elif text.endswith(BAD):
        return text + "]" * (at > 0), False
    elif 0 < at < len(raw) - 1:
        text += ">"
    return text.replace(CUT, f" [|{protocol}]"), False


def _option(raw: bytes, at: int, size: int, sack_base: int, flags: int) -> tuple[str, int | None]:
    """The option at `at`, and where the next one begins; None where the list ends with this text."""
    if at >= len(raw):
        return CUT, None
    kind = raw[at]
    name = _NAMES.get(kind, f"unknown-{kind}")
    if kind < 2:
        return name, at + 1
    if at + 1 >= len(raw):
        return (CUT if at + 1 < size else BAD), None
    length = raw[at + 1]
    if length < 2 or at + length > size:
        return BAD, None
    need = _SIZES.get(kind, length - 2)
    if at + 2 + need > size:
        return name + BAD, None
    body = raw[at + 2 : at + 2 + need]
    if kind == _SACK and need % 8:
        value, whole = " invalid sack", True
    elif kind == _AUTHENTICATION and need < 2:
        value, whole = " (invalid)", True
    elif len(body) < need:
        return name + ("" if kind in _WHOLE else _part(kind, body, need, sack_base)) + CUT, None
    else:
        value, whole = _value(kind, body, sack_base, flags)
    if not whole:
        return name + value + BAD, None
    wrong = "" if need + 2 == length else f"[len {length}]"
    return name + value + wrong, at + 2 + need


def _value(kind: int, body: bytes, sack_base: int, flags: int) -> tuple[str, bool]:
    """An option's value with what separates it from the name; False when it cannot be one."""
    if kind == _MPTCP:
        return mptcp(body, flags)
    if kind == _EXPERIMENT and len(body) < 2:
        return "", False
    return _sound(kind, body, sack_base), True


def _sound(kind: int, body: bytes, sack_base: int) -> str:
    match kind:
        case 4:
            return ""
        case 2 | 3 | 6 | 7 | 11 | 12 | 13:
            return f" {int.from_bytes(body)}"
        case 5:
            return _sack(body, len(body), sack_base)
        case 8:
            return f" val {int.from_bytes(body[:4])} ecr {int.from_bytes(body[4:])}"
        case 19:
            return " shared secret not supplied with -M, can't check - " + body.hex()
        case 20:
            return f" cap {body[0]:02x} id {body[1]}"
        case 28:
            value = int.from_bytes(body)
            return f" 0x{value:x} {(value >> 1) * (60 if value & 1 else 1)}"
        case 29:
            return _authentication(body, len(body))
        case 34:
            return " " + _cookie(body)  # two spaces, as there
        case 254:
            return _experiment(body)
        case _:
            return " 0x" + body.hex() if body else ""


def _part(kind: int, body: bytes, need: int, sack_base: int) -> str:
    """As far as it was captured."""
    if kind == _SACK:
        return _sack(body, need, sack_base)
    if kind == _AUTHENTICATION:
        return _authentication(body, need)
    return " 0x" + body.hex()


def _sack(body: bytes, need: int, base: int) -> str:
    whole = len(body) // 8 * 8
    edges = [add(int.from_bytes(body[at : at + 4]), -base) for at in range(0, whole, 4)]
    blocks = "".join(f"{{{left}:{right}}}" for left, right in zip(edges[::2], edges[1::2], strict=True))
    return f" {need // 8} {blocks}"


def _authentication(body: bytes, need: int) -> str:
    text = "".join(f" {name} {value}" for name, value in zip(("keyid", "rnextkeyid"), body, strict=False))
    return text + (f" mac 0x{body[2:].hex()}" if need > 2 and len(body) >= 2 else "")


def _cookie(body: bytes) -> str:
    if not body:
        return " cookiereq"
    if len(body) % 2 or not 4 <= len(body) <= 16:
        return " (invalid)"
    return f" cookie {body.hex()}"


def _experiment(body: bytes) -> str:
    """RFC 6994: a number says which experiment; 0xf989 is fast open (RFC 7413)."""
    return "-tfo" + _cookie(body[2:]) if body[:2] == b"\xf9\x89" else f"-{body[:2].hex()}"
