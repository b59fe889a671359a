"""The pseudo-terminal that measures: it sees what was written, and when."""

import sys

import pytest

from benchmarks.terminal import KEYS, Chunk, Terminal, updates

ECHO = """
import os, sys, time, tty
tty.setraw(0)
os.write(1, b"ready " + " ".join(map(str, os.get_terminal_size())).encode())
while (key := os.read(0, 10)) != b"q":
    time.sleep(0.05)
    os.write(1, b"\\x1b[2;1H\\x1b[31mred")
    time.sleep(0.02)
    os.write(1, b"\\x1b[3;1H" + key.hex().encode())
sys.exit(3)
"""
PROGRAM = [sys.executable, "-c", ECHO]


def test_the_program_finds_the_size_that_was_asked_for() -> None:
    with Terminal(PROGRAM, size=(90, 30)) as terminal:
        assert 0 < terminal.shows("ready 90 30") < 15
        assert terminal.picture()[0].rstrip() == "ready 90 30"


def test_an_answer_is_timed_from_the_key_to_its_last_byte() -> None:
    with Terminal(PROGRAM) as terminal:
        terminal.shows("ready")
        answer = terminal.press(KEYS["down"], quiet=0.2)
        assert 0.05 <= answer.first < answer.last - 0.015
        assert answer.size == len(b"\x1b[2;1H\x1b[31mred" + b"\x1b[3;1H1b5b42")
        assert terminal.text().splitlines()[1:3] == ["red", "1b5b42"]
        assert terminal.cells()[1][0].fg == "red"


def test_an_answer_may_be_what_is_shown() -> None:
    with Terminal(PROGRAM) as terminal:
        terminal.shows("ready")
        early = terminal.answer("a", "red")
        assert 0.05 <= early.last < early.last + 0.02
        assert terminal.answer("b", lambda picture: picture[2].startswith("62")).size >= 8
        with pytest.raises(TimeoutError, match="not shown after 'c'"):
            terminal.answer("c", "nonsense", limit=0.2)


def test_silence_is_no_answer() -> None:
    quiet = "import os, tty; tty.setraw(0); os.write(1, b'ready'); os.read(0, 2)"
    with Terminal([sys.executable, "-c", quiet]) as terminal:
        terminal.shows("ready")
        assert terminal.watch(0.1) == []
        answer = terminal.press("ab", limit=0.2)
        assert (answer.size, answer.last) == (0, float("inf"))


def test_the_exit_status_and_a_terminal_that_goes() -> None:
    with Terminal(PROGRAM) as terminal:
        terminal.shows("ready")
        with pytest.raises(TimeoutError):
            terminal.ended(0.1)
        terminal.send("q")
        assert terminal.ended() == 3
    with Terminal(PROGRAM) as terminal:
        terminal.shows("ready")
        terminal.hang_up()
        assert terminal.ended() != 0


def test_updates_are_counted_by_the_pauses_between_them() -> None:
    assert updates([]) == 0
    assert updates([Chunk(at, b"x") for at in (1.0, 1.001, 1.05, 1.2, 1.201)]) == 3
