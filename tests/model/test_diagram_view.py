"""What the diagram shows at a moment."""

from __future__ import annotations

from tcptui.model.diagram_view import Step, diagram_view, taken_at
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Moment, Roles, Transition
from tcptui.tcp.states import Evidence, State
from tests.support.conversation import talk

CLOSING = """
    0.000  C  SYN          | SYN_SENT     SYN_RCVD
    0.001  S  SYN,ACK      | ESTABLISHED  .
    0.002  C  ACK          | .            ESTABLISHED
    1.000  C  PSH,ACK 7
    2.000  C  FIN,ACK      | FIN_WAIT_1   CLOSE_WAIT
    2.500  S  FIN,ACK      | FIN_WAIT_2>TIME_WAIT LAST_ACK
    2.501  C  ACK          | .            CLOSED
   62.500  -               | CLOSED       .
"""
SECOND = 1_000_000_000


def at(packet: int, seconds: float) -> Moment:
    return Moment(packet, round(seconds * SECOND))


def test_a_walk_is_the_way_up_to_the_moment() -> None:
    view = diagram_view(talk(CLOSING).history, at(3, 0.002))
    assert view.client.state is State.ESTABLISHED
    assert view.client.steps == (
        Step(State.CLOSED, Event.ACTIVE_OPEN, State.SYN_SENT),
        Step(State.SYN_SENT, Event.RECV_SYN_ACK, State.ESTABLISHED),
    )
    assert [step.new for step in view.server.fresh()] == [State.ESTABLISHED]
    assert view.client.fresh() == ()


def test_before_the_first_packet_both_are_where_they_start() -> None:
    view = diagram_view(talk(CLOSING).history, Moment(0, 0))
    assert (view.client.state, view.server.state) == (State.CLOSED, State.LISTEN)
    assert not view.client.certain
    assert view.client.is_at(State.CLOSED)
    assert not view.client.is_at(State.CLOSED, at_end=True)
    assert not view.ended


def test_one_packet_can_take_two_steps() -> None:
    view = diagram_view(talk(CLOSING).history, at(6, 2.5))
    assert [step.new for step in view.client.fresh()] == [State.FIN_WAIT_2, State.TIME_WAIT]
    assert [step.new for step in view.server.fresh()] == [State.LAST_ACK]


def test_a_packet_that_changes_nothing_takes_no_step() -> None:
    view = diagram_view(talk(CLOSING).history, at(4, 1.0))
    assert not view.client.taken
    assert not view.server.taken


def test_a_timer_is_a_moment_of_its_own() -> None:
    history = talk(CLOSING).history
    assert [t.event for t in taken_at(history, at(7, 62.5))] == [Event.TIMEOUT_2MSL]
    assert [t.new for t in taken_at(history, at(7, 2.501))] == [State.CLOSED]
    assert [t.event for t in taken_at(history, at(7, 99.0))] == [Event.TIMEOUT_2MSL]
    assert diagram_view(history, at(7, 62.5)).ended
    assert not diagram_view(history, at(7, 62.4)).ended


def test_dwell_is_the_time_between_steps_and_up_to_the_moment() -> None:
    view = diagram_view(talk(CLOSING).history, at(5, 2.25))
    assert dict(view.client.dwell) == {
        State.SYN_SENT: SECOND // 1000,
        State.ESTABLISHED: round(1.999 * SECOND),
        State.FIN_WAIT_1: SECOND // 4,
    }
    assert diagram_view(talk(CLOSING).history, Moment(0, 0)).client.dwell == ()


def test_the_client_may_be_the_other_endpoint() -> None:
    history = talk(CLOSING).history
    turned = History(1, 1, history.roles, history.start, history.log, ())
    assert diagram_view(turned, at(1, 0)).server.state is State.SYN_SENT


def test_what_was_taken_back_is_seen_live_only() -> None:
    believed = Transition(
        3, 3, 1, State.SYN_RCVD, State.ESTABLISHED, Event.RECV_ACK_OF_SYN, Evidence.PASSED, 3, withdrawn=4
    )
    asked = Transition(1, 1, 1, State.LISTEN, State.SYN_RCVD, Event.RECV_SYN, Evidence.SENT, 1)
    taken_back = Correction(4, 4, 1, (State.ESTABLISHED,), "its SYN,ACK again")
    history = History(1, 0, Roles.HANDSHAKE, (State.SYN_SENT, State.LISTEN), (asked, believed), (taken_back,))
    assert diagram_view(history, Moment(3, 3), live=True).server.state is State.ESTABLISHED
    assert diagram_view(history, Moment(4, 4), live=True).server.state is State.SYN_RCVD
    assert diagram_view(history, Moment(3, 3)).server.state is State.SYN_RCVD


def test_a_reset_is_remembered() -> None:
    history = talk("""
        0.000  C  SYN      | SYN_SENT  .
        0.001  S  RST,ACK  | CLOSED    .
    """).history
    assert not diagram_view(history, at(1, 0)).reset
    assert diagram_view(history, at(2, 0.001)).reset


def test_in_the_present_the_last_states_go_on() -> None:
    view = diagram_view(talk(CLOSING).history, at(5, 2.0), now_ns=12 * SECOND)
    assert dict(view.client.dwell)[State.FIN_WAIT_1] == 10 * SECOND
    assert dict(view.client.dwell)[State.ESTABLISHED] == round(1.999 * SECOND)
    assert view.client.taken == diagram_view(talk(CLOSING).history, at(5, 2.0)).client.taken == 1
