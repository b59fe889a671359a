"""A second process that walks over the records of a long file, ahead of the reader.

To find the records is the one thing that is done packet by packet in Python: a tenth of a microsecond each,
while all other cores wait. The scout does nothing else, and tells through a pipe where records begin. What
it does not tell (it has ended, or could not start) the reader finds itself: it only ever saves time.

Limits: plain files, on systems with fork, while this process has but one thread.
"""

from __future__ import annotations

import os
import signal
import threading
from array import array
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

PIECE = 4 << 20
WORTH_IT = 32 << 20
"""Bytes of a file below which a process costs more than it saves."""

Walk = Callable[[bytes], list[int]]
"""Where records begin in a piece that begins with one, and where the one after the last does."""


class Scout:
    """Where the records of a file begin, as another process tells. `send` starts it."""

    def __init__(self, pid: int, pipe: int, start: int) -> None:
        self._pid, self._pipe = pid, pipe
        self._places = np.array([start], np.int64)
        self._open = True

    @classmethod
    def send(cls, fd: int, start: int, walk: Walk) -> Scout | None:
        """Start one for the records from `start` on; None where that is not worth it, or not possible."""
        if os.fstat(fd).st_size < WORTH_IT or not _possible():
            return None
        out, into = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(out)
            os.close(into)
            return None
        if pid == 0:
            try:
                os.close(out)  # else it would wait for itself to read, when the reader has gone
                _explore(fd, into, start, walk)
            finally:
                os._exit(0)
        os.close(into)
        return cls(pid, out, start)

    def places(self, begin: int, end: int) -> NDArray[np.int64] | None:
        """All places from `begin`, where a record begins, up to but not including `end`.

        None where it does not know them all. What is before `begin` is forgotten.
        """
        while self._open and self._places[-1] < end:
            self._read()
        first, last = np.searchsorted(self._places, (begin, end)).tolist()
        if self._places[-1] < end or self._places[first] != begin:
            return None
        self._places = self._places[first:]
        return self._places[: last - first]

    def _read(self) -> None:
        data = os.read(self._pipe, 1 << 16)
        while len(data) % 8 and (more := os.read(self._pipe, 8 - len(data) % 8)):
            data += more
        if not data:
            self.close()
        whole = np.frombuffer(data[: len(data) // 8 * 8], np.int64)
        self._places = np.concatenate((self._places, whole))

    def close(self) -> None:
        """It is no longer needed. Idempotent."""
        if self._open:
            self._open = False
            os.close(self._pipe)
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)


def _possible() -> bool:
    """There is another core for it, and no thread of ours that might hold a lock."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return False
    return len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else True


def _explore(fd: int, into: int, start: int, walk: Walk) -> None:
    """The other process: tell where records begin until the file ends, or nobody listens."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    place = start
    with suppress(OSError):
        while len(found := walk(os.pread(fd, PIECE, place))) > 1:
            data = memoryview(array("q", [place + at for at in found[1:]])).cast("B")
            while data:
                data = data[os.write(into, data) :]
            place += found[-1]
