"""From a segment that arrives to events, guards first."""

import pytest

from tcptui.tcp.classify import arrival
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tcptui.tcp.tcb import Tcb

ACK, FIN, SYN, RST = Flags.ACK, Flags.FIN, Flags.SYN, Flags.RST


def segment(flags: int, seq: int = 500, ack: int = 0, length: int = 0) -> Segment:
    return Segment(9, 0, 1, seq, ack, flags, length=length)


def calling() -> Tcb:
    return Tcb(state=State.SYN_SENT, iss=99, snd_max=100)


def open_(state: State = State.ESTABLISHED, **more: object) -> Tcb:
    books = {"iss": 99, "snd_max": 200, "irs": 499, "rcv_nxt": 500, "ack_sent": 500}
    return Tcb(state=state, **(books | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [State.CLOSED, State.LISTEN])
def test_who_has_no_connection_moves_only_when_he_answers(state: State) -> None:
    assert arrival(Tcb(state=state), segment(SYN)) == ()


@pytest.mark.parametrize(
    ("flags", "ack", "events"),
    [
        (SYN | ACK, 100, (Event.RECV_SYN_ACK,)),
        (SYN, 0, (Event.RECV_SYN_IN_SYN_SENT,)),
        (SYN | ACK, 77, ()),
        (ACK, 100, ()),
        (RST | ACK, 100, (Event.RECV_RST,)),
        (RST | ACK, 77, ()),
        (RST, 0, ()),
    ],
)
def test_in_syn_sent(flags: int, ack: int, events: tuple[Event, ...]) -> None:
    assert arrival(calling(), segment(flags, ack=ack)) == events


def test_fin_and_ack_of_fin_are_two_events_ack_first() -> None:
    tcb = open_(State.FIN_WAIT_1, fin_seq=199)
    assert arrival(tcb, segment(FIN | ACK, ack=200)) == (Event.RECV_ACK_OF_FIN, Event.RECV_FIN)


def test_one_segment_can_open_and_close() -> None:
    tcb = open_(State.SYN_RCVD, snd_max=100)
    assert arrival(tcb, segment(FIN | ACK, ack=100)) == (Event.RECV_ACK_OF_SYN, Event.RECV_FIN)


def test_a_fin_out_of_order_waits() -> None:
    tcb = open_()
    assert arrival(tcb, segment(FIN | ACK, seq=510, ack=200)) == ()
    assert arrival(tcb, segment(ACK, seq=500, ack=200, length=10)) == (Event.RECV_FIN,)


def test_an_old_segment_is_ignored_with_its_ack() -> None:
    tcb = open_(State.LAST_ACK, fin_seq=199)
    assert arrival(tcb, segment(ACK, seq=499, ack=200)) == ()


def test_a_syn_in_a_connection_is_not_believed() -> None:
    assert arrival(open_(), segment(SYN, seq=700)) == ()


def test_a_syn_ack_completes_a_simultaneous_open() -> None:
    tcb = open_(State.SYN_RCVD, snd_max=100)
    assert arrival(tcb, segment(SYN | ACK, seq=499, ack=100)) == (Event.RECV_ACK_OF_SYN,)


def test_a_reset_request_goes_back_to_its_listener() -> None:
    tcb = open_(State.SYN_RCVD, snd_max=100, passive=True)
    assert arrival(tcb, segment(RST)) == (Event.RECV_RST_PASSIVE,)


def test_a_reset_must_fit() -> None:
    assert arrival(open_(), segment(RST, seq=500)) == (Event.RECV_RST,)
    assert arrival(open_(), segment(RST, seq=501)) == ()
