"""The books of one endpoint."""

from hypothesis import given
from hypothesis import strategies as st

from tcptui.tcp import seq
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import MOST_GAPS, Tcb

SYN = Segment(1, 1000, 0, 99, 0, Flags.SYN)
FIN = Segment(5, 5000, 0, 100, 7, Flags.FIN | Flags.ACK)


def test_step_goes_through_the_table_and_keeps_the_path() -> None:
    tcb = Tcb()
    assert tcb.step(Event.ACTIVE_OPEN, SYN, Evidence.SENT)
    assert tcb.state is State.SYN_SENT
    assert [(one.old, one.new, one.cause) for one in tcb.path] == [(State.CLOSED, State.SYN_SENT, SYN)]
    assert tcb.since_ns == 1000


def test_what_the_table_ignores_moves_nothing() -> None:
    tcb = Tcb(state=State.ESTABLISHED)
    assert not tcb.step(Event.RECV_ACK_OF_FIN, SYN, Evidence.PASSED)
    assert tcb.state is State.ESTABLISHED and not tcb.path


def test_an_insert_walks_the_table_again() -> None:
    """The FIN went out before the peer's was consumed: not CLOSE_WAIT, LAST_ACK but FIN_WAIT_1, CLOSING."""
    tcb = Tcb(state=State.ESTABLISHED)
    tcb.step(Event.RECV_FIN, FIN, Evidence.PROVEN)
    tcb.insert(0, Event.CLOSE, SYN, Evidence.SENT)
    assert [one.new for one in tcb.path] == [State.FIN_WAIT_1, State.CLOSING]
    assert tcb.state is State.CLOSING


def test_forget_walks_the_table_without_the_event() -> None:
    tcb = Tcb(state=State.ESTABLISHED)
    tcb.step(Event.CLOSE, SYN, Evidence.ASSUMED)
    tcb.step(Event.RECV_FIN, FIN, Evidence.PASSED)
    tcb.forget((Event.CLOSE,))
    assert tcb.state is State.CLOSE_WAIT


def test_a_gap_holds_back_and_is_closed() -> None:
    tcb = Tcb(rcv_nxt=100)
    assert tcb.accept(110, 120) and tcb.rcv_nxt == 100
    assert not tcb.accept(110, 120)
    assert tcb.accept(100, 110) and tcb.rcv_nxt == 120 and tcb.gaps == ()
    assert not tcb.accept(100, 110)


def test_gaps_are_bounded() -> None:
    tcb = Tcb(rcv_nxt=0)
    for start in range(2, 1000, 2):
        tcb.accept(start, start + 1)
    assert len(tcb.gaps) == MOST_GAPS


@given(st.integers(0, 2**32 - 1), st.permutations([(0, 10), (10, 11), (11, 400), (400, 401), (5, 30)]))
def test_order_of_arrival_does_not_matter(base: int, pieces: list[tuple[int, int]]) -> None:
    tcb = Tcb(rcv_nxt=base)
    for start, end in pieces:
        tcb.accept(seq.add(base, start), seq.add(base, end))
    assert tcb.rcv_nxt == seq.add(base, 401)


def test_a_fin_has_arrived_when_all_before_it_has() -> None:
    tcb = Tcb(rcv_nxt=100, peer_fin=110)
    tcb.accept(110, 111)
    assert not tcb.fin_arrived()
    tcb.accept(100, 110)
    assert tcb.fin_arrived()


def test_a_fork_leaves_the_original_alone() -> None:
    tcb = Tcb(state=State.ESTABLISHED, rcv_nxt=5)
    fork = tcb.fork()
    fork.step(Event.RECV_FIN, FIN, Evidence.PASSED)
    fork.accept(5, 9)
    assert (tcb.state, tcb.rcv_nxt, tcb.path) == (State.ESTABLISHED, 5, [])


def test_it_has_sent_text_however_much_that_was() -> None:
    assert not Tcb(iss=7, snd_max=8).has_sent_text
    assert Tcb(iss=7, snd_max=9).has_sent_text and Tcb(iss=7, snd_max=7 + (3 << 30)).has_sent_text
