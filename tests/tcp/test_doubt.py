"""One sentence where packets cannot tell."""

import pytest

from tcptui.tcp.doubt import doubt
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import Step
from tests.support.scenario import converse

FIN = Segment(5, 5, 0, 10, 10, Flags.FIN | Flags.ACK, length=3)


@pytest.mark.parametrize(
    ("event", "evidence", "word"),
    [
        (Event.TIMEOUT_2MSL, Evidence.TIMER, "timers"),
        (Event.TIMEOUT_USER, Evidence.TIMER, "give up"),
        (Event.RECV_RST, Evidence.PASSED, "RST"),
        (Event.RECV_ACK_OF_SYN, Evidence.PASSED, "accept"),
        (Event.RECV_ACK_OF_FIN, Evidence.PASSED, "lost"),
        (Event.CLOSE, Evidence.ASSUMED, "octet"),
        (Event.CLOSE, Evidence.SENT, "waits"),
        (Event.REPLIED_RST, Evidence.SENT, "closed"),
    ],
)
def test_what_packets_cannot_tell_is_said(event: Event, evidence: Evidence, word: str) -> None:
    step = Step(State.ESTABLISHED, State.CLOSED, event, FIN, 5, evidence)
    assert word in doubt(step)


def test_what_is_proven_leaves_no_doubt() -> None:
    step = Step(State.ESTABLISHED, State.CLOSE_WAIT, Event.RECV_FIN, FIN, 5, Evidence.PROVEN, 6)
    assert doubt(step) == ""


def test_the_log_carries_it() -> None:
    history = converse("0 C > S: S seq 0\n0.1 S > C: S. seq 0 ack 1\n0.2 C > S: . seq 1 ack 1").history()
    last = history.standing()[-1]
    assert (last.new, bool(last.note)) == (State.ESTABLISHED, True)


OPENING = """
    0.000 C > S: S seq 0 ts 100
    0.001 S > C: S. seq 0 ack 1 ts 500 100
    0.002 C > S: . seq 1 ack 1 ts 101 500
"""


def last_note(text: str, endpoint: int) -> str:
    history = converse(OPENING + text).histories()[0]
    return [t for t in history.standing() if t.endpoint == endpoint][-1].note


def test_an_abort_without_the_time_stamp_of_the_others_may_be_forged() -> None:
    assert "may be forged" in last_note("0.1 C > S: R. seq 1 ack 1", 0)
    assert "may be forged" not in last_note("0.1 C > S: R. seq 1 ack 1 ts 200 500", 0)


def test_a_call_in_the_middle_of_a_connection_may_be_somebody_elses() -> None:
    note = last_note("0.1 C > S: S seq 70000", 0)
    history = converse(OPENING + "0.1 C > S: S seq 70000").histories()[0]
    forgotten = next(t for t in history.standing() if t.event is Event.FORGOTTEN)
    assert "in its name" in forgotten.note
    assert note == ""  # the new call itself is sent, and needs none


def test_a_rst_in_the_window_is_believed_by_policy_alone() -> None:
    closing = "0.1 C > S: F. seq 1 ack 1 ts 200 500\n0.2 S > C: . seq 1 ack 2 ts 600 200\n"
    assert "policy decides" in last_note(closing + "0.3 S > C: R seq 700", 0)
    assert "policy decides" not in last_note(closing + "0.3 S > C: R seq 1", 0)
