"""A pane: a frame, its lines, and nothing painted that has not changed."""

import pytest
from rich.color import ColorSystem
from textual.app import App, ComposeResult

from tcptui.model.cells import Cell, Role
from tcptui.tui.diff import Changes
from tcptui.tui.pane import Frame, Lines
from tcptui.tui.theme import DARK, LIGHT


class Window(App[None]):
    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.pane = Lines(DARK, id="pane", title="Title", frame=frame)

    def compose(self) -> ComposeResult:
        yield self.pane


def text(pane: Lines) -> list[str]:
    return [pane.render_line(y).text for y in range(pane.size.height)]


@pytest.mark.parametrize(
    ("frame", "lines"),
    [
        (
            Frame.BOX,
            ["╭─ Title ── note ─╮", "│one              │", "│                 │", "╰─────────────────╯"],
        ),
        (
            Frame.RULE,
            ["── Title ── note ──", "one                ", "                   ", "                   "],
        ),
        (
            Frame.NONE,
            ["one                ", "                   ", "                   ", "                   "],
        ),
    ],
)
async def test_frames(frame: Frame, lines: list[str]) -> None:
    app = Window(frame)
    async with app.run_test(size=(19, 4)):
        app.pane.rows = [(Cell("one"),)]
        app.pane.note = "note"
        assert text(app.pane) == lines


async def test_a_title_that_does_not_fit_is_cut_and_the_note_goes_first() -> None:
    app = Window(Frame.BOX)
    async with app.run_test(size=(12, 3)):
        app.pane.note = "a long note"
        assert text(app.pane)[0] == "╭─ Title ──╮"
        app.pane.title = "A longer title"
        assert text(app.pane)[0] == "╭─ A long…─╮"


async def test_what_changed_is_pending_until_it_is_painted() -> None:
    app = Window(Frame.NONE)
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        app.pane.rows = [(), (Cell("two"),)]
        app.pane.update()
        assert app.pane.pending == [1]
        changes = Changes(ColorSystem.TRUECOLOR)
        app.pane.paint(changes)
        assert "two" in changes.done()
        assert app.pane.pending == []


async def test_a_pane_without_a_place_is_not_painted() -> None:
    app = Window(Frame.NONE)
    async with app.run_test(size=(20, 4)):
        app.pane.place(False)
        app.pane.rows = [(Cell("x"),)]
        app.pane.update()
        assert app.pane.pending == []
        app.pane.place(True)
        assert text(app.pane)[0].strip() == "x"


async def test_another_palette_changes_the_colours_and_not_the_text() -> None:
    app = Window(Frame.NONE)
    async with app.run_test(size=(20, 4)):
        app.pane.rows = [(Cell("x", Role.CLIENT),)]
        before = app.pane.render_line(0)
        app.pane.palette = LIGHT
        app.pane.forget()
        after = app.pane.render_line(0)
        assert before.text == after.text
        assert [s.style for s in before] != [s.style for s in after]
