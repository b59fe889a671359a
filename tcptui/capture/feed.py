"""A feed writes the file that the reader follows: from a device, a pipe, or a file through a filter.

Every source is a capture file. Where packets come from something else, a feed spools them into one as
they arrive, in a thread of its own, and the reader reads that file while it grows. Nothing else passes
between the two, so a slow screen never holds up a capture.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from typing import Protocol

from tcptui.capture.spool import Spool
from tcptui.dataclass import dataclass
from tcptui.errors import CaptureError

STOP_WITHIN = 0.9
"""Seconds that `stop` waits for the thread, at most."""


@dataclass(frozen=True, slots=True)
class FeedStats:
    """Packets that the source has seen and lost so far; None where it cannot say.

    received: passed the filter. dropped: lost because we read too slowly. if_dropped: lost by the device.
    """

    received: int | None = None
    dropped: int | None = None
    if_dropped: int | None = None


class Feed(Protocol):
    """Whatever writes the file that the reader follows.

    label: the source in words ("any · port 9502"). path: the spool's path. spool: the file itself, to be
    removed (`spool.remove()`) or named (`spool.whereabouts()`) at the end. live: the packets carry the
    time of now. error: why it ended, unless by `stop` or at the end of its input; set before `running`
    turns false. notices: what the user should know, growing.

    `running` is false before `start`, and again once the last byte is in the spool. `stop` returns within
    a second, may be called more than once, from any thread, and before `start`.
    """

    @property
    def label(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def spool(self) -> Spool: ...
    @property
    def live(self) -> bool: ...
    @property
    def running(self) -> bool: ...
    @property
    def error(self) -> CaptureError | None: ...
    @property
    def notices(self) -> list[str]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def stats(self) -> FeedStats: ...


class SpoolingFeed(ABC):
    """What the feeds have in common: one daemon thread that fills one spool, and a way to wake it.

    A subclass opens its source in its constructor, so that what cannot start fails there, and fills the
    spool in `_fill` until `_stopping` is set; it polls `_wake_fd` beside its source, which becomes
    readable then. `_release` gives back what the constructor opened; it is called exactly once, after
    `_fill` or instead of it.
    """

    def __init__(self, label: str, spool: Spool) -> None:
        self.label = label
        self.spool = spool
        self.error: CaptureError | None = None
        self.notices: list[str] = []
        self._stopping = threading.Event()
        self._wake_fd, self._wake_write = os.pipe()
        self._lock = threading.Lock()
        self._started = False
        self._running = False
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    @property
    def path(self) -> str:
        return self.spool.path

    @property
    def live(self) -> bool:
        return False

    @property
    def running(self) -> bool:
        return self._running

    def start(self) -> None:
        with self._lock:
            if self._started:
                return
            self._started = self._running = True
            self._thread.start()

    def stop(self) -> None:
        with self._lock:
            first = not self._stopping.is_set()
            never_started = not self._started
            self._started = True
            self._stopping.set()
        if first:
            self._interrupt()
            os.close(self._wake_write)
        if never_started:
            self._release()
            os.close(self._wake_fd)
        elif self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(STOP_WITHIN)

    def stats(self) -> FeedStats:
        return FeedStats()

    @abstractmethod
    def _fill(self) -> None:
        """Spool packets until the source ends or `_stopping` is set. May raise CaptureError."""

    @abstractmethod
    def _release(self) -> None:
        """Flush and close what the constructor opened. May raise CaptureError."""

    def _interrupt(self) -> None:  # noqa: B027 - nothing to do unless something blocks
        """Make a blocking call of `_fill` return; called from another thread."""

    def _room(self) -> bool:
        """Wait until the spool may grow. False when it is time to stop.

        Whoever writes faster than packets are looked at is held up here: a pipe waits, a device's ring fills,
        and the kernel counts what it must drop.
        """
        while not self._stopping.is_set() and self.spool.full:
            self._stopping.wait(0.005)
        return not self._stopping.is_set()

    def _run(self) -> None:
        try:
            try:
                self._fill()
            finally:
                self._release()
        except CaptureError as error:
            self.error = error
        finally:
            os.close(self._wake_fd)
            self._running = False
