"""On a terminal of its own: it begins, it ends by every way there is, and leaves the terminal as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tcptui.demos import catalog

DEMO = "handshake"


class Window:
    """A program on a pseudo-terminal of 80 by 24."""

    def __init__(self, *args: str, stdin: int | None = None) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            if stdin is not None:
                os.dup2(stdin, 0)
            os.execv(sys.executable, [sys.executable, "-m", "tcptui", *args])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""
        self._poll = select.poll()  # select() would refuse descriptors beyond 1023
        self._poll.register(self.fd, select.POLLIN)

    def until(self, text: bytes, seconds: float = 15) -> None:
        """Read until `text` was written."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            self.read()

    def read(self) -> None:
        if self._poll.poll(50):
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                time.sleep(0.01)

    def ended(self, seconds: float = 5) -> int:
        """The exit status, within `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            if self.fd >= 0:
                self.read()
            else:
                time.sleep(0.02)
        raise AssertionError("still running")

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


@pytest.fixture
def window() -> Iterator[Window]:
    made = Window("--demo", DEMO)
    made.until(b"SYN_SENT")
    yield made
    made.close()
    if made.pid:
        os.kill(made.pid, signal.SIGKILL)
        os.waitpid(made.pid, 0)


def restored(window: Window) -> bool:
    """Whether the alternate screen was left and the cursor shown."""
    tail = window.seen[-400:]
    return b"\x1b[?1049l" in tail and b"\x1b[?25h" in tail


def test_q_ends_with_0_and_restores_the_terminal(window: Window) -> None:
    os.write(window.fd, b"q")
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
    window.close()
    assert window.ended() == 0


def test_ctrl_z_suspends_and_fg_comes_back(window: Window) -> None:
    os.write(window.fd, b"\x1a")
    pid, status = os.waitpid(window.pid, os.WUNTRACED)
    assert pid == window.pid
    assert os.WIFSTOPPED(status)
    window.seen = b""
    os.kill(window.pid, signal.SIGCONT)
    for part in (b"tcptui", b"Flows", b"SYN_SENT", b"CLOSE_WAIT", b"help"):
        window.until(part)  # all of the screen
    os.write(window.fd, b"q")
    assert window.ended() == 0


def test_keys_come_from_the_terminal_when_the_capture_comes_through_a_pipe() -> None:
    read, write = os.pipe()
    window = Window("-r", "-", stdin=read)
    os.close(read)
    try:
        os.write(write, catalog.load(DEMO).path.read_bytes())
        window.until(b"nobody")
        os.close(write)
        os.write(window.fd, b"q")
        assert window.ended() == 0
    finally:
        window.close()


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
        window.until(b"nobody")
        if end == "q":
            os.write(window.fd, b"q")
        elif end == "gone":
            window.close()
        else:
            os.kill(window.pid, getattr(signal, end))
        assert window.ended() == 0
        left = list(tmp_path.iterdir())
        assert [path.read_bytes() for path in left] == ([data] if stays else [])
        if end == "SIGTERM":
            assert left[0].name.encode() in window.seen
    finally:
        os.close(write)
        window.close()


def test_a_screen_that_plays_on_does_not_show_through_the_help(window: Window) -> None:
    os.write(window.fd, b" ?")
    window.until(b"Help")
    drawn = picture(window, seconds=0.5)
    assert picture(window, seconds=3) == drawn
    os.write(window.fd, b"q")
    window.until(b"FIN_WAIT")
    assert "Help" not in "\n".join(picture(window, seconds=0.5))


def picture(window: Window, seconds: float) -> list[str]:
    """What the window shows after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        window.read()
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(window.seen)
    return list(screen.display)
