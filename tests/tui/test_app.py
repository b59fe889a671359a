"""The whole program on a terminal of any size, with any key, and with bytes that mean harm."""

from pathlib import Path
from threading import Event

import pytest
from textual import events

from tcptui.capture.pcapfile import CaptureReader
from tcptui.session import Session
from tcptui.tui.actions import ACTIONS, bindings
from tcptui.tui.app import TcptuiApp
from tcptui.tui.main import MainScreen
from tcptui.tui.menu import DemoMenu
from tcptui.tui.run import ScreenOptions
from tests.support.packets import frame, pcap
from tests.support.screen import capture, demo, running, screen_lines, screen_text

SIZES = [(1, 1), (3, 2), (79, 23), (80, 24), (120, 40), (160, 50), (400, 100)]
ENDING = ("quit", "back", "suspend", "palette")


@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_on_a_terminal_of_any_size(size: tuple[int, int]) -> None:
    async with running(demo("simultaneous-close"), size) as (app, pilot):
        for action in ("open", "next_change", "detail", "next_pane", "explain", "zoom"):
            await app.screen.run_action(action)
            await pilot.pause()
            lines = screen_lines(app)
            assert len(lines) == size[1]
            assert all(len(line) <= size[0] for line in lines)


async def test_it_follows_the_terminal_s_size() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        for width, height in ((80, 24), (40, 10), (1, 1), (200, 70), (120, 40)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert len(screen_lines(app)) == height
        assert "ESTABLISHED" in screen_text(app)


@pytest.mark.parametrize("pane", ["flows", "diagram", "ladder"])
async def test_every_action_is_harmless_everywhere(
    pane: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(demo("last-ack-lost"), (100, 30)) as (app, pilot):
        for action in ACTIONS:
            if action.id in ENDING:
                continue
            await app.screen.run_action(f"pane_{pane}")
            await app.screen.run_action(action.id)
            assert app.is_running
            if not isinstance(app.screen, MainScreen):
                await pilot.press("q")
            await app.screen.run_action("escape")
            assert isinstance(app.screen, MainScreen)


def test_every_key_is_bound_to_its_action() -> None:
    bound = {binding.key: binding.action for binding in bindings()}
    assert bound == {key: action.id for action in ACTIONS for key in action.keys}


async def test_q_goes_back_level_by_level_and_quits_with_0() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("enter", "z", "d", "q", "q", "q")
        assert app.is_running
        assert app.return_code is None
        await pilot.press("q")
    assert app.return_code == 0


@pytest.mark.parametrize("key", ["Q", "ctrl+c"])
async def test_it_quits_from_anywhere(key: str) -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("enter", "d", key)
    assert app.return_code == 0


async def test_esc_never_quits() -> None:
    async with running(demo("handshake")) as (app, pilot):
        for _ in range(5):
            await pilot.press("escape")
        assert app.is_running
        assert app.return_code is None


async def test_without_a_session_there_is_the_menu_and_each_demo_comes_back_to_it() -> None:
    async with running(None) as (app, pilot):
        assert isinstance(app.screen, DemoMenu)
        await pilot.press("down", "enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, MainScreen)
        assert "FIN_WAIT" in screen_text(app)
        await pilot.press("q")
        assert isinstance(app.screen, DemoMenu)
        await pilot.press("q")
    assert app.return_code == 0


HOSTILE = b"\x1b[2J\x1b]0;owned\x07[bold red]x[/]\x9b31m\r\n\xe2\x80\xaeevil\xe2\x80\xac\x00"


async def test_nothing_from_the_wire_obeys_or_hides(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[31m.pcap"
    path.write_bytes(
        pcap(
            frame(flags=0x02, seq=1),
            frame(flags=0x12, seq=9, ack=2, sport=80, dport=40000),
            frame(HOSTILE, flags=0x18, seq=2, ack=10),
        )
    )
    async with running(capture(path), (120, 40)) as (app, pilot):
        for keys in (("3", "G", "d"), ("escape", "f"), ("x",)):
            await pilot.press(*keys)
            await pilot.pause(0.3)
            text = screen_text(app).replace("\n", "")
            assert text.isprintable(), [c for c in text if not c.isprintable()]
        await pilot.press("x")
        assert "[bold red]x[/]" in screen_text(app)


async def test_an_empty_source_says_that_it_is_read_and_that_it_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[31m.pcap"
    path.write_bytes(pcap())
    session = Session(CaptureReader(path, growing=True))
    app = TcptuiApp(session, ScreenOptions(theme="dark", at_start=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "Reading" in screen_text(app)
        assert screen_text(app).replace("\n", "").isprintable()
        session.stop()
        await pilot.pause(0.3)
        assert "No TCP packets in " in screen_text(app)


async def test_what_is_typed_is_as_harmless_as_what_is_captured() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        assert isinstance(app.screen, MainScreen)
        app.screen.say("written: \x1b[2J\u202e")
        app.screen.flows.set_query("state:\x1b[31m")
        app.screen.refresh_panes()
        await pilot.pause()
        assert "written:" in screen_text(app)
        assert screen_text(app).replace("\n", "").isprintable()


@pytest.mark.parametrize("text", ["400", "400\nr", "40\x1b[31m0"])
async def test_what_is_pasted_stands_before_what_is_typed_next(text: str) -> None:
    async with running(demo("handshake")) as (app, pilot):
        assert isinstance(app.screen, MainScreen)
        await pilot.press("slash")
        app.post_message(events.Paste(text))
        for key in ("0", "1", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.2)
        assert app.screen.flows.query_text == f"{text.splitlines()[0]}01"
        assert screen_text(app).replace("\n", "").isprintable()


async def test_pasted_text_is_no_command() -> None:
    async with running(demo("handshake")) as (app, pilot):
        before = screen_text(app)
        app.post_message(events.Paste("Q"))
        await pilot.pause(0.2)
        assert app.is_running and screen_text(app) == before


@pytest.mark.parametrize(
    ("name", "keys", "flow", "row"),
    [
        ("zero-window", "3jjj", 1, 3),
        ("syn-flood", "jjj", 4, 0),
        ("syn-flood", "Gk", 202, 1),
        ("syn-flood", "3jj", 1, 2),
    ],
)
async def test_keys_that_come_before_the_first_packets_wait_for_them(
    name: str, keys: str, flow: int, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.tui.app._wait_a_moment", lambda _: None)
    session, go_on = demo(name), Event()
    monkeypatch.setattr(session.turns, "wait", lambda: go_on.wait(5))
    app = TcptuiApp(session, ScreenOptions(theme="dark", at_start=True))
    async with app.run_test(size=(120, 40)) as pilot:
        view = app.screen.viewpoint
        assert not session.snapshot().flows
        for key in keys:
            app.post_message(events.Key(key, key))
        await pilot.pause()
        assert not view.flow and app._early
        go_on.set()
        for _ in range(200):
            await pilot.pause(0.01)
            if view.flow and not app._early:
                break
        assert view.flow == flow and view.row == row


async def test_no_key_waits_for_packets_that_do_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.tui.main.PATIENCE", 0.3)
    path = tmp_path / "growing.pcap"
    path.write_bytes(pcap())
    session = Session(CaptureReader(path, growing=True))
    app = TcptuiApp(session, ScreenOptions(theme="dark", at_start=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Help" in screen_text(app), "this one is not about packets"
        await pilot.press("q", "j", "3")
        await pilot.pause(0.5)
        assert isinstance(app.screen, MainScreen) and app.screen.active_pane == "ladder"
    session.stop()
