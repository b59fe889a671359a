from dataclasses import replace

import pytest

from tcptui.tcp.diagnosis import diagnose
from tcptui.tcp.finding import Severity
from tcptui.tcp.history import History, Moment
from tests.support.conversation import OPEN, diagnosed, talk

BLACKHOLE = "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0"
HALF_OPEN = "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD\n 1.1 S SYN,ACK seq=0"
QUEUE_FULL = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK
    1.000  S  SYN,ACK seq=0
    1.001  C  ACK
    3.000  S  SYN,ACK seq=0
    3.001  C  ACK
"""
CROSSED = """
    start CLOSED CLOSED
    0.0  C  SYN               | SYN_SENT     .
    0.0  S  SYN               | SYN_RCVD     SYN_SENT
    0.1  C  SYN,ACK seq=0     | .            SYN_RCVD>ESTABLISHED
    0.1  S  SYN,ACK seq=0     | ESTABLISHED  .
"""
FAST_OPEN = "0 C SYN 20 opt=2206aabbccdd | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD"

# id: what triggers it, seconds later, the packets that prove it
TRIGGERS = {
    "syn-unanswered": (BLACKHOLE, 1.0, (1, 2, 3)),
    "refused": ("start CLOSED CLOSED\n 0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 | CLOSED .", 0, (1, 2)),
    "accept-queue-full": (QUEUE_FULL, 0.1, (3, 4, 6)),
    "half-open": (HALF_OPEN, 2.5, (2, 3)),
    "half-open-found": (
        "0 C SYN rawseq=5 | SYN_SENT .\n 0.1 S ACK rawseq=77 ack=9\n 0.2 C RST\n 0.3 C SYN rawseq=5",
        0,
        (1, 2, 3),
    ),
    "syn-options-changed": ("0 C SYN opt=020405b42202\n 1 C SYN seq=0 opt=020405b4", 0, (1, 2)),
    "simultaneous-open": (CROSSED, 0, (1, 2)),
    "fast-open": (FAST_OPEN, 0, (1, 2)),
    "fast-open-fell-back": (FAST_OPEN.replace("SYN,ACK |", "SYN,ACK ack=1 |"), 0, (1, 2)),
}

CLOSE = [
    ("syn-unanswered", "two SYNs only", "0 C SYN | SYN_SENT .\n 1 C SYN seq=0", 9),
    ("syn-unanswered", "three SYNs in less than 3 s", BLACKHOLE, 0.9),
    ("syn-unanswered", "answered in the end", BLACKHOLE + "\n 3 S SYN,ACK | ESTABLISHED SYN_RCVD", 9),
    ("syn-unanswered", "another connection each", "0 C SYN\n 1 C SYN rawseq=7\n 2 C SYN rawseq=9", 9),
    ("refused", "a RST with another ACK", "0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 ack=9", 0),
    ("refused", "an abort later on", OPEN + "1 S RST,ACK | CLOSED CLOSED", 0),
    ("accept-queue-full", "one round: may be a lost ACK", "\n".join(QUEUE_FULL.splitlines()[:-2]), 0.1),
    ("accept-queue-full", "the server goes on", QUEUE_FULL + "3.1 S PSH,ACK 5 | . ESTABLISHED", 0.1),
    ("half-open", "no copy yet", "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD", 9),
    ("half-open", "not 3 s yet", HALF_OPEN, 1.0),
    ("half-open", "acknowledged at last", HALF_OPEN + "\n 1.2 C ACK | . ESTABLISHED", 9),
    ("half-open", "acknowledged, and ignored", QUEUE_FULL, 9),
    (
        "simultaneous-open",
        "a split handshake",
        "0 C SYN | SYN_SENT .\n 0.1 S SYN | SYN_RCVD .\n 0.2 C SYN,ACK seq=0 | . SYN_RCVD\n"
        "0.3 S ACK | ESTABLISHED .",
        0,
    ),
    (
        "half-open-found",
        "an ACK without a RST",
        "0 C SYN rawseq=5 | SYN_SENT .\n 0.1 S ACK rawseq=77 ack=9",
        0,
    ),
    (
        "half-open-found",
        "a SYN,ACK with a wrong ACK",
        "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK ack=7\n 0.2 C RST",
        0,
    ),
    (
        "syn-options-changed",
        "another time stamp",
        "0 C SYN opt=080a0000000100000000\n1 C SYN seq=0 opt=080a0000000900000000",
        0,
    ),
    ("fast-open", "only a cookie is asked for", "0 C SYN opt=2202 | SYN_SENT .\n 0.1 S SYN,ACK", 0),
    ("fast-open-fell-back", "no answer yet", "0 C SYN 20 opt=2202 | SYN_SENT .", 0),
    ("port-reused-in-time-wait", "no connection before", OPEN, 0),
]


@pytest.mark.parametrize("name", TRIGGERS)
def test_is_diagnosed(name: str) -> None:
    text, later, packets = TRIGGERS[name]
    found = diagnosed(text, later)
    assert name in found, sorted(found)
    assert found[name].packets == packets


@pytest.mark.parametrize(("name", "why", "text", "later"), CLOSE, ids=[f"{c[0]}: {c[1]}" for c in CLOSE])
def test_is_not_diagnosed(name: str, why: str, text: str, later: float) -> None:
    assert name not in diagnosed(text, later)


CLOSED = talk(
    OPEN
    + """
    1.000  S  FIN,ACK        | CLOSE_WAIT   FIN_WAIT_1
    1.001  C  FIN,ACK        | LAST_ACK     FIN_WAIT_2>TIME_WAIT
    1.002  S  ACK            | CLOSED       .
"""
)


def earlier(history: History) -> History:
    """The same, in frames before frame 1."""
    log = tuple(replace(step, packet=(step.packet or 0) - 99, shown=step.shown - 99) for step in history.log)
    return replace(history, log=log)


@pytest.mark.parametrize(
    ("text", "packets", "words"),
    [
        (
            "5 C SYN rawseq=9000 | SYN_SENT .\n 5.1 S SYN,ACK rawseq=5 | ESTABLISHED SYN_RCVD",
            (1, 2),
            "accepted",
        ),
        ("5 C SYN rawseq=5 | SYN_SENT .\n 5.1 S ACK rawseq=5 ack=9\n 5.2 C RST", (1, 3), "cleared it"),
        ("5 S SYN rawseq=9000 | . LISTEN>SYN_RCVD", (1,), "at its own end"),
    ],
)
def test_port_reused_during_time_wait(text: str, packets: tuple[int, ...], words: str) -> None:
    said = talk(text)
    (found,) = diagnose(said.history, said.facts, said.now, previous=earlier(CLOSED.history))
    assert found.id == "port-reused-in-time-wait" and found.severity is Severity.NOTE
    assert found.packets == packets and words in found.text


def test_port_reused_after_time_wait_is_ordinary() -> None:
    over = talk(OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 61 - | CLOSED CLOSED")
    said = talk("70 C SYN rawseq=9000 | SYN_SENT .")
    previous = earlier(over.history)
    assert previous.at(Moment(0, 70_000_000_000))[0].state.name == "CLOSED"
    assert diagnose(said.history, said.facts, said.now, previous=previous) == ()
