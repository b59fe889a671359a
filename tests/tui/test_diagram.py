"""The diagram's pane: the size that fits, and no line painted twice."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Region

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
    """Notes which lines are sent."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(DARK, frame=frame)
        self.sent: list[int] = []

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Noting:
        self.sent += [region.y for region in regions]
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


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


async def test_only_lines_that_differ_are_sent() -> None:
    app = Window()
    async with app.run_test(size=(54, 28)) as pilot:
        app.pane.view = START
        await pilot.pause()
        text(app.pane)
        app.pane.sent.clear()
        app.pane.view = DiagramView(Walk(State.CLOSED), Walk(State.LISTEN))
        assert app.pane.sent == []
        app.pane.view = ASKED
        assert app.pane.sent == [1, 2, 3, 4, 5, 6]
