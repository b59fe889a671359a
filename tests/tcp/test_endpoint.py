"""One end: what its segments prove and deny about deliveries."""

from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tcptui.tcp.tcb import Tcb


def open_end() -> Endpoint:
    end = Endpoint(0)
    end.exact = Tcb(state=State.ESTABLISHED, iss=99, snd_max=200, irs=499, rcv_nxt=500, ack_sent=500)
    end.touch()
    return end


def arriving(packet: int, seq: int, flags: int = Flags.ACK, length: int = 0) -> Segment:
    return Segment(packet, packet * 1_000_000, 1, seq, 200, flags, length=length)


def sent(packet: int, ack: int, time_ns: int | None = None) -> Segment:
    return Segment(packet, packet * 1_000_000 if time_ns is None else time_ns, 0, 200, ack, Flags.ACK)


def test_a_delivery_is_assumed_at_once() -> None:
    end = open_end()
    end.approach(arriving(1, 500, Flags.FIN | Flags.ACK))
    end.refresh(1, 1)
    assert end.state is State.CLOSE_WAIT and end.exact.state is State.ESTABLISHED


def test_its_ack_makes_it_certain_and_measures_the_round_trip() -> None:
    end = open_end()
    end.approach(arriving(1, 500, Flags.FIN | Flags.ACK))
    end.acknowledge(sent(4, 501))
    assert end.exact.state is State.CLOSE_WAIT and not end.flights
    assert end.round_trip == 3_000_000


def test_a_sample_of_a_second_measures_a_loss() -> None:
    end = open_end()
    end.measure(1_000_000_000)
    assert end.round_trip == 0


def test_idle_acks_do_not_pile_up() -> None:
    end = open_end()
    for packet in range(1, 1000):
        end.approach(arriving(packet, 500))
    assert len(end.flights) < 10


def test_a_new_life_can_be_taken_back() -> None:
    end = open_end()
    end.exact.ack_sent = 500
    end.begin(State.CLOSED, [])
    end.exact.iss, end.exact.snd_max, end.exact.state = 7000, 7001, State.SYN_SENT
    on = Segment(5, 5, 0, 200, 500, Flags.ACK)
    assert end.in_old_life(on)
    end.restore(on)
    assert end.exact.state is State.ESTABLISHED and end.exact.iss == 99
