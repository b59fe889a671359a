"""What is typed before the screen stands is kept for it; the terminal has its echo back at the end."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from pathlib import Path

import pytest

from benchmarks.terminal import KEYS, Terminal

LOCAL = 3


def echoes(window: Terminal) -> bool:
    return bool(termios.tcgetattr(window.fd)[LOCAL] & termios.ECHO)


def window(*args: str) -> Terminal:
    return Terminal([sys.executable, "-m", "tcptui", *args], size=(80, 24))


def wait_for_silence(started: Terminal) -> None:
    end = time.monotonic() + 10
    while echoes(started):
        assert time.monotonic() < end
        time.sleep(0.001)


def test_keys_before_the_first_picture_are_not_echoed_and_take_effect() -> None:
    with window("--demo", "handshake") as started:
        wait_for_silence(started)
        assert b"\x1b[?1049h" not in started.seen, "the screen has not begun"
        started.send("/port:95\r3")
        started.shows("Flows: port:95")
        drawn = started.seen.index(b"\x1b[?1049h")
        assert b"port" not in started.seen[:drawn]
        started.send("Q")
        assert started.ended() == 0
        assert echoes(started)


def test_text_that_is_pasted_before_the_first_picture_keeps_its_place() -> None:
    with window("--demo", "handshake") as started:
        wait_for_silence(started)
        started.send("/port:\x1b[200~95\x1b[201~02\r3")
        started.shows("Flows: port:9502")


def test_it_comes_back_where_there_is_nothing_to_show(tmp_path: Path) -> None:
    with window("-r", str(tmp_path / "none.pcap")) as started:
        assert started.ended() == 2
        assert echoes(started)
        assert b"none.pcap" in started.seen


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP])
def test_it_comes_back_after_an_end_from_outside(how: signal.Signals) -> None:
    with window("--demo", "handshake") as started:
        wait_for_silence(started)
        os.kill(started.pid, how)
        started.ended()
        assert echoes(started)


def test_it_comes_back_after_the_key_that_quits() -> None:
    with window("--demo", "handshake") as started:
        wait_for_silence(started)
        started.send("\x1c")
        assert started.ended() == 128 + signal.SIGQUIT
        assert echoes(started)


def test_below_nohup_a_lost_line_is_not_heard() -> None:
    with Terminal(["sh", "-c", f"trap '' HUP; exec {sys.executable} -m tcptui --demo handshake"]) as started:
        wait_for_silence(started)
        os.kill(started.pid, signal.SIGHUP)
        started.shows("SYN_SENT")


def test_a_shell_that_gets_the_terminal_by_ctrl_z_has_its_echo() -> None:
    with window("--demo", "handshake") as started:
        started.wrote(b"SYN_SENT")
        started.send(KEYS["ctrl_z"])
        pid, status = os.waitpid(started.pid, os.WUNTRACED)
        assert pid == started.pid and os.WIFSTOPPED(status)
        assert echoes(started)
        os.kill(started.pid, signal.SIGCONT)
        wait_for_silence(started)
