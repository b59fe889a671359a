"""Text from outside made safe, and rows made to fit.

`clean` is the one way by which bytes of the wire, of a file or of a resolver become text on a
terminal. What it lets through is printable, takes the width that the terminal says it takes, and
stays on its line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from tcptui.model.cells import Cell, Role, Row

ELLIPSIS = "…"
MOST_MARKS = 2
"""Combining marks that a letter may carry; languages need no more."""

_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

_DOUBTFUL = (
    (0x034F, 0x034F),  # joiner without a shape
    (0x115F, 0x11FF),  # jamo that melt into the letter before them
    (0x2800, 0x2800),  # a Braille letter without dots: blank
    (0x3164, 0x3164),  # a filler: blank
    (0xD7B0, 0xD7FF),
    (0xFE00, 0xFE0F),  # variation selectors: change the width of what stands before them
    (0xFFA0, 0xFFA0),
    (0x1F1E6, 0x1F1FF),  # letters that pair up to flags
    (0x1F3FB, 0x1F3FF),  # skin tones
    (0xE0100, 0xE01EF),
)
"""Printable by Unicode, but blank, or of a width that terminals do not agree on."""


def clean(text: str | bytes, hidden: str | None = None) -> str:
    """`text` as one printable line; what a terminal could obey, or a reader not see, becomes visible.

    bytes are read as UTF-8; a byte that is none becomes ``\\xff``. Replaced are control characters
    (C0, DEL, C1: ``\\x1b``), bidi, zero-width and other format characters, line and paragraph
    separators, spaces other than U+0020 (``\\u202e``), surrogates, private and unassigned
    characters, combining marks without a letter or beyond `MOST_MARKS`, and characters that are
    blank or of doubtful width. The replacement is Python's escape, or `hidden` for each of them.

    Never raises. Pure: the same text gives the same line. Backslashes of the text stay as they are.
    Limits: letters of right-to-left scripts are let through; a terminal that reorders them does.
    """
    line = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    if line.isascii() and line.isprintable():
        return line
    out: list[str] = []
    marks = MOST_MARKS  # how many the character before already carries
    for char in line:
        category = unicodedata.category(char)
        if category[0] == "M" and marks < MOST_MARKS and not _doubtful(char):
            marks += 1
            out.append(char)
            continue
        shown = char.isprintable() and category[0] != "M" and not _doubtful(char)
        marks = 0 if shown and category[0] == "L" else MOST_MARKS
        out.append(char if shown else hidden or _escape(char))
    return "".join(out)


def _doubtful(char: str) -> bool:
    code = ord(char)
    return code >= 0x034F and any(low <= code <= high for low, high in _DOUBTFUL)


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return _ESCAPES.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Columns that `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def row_width(row: Iterable[Cell]) -> int:
    """Columns that a row takes."""
    return sum(width(cell.text) for cell in row)


def plain(row: Iterable[Cell]) -> str:
    """A row's text without its roles."""
    return "".join(cell.text for cell in row)


def crop(text: str, columns: int) -> str:
    """`text` in at most `columns` columns; an ellipsis says that something is left out."""
    if width(text) <= columns:
        return text
    if columns <= 1:
        return ELLIPSIS[:columns]
    return set_cell_size(text, columns - 1).rstrip() + ELLIPSIS


def crop_words(text: str, columns: int) -> str:
    """`text` in at most `columns` columns, cut behind a word; "" where not even one has room."""
    if width(text) <= columns:
        return text
    kept, _, _ = set_cell_size(text, max(0, columns - 1)).rpartition(" ")
    return f"{kept.rstrip(' :,;')} {ELLIPSIS}" if kept.strip() else ""


def crop_middle(text: str, columns: int) -> str:
    """`text` in at most `columns` columns, its middle left out: both ends of an address tell."""
    if width(text) <= columns or columns < 3:
        return crop(text, columns)
    tail = columns // 2
    head = columns - 1 - tail
    if text.isascii():
        return text[:head] + ELLIPSIS + text[-tail:]
    return set_cell_size(text, head) + ELLIPSIS + set_cell_size(text[::-1], tail)[::-1]


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """`text` cropped and padded to exactly `columns`; `right` aligns it to the right."""
    text = crop(text, columns)
    space = " " * (columns - width(text))
    return space + text if right else text + space


def fit(row: Iterable[Cell], columns: int) -> Row:
    """A row of exactly `columns` columns: cropped with an ellipsis, or padded with spaces."""
    out: list[Cell] = []
    left = max(columns, 0)
    cells = tuple(row)
    for position, cell in enumerate(cells):
        rest = any(c.text for c in cells[position + 1 :])
        size = width(cell.text)
        if size < left or (size == left and not rest):
            out.append(cell)
            left -= size
            continue
        if left:
            short = crop(cell.text + " " * rest, left)
            out.append(Cell(short, cell.role))
            left -= width(short)
        break
    if left:
        out.append(Cell(" " * left))
    return merge(out)


def merge(cells: Iterable[Cell]) -> Row:
    """The same row with neighbours of one role joined and empty cells left out: fewer styles to send."""
    out: list[Cell] = []
    for cell in cells:
        if not cell.text:
            continue
        if out and out[-1].role is cell.role:
            out[-1] = Cell(out[-1].text + cell.text, out[-1].role)
        else:
            out.append(cell)
    return tuple(out)


def dim(row: Iterable[Cell]) -> Row:
    """The same row in the colour of the future."""
    return merge(Cell(cell.text, Role.DIM) for cell in row)


def wrap(text: str, columns: int) -> list[str]:
    """`text` in lines of up to `columns` (2 or more) columns, broken anywhere. No text: one empty line."""
    columns = max(2, columns)
    if text.isascii():
        return [text[at : at + columns] for at in range(0, len(text), columns)] or [""]
    lines, line, used = [], "", 0
    for char in text:
        size = cell_len(char)
        if used + size > columns:
            lines.append(line)
            line, used = "", 0
        line += char
        used += size
    return [*lines, line]
