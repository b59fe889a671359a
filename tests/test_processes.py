"""Shares of work that other processes do."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence

import pytest

from tcptui import processes
from tcptui.processes import cores, shared


@pytest.fixture(autouse=True)
def _four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 4)


def squares(numbers: Sequence[int]) -> tuple[int, list[int]]:
    return os.getpid(), [number * number for number in numbers]


@pytest.mark.parametrize(
    ("count", "size", "at_work"), [(0, 1, 0), (1, 1, 1), (9, 10, 1), (20, 8, 3), (21, 1, 4)]
)
def test_what_is_told_comes_in_the_order_of_the_items(count: int, size: int, at_work: int) -> None:
    told = list(shared(squares, range(count), size))
    assert [one for _, some in told for one in some] == [number * number for number in range(count)]
    assert len({pid for pid, _ in told}) == at_work
    assert not count or told[0][0] == os.getpid()


def test_what_a_process_that_ends_does_not_tell_is_worked_out_here() -> None:
    here = os.getpid()

    def work(numbers: Sequence[int]) -> tuple[int, list[int]]:
        if 10 in numbers and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        if 3 in numbers and os.getpid() != here:
            raise ValueError
        return os.getpid(), [*numbers]

    told = list(shared(work, range(16), 1))
    assert [numbers for _, numbers in told] == [[number] for number in range(16)]
    by_here = [number for pid, (number,) in told if pid == here]
    assert by_here == [0, 3, 4, 7, 8, 10, 11, 12, 14, 15]


def test_nobody_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, fork = [], os.fork

    def noted() -> int:
        begun.append(fork())
        return begun[-1]

    def work(numbers: Sequence[int]) -> int:
        if 0 not in numbers:
            signal.pause()
        return os.getpid()

    monkeypatch.setattr(os, "fork", noted)
    told = shared(work, range(8), 1)
    assert next(told) == os.getpid()
    for pid in begun:
        os.kill(pid, 0)
    told.close()  # as where ^C ends the program
    assert len(begun) == 3
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_is_told_arrives_whole_whatever_interrupts_it() -> None:
    here = os.getpid()

    def work(numbers: Sequence[int]) -> bytes:
        if os.getpid() != here:
            signal.signal(signal.SIGALRM, lambda *_: None)  # as ^Z and fg
            signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
        else:
            time.sleep(0.05)  # the pipe is full by then
        return bytes(numbers) * 300_000

    assert list(shared(work, range(12), 1)) == [bytes([number]) * 300_000 for number in range(12)]


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_where_no_process_can_be_started_all_is_worked_out_here(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, call, full)
    assert list(shared(list, range(8), 3)) == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_beside_other_threads_there_are_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert cores() == 1
    done.set()
    thread.join()
