"""Answers come before the reading, but do not stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tcptui.turns import FOR_AN_ANSWER, OWN, Turns


def made(pressing: Callable[[], bool] = lambda: False) -> Turns:
    return Turns(threading.Event(), pressing)


def waited(one: Turns) -> float:
    begin = time.monotonic()
    one.wait()
    return time.monotonic() - begin


@contextmanager
def all_the_time(ask: Callable[[], None]) -> Iterator[None]:
    """Someone asks again before an answer is written."""
    over = threading.Event()

    def asking() -> None:
        while not over.wait(0.01):
            ask()

    ask()
    thread = threading.Thread(target=asking)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_nobody_waits_where_nothing_is_held() -> None:
    assert waited(made()) < FOR_AN_ANSWER / 2


def test_a_key_holds_until_it_is_answered() -> None:
    one = made()
    begin = time.monotonic()
    one.expect()
    threading.Timer(0.1, one.hold, [0]).start()
    one.wait()
    assert time.monotonic() - begin >= 0.1
    assert one.careful


def test_a_key_that_is_held_down_gives_a_turn_after_as_long_as_one_may_hold() -> None:
    one = made()
    with all_the_time(one.expect):
        assert waited(one) >= FOR_AN_ANSWER
        assert waited(one) < OWN, "it may read for a while"
        time.sleep(OWN)
        assert waited(one) >= FOR_AN_ANSWER


def test_a_turn_among_answers_is_careful_without_a_key() -> None:
    one = made()
    with all_the_time(lambda: one.hold(FOR_AN_ANSWER)):
        assert not one.careful
        one.wait()
        assert one.careful


def test_who_holds_for_longer_by_one_word_gets_it() -> None:
    one = made()
    one.hold(2 * FOR_AN_ANSWER)
    assert waited(one) >= 1.9 * FOR_AN_ANSWER


def test_where_it_presses_nobody_waits() -> None:
    one = made(lambda: True)
    with all_the_time(one.expect):
        assert waited(one) < FOR_AN_ANSWER / 2


def test_the_end_waits_for_nobody() -> None:
    stop = threading.Event()
    one = Turns(stop, lambda: False)
    one.hold(60)
    threading.Timer(0.02, stop.set).start()
    assert waited(one) < 30
