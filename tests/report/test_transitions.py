"""State changes, a line each."""

from __future__ import annotations

import os
import re

from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.pipe import PipeFeed
from tcptui.demos import catalog
from tcptui.model.times import TimeFormat
from tcptui.report.transitions import HEAD, TransitionLines, follow, lines
from tcptui.session import Session
from tests.support.conversation import talk
from tests.support.sessions import read


def steps(text: list[str]) -> list[tuple[str, ...]]:
    found = [re.search(r"(client|server) .* (\w+) +-> (\w+)", line) for line in text]
    return [match.groups() for match in found if match]


def test_the_walk_of_a_connection() -> None:
    text = list(lines(read(demo="handshake"), TimeFormat.RELATIVE))
    assert text[0] == HEAD
    assert steps(text)[:4] == [
        ("client", "CLOSED", "SYN_SENT"),
        ("server", "LISTEN", "SYN_RCVD"),
        ("client", "SYN_SENT", "ESTABLISHED"),
        ("server", "SYN_RCVD", "ESTABLISHED"),
    ]
    assert text[1].split()[0] == "0.000000"


def test_a_fin_wait_2_that_expires_did_not_lack_an_answer() -> None:
    flow = read(demo="handshake").flow(1)
    texts = ("start FIN_WAIT_2 CLOSE_WAIT\n 60 - | CLOSED .", "0 C SYN | SYN_SENT .\n 133 - | CLOSED .")
    ends = [talk(text).log[-1] for text in texts]
    said = [TransitionLines(TimeFormat.RELATIVE).transition(flow, step) for step in ends]
    assert said[0].endswith("gave up: no FIN came") and said[1].endswith("gave up: no answer")


def test_the_clock_of_each_line() -> None:
    session = read(demo="handshake")
    epoch = list(lines(session, TimeFormat.EPOCH))[1].split()[0]
    assert epoch.startswith(str(session.flow(1).start_ns // 10**9))


def test_following_prints_the_same_steps_and_what_is_taken_back() -> None:
    """A source that grows: nothing twice, a line for the correction, and the end when it ends."""
    data = catalog.load("handshake-ack-lost").path.read_bytes()
    source, sink = os.pipe()
    feed = PipeFeed(source)
    session = Session(CaptureReader(feed.path, growing=True), feed)
    session.start()
    text: list[str] = []
    printing = follow(session, TimeFormat.RELATIVE)
    os.write(sink, data[: len(data) // 3])
    text += [next(printing), next(printing), next(printing)]
    os.write(sink, data[len(data) // 3 :])
    os.close(sink)
    text += printing
    os.close(source)
    feed.spool.remove()
    assert any("not ESTABLISHED" in line for line in text)
    assert len(text) == len(set(text))
    done = steps(text)
    assert set(steps(list(lines(session, TimeFormat.RELATIVE)))) <= set(done)


def test_what_packets_cannot_tell_ends_the_line() -> None:
    text = list(lines(read(demo="handshake"), TimeFormat.RELATIVE))
    (last,) = [line for line in text if "LAST_ACK    -> CLOSED" in line]
    assert "lost behind us" in last
    assert not any(";" in line for line in text if "SYN_SENT   " in line and "-> SYN_SENT" in line)
