"""The line list: the cursor stays in view, and only what is seen is made."""

import re

from rich.color import ColorSystem
from textual.app import App, ComposeResult

from tcptui.model.cells import Cell, Role, Row
from tcptui.tui.diff import Changes
from tcptui.tui.linelist import LineList, Rows
from tcptui.tui.paint import as_line
from tcptui.tui.pane import segments
from tcptui.tui.theme import DARK, MONO


class Counting:
    """A long list that notes which rows were asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: set[int] = set()

    def __len__(self) -> int:
        return self.count

    def row(self, i: int, width: int) -> Row:
        assert 0 <= i < self.count
        self.asked.add(i)
        return (Cell(f"row {i}"),)


class Window(App[None]):
    def __init__(self, provider: Counting) -> None:
        super().__init__()
        self.list = LineList(DARK, id="list", title="List")
        self.list.provider = provider

    def compose(self) -> ComposeResult:
        yield self.list


def text(pane: LineList) -> list[str]:
    return [pane.render_line(y).text for y in range(pane.size.height)]


async def test_it_shows_the_rows_in_a_box() -> None:
    app = Window(Counting(3))
    async with app.run_test(size=(20, 6)):
        assert text(app.list) == [
            "╭─ List ───────────╮",
            "│row 0             │",
            "│row 1             │",
            "│row 2             │",
            "│                  │",
            "╰──────────────────╯",
        ]


async def test_the_cursor_stays_in_view_and_only_seen_rows_are_made() -> None:
    rows = Counting(1_000_000)
    app = Window(rows)
    async with app.run_test(size=(20, 12)):
        pane = app.list
        pane.select(500_000)
        assert pane.top <= 500_000 < pane.top + pane.body_height
        pane.move(-1)
        pane.page(1)
        pane.ends(True)
        assert pane.selected == 999_999
        assert "row 999999" in text(pane)[-2]
        pane.ends(False)
        assert pane.top == 0
        assert len(rows.asked) < 100


async def test_a_shorter_list_takes_the_cursor_along() -> None:
    app = Window(Counting(100))
    async with app.run_test(size=(20, 12)):
        app.list.ends(True)
        app.list.show(Counting(5))
        assert app.list.selected == 4
        assert "row 0" in text(app.list)[1]
        app.list.show(Counting(0))
        app.list.empty = ((Cell("nothing"),),)
        assert "nothing" in text(app.list)[1]


async def test_only_lines_that_changed_are_painted() -> None:
    app = Window(Counting(100))
    async with app.run_test(size=(20, 12)) as pilot:
        await pilot.pause()
        pane = app.list
        pane.paint(Changes(ColorSystem.TRUECOLOR))
        pane.move(1)
        changes = Changes(ColorSystem.TRUECOLOR)
        pane.paint(changes)
        places = re.findall(r"\x1b\[(\d+);\d+H", changes.done())
        assert set(places) == {"2", "3"}
        pane.update()
        changes = Changes(ColorSystem.TRUECOLOR)
        pane.paint(changes)
        assert changes.done() == ""


async def test_a_step_over_the_edge_shows_what_comes_next_and_a_page_leaves_nothing_out() -> None:
    app = Window(Counting(100))
    async with app.run_test(size=(20, 14)):
        pane = app.list  # 12 lines
        pane.select(11)
        assert pane.top == 0
        pane.move(1)
        assert pane.top == 4
        pane.move(-9)
        assert (pane.selected, pane.top) == (3, 0)
        seen = set(range(12))
        while pane.selected < 99:
            pane.page(1)
            seen |= set(range(pane.top, pane.top + 12))
        assert seen == set(range(100))
        assert pane.top == 88
        while pane.selected:
            before = pane.top
            pane.page(-1)
            assert before - pane.top <= 12


async def test_browsing_scrolls_and_has_no_cursor() -> None:
    app = Window(Counting(100))
    app.list.browse = True
    async with app.run_test(size=(20, 12)):
        app.list.move(3)
        assert "row 3" in text(app.list)[1]
        assert not any(app.list.is_selected(y) for y in range(10))
        app.list.ends(True)
        assert "row 99" in text(app.list)[-2]


async def test_a_window_of_one_cell() -> None:
    app = Window(Counting(3))
    async with app.run_test(size=(1, 1)):
        assert [line.strip() for line in text(app.list)]


def test_a_row_is_cut_and_padded_to_its_width() -> None:
    row = (Cell("漢字", Role.TEXT), Cell("abc", Role.KEY))
    assert as_line(segments(row, 10, DARK), 10).cell_length == 10
    assert as_line(segments(row, 5, DARK), 5).text == "漢字a"
    assert as_line(segments(row, 3, DARK), 3).cell_length == 3
    assert as_line(segments((), 4, MONO), 4).text == "    "


def test_neighbours_of_one_style_are_one_segment() -> None:
    assert len(segments((Cell("a"), Cell("b"), Cell("c", Role.KEY)), 3, DARK)) == 2


def test_rows_given_are_rows_shown() -> None:
    rows = Rows([(Cell("a"),), (Cell("b"),)])
    assert len(rows) == 2
    assert rows.row(1, 5) == (Cell("b"),)
