from tcptui.tcp.traces import Resent, Side
from tests.support.conversation import OPEN, talk


def client(text: str) -> Side:
    return talk(OPEN + text).facts.sides[0]


def counts(text: str) -> tuple[int, int, int, int]:
    """What the client sent again: after duplicate ACKs, as a probe, by the timer, for nothing."""
    found = client(text).resent or Resent()
    return found.fast.count, found.probed.count, found.timed_out.count, found.needless.count


DATA = "1 C PSH,ACK 9\n 1.0001 C PSH,ACK 9\n"


def test_three_duplicate_acks_and_two() -> None:
    three = "".join(f"1.00{n} S ACK ack=1\n" for n in (2, 3, 4))
    assert counts(DATA + three + "1.005 C PSH,ACK 9 seq=1") == (1, 0, 0, 0)
    two = "".join(f"1.00{n} S ACK ack=1\n" for n in (2, 3))
    assert counts(DATA + "1.001 S ACK ack=2\n" + two + "1.3 C PSH,ACK 9 seq=1") == (0, 0, 1, 0)


def test_an_ack_that_carries_data_is_no_duplicate() -> None:
    answers = "".join(f"1.00{n} S PSH,ACK 5 ack=1\n" for n in (1, 2, 3, 4))
    assert counts(DATA + answers + "1.3 C PSH,ACK 9 seq=1") == (0, 0, 1, 0)


def test_only_the_last_segment_is_a_probe_and_only_once() -> None:
    assert counts(DATA + "1.05 C PSH,ACK 9 seq=10") == (0, 1, 0, 0)
    assert counts(DATA + "1.05 C PSH,ACK 9 seq=1") == (0, 0, 1, 0)
    assert counts(DATA + "1.05 C PSH,ACK 9 seq=10\n 1.3 C PSH,ACK 9 seq=10") == (0, 1, 1, 0)


def test_what_is_acknowledged_meanwhile_is_for_nothing_and_what_was_long_ago_is_asked_for_again() -> None:
    assert counts(DATA + "1.2 S ACK\n 1.201 C PSH,ACK 9 seq=10") == (0, 0, 0, 1)
    assert counts(DATA + "1.2 S ACK\n 1.5 C PSH,ACK 9 seq=10") == (0, 0, 0, 0)


def test_keep_alives_with_an_old_byte_are_no_copies() -> None:
    assert counts("1 C PSH,ACK 9\n 1.1 S ACK\n 5 C ACK 1 seq=9\n 5.1 S ACK") == (0, 0, 0, 0)
