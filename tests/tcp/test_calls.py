"""When a caller must have asked again."""

from tcptui.tcp.calls import Calls
from tcptui.tcp.flight import Flight
from tcptui.tcp.segment import Flags, Segment

SECOND = 1_000_000_000


def syn(at: float, ip_id: int = 7) -> Segment:
    return Segment(1, round(at * SECOND), 0, 100, 0, Flags.SYN, ip_id=ip_id)


def calls(*times: float) -> Calls:
    found = Calls()
    for at in times:
        found.add(syn(at))
    return found


def test_after_twice_the_pause_it_is_overdue() -> None:
    due = calls(1, 2, 4).due_ns([], 0, answered=False)
    assert due is not None and 8 * SECOND < due < 8.5 * SECOND


def test_the_second_may_take_three_seconds() -> None:
    due = calls(1).due_ns([], 0, answered=False)
    assert due is not None and 4 * SECOND < due < 5 * SECOND


def test_a_frame_captured_twice_is_no_pause() -> None:
    assert calls(1, 1.2).patience == calls(1).patience


def test_without_its_syn_nothing_is_due() -> None:
    assert calls().due_ns([], 0, answered=False) is None


def test_an_answer_must_come_four_times_to_have_been_lost() -> None:
    answers = [
        Flight(Segment(n, round(at * SECOND), 1, 500, 101, Flags.SYN | Flags.ACK))
        for n, at in enumerate((1.1, 2.1, 4.1, 8.3))
    ]
    assert calls(1).due_ns(answers[:3], 0, answered=True) is None
    assert calls(1).due_ns(answers, 5, answered=True) == round(8.3 * SECOND) + 5
