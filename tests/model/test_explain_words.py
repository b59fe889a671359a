"""Each transition has its words."""

from __future__ import annotations

import pytest

from tcptui.model.explain_words import call, certainty, deed
from tcptui.tcp.events import Event
from tcptui.tcp.history import Transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.table import RULES
from tcptui.tcp.timers import LINUX, PROFILES


@pytest.mark.parametrize(
    ("flags", "length", "words"),
    [
        (Flags.SYN, 0, "sends SYN"),
        (Flags.SYN | Flags.ACK, 0, "sends SYN,ACK"),
        (Flags.FIN | Flags.ACK, 0, "sends FIN"),
        (Flags.FIN | Flags.ACK | Flags.PSH, 1, "sends FIN with 1 byte"),
        (Flags.RST | Flags.ACK, 0, "sends RST,ACK"),
        (Flags.ACK | Flags.PSH, 1448, "sends 1,448 bytes"),
        (Flags.ACK, 0, "acknowledges"),
        (0, 0, "sends an empty segment"),
        (Flags.SYN | Flags.FIN | Flags.RST, 0, "sends SYN,FIN,RST"),
    ],
)
def test_deeds(flags: int, length: int, words: str) -> None:
    assert deed(Segment(1, 0, 0, 0, 0, flags, length=length)) == words


def step(old: State, event: Event) -> Transition:
    return Transition(3, 0, 0, old, RULES[old, event].new, event, Evidence.SENT, 3, proven_by=5)


def test_every_rule_says_what_the_program_sees_unless_nobody_can_know() -> None:
    silent = {event for old, event in RULES if not call(step(old, event), passive=False)}
    assert silent == {Event.PICKED_UP, Event.FORGOTTEN}


def test_the_same_event_means_another_call_elsewhere() -> None:
    assert "ECONNREFUSED" in call(step(State.SYN_SENT, Event.RECV_RST), passive=False)
    assert "ECONNRESET" in call(step(State.ESTABLISHED, Event.RECV_RST), passive=False)
    assert "accept()" in call(step(State.SYN_RCVD, Event.RECV_ACK_OF_SYN), passive=True)
    assert "connect()" in call(step(State.SYN_RCVD, Event.RECV_ACK_OF_SYN), passive=False)


def test_each_evidence_names_its_packets() -> None:
    words = {e: certainty(step(State.SYN_RCVD, Event.RECV_ACK_OF_SYN), e, "server", LINUX) for e in Evidence}
    assert len(set(words.values())) == len(Evidence)
    assert all("#3" in words[e] for e in (Evidence.SENT, Evidence.PASSED, Evidence.PROVEN))
    assert "#5" in words[Evidence.PROVEN]
    passed = step(State.SYN_RCVD, Event.RECV_ACK_OF_SYN)
    assert certainty(passed, Evidence.PASSED, "server", LINUX, 9).endswith("#9 will show that it arrived.")


def test_what_time_alone_does_is_told_by_whose_timers() -> None:
    passes = step(State.TIME_WAIT, Event.TIMEOUT_2MSL)
    said = {name: certainty(passes, Evidence.TIMER, "client", each) for name, each in PROFILES.items()}
    assert said["linux"].endswith("the timers of --profile linux say so after 1 min 0 s in TIME_WAIT.")
    assert "--profile rfc say so after 4 min 0 s" in said["rfc"]
    own = certainty(passes, Evidence.TIMER, "client", PROFILES["bsd"].with_2msl(10))
    assert "--profile bsd --2msl 10 say so after 10.0 s" in own
