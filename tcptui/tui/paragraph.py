"""A row of cells broken into several, and the explanation in the two lines below the panes."""

from __future__ import annotations

from typing import Any

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.explain import explain
from tcptui.model.text import crop, fit, merge, row_width, width
from tcptui.tcp.history import History, Moment
from tcptui.tcp.segment import Segment


def wrap_row(row: Row, columns: int, most: int) -> list[Row]:
    """A row in at most `most` rows of `columns`, broken at blanks; what is too long ends in an ellipsis."""
    rows: list[list[Cell]] = [[]]
    used = 0
    for text, role in row:
        for word in text.replace(" ", " \0").split("\0"):
            if used and used + width(word.rstrip()) > columns and len(rows) < most:
                rows.append([])
                used = 0
                word = word.lstrip()
            rows[-1].append(Cell(word, role))
            used += width(word)
    return [_trimmed(r, columns) for r in rows]


def _trimmed(cells: list[Cell], columns: int) -> Row:
    """A line without the blanks at its end, cut where it still is too long."""
    row = merge(cells)
    if row:
        row = merge((*row[:-1], Cell(row[-1].text.rstrip(), row[-1].role)))
    return row if row_width(row) <= columns else fit(row, columns)


def explain_in_lines(
    history: History, segment: Segment | None, moment: Moment, *, owes: str, width: int, **how: Any
) -> list[Row]:
    """The explanation in two lines: what happened, and at the end of the last one who owes what."""
    debt = len("  owes: ") + len(owes) if owes else 0
    rows: list[Row] = []
    for room in (2 * width - 12, 2 * width - 12 - debt, width):
        rows = wrap_row(explain(history, segment, moment, owes="", width=max(width, room), **how), width, 2)
        if len(rows) < 2 or width - row_width(rows[-1]) >= debt:
            break
    return with_debt(rows, owes, width)


def with_debt(rows: list[Row], owes: str, width: int) -> list[Row]:
    """The rows, and at the end of the last, or in one more, who owes what."""
    if not owes:
        return rows
    room = width - row_width(rows[-1])
    if room < len("  owes: ") + len(owes) and len(rows) < 2:
        rows = [*rows, ()]
        room = width
    text = crop(owes, max(0, room - 8))
    if room >= len("owes: nobody  "):
        debt = (Cell("owes: ", Role.DIM), Cell(text, Role.DIM if owes == "nobody" else Role.NOTE))
        rows[-1] = merge((*rows[-1], Cell(" " * (room - row_width(debt))), *debt))
    return rows
