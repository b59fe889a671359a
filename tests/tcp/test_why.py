"""Sentences that name their packets."""

import pytest

from tcptui.tcp.events import Event
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.table import RULES
from tcptui.tcp.tcb import Step
from tcptui.tcp.why import happened, kind, why

SYN_ACK = Segment(2, 20, 1, 0, 1, Flags.SYN | Flags.ACK)


def step(event: Event, cause: Segment | None, evidence: Evidence, proven_by: int | None = None) -> Step:
    state = next(state for state, one in RULES if one is event)
    return Step(state, RULES[state, event].new, event, cause, 0, evidence, proven_by)


@pytest.mark.parametrize(
    ("flags", "length", "name"),
    [
        (Flags.SYN, 0, "SYN"),
        (Flags.SYN | Flags.ACK, 0, "SYN,ACK"),
        (Flags.ACK, 0, "ACK"),
        (Flags.ACK | Flags.PSH, 7, "data"),
        (Flags.FIN | Flags.ACK, 0, "FIN"),
        (Flags.FIN | Flags.ACK, 7, "FIN with data"),
        (Flags.RST | Flags.ACK, 0, "RST"),
        (0, 0, "segment"),
    ],
)
def test_kinds(flags: int, length: int, name: str) -> None:
    assert kind(Segment(1, 0, 0, 0, 0, flags, length=length)) == name


def test_received_and_acknowledged() -> None:
    proven = step(Event.RECV_SYN_ACK, SYN_ACK, Evidence.PROVEN, 3)
    assert why(proven) == "received SYN,ACK (#2) and acknowledged it"
    assert why(step(Event.RECV_SYN_ACK, SYN_ACK, Evidence.PASSED)) == "received SYN,ACK (#2)"


def test_assumed_says_that_it_was_not_captured() -> None:
    text = why(step(Event.ACTIVE_OPEN, SYN_ACK, Evidence.ASSUMED))
    assert text == "sent a SYN that was not captured, as #2 shows"


@pytest.mark.parametrize("event", sorted({event for _, event in RULES}, key=lambda event: event.name))
@pytest.mark.parametrize("evidence", Evidence)
def test_every_event_has_a_sentence(event: Event, evidence: Evidence) -> None:
    cause = None if evidence is Evidence.TIMER else SYN_ACK
    text = why(step(event, cause, evidence, 3))
    assert text and text == text.strip() and "{" not in text
    assert (
        cause is None
        or "#2" in text
        or event in (Event.TIMEOUT_2MSL, Event.TIMEOUT_USER, Event.REQUEST_EXPIRED)
    )


def test_a_forgotten_orphan_did_not_wait_for_an_answer() -> None:
    orphan = Step(State.FIN_WAIT_2, State.CLOSED, Event.TIMEOUT_USER, None, 0, Evidence.TIMER)
    assert why(orphan) == "waited for a FIN that never came, and was forgotten"
    assert happened(orphan.old, orphan.event) == "gave up: no FIN came"
    caller = Step(State.SYN_SENT, State.CLOSED, Event.TIMEOUT_USER, None, 0, Evidence.TIMER)
    assert why(caller) == "got no answer and gave up"
    assert happened(caller.old, caller.event) == "gave up: no answer"
    assert str(orphan.event) == "gave up: no answer"  # what scripts look for stays
