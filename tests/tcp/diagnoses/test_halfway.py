"""Handshakes that stop half-way, and what comes close."""

import pytest

from tests.support.conversation import OPEN, diagnosed, expect, names

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
ONCE = "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD"
DEFERRED = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK
    3.000  S  SYN,ACK seq=0
    3.001  C  ACK            | .            ESTABLISHED
    3.500  S  PSH,ACK 5
"""

# id: what triggers it, seconds later, the packets that prove it
TRIGGERS = {
    "accept-queue-full": (QUEUE_FULL, 0.1, (3, 4, 6)),
    "half-open": (HALF_OPEN, 2.5, (2, 3)),
    "stateless-syn-ack": ("around S unrepeated=5\n" + ONCE, 3.6, (2,)),
    "syn-ack-repeated": (DEFERRED, 0, (3, 4, 6)),
}

CLOSE = [
    ("accept-queue-full", "one round: may be a lost ACK", "\n".join(QUEUE_FULL.splitlines()[:-2]), 0.1),
    ("accept-queue-full", "the server goes on", QUEUE_FULL + "3.1 S PSH,ACK 5 | . ESTABLISHED", 0.1),
    ("accept-queue-full", "the port has answered long ago", "around S answered=9@-61\n" + BLACKHOLE, 9),
    ("stateless-syn-ack", "3.5 s are not over", "around S unrepeated=5\n" + ONCE, 3.4),
    ("stateless-syn-ack", "four cases may be chance", "around S unrepeated=4\n" + ONCE, 9),
    ("stateless-syn-ack", "it is acknowledged", "around S unrepeated=9\n" + OPEN, 9),
    ("stateless-syn-ack", "it comes again", "around S repeated=9@1\n" + HALF_OPEN, 9),
    ("syn-ack-repeated", "a copy made on the way", DEFERRED.replace("3.000", "0.003"), 0),
    ("syn-ack-repeated", "the ACK has never been seen", DEFERRED.replace("0.002  C  ACK", ""), 0),
    ("syn-ack-repeated", "it had spoken before", DEFERRED.replace("3.000", "2.0 S PSH,ACK 5\n 3.0"), 0),
    (
        "syn-ack-repeated",
        "a second round: the queue is full",
        QUEUE_FULL + "3.1 S PSH,ACK 5 | . ESTABLISHED",
        0,
    ),
    (
        "syn-ack-repeated",
        "the SYN came again and asked for it",
        DEFERRED.replace("3.000", "2.9 C SYN seq=0\n 3.0"),
        0,
    ),
    ("half-open", "no copy yet", "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD", 9),
    ("half-open", "not 3 s yet", HALF_OPEN, 1.0),
    ("half-open", "acknowledged at last", HALF_OPEN + "\n 1.2 C ACK | . ESTABLISHED", 9),
    ("half-open", "acknowledged, and ignored", QUEUE_FULL, 9),
]


@pytest.mark.parametrize("name", TRIGGERS)
def test_is_diagnosed(name: str) -> None:
    expect(name, *TRIGGERS[name])


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_is_not_diagnosed(case: tuple[str, str, str, float]) -> None:
    assert case[0] not in diagnosed(*case[2:])


def test_a_port_that_has_just_answered_has_a_full_queue() -> None:
    found = diagnosed("around S answered=9@0.5 alive=9@0.5\n" + BLACKHOLE, 1)
    assert list(found) == ["accept-queue-full"]
    assert found["accept-queue-full"].packets == (1, 2, 3, 9)
    assert "Recv-Q at or above Send-Q" in found["accept-queue-full"].text


def test_several_connections_that_are_ignored_leave_no_doubt() -> None:
    assert "or the ACKs are dropped" in diagnosed(QUEUE_FULL, 0.1)["accept-queue-full"].text
    found = diagnosed("around S ignoring=2\n" + QUEUE_FULL, 0.1)["accept-queue-full"].text
    assert "2 other connections of the port fared the same: its accept queue is full" in found


def test_a_syn_ack_that_five_others_share_or_that_the_host_would_repeat_is_stateless() -> None:
    found = diagnosed("around S repeated=9@1\n" + ONCE, 3.6)["stateless-syn-ack"]
    assert found.packets == (2, 9) and "repeats others (#9)" in found.text


def test_how_late_a_repeated_syn_ack_comes_tells_why() -> None:
    assert "TCP_DEFER_ACCEPT), the ACK was lost" in diagnosed(DEFERRED)["syn-ack-repeated"].text
    soon = diagnosed(DEFERRED.replace("3.000", "1.001"))["syn-ack-repeated"].text
    assert "and went on only then (#6): the ACK was lost behind this point, it waits for data" in soon
