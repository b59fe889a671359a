"""Other processes that do a share of the work: copies of this one, which tell what they found.

Python keeps one core busy, however many threads it has.

Limits: systems with fork, while this process has but one thread.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")
Told = TypeVar("Told")


def cores() -> int:
    """How many processes can be at work at the same time; 1 where this one must do without others."""
    if (
        not hasattr(os, "fork") or threading.active_count() > 1
    ):  # a thread may hold a lock that a copy waits for
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
        self._pid = pid
        self._answers = open(answers, "rb")  # noqa: SIM115 - closed by close()

    @classmethod
    def begin(cls, work: Callable[[T], Told], items: Sequence[T]) -> Share[Told] | None:
        """Start one; None where that is not possible."""
        answers, into = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(answers)
            os.close(into)
            return None
        if pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # what ^C means is for the other to say
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.close(answers)
                with open(into, "wb", buffering=0) as file:
                    for item in items:
                        file.write(pickle.dumps(work(item), 5))
            finally:
                os._exit(0)
        os.close(into)
        return cls(pid, answers)

    def next(self) -> tuple[Told] | None:
        """The next that it has to tell; None where it has come to an end before."""
        try:
            return (pickle.load(self._answers),)
        except (EOFError, pickle.UnpicklingError):
            return None

    def close(self) -> None:
        """It is no longer needed."""
        self._answers.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
