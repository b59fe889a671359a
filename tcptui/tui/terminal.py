"""The terminal: keys when standard input is the capture, and an end when the terminal is gone."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Callable

from textual.drivers.linux_driver import LinuxDriver

from tcptui.errors import TcptuiError


class NoTerminal(TcptuiError):
    """There is nothing to show a screen on, or nothing to type at."""


def keys_from_tty() -> int:
    """Make /dev/tty standard input; the old one (the capture's pipe) as a new descriptor.

    Must be called before the screen starts and before anything reads `sys.stdin`. Raises NoTerminal
    when the process has no terminal.
    """
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise NoTerminal("no terminal to read keys from", "for text output use -T flows") from error
    pipe = os.dup(0)
    os.dup2(tty, 0)
    os.close(tty)
    stdin = open(0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stdin = sys.__stdin__ = stdin  # type: ignore[misc,assignment]
    return pipe


def hung_up(fd: int = 0) -> bool:
    """Whether the terminal behind fd has gone (its window was closed, its connection lost)."""
    poll = select.poll()
    poll.register(fd, select.POLLHUP | select.POLLERR)
    return any(events & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, events in poll.poll(0))


class Terminal(LinuxDriver):
    """The toolkit's driver, but a terminal that is gone neither blocks it nor makes it spin.

    `lost` is called once, from the input thread, when keys cannot be read any more.
    """

    lost: Callable[[], None] | None = None
    gone = False

    def write(self, data: str) -> None:
        if not self.gone:
            super().write(data)

    def run_input_thread(self) -> None:
        with contextlib.suppress(OSError):
            super().run_input_thread()
        if not self.exit_event.is_set():
            self.gone = True
            if self.lost:
                self.lost()
