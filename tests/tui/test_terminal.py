"""On a terminal of its own: it begins, it ends by every way there is, and leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.terminal import KEYS, Terminal
from tcptui.demos import catalog

DEMO = "handshake"


class Window(Terminal):
    """The program on a terminal of 80 by 24."""

    def __init__(self, *args: str, stdin: int | None = None) -> None:
        super().__init__([sys.executable, "-m", "tcptui", *args], size=(80, 24), stdin=stdin)


@pytest.fixture
def window() -> Iterator[Window]:
    with Window("--demo", DEMO) as made:
        made.wrote(b"SYN_SENT")
        yield made


def restored(window: Window) -> bool:
    """Whether the alternate screen was left and the cursor shown."""
    tail = window.seen[-400:]
    return b"\x1b[?1049l" in tail and b"\x1b[?25h" in tail


def test_q_ends_with_0_and_restores_the_terminal(window: Window) -> None:
    window.send("q")
    assert window.ended() == 0
    assert restored(window)


def test_sigterm_ends_in_order(window: Window) -> None:
    os.kill(window.pid, signal.SIGTERM)
    assert window.ended() == 0
    assert restored(window)


def test_sighup_ends(window: Window) -> None:
    os.kill(window.pid, signal.SIGHUP)
    assert window.ended() == 0


def test_a_terminal_that_is_gone_ends_it(window: Window) -> None:
    window.hang_up()
    assert window.ended() == 0


def test_ctrl_z_suspends_and_fg_comes_back(window: Window) -> None:
    window.send(KEYS["ctrl_z"])
    pid, status = os.waitpid(window.pid, os.WUNTRACED)
    assert pid == window.pid
    assert os.WIFSTOPPED(status)
    before = len(window.chunks)
    os.kill(window.pid, signal.SIGCONT)
    for part in (b"tcptui", b"Flows", b"SYN_SENT", b"CLOSE_WAIT", b"help"):
        window.wrote(part, since=before)  # all of the screen
    window.send("q")
    assert window.ended() == 0


def test_keys_come_from_the_terminal_when_the_capture_comes_through_a_pipe() -> None:
    read, write = os.pipe()
    window = Window("-r", "-", stdin=read)
    os.close(read)
    try:
        os.write(write, catalog.load(DEMO).path.read_bytes())
        window.wrote(b"nobody")
        os.close(write)
        window.send("q")
        assert window.ended() == 0
    finally:
        window.kill()


@pytest.mark.parametrize(
    ("end", "stays"), [("q", False), ("SIGTERM", True), ("SIGHUP", True), ("gone", True)]
)
def test_what_was_captured_stays_unless_the_user_leaves(
    end: str, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever loses a terminal has not said that the capture may go."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    data = catalog.load(DEMO).path.read_bytes()
    read, write = os.pipe()
    window = Window("-r", "-", stdin=read)
    os.close(read)
    try:
        os.write(write, data)
        window.wrote(b"nobody")
        if end == "q":
            window.send("q")
        elif end == "gone":
            window.hang_up()
        else:
            os.kill(window.pid, getattr(signal, end))
        assert window.ended() == 0
        left = list(tmp_path.iterdir())
        assert [path.read_bytes() for path in left] == ([data] if stays else [])
        if end == "SIGTERM":
            assert left[0].name.encode() in window.seen
    finally:
        os.close(write)
        window.kill()


def test_a_screen_that_plays_on_does_not_show_through_the_help(window: Window) -> None:
    window.send(" ?")
    window.shows("Help")
    window.watch(0.5)
    drawn = window.picture()
    window.watch(3)
    assert window.picture() == drawn
    window.send("q")
    window.shows("FIN_WAIT")
    window.watch(0.5)
    assert "Help" not in window.text()
