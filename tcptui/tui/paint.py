"""How the terminal is told about styles, in as few bytes as it takes.

The toolkit sets and resets every attribute for each run of text; here only attributes that change are
written. tui/diff.py finds what is to be written.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

PLAIN = Style()
_SWITCHES = (
    ("bold", "1", "22"),
    ("dim", "2", "22"),
    ("italic", "3", "23"),
    ("underline", "4", "24"),
    ("reverse", "7", "27"),
)
"""Attributes, and the codes that switch them on and off; bold and dim have one to be switched off by."""


@lru_cache(4096)
def change(old: Style, new: Style, system: ColorSystem) -> str:
    """The shortest escape sequence that turns the terminal from one style to another."""
    apart, anew = _switched(old, new), ["0"]
    if old.color != new.color:
        apart += _colour(new.color, system, foreground=True)
    if old.bgcolor != new.bgcolor:
        apart += _colour(new.bgcolor, system, foreground=False)
    anew += [on for name, on, _ in _SWITCHES if getattr(new, name)]
    if new.color is not None:
        anew += _colour(new.color, system, foreground=True)
    if new.bgcolor is not None:
        anew += _colour(new.bgcolor, system, foreground=False)
    codes = min(";".join(apart), ";".join(anew), key=len)
    if not codes:
        return ""
    return "\x1b[m" if codes == "0" else f"\x1b[{codes}m"


def _switched(old: Style, new: Style) -> list[str]:
    """The codes that switch attributes one by one."""
    offs = {off for name, _, off in _SWITCHES if getattr(old, name) and not getattr(new, name)}
    ons = [
        on for name, on, off in _SWITCHES if getattr(new, name) and (off in offs or not getattr(old, name))
    ]
    return sorted(offs) + ons


def _colour(color: Color | None, system: ColorSystem, *, foreground: bool) -> tuple[str, ...]:
    if color is None:
        return ("39" if foreground else "49",)
    return color.downgrade(system).get_ansi_codes(foreground=foreground)


class Pen:
    """Writes text in styles, remembering what the terminal is set to."""

    def __init__(self, system: ColorSystem) -> None:
        self.system = system
        self.out: list[str] = []
        self._style = PLAIN

    def write(self, text: str, style: Style | None) -> None:
        style = style or PLAIN
        if style is not self._style:
            if text.isspace() and not (style.underline or style.reverse):
                style = _blank(self._style, style)
            self.out.append(change(self._style, style, self.system))
            self._style = style
        self.out.append(text)

    def done(self) -> str:
        """All of it; the terminal is left without a style."""
        if self._style != PLAIN:
            self.out.append("\x1b[m")
            self._style = PLAIN
        return "".join(self.out)


@lru_cache(4096)
def _blank(old: Style, new: Style) -> Style:
    """A style for blanks: what is not seen on them may stay as it was."""
    return old if old.bgcolor == new.bgcolor and not (old.underline or old.reverse) else new


class Line(Strip):
    """A strip that is written with few attributes. columns: what tui/diff.py makes of it, kept."""

    __slots__ = ("columns",)

    columns: list[tuple[str, int]]

    def render(self, console: Console) -> str:
        if self._render_cache is None:
            pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
            for text, style, _ in self._segments:
                pen.write(text, style)
            self._render_cache = pen.done()
        return self._render_cache


def as_line(segments: Iterable[Segment], width: int) -> Line:
    """Segments as a line of exactly `width` columns' worth."""
    strip = Strip(segments)
    if strip.cell_length > width:
        strip = strip.crop(0, width)
    return Line(strip._segments, strip.cell_length)
