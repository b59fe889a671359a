import pytest

from tcptui.tcp.backlog import round_trip
from tcptui.tcp.facts import facts
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add
from tcptui.tcp.traces import Seen
from tests.support.conversation import OPEN, SECOND, talk
from tests.support.download import GIB, ISS, download

MS = SECOND // 1000


def test_the_round_trip_is_that_of_the_handshake_on_both_sides_of_here() -> None:
    one, other = talk("0 C SYN\n 0.010 S SYN,ACK\n 0.040 C ACK").facts.sides
    assert round_trip(one, other) == round_trip(other, one) == 40 * MS


def test_a_repeated_handshake_and_a_missing_one_have_none() -> None:
    for text in ("0 C SYN\n 1 C SYN seq=0\n 1.01 S SYN,ACK\n 1.04 C ACK", "0 C ACK 5\n 0.1 S ACK", "0 C SYN"):
        one, other = talk(text).facts.sides
        assert round_trip(one, other) is None


def busy(text: str) -> Seen | None:
    """Since when the client has had more to send than it could."""
    found = talk(OPEN + text).facts.sides[0].busy
    return found[0] if found else None


def test_one_is_busy_from_the_first_segment_on_while_the_next_comes_at_once() -> None:
    assert busy("1 C ACK 999\n 1.001 S ACK\n 1.002 C ACK 999\n 1.003 S ACK\n 1.004 C ACK 999") == Seen(
        4, SECOND
    )


def test_a_pause_a_small_piece_and_a_question_begin_anew() -> None:
    for last in ("1.9 C ACK 999", "1.002 C ACK 99"):
        found = busy(f"1 C ACK 999\n 1.001 S ACK\n {last}")
        assert found and found.packet == 6
    found = busy("1 C ACK 999\n 1.001 S PSH,ACK 5\n 1.002 C ACK 999")
    assert found and found.packet == 6


def test_a_closed_window_is_no_pause() -> None:
    shut = "1 C ACK 999\n 1.001 S ACK win=0\n 9 S ACK win=9999\n 9.001 C ACK 999"
    assert busy(shut) == Seen(4, SECOND)


@pytest.mark.parametrize("gib", [1, 3, 5])
def test_a_backlog_may_be_larger_than_numbers_can_tell(gib: int) -> None:
    found = facts(download(gib * GIB))
    now = found.sides[0].last
    assert now is not None
    end = add(ISS, 1 + gib * GIB)
    found.feed(Segment(now.packet + 1, now.time_ns + 1, 1, end, 1_001, Flags.FIN | Flags.ACK, length=1000))
    assert found.sides[1].backlog == Seen(4, 4)
