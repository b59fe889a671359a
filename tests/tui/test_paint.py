"""Few bytes for a change of style, and never another look."""

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

from tcptui.tui.paint import as_line, change
from tests.support.emulator import look

STYLES = [
    Style(),
    Style(color="red"),
    Style(bold=True, color="#102030", bgcolor="#ffffff"),
    Style(dim=True, bold=True),
    Style(dim=True, color="#ffffff"),
    Style(reverse=True, italic=True),
    Style(underline=True, dim=True, bgcolor="blue"),
]
TRUE = ColorSystem.TRUECOLOR


@given(st.lists(st.sampled_from(STYLES), min_size=1, max_size=4))
def test_after_any_changes_a_letter_looks_as_in_its_style_alone(styles: list[Style]) -> None:
    text, last = "", Style()
    for style in styles:
        text += change(last, style, TRUE)
        last = style
    alone = change(Style(), last, TRUE)
    assert look(text + "x", 1) == look(alone + "x", 1)


def test_only_attributes_that_change_are_set() -> None:
    red, bold = Style(color="red"), Style(color="red", bold=True)
    assert change(red, bold, TRUE) == "\x1b[1m"
    assert change(bold, red, TRUE) == "\x1b[22m"
    assert change(bold, Style(dim=True, color="red"), TRUE) == "\x1b[22;2m"
    assert change(red, red, TRUE) == ""
    assert change(Style(bgcolor="red"), Style(), TRUE) == "\x1b[m"
    assert change(bold, Style(), TRUE) == "\x1b[m"


def test_colours_become_those_that_the_terminal_has() -> None:
    style = Style(color="#ff0000")
    assert change(Style(), style, TRUE) == "\x1b[38;2;255;0;0m"
    assert change(Style(), style, ColorSystem.EIGHT_BIT).startswith("\x1b[38;5;")
    assert change(Style(), style, ColorSystem.STANDARD) in ("\x1b[31m", "\x1b[91m")


def test_a_whole_line_is_written_in_few_attributes_too() -> None:
    parts = [Segment("a", Style(color="red")), Segment(" ", Style()), Segment("b", Style(color="red"))]
    line = as_line(parts, 3)
    assert line.render(Console(color_system="truecolor", force_terminal=True)) == "\x1b[31ma b\x1b[m"
