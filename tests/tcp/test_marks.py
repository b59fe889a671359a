"""What tells a copy from a retransmission, and a forgery from the real thing."""

from dataclasses import replace

from tcptui.tcp.marks import Marks
from tcptui.tcp.segment import Flags, Segment

FIRST = Segment(
    1, 0, 0, 100, 5, Flags.ACK, length=10, ip_id=7, options=b"\x01\x01\x08\x0a" + b"\0\0\0\x09" * 2
)


def marks() -> Marks:
    found = Marks()
    found.remember(FIRST)
    return found


def test_the_same_again_is_a_copy() -> None:
    assert marks().is_copy(replace(FIRST, packet=2, time_ns=1000))


def test_another_identification_is_a_retransmission() -> None:
    assert not marks().is_copy(replace(FIRST, packet=2, ip_id=8))


def test_a_newer_stamp_is_a_retransmission() -> None:
    newer = b"\x01\x01\x08\x0a" + b"\0\0\0\x0a" * 2
    assert not marks().is_copy(replace(FIRST, packet=2, options=newer))


def test_too_late_is_no_copy() -> None:
    assert not marks().is_copy(replace(FIRST, packet=2, time_ns=200_000_000))


def test_without_any_mark_nothing_is_a_copy() -> None:
    bare = replace(FIRST, ip_id=None, options=b"")
    found = Marks()
    found.remember(bare)
    assert not found.is_copy(replace(bare, packet=2))


def test_a_hole_in_the_identification_shows_an_unseen_segment() -> None:
    assert marks().skipped(replace(FIRST, ip_id=9))
    assert not marks().skipped(replace(FIRST, ip_id=8))


def test_a_reset_bears_its_senders_next_number_or_quotes_an_ack() -> None:
    found = marks()
    found.offer(4000)
    reset = Segment(3, 0, 0, 110, 5, Flags.RST | Flags.ACK)
    assert found.may_have_sent(reset, 110)
    assert found.may_have_sent(replace(reset, seq=4000), 110)
    assert not found.may_have_sent(replace(reset, seq=90), 110)
    assert not found.may_have_sent(replace(reset, seq=0x70000000), 110)


def test_newer_by_stamp() -> None:
    assert marks().is_newer(replace(FIRST, options=b"\x01\x01\x08\x0a\0\0\0\x0a\0\0\0\0")) is True
    assert marks().is_newer(FIRST) is False
    assert marks().is_newer(replace(FIRST, options=b"")) is None
