"""Few bytes, and the same picture: what a terminal shows after a repaint is what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tcptui.tui.diff import GAP, Changes, columns, differences
from tcptui.tui.paint import Line, as_line
from tests.support.emulator import look

STYLES = [
    Style(),
    Style(color="red"),
    Style(bold=True, color="#102030", bgcolor="#ffffff"),
    Style(color="#405060", bgcolor="#ffffff"),
    Style(reverse=True),
    Style(underline=True, dim=True, bgcolor="blue"),
]
SYSTEMS = [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]
WIDTH, HEIGHT = 24, 3

Parts = list[tuple[str, Style]]

runs = st.lists(
    st.tuples(st.text(st.sampled_from("ab ─漢"), min_size=1, max_size=6), st.sampled_from(STYLES)), max_size=6
)
pictures = st.lists(runs, min_size=HEIGHT, max_size=HEIGHT)


def line(parts: Parts) -> Line:
    return as_line([*(Segment(text, style) for text, style in parts), Segment(" " * WIDTH, Style())], WIDTH)


def painted(*steps: list[Parts], system: ColorSystem = ColorSystem.TRUECOLOR) -> list[str]:
    """What is written for each of some pictures, one after the other, from a blank screen on."""
    texts = []
    old = [line([]) for _ in range(HEIGHT)]
    for step in steps:
        changes = Changes(system)
        new = [line(parts) for parts in step]
        for y, (before, after) in enumerate(zip(old, new, strict=True)):
            changes.repaint(0, y, before, after)
        texts.append(changes.done())
        old = new
    return texts


def shown(*texts: str) -> list[tuple[str, ...]]:
    return look("".join(texts), WIDTH, HEIGHT)


@given(pictures, pictures, pictures, st.sampled_from(SYSTEMS))
def test_a_repaint_leaves_what_a_fresh_picture_shows(
    first: list[Parts], second: list[Parts], third: list[Parts], system: ColorSystem
) -> None:
    steps = painted(first, second, third, system=system)
    assert shown(*steps) == shown(*painted(third, system=system))


@given(pictures)
def test_an_equal_picture_costs_nothing(picture: list[Parts]) -> None:
    assert painted(picture, picture)[1] == ""


def test_one_changed_word_is_all_that_is_written() -> None:
    before, after = [("state one and more", Style())], [("state two and more", Style())]
    assert painted([[], before, []], [[], after, []])[1] == "\x1b[2;7Htwo"


GREY, WHITE = Style(color="#808080", bgcolor="#101010"), Style(color="#f0f0f0", bgcolor="#101010")


@pytest.mark.parametrize(("label", "text", "changes"), [(GREY, WHITE, 3), (Style(dim=True), Style(), 6)])
def test_colours_are_changed_rarely_where_that_is_dear(label: Style, text: Style, changes: int) -> None:
    rows = [[(f"{n}", label), ("ab", text)] for n in range(HEIGHT)]
    (written,) = painted(rows)
    assert written.count("m") == changes


def test_near_changes_are_one_span_and_far_ones_two() -> None:
    old = columns(as_line([Segment("x" * 30)], 30))
    new = list(old)
    new[2] = new[2 + GAP] = ("y", old[0][1])
    assert list(differences(old, new)) == [(2, 3 + GAP)]
    new[25] = ("y", old[0][1])
    assert list(differences(old, new)) == [(2, 3 + GAP), (25, 26)]


def test_what_lies_between_is_not_written_again_in_another_colour() -> None:
    old = columns(as_line([Segment("x"), Segment("x", Style(color="red")), Segment("x")], 3))
    new = [("y", old[0][1]), old[1], ("y", old[0][1])]
    assert list(differences(old, new)) == [(0, 1), (2, 3)]


def test_a_wide_character_is_never_cut() -> None:
    old, new = columns(as_line([Segment("漢漢ab")], 6)), columns(as_line([Segment("漢xyab")], 6))
    assert list(differences(old, new)) == [(2, 4)]
    assert list(differences(new, old)) == [(2, 4)]


def test_a_blank_looks_alike_in_all_colours_of_its_text() -> None:
    before, after = (
        [("a ", Style(color="red", bold=True))],
        [("a", Style(color="red", bold=True)), (" ", Style())],
    )
    assert painted([before, [], []], [after, [], []])[1] == ""
    assert painted([[(" ", Style(reverse=True))], [], []])[0] != ""
