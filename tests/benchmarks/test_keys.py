"""Keys on a screen that is known."""

from __future__ import annotations

import math
import sys

import pytest

from benchmarks.keys import (
    KEYS,
    Pressed,
    choose_flow,
    percentile,
    press_moving,
    selected_flow,
    there_and_back,
)
from benchmarks.terminal import Answer, Terminal

LIST = """
import os, sys, tty
tty.setraw(0)
at = int(sys.argv[1])
while True:
    os.write(1, f"\\x1b[H\\u2502\\u258c {at} host verdict\\r\\nrow 1 of {at} ".encode())
    match os.read(0, 10):
        case b"\\x1b[B": at += 1
        case b"\\x1b[A": at -= 1
        case b"1g": at = 1
"""


def test_answers_are_summed_up() -> None:
    answers = tuple(Answer(0.001, milliseconds / 1000, 100 + milliseconds) for milliseconds in range(1, 101))
    pressed = Pressed("down", answers)
    assert pressed.median_ms == pytest.approx(50.5)
    assert pressed.p99_ms == pytest.approx(99)
    assert pressed.row("web") == ("web", "down", "100", "50.5", "99.0", "150")


def test_a_key_without_an_answer_is_told() -> None:
    pressed = Pressed("down", (Answer(0.001, 0.001, 5), Answer(math.inf, math.inf, 0)))
    assert pressed.row()[1] == "2 (1 without an answer)"
    assert pressed.p99_ms == math.inf


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3.0], 0.99) == 3.0
    assert percentile([float(value) for value in range(200)], 0.99) == 197


def test_steps_go_there_and_back() -> None:
    keys = there_and_back("down", "up", 2, 6)
    assert keys == [KEYS["down"]] * 2 + [KEYS["up"]] * 2 + [KEYS["down"]] * 2


def test_keys_on_a_moving_list_are_answered_by_the_flow_they_select() -> None:
    with Terminal([sys.executable, "-c", LIST, "7"]) as terminal:
        terminal.shows(lambda picture: selected_flow(picture) == 7)
        pressed = press_moving(terminal, 10, lambda picture: True)
        assert len(pressed.answers) == 10
        assert all(0 < answer.last < 2 and answer.size > 10 for answer in pressed.answers)
        assert selected_flow(terminal.picture()) == 3
        assert press_moving(terminal, 10, lambda picture: False).answers == ()


def test_a_list_without_a_flow_to_walk_in_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.keys.FURTHEST", 2)
    with Terminal([sys.executable, "-c", LIST, "30"]) as terminal:
        terminal.shows("verdict")
        with pytest.raises(LookupError, match="no closed flow"):
            choose_flow(terminal)
