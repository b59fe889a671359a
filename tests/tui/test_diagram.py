"""The diagram's pane: the size that fits, and nothing drawn twice."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tcptui.model.diagram import DiagramView, Step, Walk
from tcptui.tcp.events import Event
from tcptui.tcp.states import State
from tcptui.tui.diagram import DiagramPane
from tcptui.tui.pane import Frame
from tcptui.tui.theme import DARK

START = DiagramView(Walk(State.CLOSED), Walk(State.LISTEN))
ASKED = DiagramView(
    Walk(State.SYN_SENT, steps=(Step(State.CLOSED, Event.ACTIVE_OPEN, State.SYN_SENT),), taken=1),
    Walk(State.LISTEN),
)


class Noting(DiagramPane):
    """Counts how often it looks for what to paint."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(DARK, frame=frame)
        self.updates = 0

    def update(self) -> None:
        self.updates += 1
        super().update()


class Window(App[None]):
    def __init__(self, frame: Frame = Frame.BOX) -> None:
        super().__init__()
        self.pane = Noting(frame)

    def compose(self) -> ComposeResult:
        yield self.pane


def text(pane: DiagramPane) -> str:
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


async def test_nothing_without_a_view() -> None:
    app = Window(Frame.NONE)
    async with app.run_test(size=(40, 14)):
        assert not text(app.pane).strip()


async def test_the_size_follows_the_room() -> None:
    app = Window()
    async with app.run_test(size=(54, 28)) as pilot:
        app.pane.view = START
        assert "│  ESTABLISHED  │" in text(app.pane)
        await pilot.resize_terminal(40, 16)
        await pilot.pause()
        assert "─→  ESTABLISHED" in text(app.pane)
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert "C CLOSED" in text(app.pane)
        await pilot.resize_terminal(1, 1)
        await pilot.pause()
        assert len(text(app.pane)) == 1
        await pilot.resize_terminal(120, 60)
        await pilot.pause()
        assert "│  ESTABLISHED   │" in text(app.pane)


async def test_an_equal_view_is_no_news() -> None:
    app = Window()
    async with app.run_test(size=(54, 28)):
        app.pane.view = START
        before = app.pane.updates
        app.pane.view = DiagramView(Walk(State.CLOSED), Walk(State.LISTEN))
        assert app.pane.updates == before
        app.pane.view = ASKED
        assert app.pane.updates == before + 1


async def test_a_step_changes_only_the_lines_around_it() -> None:
    app = Window(Frame.NONE)
    async with app.run_test(size=(52, 26)):
        shown = []
        for view in (START, ASKED):
            app.pane.view = view
            shown.append([app.pane.line(y, 52) for y in range(26)])
        assert [y for y in range(26) if shown[0][y] != shown[1][y]] == [0, 1, 2, 3, 4, 5]
