"""Segments under way: what an acknowledgement proves."""

from tcptui.tcp.flight import Flight, echoed, is_bare_syn, is_pure_ack, proven, replay
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import Tcb


def data(packet: int, seq: int, length: int) -> Flight:
    return Flight(Segment(packet, packet, 1, seq, 200, Flags.ACK, length=length))


def ack(packet: int, number: int = 200) -> Flight:
    return Flight(Segment(packet, packet, 1, 500, number, Flags.ACK))


def test_an_ack_proves_what_it_covers_and_the_pure_acks_before() -> None:
    flights = [ack(1), data(2, 500, 10), ack(3), data(4, 510, 10), data(5, 520, 10)]
    assert proven(flights, 500, 520) == 4
    assert proven(flights, 500, 500) == 0


def test_the_first_copy_counts_not_the_retransmission() -> None:
    assert proven([data(1, 500, 10), data(2, 500, 10)], 500, 510) == 1


def test_a_copy_that_was_lost_does_not_count() -> None:
    flights = [data(1, 500, 10), data(2, 500, 10)]
    flights[0].lost = True
    assert proven(flights, 500, 510) == 2


def test_lost_segments_count_where_nothing_else_explains_the_ack() -> None:
    flights = [data(1, 500, 10)]
    flights[0].lost = True
    assert proven(flights, 500, 510) == 1
    assert not flights[0].lost


def test_reordered_text_is_covered_by_both() -> None:
    assert proven([data(1, 510, 10), data(2, 500, 10)], 500, 520) == 2


def test_replay_starts_from_what_is_certain_and_leaves_it_alone() -> None:
    exact = Tcb(state=State.ESTABLISHED, iss=99, snd_max=200, irs=499, rcv_nxt=500)
    fin = Flight(Segment(7, 70, 1, 510, 200, Flags.FIN | Flags.ACK))
    assert replay(exact, [fin]).state is State.ESTABLISHED
    shown = replay(exact, [fin, data(8, 500, 10)])
    assert shown.state is State.CLOSE_WAIT
    assert [(one.evidence, one.cause and one.cause.packet) for one in shown.path] == [(Evidence.PASSED, 8)]
    assert exact.state is State.ESTABLISHED and exact.rcv_nxt == 500


def test_replay_leaves_out_what_is_lost() -> None:
    exact = Tcb(state=State.ESTABLISHED, iss=99, snd_max=200, irs=499, rcv_nxt=500)
    fin = Flight(Segment(7, 70, 1, 500, 200, Flags.FIN | Flags.ACK))
    fin.lost = True
    assert replay(exact, [fin]).state is State.ESTABLISHED


def test_kinds() -> None:
    assert is_pure_ack(ack(1).segment) and not is_pure_ack(data(1, 0, 1).segment)
    assert is_bare_syn(Flight(Segment(1, 0, 0, 0, 0, Flags.SYN)))
    assert not is_bare_syn(Flight(Segment(1, 0, 0, 0, 0, Flags.SYN | Flags.ACK)))


def test_the_echoed_time_stamp_names_a_copy_unless_a_duplicate_is_reported() -> None:
    def stamped(value: int, echo: int, sack: bytes = b"") -> bytes:
        return b"\x01\x01\x08\x0a" + value.to_bytes(4, "big") + echo.to_bytes(4, "big") + sack

    copies = [Flight(Segment(n, n, 0, 10, 0, Flags.FIN | Flags.ACK, options=stamped(n, 0))) for n in (1, 2)]
    answer = Segment(3, 3, 1, 0, 11, Flags.ACK, options=stamped(9, 2))
    assert echoed(copies, answer) == 1
    duplicate = b"\x01\x01\x05\x0a" + (10).to_bytes(4, "big") + (11).to_bytes(4, "big")
    assert echoed(copies, Segment(3, 3, 1, 0, 11, Flags.ACK, options=stamped(9, 2, duplicate))) is None
    assert echoed(copies, Segment(3, 3, 1, 0, 11, Flags.ACK)) is None
