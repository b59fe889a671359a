"""Few bytes, and the same picture: what a terminal shows after a repaint is what was meant."""

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tcptui.tui.paint import GAP, Line, Pen, as_line, cells, change, differences, repaint

STYLES = [
    Style(),
    Style(color="red"),
    Style(bold=True, color="#102030", bgcolor="#ffffff"),
    Style(reverse=True),
    Style(underline=True, dim=True, bgcolor="blue"),
]
TRUE = ColorSystem.TRUECOLOR
WIDTH = 24

runs = st.lists(
    st.tuples(st.text(st.sampled_from("ab ─漢"), min_size=1, max_size=6), st.sampled_from(STYLES)), max_size=6
)


def line(parts: list[tuple[str, Style]]) -> Line:
    return as_line([*(Segment(text, style) for text, style in parts), Segment(" " * WIDTH, Style())], WIDTH)


def shown(*texts: str) -> list[tuple[str, str, str, bool, bool, bool]]:
    screen = pyte.Screen(WIDTH, 2)
    stream = pyte.Stream(screen)
    for text in texts:
        stream.feed(text)
    row = screen.buffer[0]
    return [
        (c.data, c.fg if c.data.strip() else "", c.bg, c.bold and c.data != " ", c.underscore, c.reverse)
        for c in (row[x] for x in range(WIDTH))
    ]


def painted(*lines: Line) -> list[str]:
    texts = []
    old = as_line([Segment(" " * WIDTH)], WIDTH)
    for new in lines:
        pen = Pen(TRUE)
        repaint(pen, 0, 0, old, new)
        texts.append(pen.done())
        old = new
    return texts


@given(runs, runs)
def test_a_repaint_leaves_what_a_fresh_picture_shows(
    first: list[tuple[str, Style]], second: list[tuple[str, Style]]
) -> None:
    assert shown(*painted(line(first), line(second))) == shown(*painted(line(second)))


@given(runs)
def test_an_equal_line_costs_nothing(parts: list[tuple[str, Style]]) -> None:
    assert painted(line(parts), line(parts))[1] == ""


def test_one_changed_word_is_all_that_is_written() -> None:
    before, after = line([("state one and more", Style())]), line([("state two and more", Style())])
    assert painted(before, after)[1] == "\x1b[1;7Htwo"


def test_near_changes_are_one_span_and_far_ones_two() -> None:
    old = cells(as_line([Segment("x" * 30)], 30))
    new = list(old)
    new[2] = new[2 + GAP] = ("y", None)
    assert list(differences(old, new)) == [(2, 3 + GAP)]
    new[25] = ("y", None)
    assert list(differences(old, new)) == [(2, 3 + GAP), (25, 26)]


def test_a_wide_character_is_never_cut() -> None:
    old, new = cells(as_line([Segment("漢漢ab")], 6)), cells(as_line([Segment("漢xyab")], 6))
    assert list(differences(old, new)) == [(2, 4)]
    assert list(differences(new, old)) == [(2, 4)]


def test_only_attributes_that_change_are_set() -> None:
    red, bold = Style(color="red"), Style(color="red", bold=True)
    assert change(red, bold, TRUE) == "\x1b[1m"
    assert change(bold, red, TRUE) == "\x1b[0;31m"
    assert change(red, red, TRUE) == ""
    assert change(Style(bgcolor="red"), Style(), TRUE) == "\x1b[49m"


def test_colours_become_those_that_the_terminal_has() -> None:
    style = Style(color="#ff0000")
    assert change(Style(), style, TRUE) == "\x1b[38;2;255;0;0m"
    assert change(Style(), style, ColorSystem.EIGHT_BIT).startswith("\x1b[38;5;")
    assert change(Style(), style, ColorSystem.STANDARD) in ("\x1b[31m", "\x1b[91m")
