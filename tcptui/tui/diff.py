"""What is written to the terminal: the cells that differ from what it shows, and nothing else.

The one place where we go around the toolkit's drawing, which writes a changed line from its widget's left
edge: 6 kB for a step of the cursor. A blank looks alike in all colours of its text, so it does not differ
by those. The pieces to write are ordered by place or by style, whichever takes fewer bytes: with 24 bits
a change of colour costs twice as much as a move of the cursor, with 16 colours half as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.style import Style

from tcptui.tui.paint import PLAIN, Line, change

GAP = 4
"""Equal columns of one style that are cheaper to write again than to jump over."""

Columns = list[tuple[str, int]]
"""A line column by column: a character and the number of its style; behind a wide character stands ''."""


class _Styles:
    """Numbers for styles: comparing those is ten times as fast. There are as many as palettes have looks."""

    def __init__(self) -> None:
        self.numbers: dict[Style, int] = {PLAIN: 0}
        self.styles: list[Style] = [PLAIN]
        self.blanks: list[int] = [0]  # by number: that of all styles in which a blank looks the same

    def number(self, style: Style) -> int:
        found = self.numbers.get(style)
        if found is not None:
            return found
        number = self.numbers[style] = len(self.styles)
        self.styles.append(style)
        self.blanks.append(number)
        if not (style.underline or style.reverse):
            blank = Style(bgcolor=style.bgcolor) if style.bgcolor else PLAIN
            self.blanks[number] = number if blank == style else self.number(blank)
        return number


_KNOWN = _Styles()


def columns(line: Line) -> Columns:
    """A line column by column; made once for each line."""
    try:
        return line.columns
    except AttributeError:
        line.columns = _columns(line)
        return line.columns


def _columns(line: Line) -> Columns:
    out: Columns = []
    for text, style, _ in line._segments:
        number = _KNOWN.number(style or PLAIN)
        if text.isascii() or get_character_cell_size(text[0]):
            out += _run(text, number)
        else:  # it begins with what stands on the column before
            before, its = out.pop() if out else ("", number)
            out += [(before + text[0], its), *_run(text[1:], number)]
    return out


@lru_cache(4096)
def _run(text: str, number: int) -> Columns:
    """Text of one style; most of it, frames, names and blanks, comes again and again."""
    blank = (" ", _KNOWN.blanks[number])
    if text.isascii():
        return [blank if char == " " else (char, number) for char in text]
    out: Columns = []
    for char in text:
        size = 1 if "─" <= char <= "╿" else get_character_cell_size(char)
        if size == 0 and out:
            before, its = out[-1]
            out[-1] = (before + char, its)
        else:
            out.append(blank if char == " " else (char, number))
            out += [("", number)] * (size - 1)
    return out


def differences(old: Columns, new: Columns) -> Iterator[tuple[int, int]]:
    """The spans [from, to) of columns to write again; never half of a wide character."""
    if len(old) != len(new):
        yield 0, len(new)
        return
    start = end = -1
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if start < 0:
            start = x
        elif x - end > GAP or (x > end and not _plain(new, end, x)):
            yield _whole(old, new, start, end)
            start = x
        end = x + 1
    if start >= 0:
        yield _whole(old, new, start, end)


def _plain(line: Columns, start: int, end: int) -> bool:
    """Whether the columns from `start` on could be written in the style of the one before them."""
    number = line[start - 1][1]
    also = _KNOWN.blanks[number]
    return all(its in (number, also) for _, its in line[start:end])


def _whole(old: Columns, new: Columns, start: int, end: int) -> tuple[int, int]:
    while start and not (new[start][0] and old[start][0]):
        start -= 1
    while end < len(new) and not (new[end][0] and old[end][0]):
        end += 1
    return start, end


class Piece(NamedTuple):
    """Text of one style at a place. end: the column behind it."""

    y: int
    x: int
    end: int
    text: str
    style: int


class Changes:
    """All that is to be written, from all panes."""

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._pieces: list[Piece] = []

    def repaint(self, x: int, y: int, old: Line, new: Line) -> None:
        """Turn a line on the screen, which begins at column x, from one into another."""
        after = columns(new)
        for start, end in differences(columns(old), after):
            self._pieces += _pieces(x + start, y, after[start:end])

    def done(self) -> str:
        """The bytes; the terminal is left without a style, its cursor anywhere."""
        if not self._pieces:
            return ""
        by_style = sorted(self._pieces, key=lambda piece: piece.style)
        orders = (self._pieces, by_style)
        return min((self._written(order) for order in orders), key=len)

    def _written(self, pieces: Sequence[Piece]) -> str:
        out: list[str] = []
        style, at_x, at_y = PLAIN, -1, -1
        for y, x, end, text, number in pieces:
            if y != at_y:
                out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
            elif x != at_x:
                out.append(f"\x1b[{x - at_x}C" if x > at_x else f"\x1b[{x + 1}G")
            wanted = _KNOWN.styles[number]
            if wanted is not style:
                out.append(change(style, wanted, self._system))
                style = wanted
            out.append(text)
            at_x, at_y = end, y
        if style is not PLAIN:
            out.append("\x1b[m")
        return "".join(out)


def _pieces(x: int, y: int, part: Columns) -> Iterator[Piece]:
    """Columns as pieces; blanks join the piece before or behind them where they look the same in it."""
    blanks = _KNOWN.blanks
    text: list[str] = []
    style, start, at = -1, x, x
    only_blanks = True
    for char, number in part:
        if number != style:
            if style >= 0 and number == blanks[style] and char == " ":
                pass
            elif style >= 0 and only_blanks and style == blanks[number]:
                style = number
            else:
                if text:
                    yield Piece(y, start, at, "".join(text), style)
                text, style, start, only_blanks = [], number, at, True
        only_blanks = only_blanks and char == " "
        text.append(char)
        at += 1
    if text:
        yield Piece(y, start, at, "".join(text), style)
