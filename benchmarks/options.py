"""The layouts of TCP options that the generator writes, as Linux orders them (RFC 9293, 7323, 2018)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_NOP, _MSS, _SCALE, _SACK_OK, _SACK, _STAMPS = 1, 2, 3, 4, 5, 8
SHIFT = 7
"""The window scale that is offered."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Octets of the options, and their fields: name, offset, octets, index in the column or None."""

    octets: bytes
    fields: tuple[tuple[str, int, int, int | None], ...]


def _stamps(at: int) -> tuple[tuple[str, int, int, int | None], ...]:
    return (("stamp", at, 4, None), ("echo", at + 4, 4, None))


def _sack(blocks: int, stamps: bool) -> Layout:
    before = _NOP_STAMPS if stamps else b""
    octets = before + struct.pack(f"BBBB{8 * blocks}x", _NOP, _NOP, _SACK, 2 + 8 * blocks)
    edges = tuple(("sack", len(before) + 4 + 4 * edge, 4, edge) for edge in range(2 * blocks))
    return Layout(octets, (*(_stamps(4) if stamps else ()), *edges))


_NOP_STAMPS = struct.pack("BBBB8x", _NOP, _NOP, _STAMPS, 10)
_SYN_MSS = struct.pack("BB2x", _MSS, 4)
_MSS_FIELD = ("mss", 2, 2, None)

LAYOUTS: tuple[Layout, ...] = (
    Layout(_SYN_MSS, (_MSS_FIELD,)),
    Layout(_SYN_MSS + bytes((_NOP, _NOP, _SACK_OK, 2, _NOP, _SCALE, 3, SHIFT)), (_MSS_FIELD,)),
    Layout(
        _SYN_MSS + struct.pack("BBBB8xBBBB", _SACK_OK, 2, _STAMPS, 10, _NOP, _SCALE, 3, SHIFT),
        (_MSS_FIELD, *_stamps(8)),
    ),
    Layout(b"", ()),
    *(_sack(blocks, False) for blocks in (1, 2, 3)),
    Layout(_NOP_STAMPS, _stamps(4)),
    *(_sack(blocks, True) for blocks in (1, 2, 3)),
)
"""SYN bare, scaled, with timestamps; without timestamps and 0 to 3 SACK blocks; with them and 0 to 3."""


def layout_of(syn: bool, stamps: bool, scaled: bool, blocks: int) -> int:
    """The number of a segment's layout in LAYOUTS."""
    if syn:
        return 2 if stamps else int(scaled)
    return 3 + 4 * stamps + blocks
