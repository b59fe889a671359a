"""The option list of a TCP header (RFC 9293 3.2), read from hostile bytes.

`parse` never raises: what is malformed ends the list. The inference itself needs only the time stamp
and SACK of a few segments, for which `tsval` and `sack` are cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from tcptui.dataclass import dataclass

END, NOP, MSS, WSCALE, SACK_PERMITTED, SACK, TIMESTAMPS, FAST_OPEN = 0, 1, 2, 3, 4, 5, 8, 34
EXPERIMENT = 254
FAST_OPEN_EXPERIMENT = b"\xf9\x89"
_COMMON_TIMESTAMPS = b"\x01\x01\x08\x0a"
_PADDING = b"\x00\x00"


@dataclass(frozen=True, slots=True)
class Options:
    """What a header's options say; None or empty where it does not say.

    sack: (left, right) edges in the order sent. fast_open: the cookie (RFC 7413), b"" for a request.
    kinds: every option kind in order, malformed ones left out.
    """

    mss: int | None = None
    wscale: int | None = None
    sack_permitted: bool = False
    sack: tuple[tuple[int, int], ...] = ()
    tsval: int | None = None
    tsecr: int | None = None
    fast_open: bytes | None = None
    kinds: tuple[int, ...] = ()


def walk(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Each well-formed (kind, payload), stopping at the end of the list or at the first bad length."""
    at, size = 0, len(raw)
    while at < size:
        kind = raw[at]
        if kind == END:
            return
        if kind == NOP:
            yield kind, b""
            at += 1
            continue
        if at + 1 >= size or raw[at + 1] < 2 or at + raw[at + 1] > size:
            return
        yield kind, raw[at + 2 : at + raw[at + 1]]
        at += raw[at + 1]


def parse(raw: bytes) -> Options:
    """All options of a header; of a repeated one the last."""
    found: dict[str, object] = {}
    kinds: list[int] = []
    for kind, body in walk(raw):
        kinds.append(kind)
        if kind == MSS and len(body) == 2:
            found["mss"] = int.from_bytes(body, "big")
        elif kind == WSCALE and len(body) == 1:
            found["wscale"] = min(body[0], 14)
        elif kind == SACK_PERMITTED:
            found["sack_permitted"] = True
        elif kind == SACK:
            found["sack"] = _edges(body)
        elif kind == TIMESTAMPS and len(body) == 8:
            found["tsval"], found["tsecr"] = unpack_from(">II", body)
        elif kind == FAST_OPEN:
            found["fast_open"] = body
        elif kind == EXPERIMENT and body[:2] == FAST_OPEN_EXPERIMENT:
            found["fast_open"] = body[2:]
    return Options(**found, kinds=tuple(kinds))  # type: ignore[arg-type]


def tsval(raw: bytes) -> int | None:
    """The time stamp's value, at once where the options are laid out as almost everybody does."""
    if raw[:4] == _COMMON_TIMESTAMPS and len(raw) >= 8:
        return int.from_bytes(raw[4:8], "big")
    if not raw:
        return None
    for kind, body in walk(raw):
        if kind == TIMESTAMPS and len(body) == 8:
            return int.from_bytes(body[:4], "big")
    return None


def tsecr(raw: bytes) -> int | None:
    """The time stamp that is echoed: of the segment that brought what is acknowledged (RFC 7323 4.3)."""
    for kind, body in walk(raw):
        if kind == TIMESTAMPS and len(body) == 8:
            return int.from_bytes(body[4:], "big")
    return None


def sack(raw: bytes) -> tuple[tuple[int, int], ...]:
    """The SACK blocks (RFC 2018) as (left, right) edges, the most recent first."""
    if len(raw) <= 12 and raw[:4] == _COMMON_TIMESTAMPS:  # nothing but these, as in almost all segments
        return ()
    for kind, body in walk(raw):
        if kind == SACK:
            return _edges(body)
    return ()


def is_bsd(raw: bytes) -> bool:
    """A SYN's options are laid out as FreeBSD does: MSS, NOP, window scale, SACK permitted, time stamps.

    Where the peer has offered less there is less, and it ends in padding where others begin with it.
    """
    kinds = tuple(kind for kind, _ in walk(raw))
    return kinds == (MSS, NOP, WSCALE, SACK_PERMITTED, TIMESTAMPS) or (
        kinds == (MSS, SACK_PERMITTED) and raw.endswith(_PADDING)
    )


def is_linux(raw: bytes) -> bool:
    """A SYN's options are laid out as Linux does: MSS, SACK permitted, time stamps, NOP, window scale."""
    return tuple(kind for kind, _ in walk(raw)) == (MSS, SACK_PERMITTED, TIMESTAMPS, NOP, WSCALE)


def _edges(body: bytes) -> tuple[tuple[int, int], ...]:
    return tuple(unpack_from(">II", body, at) for at in range(0, len(body) - 7, 8))
