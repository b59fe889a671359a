"""Quiet from the first moment on: what is typed before the screen stands is kept for it, and not echoed.

It takes a few tenths of a second until the screen's driver puts the terminal into its mode. Keys that come
before would be written over the shell's prompt, and wait for Enter.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

INPUT, LOCAL = 0, 3
"""Places of the flags in what termios calls attributes."""

ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""What ends a program from outside, beside ^C."""

_before: dict[int, list[Any]] = {}


@contextmanager
def off() -> Iterator[None]:
    """Neither echo nor lines on the terminal that keys come from; as it was at the end, however that comes.

    ^C, ^\\ and ^Z keep their effect, but ^\\ leaves no core. Limits: after SIGKILL the shell has to
    put it right, as most do.
    """
    try:
        fd = _keys()
        attributes = termios.tcgetattr(fd)
    except (OSError, termios.error):  # no terminal: whoever needs one says so
        yield
        return
    quiet = attributes.copy()
    quiet[LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    quiet[INPUT] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF)
    usual = {number: signal.signal(number, _end) for number in ENDS if _is_heard(number)}
    _before[os.fstat(fd).st_rdev] = attributes
    try:
        termios.tcsetattr(fd, termios.TCSANOW, quiet)
        yield
    finally:
        _before.clear()
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(fd, termios.TCSANOW, attributes)
        for number, handler in usual.items():
            signal.signal(number, handler)


def before(fd: int) -> list[Any] | None:
    """The attributes of a terminal before `off`, None where those are not in force."""
    return _before.get(os.fstat(fd).st_rdev)


def _keys() -> int:
    """The terminal that keys will come from. OSError when there is none."""
    if sys.__stdin__ is not None and sys.__stdin__.isatty():
        return sys.__stdin__.fileno()
    return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)


def _is_heard(number: signal.Signals) -> bool:
    """Not so below nohup, which wants it to go on."""
    return signal.getsignal(number) is not signal.SIG_IGN


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
