from tcptui.tcp.events import Event
from tcptui.tcp.finding import Diagnosis, Severity, case
from tcptui.tcp.history import Moment
from tcptui.tcp.states import State
from tests.support.conversation import talk

TALK = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK            | .            ESTABLISHED
    1.000  S  FIN,ACK        | CLOSE_WAIT   FIN_WAIT_1
"""


def test_a_case_is_the_flow_as_of_now() -> None:
    said = talk(TALK)
    flow = case(said.history, said.facts, Moment(2, 1_000_000))
    assert (flow.state(0), flow.state(1)) == (State.ESTABLISHED, State.SYN_RCVD)
    assert not flow.been(0, State.CLOSE_WAIT) and flow.been(0, State.SYN_SENT)
    assert flow.step(0, Event.RECV_FIN) is None
    later = case(said.history, said.facts, said.now)
    step = later.step(0, Event.RECV_FIN, State.ESTABLISHED)
    assert step is not None and step.packet == 4 and later.last_step(0) is step
    assert (later.name(0), later.name(1)) == ("client", "server")
    assert later.side(1).fin is not None and later.peer(0) is later.side(1)


def test_severities_are_ranked() -> None:
    ranked = sorted(Severity, key=lambda severity: severity.rank)
    assert ranked == [Severity.ERROR, Severity.WARNING, Severity.NOTE]


def test_the_packets_of_a_diagnosis_are_in_order_and_quoted_once() -> None:
    assert Diagnosis("abort", Severity.NOTE, (7, 3, 7), "text").packets == (3, 7)
