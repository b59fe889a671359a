"""One moment moves all panes; a source that says nothing is told of."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from tcptui.session import Snapshot
from tcptui.tui.layout import Planned
from tcptui.tui.main import MainScreen
from tcptui.tui.viewpoint import SECOND
from tests.support.screen import demo, running, screen_lines, screen_text


async def test_one_cursor_moves_all_panes() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        for _ in range(4):
            await pilot.press("right")
        text = screen_text(app)
        assert text.count("FIN_WAIT_2") >= 3  # flow list, diagram, ladder
        assert "client → FIN_WAIT_2" in text


async def test_the_screen_of_80_by_24() -> None:
    async with running(demo("close-by-client"), (80, 24)) as (app, pilot):
        await pilot.press("G")
        lines = screen_lines(app)
        assert lines[0].startswith(" tcptui  demo close-by-client")
        assert lines[1].startswith("── Flows")
        assert lines[7].startswith("── States")
        assert "Ladder" in lines[7]
        assert lines[-1].endswith("q back")


@pytest.mark.parametrize(
    ("snapshot", "says"),
    [
        (Snapshot(live=True, running=True, label="any · port 9502"), "Listening on any · port 9502."),
        (Snapshot(running=True, label="x.pcap"), "Reading x.pcap"),
        (Snapshot(error="eth0 went down"), "eth0 went down"),
        (Snapshot(label="a.pcap · port 7"), "No TCP packets in a.pcap · port 7."),
    ],
)
async def test_an_empty_screen_says_why(snapshot: Snapshot, says: str) -> None:
    async with running(demo("handshake"), (80, 24)) as (app, _):
        app.screen.viewpoint.snapshot = snapshot
        rows = app.screen._waiting()
        assert says in "".join(cell.text for row in rows for cell in row)


async def test_idle_it_writes_nothing() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.pause(0.3)
        for pane in app.screen.query("Pane"):
            assert pane.pending == []
        app.screen._poll()
        for pane in app.screen.query("Pane"):
            assert pane.pending == []


async def test_the_wheel_scrolls_and_does_not_move_the_cursor_in_time() -> None:
    async with running(demo("time-wait-reuse"), (80, 24)) as (app, pilot):
        moment = app.screen.viewpoint.moment
        app.screen.pane("ladder").post_message(app.screen.pane("ladder").Wheel(app.screen.pane("ladder"), 3))
        await pilot.pause()
        assert app.screen.viewpoint.moment == moment


async def test_in_the_present_a_large_diagram_counts_the_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("close-by-client"), (220, 70)) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, MainScreen)
        await pilot.press("3", *("right",) * 5)
        view = screen.viewpoint
        live = replace(view.snapshot, live=True, running=True, version=view.snapshot.version)
        monkeypatch.setattr(view.session, "snapshot", lambda: live)
        view.snapshot, view.follow, view._wall_ns = live, True, 0
        spent = []
        for seconds in (10, 11, 12):
            monkeypatch.setattr("tcptui.tui.main.time_ns", lambda s=seconds: view.moment.time_ns + s * SECOND)
            screen._poll()
            shown = screen._diagram.view
            assert shown is not None
            spent.append(shown.client.dwell[-1][1])
        assert [after - before for before, after in pairwise(spent)] == [SECOND, SECOND]


async def test_a_change_of_layout_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.pause(0.1)
        laid_out, arrange = [], Planned.arrange

        def counted(*args: Any, **options: Any) -> Any:
            laid_out.append(args)
            return arrange(*args, **options)

        monkeypatch.setattr(Planned, "arrange", counted)
        await pilot.press("d")
        await pilot.pause(0.2)
        assert app.screen.is_shown("detail")
        assert len(laid_out) == 1
