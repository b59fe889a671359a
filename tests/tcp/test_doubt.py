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
