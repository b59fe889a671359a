"""Whose turn it is: the screen's, which answers keys, or that of the thread that reads. Both at once would
take twice as long, so reading waits; but not for ever: a key that is held down asks thirty times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEP = 0.002
"""Seconds between two looks whether to read on."""

FOR_AN_ANSWER = 0.2
"""Seconds that answers may hold up the reading, one or many."""

OWN = 0.01
"""Seconds then in which it is not held up: a careful batch, and something of what is behind."""

CAREFUL = 1.0
"""Seconds after a key in which the next one is to be expected."""

WRITING = 0.004
"""Seconds that an answer may take to be written."""


class Turns:
    """Who reads asks `wait`, who answers says `held`; from any thread.

    stop: ends every wait. pressing: whether what arrives can wait no longer.
    """

    def __init__(self, stop: threading.Event, pressing: Callable[[], bool]) -> None:
        self._stop, self._pressing = stop, pressing
        self._held_until = self._careful_until = self._own_until = 0.0
        self._longest = FOR_AN_ANSWER

    def hold(self, seconds: float) -> None:
        """Read no further for so long, at most, counted anew: the screen is busy with something that somebody
        waits for."""
        self._longest = max(seconds, FOR_AN_ANSWER)
        self._held_until = time.monotonic() + seconds

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is read while the screen is brought up to date."""
        self.hold(FOR_AN_ANSWER)
        try:
            yield
        finally:
            self.hold(WRITING)

    def expect(self) -> None:
        """A key has come: nothing is read until it is answered (`held`), and for a while little at once."""
        self._careful_until = time.monotonic() + CAREFUL
        self.hold(FOR_AN_ANSWER)

    @property
    def careful(self) -> bool:
        """Whether a question is to be expected, which waits until what is read at once has been taken."""
        return time.monotonic() < max(self._careful_until, self._own_until)

    def wait(self) -> None:
        """Until nothing is held, or all that was held together has taken as long as one hold may."""
        begin = now = time.monotonic()
        while self._own_until <= now < self._held_until and not self._pressing():
            if now - begin >= self._longest:
                self._own_until = now + OWN
            elif self._stop.wait(STEP):
                return
            now = time.monotonic()
