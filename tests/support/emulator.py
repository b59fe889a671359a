"""What a terminal shows after some bytes."""

from __future__ import annotations

import pyte


def look(text: str, columns: int, lines: int = 1) -> list[tuple[str, ...]]:
    """Character, colours and attributes of each cell; of a blank only what can be seen of it."""
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(text)
    return [seen(screen.buffer[y][x]) for y in range(lines) for x in range(columns)]


def seen(cell: pyte.screens.Char) -> tuple[str, ...]:
    """A cell as far as one sees it. pyte does not know dim."""
    names = ("bold", "italics", "underscore", "reverse", "strikethrough")
    switched = [name for name in names if getattr(cell, name)]
    if cell.data != " " or cell.reverse or cell.underscore:
        return (cell.data, cell.bg, cell.fg, *switched)
    return (" ", cell.bg)
