"""What an endpoint's segments show not to have arrived."""

from tcptui.tcp.denial import deny, deny_acks_of, deny_resets
from tcptui.tcp.endpoint import MARGIN, UNKNOWN_ROUND_TRIP
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tests.tcp.test_endpoint import arriving, open_end, sent


def test_an_ack_below_denies_what_had_time_to_arrive() -> None:
    end = open_end()
    end.approach(arriving(1, 500, Flags.FIN | Flags.ACK))
    soon, late = 2_000_000, 1_000_000 + UNKNOWN_ROUND_TRIP + MARGIN + 1
    deny(end, sent(2, 500, soon))
    assert not end.flights[0].lost
    deny(end, sent(3, 500, late))
    end.refresh(3, late)
    assert end.flights[0].lost and end.state is State.ESTABLISHED


def test_going_on_denies_a_reset() -> None:
    end = open_end()
    end.approach(arriving(1, 500, Flags.RST))
    end.refresh(1, 1)
    assert end.state is State.CLOSED
    deny(end, sent(9, 500, 10**9))
    end.refresh(9, 10**9)
    assert end.state is State.ESTABLISHED


def test_a_hole_before_what_is_held_has_not_arrived() -> None:
    """The SACK names 520 to 521; the ACK ends at 510."""
    end = open_end()
    for packet, number, length in ((1, 500, 10), (2, 510, 10)):
        end.approach(arriving(packet, number, length=length))
    end.approach(arriving(3, 520, Flags.FIN | Flags.ACK))
    sack = b"\x01\x01\x05\x0a" + (520).to_bytes(4, "big") + (521).to_bytes(4, "big")
    deny(end, Segment(4, 4_000_000, 0, 200, 510, Flags.ACK, options=sack))
    assert [(one.lost, one.held) for one in end.flights] == [(False, False), (True, False), (False, True)]


def test_what_is_sent_again_has_no_ack() -> None:
    end = open_end()
    end.approach(arriving(1, 500))
    deny_acks_of(end, 199, sent(2, 500, 10**9), "FIN")
    assert end.flights[0].lost


def test_who_goes_on_has_had_no_reset() -> None:
    end = open_end()
    end.approach(arriving(1, 500, Flags.RST))
    end.approach(arriving(2, 500))
    deny_resets(end, sent(3, 500))
    assert [one.lost for one in end.flights] == [True, False]
