"""Bytes in hexadecimal, as xxd prints them."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model.cells import Cell, Role, Row

_TEXT = bytes(code if 0x20 <= code < 0x7F else 0x2E for code in range(256))


def hexdump(data: bytes, width: int) -> Iterator[Row]:
    """Rows such as ``00000000: 4500 0034 …  E..4…``: 16 bytes each, 8 or 4 (25 columns) where
    `width` has no room for them.
    """
    count = 16 if width >= 67 else 8 if width >= 39 else 4
    for at in range(0, len(data), count):
        part = data[at : at + count]
        pairs = " ".join(part[i : i + 2].hex() for i in range(0, len(part), 2))
        yield (
            Cell(f"{at:08x}: ", Role.DIM),
            Cell(pairs.ljust(count * 5 // 2 + 1)),
            Cell(part.translate(_TEXT).decode("ascii"), Role.NOTE),
        )
