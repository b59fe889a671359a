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
from contextlib import closing, suppress
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


def shared(work: Callable[[Sequence[T]], Told], items: Sequence[T], least: int) -> Iterator[Told]:
    """What is told of each share of the items: of the first one here, of the others by other processes.

    least: items that are worth a process. What a process does not tell (it could not start, has ended) is
    left out. Whatever else `work` does, it does there, and not here.
    """
    size = max(least, -(-len(items) // cores()), 1)
    others = [Share.begin(work, items[at : at + size]) for at in range(size, len(items), size)]
    try:
        yield work(items[:size])
        for share in others:
            if share is not None:
                yield from share.told()
    finally:
        for share in others:
            if share is not None:
                share.close()


class Share(Generic[Told]):
    """One process that is at work."""

    def __init__(self, pid: int, answer: int) -> None:
        self._pid = pid
        self._answer = open(answer, "rb")  # noqa: SIM115 - closed by close()

    @classmethod
    def begin(cls, work: Callable[[Sequence[T]], Told], items: Sequence[T]) -> Share[Told] | None:
        """Start one; None where that is not possible."""
        answer, into = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(answer)
            os.close(into)
            return None
        if pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # what ^C means is for the other to say
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.close(answer)
                with closing(open(into, "wb")) as file:
                    pickle.dump(work(items), file, 5)
            finally:
                os._exit(0)
        os.close(into)
        return cls(pid, answer)

    def told(self) -> Iterator[Told]:
        """What it has to tell; nothing where it has come to an end before."""
        with suppress(EOFError, pickle.UnpicklingError):
            yield pickle.load(self._answer)

    def close(self) -> None:
        """It is no longer needed."""
        self._answer.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
