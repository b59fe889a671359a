"""The log: what is believed, proven, taken back."""

from dataclasses import replace

from tcptui.tcp.events import Event
from tcptui.tcp.log import Log, transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import Step

SYN_ACK = Segment(2, 20, 1, 0, 1, Flags.SYN | Flags.ACK)
FIN = Segment(4, 40, 1, 1, 1, Flags.FIN | Flags.ACK)
OPENED = Step(State.SYN_SENT, State.ESTABLISHED, Event.RECV_SYN_ACK, SYN_ACK, 20, Evidence.PASSED)
FINISHED = Step(State.ESTABLISHED, State.CLOSE_WAIT, Event.RECV_FIN, FIN, 40, Evidence.PASSED)


def test_new_steps_are_shown_from_this_frame_on() -> None:
    log = Log(0)
    log.reconcile([OPENED], 2, 20, "")
    assert [(e.packet, e.shown, e.withdrawn) for e in log.entries] == [(2, 2, None)]


def test_proof_is_recorded_on_the_same_entry() -> None:
    log = Log(0)
    log.reconcile([OPENED], 2, 20, "")
    log.reconcile([replace(OPENED, evidence=Evidence.PROVEN, proven_by=3)], 3, 30, "")
    found = transition(log.entries[0], 0)
    assert (found.evidence, found.proven_by, found.shown) == (Evidence.PROVEN, 3, 2)
    assert not log.corrections


def test_what_is_gone_is_withdrawn_and_a_correction() -> None:
    log = Log(1)
    log.reconcile([OPENED, FINISHED], 4, 40, "")
    log.reconcile([OPENED], 6, 60, "the FIN was lost")
    assert [e.withdrawn for e in log.entries] == [None, 6]
    correction = log.corrections[0]
    assert (correction.packet, correction.endpoint, correction.withdrawn) == (6, 1, (State.CLOSE_WAIT,))
    assert correction.reason == "the FIN was lost"


def test_a_step_takes_effect_no_earlier_than_the_one_before() -> None:
    """Its own FIN went out at #6; the peer's, which passed at #4, reached it after that."""
    own = Segment(6, 60, 0, 1, 1, Flags.FIN | Flags.ACK)
    closed = Step(State.ESTABLISHED, State.FIN_WAIT_1, Event.CLOSE, own, 60, Evidence.SENT)
    crossed = Step(State.FIN_WAIT_1, State.CLOSING, Event.RECV_FIN, FIN, 40, Evidence.PASSED)
    log = Log(0)
    log.reconcile([closed, crossed], 6, 60, "")
    assert [(e.packet, e.time_ns) for e in log.entries] == [(6, 60), (6, 60)]


def test_an_abandoned_life_is_withdrawn_whole() -> None:
    log = Log(0)
    log.reconcile([OPENED], 2, 20, "")
    before = log.path
    log.path = []
    log.reconcile([FINISHED], 4, 40, "")
    log.abandon(before, 5, 50, "forged")
    assert [e.withdrawn for e in log.entries] == [None, 5]
    assert log.path is before


def test_a_timer_has_no_packet() -> None:
    expired = Step(State.TIME_WAIT, State.CLOSED, Event.TIMEOUT_2MSL, None, 99, Evidence.TIMER)
    log = Log(0)
    log.reconcile([expired], 7, 99, "")
    found = transition(log.entries[0], 0)
    assert found.packet is None and found.time_ns == 99
