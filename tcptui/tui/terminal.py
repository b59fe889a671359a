"""The terminal: keys when standard input is the capture, and an end when the terminal is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from queue import Full
from typing import Any

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.message import Message

from tcptui.errors import TcptuiError
from tcptui.tui import echo

STALLED = 0.1
"""Seconds between two looks whether a terminal that takes nothing is still there."""

GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class NoTerminal(TcptuiError):
    """There is nothing to show a screen on, or nothing to type at."""


def keys_from_tty() -> None:
    """Where standard input is a pipe (the capture), let the keys come from /dev/tty.

    Descriptor 0 stays what it is. Raises NoTerminal when the process has no terminal.
    """
    if sys.__stdin__ is not None and sys.__stdin__.isatty():
        return
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise NoTerminal("no terminal to read keys from", "for text output use -T flows") from error
    sys.__stdin__ = os.fdopen(tty, closefd=False)  # type: ignore[misc]


class Terminal(LinuxDriver):
    """The toolkit's driver, but a terminal that is gone neither blocks it nor makes it spin.

    Draws on standard output where that is a terminal (the toolkit's choice is standard error).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone = False
        if sys.__stdout__ is not None and sys.__stdout__.isatty():
            self._file = sys.__stdout__

    def start_application_mode(self) -> None:
        """Begin to draw. The shell gets its terminal back as it was before its echo was switched off."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.attrs_before = echo.before(self.fileno) or self.attrs_before

    def _sigtstp_application(self, *_: object) -> None:
        """^Z stops the whole job, as it does for other programs: a shell waits for all of a pipeline."""
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        mine = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        os.killpg(os.getpgrp(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, mine)
        os.kill(os.getpid(), signal.SIGSTOP)

    def hung_up(self) -> bool:
        """Whether the terminal has gone: its window was closed, its connection lost."""
        if self._writer_thread is not None and not self._writer_thread.is_alive():
            return True  # it could not write
        poll = select.poll()
        poll.register(self.fileno, 0)
        return any(events & GONE for _, events in poll.poll(0))

    def process_message(self, message: Message) -> None:
        """In the thread that reads: a key may have to wait for the one that draws."""
        if isinstance(message, Key | Paste):
            self._app.expect_key()  # type: ignore[attr-defined]
        super().process_message(message)

    def write(self, data: str) -> None:
        if not self.gone:
            self._hand_over(data)

    def _hand_over(self, data: str | None) -> None:
        """To the thread that writes, None as its end; without effect once it has died of a lost terminal.

        Where the terminal stalls, its queue gets full, and this waits. The toolkit's way would wait for ever
        when the terminal goes meanwhile.
        """
        writer = self._writer_thread
        while writer is not None and writer.is_alive():
            try:
                writer._queue.put(data, timeout=STALLED)
            except Full:
                continue
            return

    def run_input_thread(self) -> None:
        with contextlib.suppress(OSError):
            super().run_input_thread()

    def close(self) -> None:
        self._hand_over(None)
        if self._writer_thread is not None:
            self._writer_thread.join()
