"""On a terminal of its own: it begins, it ends by every way there is, and leaves the terminal as it was."""

from __future__ import annotations

import errno
import io
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from benchmarks.terminal import KEYS, Terminal
from tcptui.demos import catalog
from tcptui.tui.terminal import Terminal as Driver
from tests.support.emulator import seen
from tests.support.feeds import until

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


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGQUIT])
def test_a_signal_ends_in_order(window: Window, how: signal.Signals) -> None:
    os.kill(window.pid, how)
    assert window.ended() == 0
    assert restored(window)


def test_sighup_ends(window: Window) -> None:
    os.kill(window.pid, signal.SIGHUP)
    assert window.ended() == 0


def test_a_terminal_that_is_gone_ends_it(window: Window) -> None:
    window.hang_up()
    assert window.ended() == 0


def test_a_terminal_that_stalls_and_then_goes_ends_it(window: Window) -> None:
    window.stall()
    window.send("zT" * 100)  # all of the screen is painted, again and again
    time.sleep(0.5)
    window.hang_up()
    assert window.ended() == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_draws_does_not_wait_for_a_thread_that_has_died_of_a_lost_terminal() -> None:
    gone = threading.Event()

    class Stalled(io.StringIO):
        def write(self, _: str) -> int:
            gone.wait()
            raise OSError(errno.EIO, "Input/output error")

    terminal = object.__new__(Driver)
    terminal.gone = False
    terminal._writer_thread = WriterThread(Stalled())
    terminal._writer_thread.start()

    def draw() -> None:
        for _ in range(2 * MAX_QUEUED_WRITES):
            terminal.write("x")
        terminal.close()

    screen = threading.Thread(target=draw, daemon=True)
    screen.start()
    until(terminal._writer_thread._queue.full)
    gone.set()
    screen.join(5)
    assert not screen.is_alive()


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


KEYS_AT_RANDOM = [*"jjjkhlll[]gG123zdxctSm'sTFp \r\t?q", KEYS["page_down"], KEYS["page_up"], "\x15", "\x04"]
"""Moving, panes, modes, colours, help; q closes what is open, and never comes as often as it opens."""


@pytest.mark.parametrize("seed", range(4))
def test_after_any_keys_the_screen_is_what_a_full_repaint_shows(seed: int) -> None:
    """Only what differs is written: what is left standing must be right."""
    rng = random.Random(seed)
    keys = rng.choices(KEYS_AT_RANDOM, k=60)
    with Window("--demo", "last-ack-lost") as window:
        window.shows("help")
        for n, key in enumerate(keys):
            if key == "q" and (n < 1 or keys[n - 1] != "?"):
                continue  # it could end the program
            window.send(key)
            window.settle(0.02)
            if n == 30:
                window.resize(*rng.choice([(120, 40), (100, 30), (60, 20), (160, 50)]))
                window.settle(0.2)
        window.send("q" if keys[-1] == "?" else "p")
        window.settle(3.5)  # what is said for three seconds has gone
        drawn = window.cells()
        window.send(KEYS["ctrl_z"])
        os.waitpid(window.pid, os.WUNTRACED)
        window.settle(0.1)
        window.blank()
        os.kill(window.pid, signal.SIGCONT)
        window.settle(0.5)
        repainted = window.cells()
        columns, lines = window.size
        differ = [
            (x, y) for y in range(lines) for x in range(columns) if seen(drawn[y][x]) != seen(repainted[y][x])
        ]
        assert differ == [], "\n".join(window.picture())


def test_keys_that_are_typed_ahead_go_where_they_would_have_gone_one_by_one(window: Window) -> None:
    window.settle()
    window.send("/port:9502\rs")
    window.shows("sorted by client")
    assert "Flows: port:9502" in window.text()
    window.send("3/FIN_WAIT\r")
    window.shows("FIN_WAIT: 1 of 2")
    window.send("wp/mQ")  # a letter of a name is no command
    window.shows("pcapp/mQ")


@pytest.mark.parametrize("between", [(120, 20), (80, 24), (20, 6)])
@pytest.mark.parametrize("first", ["", "\t"])
def test_a_window_that_gets_back_its_size_shows_what_one_shows_that_never_lost_it(
    between: tuple[int, int], first: str
) -> None:
    def after(*sizes: tuple[int, int]) -> list[str]:
        with Terminal([sys.executable, "-m", "tcptui", "--demo", "zero-window"], size=(120, 40)) as window:
            window.shows("SYN_SENT")
            for keys in (first, *sizes, "l", "l", "l"):
                window.settle()
                if isinstance(keys, str):
                    window.send(keys)
                else:
                    window.resize(*keys)
            window.settle()
            return list(window.picture())

    assert after(between, (120, 40)) == after()
