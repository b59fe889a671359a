"""Other processes that do a share of the work: copies of this one, which tell what they found.

Python keeps one core busy, however many threads it has.

Limits: systems with fork, while this process has but one thread.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Told = TypeVar("Told")


def cores() -> int:
    """How many processes can be at work at the same time; 1 where this one must do without others."""
    if not hasattr(os, "fork"):
        return 1
    if threading.active_count() > 1:  # one may hold a lock that a copy would wait for
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared(work: Callable[[Sequence[T]], Told], items: Sequence[T], size: int) -> Iterator[Told]:
    """What `work` makes of the items, so many at a time, in their order.

    They are dealt out among as many processes as there are cores, of which this is one. What another does not
    tell (it could not start, has ended) is worked out here. Whatever else `work` does, it does there.
    """
    some = [items[at : at + size] for at in range(0, len(items), size)]
    count = max(1, min(cores(), len(some)))
    others = [Share.begin(work, some[at::count]) for at in range(1, count)]
    try:
        for at, each in enumerate(some):
            other = others[at % count - 1] if at % count else None
            told = other.next() if other else None
            yield work(each) if told is None else told[0]
    finally:
        for other in others:
            if other:
                other.close()


class Share(Generic[Told]):
    """Another process that is at work."""

    def __init__(self, pid: int, answers: int) -> None:
        self._pid, self._answers = pid, answers

    @classmethod
    def begin(cls, work: Callable[[T], Told], items: Sequence[T]) -> Share[Told] | None:
        """Start one; None where that is not possible."""
        pipe: tuple[int, ...] = ()
        try:
            answers, into = pipe = os.pipe()
            pid = os.fork()
        except OSError:
            for end in pipe:
                os.close(end)
            return None
        if pid == 0:
            try:
                ignore_signals()
                os.close(answers)
                for item in items:
                    tell(into, work(item))
            finally:
                os._exit(0)
        os.close(into)
        return cls(pid, answers)

    def next(self) -> tuple[Told] | None:
        """The next that it has to tell; None where it has come to an end before."""
        try:
            return (hear(self._answers),)
        except (EOFError, OSError):
            return None

    def close(self) -> None:
        """It is no longer needed."""
        os.close(self._answers)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def ignore_signals() -> None:
    """In a copy: what a signal means that reaches all processes of a terminal is for the other to say."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


# -- messages -----------------------------------------------------------------------------------------

_LENGTH = struct.Struct("<Q")


def tell(fd: int, message: object) -> None:
    """Send a message, whole, whatever interrupts it."""
    data = memoryview(pickle.dumps(message))
    data = memoryview(_LENGTH.pack(len(data)) + data)
    while data:
        data = data[os.write(fd, data) :]


def hear(fd: int, patience: float | None = None) -> Any:
    """The next message. EOFError where there is none any more, or not within so many seconds."""
    (length,) = _LENGTH.unpack(_exactly(fd, _LENGTH.size, patience))
    return pickle.loads(_exactly(fd, length, patience))


def _exactly(fd: int, count: int, patience: float | None) -> bytes:
    data = b""
    while len(data) < count:
        more = os.read(fd, count - len(data)) if _ready(fd, patience) else b""
        if not more:
            raise EOFError
        data += more
    return data


def _ready(fd: int, patience: float | None) -> bool:
    """Something can be read, or that nothing will come; so long is waited for it."""
    if patience is None:
        return True  # the read waits
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(patience * 1000))
