"""Sentences set in rows: paragraphs of several roles, and texts beside a label."""

from __future__ import annotations

import re
from textwrap import wrap

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.text import fit, merge, row_width

LABELS = 10
"""Columns of a label, with the blank behind it."""

NARROWEST = 16
"""Columns for a text beside its label; with less the text stands alone, cut."""

_SECTION = "RFC 9293 §"
_UNBROKEN = _SECTION.replace(" ", "\u00a0")
_WORDS = re.compile(r"\s*\S+\s*$|\s*\S+|\s+")


def field(label: str, text: str, width: int, role: Role = Role.TEXT) -> list[Row]:
    """A label, and its text beside it, as many rows as it needs."""
    room = width - LABELS - 2
    if room < NARROWEST:
        return [fit((Cell(text, role),), width)]
    lines = wrap(text.replace(_SECTION, _UNBROKEN), room)
    return [
        (
            Cell(f"  {label if number == 0 else '':<{LABELS}}", Role.DIM),
            Cell(line.replace(_UNBROKEN, _SECTION), role),
        )
        for number, line in enumerate(lines)
    ]


def paragraph(cells: list[Cell], width: int) -> list[Row]:
    """One text of several roles, broken at blanks."""
    rows: list[list[Cell]] = [[]]
    used = 0
    for cell in cells:
        for word in _WORDS.findall(cell.text):
            if used and used + len(word.rstrip()) > width:
                rows.append([])
                used = 0
            word = word if used else word.lstrip()
            rows[-1].append(Cell(word, cell.role))
            used += len(word)
    return [merge(row) if row_width(row) <= width else fit(row, width) for row in rows]
