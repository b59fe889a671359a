"""Two kinds of RST, and which ones are believed."""

from tcptui.tcp import rst
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tcptui.tcp.tcb import Tcb

BOOKS = {"iss": 99, "snd_max": 200, "irs": 499, "rcv_nxt": 510}


def reset(seq: int, flags: int = Flags.RST) -> Segment:
    return Segment(9, 0, 1, seq, 200, flags)


def test_a_reply_has_no_ack_or_number_zero() -> None:
    assert rst.is_reply(reset(200))
    assert rst.is_reply(reset(0, Flags.RST | Flags.ACK))
    assert not rst.is_reply(reset(200, Flags.RST | Flags.ACK))


def test_exactly_the_next_number_is_believed() -> None:
    tcb = Tcb(state=State.ESTABLISHED, **BOOKS)
    assert rst.acceptable(tcb, reset(510))
    assert not rst.acceptable(tcb, reset(509))
    assert not rst.acceptable(tcb, reset(511))


def test_so_is_the_last_number_it_acknowledged() -> None:
    """What is under way may not have arrived yet."""
    assert rst.acceptable(Tcb(state=State.ESTABLISHED, ack_sent=500, **BOOKS), reset(500))


def test_so_is_the_number_of_the_fin_after_the_peer_closed() -> None:
    assert rst.acceptable(Tcb(state=State.CLOSE_WAIT, **BOOKS), reset(509))
    assert not rst.acceptable(Tcb(state=State.CLOSE_WAIT, bsd=True, **BOOKS), reset(509))


def test_so_is_the_edge_of_what_it_holds_behind_a_gap() -> None:
    tcb = Tcb(state=State.ESTABLISHED, gaps=((520, 530),), **BOOKS)
    assert rst.acceptable(tcb, reset(530))
    assert not rst.acceptable(tcb, reset(520))


def test_an_orphan_believes_anything_in_its_window() -> None:
    tcb = Tcb(state=State.FIN_WAIT_2, **BOOKS)
    assert rst.acceptable(tcb, reset(900))
    assert not rst.acceptable(tcb, reset(400))


def test_time_wait_believes_it_on_linux_not_on_freebsd() -> None:
    assert rst.acceptable(Tcb(state=State.TIME_WAIT, **BOOKS), reset(510))
    assert not rst.acceptable(Tcb(state=State.TIME_WAIT, bsd=True, **BOOKS), reset(510))


def test_unknown_numbers_are_given_the_benefit_of_the_doubt() -> None:
    assert rst.acceptable(Tcb(state=State.ESTABLISHED), reset(1))


FREEBSD = Segment(2, 0, 0, 99, 500, Flags.SYN | Flags.ACK, 65535, 0, bytes.fromhex("020405b404020000"))


def test_freebsd_may_believe_any_in_its_window() -> None:
    tcb = Tcb(state=State.ESTABLISHED, bsd=True, ack_sent=500, window=100, **BOOKS)
    assert rst.acceptable(tcb, reset(599))
    assert not rst.acceptable(tcb, reset(600))
    assert not rst.acceptable(tcb, reset(499))


def test_a_window_that_no_header_can_hold_is_made_up_to_whole_segments() -> None:
    request = Tcb(state=State.SYN_RCVD, passive=True, bsd=True, syn=FREEBSD, window=65535)
    assert rst.window(request) == 65535
    connected = Tcb(state=State.ESTABLISHED, passive=True, bsd=True, syn=FREEBSD, window=65535)
    assert rst.window(connected) == 45 * 1460


def test_a_window_is_scaled_where_both_syns_offer_it() -> None:
    scaled = Segment(1, 0, 0, 99, 0, Flags.SYN, 0, 0, bytes.fromhex("020405b401030306"))
    plain = Segment(2, 0, 1, 499, 100, Flags.SYN | Flags.ACK, 0, 0, bytes.fromhex("020405b4"))
    tcb = Tcb(state=State.ESTABLISHED, syn=scaled, window=10)
    tcb.peer_syn = scaled
    assert rst.window(tcb) == 640
    tcb.peer_syn = plain
    assert rst.window(tcb) == 10
