"""What goes to the terminal, in as few bytes as it takes.

The toolkit writes a changed line from its widget's left edge, and sets and resets every attribute for
each run of text: 6 kB for a step of the cursor. Here only cells that differ are written, and only
attributes that change: about 1 kB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Cells = list[tuple[str, Style | None]]
"""A character and its style for each column; the second column of a wide character is ''."""

GAP = 6
"""Equal columns that are cheaper to write again than to jump over."""

_PLAIN = Style()
_SWITCHES = (("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("reverse", "7"))


@lru_cache(4096)
def change(old: Style, new: Style, system: ColorSystem) -> str:
    """The escape sequence that turns the terminal from one style to another."""
    codes: list[str] = []
    had, has = (frozenset(code for name, code in _SWITCHES if getattr(s, name)) for s in (old, new))
    if had - has:
        codes.append("0")
        had, old = frozenset(), _PLAIN
    codes += sorted(has - had)
    if old.color != new.color:
        codes += _colour(new.color, system, foreground=True)
    if old.bgcolor != new.bgcolor:
        codes += _colour(new.bgcolor, system, foreground=False)
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _colour(color: Color | None, system: ColorSystem, *, foreground: bool) -> tuple[str, ...]:
    if color is None:
        return ("39" if foreground else "49",)
    return color.downgrade(system).get_ansi_codes(foreground=foreground)


class Pen:
    """Writes text in styles, remembering what the terminal is set to."""

    def __init__(self, system: ColorSystem) -> None:
        self.system = system
        self.out: list[str] = []
        self._style = _PLAIN

    def move(self, x: int, y: int) -> None:
        self.out.append(f"\x1b[{y + 1};{x + 1}H")

    def write(self, text: str, style: Style | None) -> None:
        style = style or _PLAIN
        if style is not self._style:
            if text.isspace() and not (style.underline or style.reverse):
                style = _blank(self._style, style)
            self.out.append(change(self._style, style, self.system))
            self._style = style
        self.out.append(text)

    def done(self) -> str:
        """All of it; the terminal is left without a style."""
        if self._style != _PLAIN:
            self.out.append("\x1b[0m")
            self._style = _PLAIN
        return "".join(self.out)


@lru_cache(4096)
def _blank(old: Style, new: Style) -> Style:
    """A style for blanks: what is not seen on them may stay as it was."""
    return old if old.bgcolor == new.bgcolor and not (old.underline or old.reverse) else new


class Line(Strip):
    """A strip that is written with few attributes."""

    def render(self, console: Console) -> str:
        if self._render_cache is None:
            pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
            for text, style, _ in self._segments:
                pen.write(text, style)
            self._render_cache = pen.done()
        return self._render_cache


def cells(strip: Strip) -> Cells:
    """A strip, column by column."""
    out: Cells = []
    for text, style, _ in strip._segments:
        if text.isascii():
            out += [(char, style) for char in text]
            continue
        for char in text:
            size = get_character_cell_size(char)
            if size == 0 and out:
                before, its = out[-1]
                out[-1] = (before + char, its)
            else:
                out.append((char, style))
                out += [("", style)] * (size - 1)
    return out


def differences(old: Cells, new: Cells) -> Iterator[tuple[int, int]]:
    """The spans [from, to) of columns to write again; never half of a wide character."""
    if len(old) != len(new):
        yield 0, len(new)
        return
    start = end = -1
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if start >= 0 and x - end > GAP:
            yield _whole(old, new, start, end)
            start = x
        elif start < 0:
            start = x
        end = x + 1
    if start >= 0:
        yield _whole(old, new, start, end)


def _whole(old: Cells, new: Cells, start: int, end: int) -> tuple[int, int]:
    while start and not (new[start][0] and old[start][0]):
        start -= 1
    while end < len(new) and not (new[end][0] and old[end][0]):
        end += 1
    return start, end


def repaint(pen: Pen, x: int, y: int, old: Strip, new: Strip) -> None:
    """Turn a line on the screen, which begins at column x, from one strip into another."""
    after = cells(new)
    for start, end in differences(cells(old), after):
        pen.move(x + start, y)
        for text, style in _runs(after[start:end]):
            pen.write(text, style)


def _runs(part: Iterable[tuple[str, Style | None]]) -> Iterator[tuple[str, Style | None]]:
    text: list[str] = []
    last: Style | None = None
    for char, style in part:
        if text and style != last:
            yield "".join(text), last
            text = []
        last = style
        text.append(char)
    if text:
        yield "".join(text), last


def as_line(segments: Iterable[Segment], width: int) -> Line:
    """Segments as a line of exactly `width` columns' worth."""
    strip = Strip(segments)
    if strip.cell_length > width:
        strip = strip.crop(0, width)
    return Line(strip._segments, strip.cell_length)
