"""TCP options in tcpdump's words (print-tcp.c of 4.99), malformed ones too."""

from __future__ import annotations

from tcptui.tcp.seq import add

BAD = "[bad opt]"

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


def option_list(raw: bytes, sack_base: int = 0) -> tuple[str, bool]:
    """``mss 1460,sackOK,nop,wscale 7]`` and True; ending in ``[bad opt]``, and False, when it is malformed.

    raw: a header's option bytes, hostile. sack_base: the sequence number that SACK's edges count from.
    Limits: MPTCP's option is hexadecimal, tcpdump dissects it.
    """
    text, at = "", 0
    while at < len(raw):
        comma = "," if text else ""
        worded, at = _option(raw, at, sack_base)
        text += comma + worded
        if worded.endswith(BAD):
            return text + "]" * bool(comma), False
        if worded == "eol":
            break
    return text + "]", True


def _option(raw: bytes, at: int, sack_base: int) -> tuple[str, int]:
    """The option at `at`, and where the next one begins."""
    kind = raw[at]
    name = _NAMES.get(kind, f"unknown-{kind}")
    if kind < 2:
        return name, at + 1
    size = raw[at + 1] if at + 1 < len(raw) else 0
    if size < 2 or at + size > len(raw):
        return BAD, at
    need = _SIZES.get(kind, size - 2)
    if at + 2 + need > len(raw):
        return name + BAD, at
    value = _value(kind, raw[at + 2 : at + 2 + need], sack_base)
    if value is None:
        return name + BAD, at
    wrong = "" if need + 2 == size else f"[len {size}]"
    return name + value + wrong, at + 2 + need


def _value(kind: int, body: bytes, sack_base: int) -> str | None:
    """An option's value with what separates it from the name; None when it cannot be one."""
    match kind:
        case 4:
            return ""
        case 2 | 3 | 6 | 7 | 11 | 12 | 13:
            return f" {int.from_bytes(body)}"
        case 5:
            return _sack(body, sack_base)
        case 8:
            return f" val {int.from_bytes(body[:4])} ecr {int.from_bytes(body[4:])}"
        case 19:
            return " can't check - " + body.hex()
        case 20:
            return f" cap {body[0]:02x} id {body[1]}"
        case 28:
            value = int.from_bytes(body)
            return f" 0x{value:x} {(value >> 1) * (60 if value & 1 else 1)}"
        case 29:
            return _authentication(body)
        case 34:
            return " " + _cookie(body)  # two spaces, as there
        case 254:
            return _experiment(body)
        case _:
            return " 0x" + body.hex() if body else ""


def _sack(body: bytes, base: int) -> str:
    if len(body) % 8:
        return " invalid sack"
    edges = [add(int.from_bytes(body[at : at + 4]), -base) for at in range(0, len(body), 4)]
    blocks = "".join(f"{{{left}:{right}}}" for left, right in zip(edges[::2], edges[1::2], strict=True))
    return f" {len(body) // 8} {blocks}"


def _authentication(body: bytes) -> str:
    if len(body) < 2:
        return " (invalid)"
    mac = f" mac 0x{body[2:].hex()}" if len(body) > 2 else ""
    return f" keyid {body[0]} rnextkeyid {body[1]}{mac}"


def _cookie(body: bytes) -> str:
    if not body:
        return " cookiereq"
    if len(body) % 2 or not 4 <= len(body) <= 16:
        return " (invalid)"
    return f" cookie {body.hex()}"


def _experiment(body: bytes) -> str | None:
    """RFC 6994: a number says which experiment; 0xf989 is fast open (RFC 7413)."""
    if len(body) < 2:
        return None
    return "-tfo" + _cookie(body[2:]) if body[:2] == b"\xf9\x89" else f"-{body[:2].hex()}"
