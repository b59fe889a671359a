"""A second process that reads a long file ahead of the reader, and prepares what it has read.

To find the records and to decode them takes half a microsecond each, while all other cores wait. The scout is
a copy of the reader: it finds and prepares batch after batch, and leaves them in memory that both share. The
pipes between the two only say what is where. What it does not tell (it has ended, could not start, or does
not answer) the reader finds itself: it only ever saves time.

Limits: files that are not compressed, on systems with fork, while this process has but one thread.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from tcptui.processes import cores, hear, ignore_signals, tell

SLOTS = 2
"""While one is taken in, the other is filled; a third would only be waited for, too."""
PER_FRAME, BESIDES = 160, 1 << 14
"""Bytes of a slot for each frame of a batch, and beside them."""

PATIENCE = 10
"""Seconds for one batch, after which the scout is not waited for any more."""

OPEN_FILES = 1 << 16
"""Descriptors that may be open."""

Explore = Callable[[Any], Iterator[Any]]
"""From what is known of a place in the file to all that is found from there on."""


class Scout:
    """What is in a file, as another process tells. `send` starts it, `ask` says from where.

    busy: it was asked, and has not told all yet.
    """

    def __init__(self, pid: int, answers: int, orders: int, slots: mmap.mmap) -> None:
        self.busy = False
        self._pid = pid
        self._answers, self._orders = answers, orders
        self._slots = _Slots(slots)
        self._held = False  # the reader is still at what it was told last
        self._open = True

    @classmethod
    def send(cls, explore: Explore, most: int, fd: int) -> Scout | None:
        """Start one for batches of `most` frames; None where that is not possible. fd: what it reads."""
        if not _possible():
            return None
        slots = mmap.mmap(-1, SLOTS * (most * PER_FRAME + BESIDES))
        (answers, into), (orders, order) = pipes = os.pipe(), os.pipe()
        try:
            pid = os.fork()
        except OSError:
            for end in sum(pipes, ()):
                os.close(end)
            return None
        if pid == 0:
            try:
                _leave_alone({fd, into, orders})
                with suppress(OSError, EOFError):
                    _Served(into, orders, slots).serve(explore)
            finally:
                os._exit(0)
        os.close(into)
        os.close(orders)
        return cls(pid, answers, order, slots)

    def ask(self, place: object) -> None:
        """Have it explore from here on. It must not be `busy`. Once it is closed, nothing happens."""
        if not self._open:
            return  # its descriptors may be those of other files by now
        try:
            tell(self._orders, (place,))
            self.busy = True
        except OSError:
            self.close()

    def next(self) -> Any:
        """The next that it tells; None where it has told all, or there is no scout any more.

        Its arrays change with the next call.
        """
        if not self.busy:
            return None
        try:
            if self._held:
                self._held = False
                tell(self._orders, _FREE)
            ends, pickled = hear(self._answers, PATIENCE)
        except (OSError, EOFError):
            self.close()
            return None
        if not pickled:
            self.busy = False
            return None
        self._held = True
        return pickle.loads(pickled, buffers=self._slots.arrays(ends))

    def close(self) -> None:
        """It is no longer needed. Idempotent."""
        self.busy = False
        if self._open:
            self._open = False
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            os.close(self._answers)
            os.close(self._orders)


class _Slots:
    """Places for arrays in memory that both processes see, used in turn."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memoryview(memory)
        self._size = len(memory) // SLOTS
        self._begin = 0

    def put(self, arrays: list[pickle.PickleBuffer]) -> list[int] | None:
        """Copy arrays into the next slot; where each ends. None where they are too large."""
        slot, at, ends = self._turn(), 0, []
        for array in arrays:
            data = array.raw()
            at = _aligned(at)
            if at + data.nbytes > self._size:
                return None
            slot[at : at + data.nbytes] = data
            at += data.nbytes
            ends.append(at)
        return ends

    def arrays(self, ends: list[int]) -> list[memoryview]:
        """The arrays in the next slot."""
        slot = self._turn()
        begins = [0, *map(_aligned, ends)]
        return [slot[begin:end] for begin, end in zip(begins, ends, strict=False)]

    def _turn(self) -> memoryview:
        slot = self._memory[self._begin : self._begin + self._size]
        self._begin = (self._begin + self._size) % (self._size * SLOTS)
        return slot


class _Served:
    """The other process: explores as asked, until nobody is there any more (OSError, EOFError)."""

    def __init__(self, answers: int, orders: int, slots: mmap.mmap) -> None:
        self._answers, self._orders = answers, orders
        self._slots = _Slots(slots)
        self._free = SLOTS

    def serve(self, explore: Explore) -> None:
        while True:
            for told in explore(self._asked()):
                arrays: list[pickle.PickleBuffer] = []
                pickled = pickle.dumps(told, 5, buffer_callback=arrays.append)
                self._await_slot()
                ends = self._slots.put(arrays)
                if ends is None:
                    return  # the reader makes do without
                tell(self._answers, (ends, pickled))
            tell(self._answers, ([], b""))

    def _asked(self) -> Any:
        """The place from which to explore, as soon as there is one."""
        while (order := hear(self._orders)) == _FREE:
            self._free += 1
        return order[0]

    def _await_slot(self) -> None:
        if not self._free:
            hear(self._orders)  # it can only be _FREE: while something is explored, nothing is asked
            self._free += 1
        self._free -= 1


_FREE = ()
"""The order to use a slot again; any other holds a place."""


def _possible() -> bool:
    """There is another core for it."""
    return cores() > 1


def _aligned(end: int) -> int:
    return (end + 63) & ~63


def _leave_alone(keep: set[int]) -> None:
    """Let go of all that is the other's: a terminal, a device, a pipe that somebody waits to see closed."""
    ignore_signals()
    first = 0
    for fd in sorted(keep):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, OPEN_FILES)
