"""What ordinary segments prove about their sender."""

import pytest

from tcptui.tcp.states import State
from tests.support.scenario import converse

HANDSHAKE = """
0.000 C > S: S seq 0
0.001 S > C: S. seq 0 ack 1
0.002 C > S: . seq 1 ack 1
"""


def test_the_first_fin_is_the_sender_s_close_whatever_rides_with_it() -> None:
    assert converse(HANDSHAKE + "0.1 C > S: FP. seq 1:9 ack 1").states[0] is State.FIN_WAIT_1


@pytest.mark.parametrize(("ack", "state"), [(1, State.CLOSING), (2, State.LAST_ACK)])
def test_the_fin_s_ack_tells_who_was_first(ack: int, state: State) -> None:
    text = f"{HANDSHAKE}0.1000 C > S: F. seq 1 ack 1\n0.1005 S > C: F. seq 1 ack {ack}"
    assert converse(text).states[1] is state


def test_a_bare_ack_of_a_request_socket_proves_nothing() -> None:
    text = """
        0.000 C > S: S seq 0
        0.001 S > C: S. seq 0 ack 1
        0.500 S > C: . seq 1 ack 1
    """
    assert converse(text).states[1] is State.SYN_RCVD


def test_data_proves_that_the_handshake_is_done() -> None:
    text = """
        0.000 C > S: S seq 0
        0.001 S > C: S. seq 0 ack 1
        0.500 S > C: P. seq 1:5 ack 1
    """
    assert converse(text).states[1] is State.ESTABLISHED


def test_a_late_segment_proves_nothing_but_what_it_carries() -> None:
    text = (
        HANDSHAKE
        + """
        0.100 S > C: P. seq 1:9 ack 1
        0.101 C > S: . seq 1 ack 9
        0.200 C > S: . seq 1 ack 1
    """
    )
    assert converse(text).states == (State.ESTABLISHED, State.ESTABLISHED)


def test_a_number_that_showed_unseen_text_shows_no_fin_gigabytes_later() -> None:
    """The server's bare ACK told of 5,000 octets that nobody saw; it answers a FIN 3 GB later."""
    text = (
        HANDSHAKE
        + """
        0.100 S > C: . seq 5001 ack 1
        0.101 C > S: . seq 1 ack 5001
        0.200 S > C: . seq 5001:1000000000 ack 1
        0.201 C > S: . seq 1 ack 1000000000
        0.300 S > C: . seq 1000000000:2000000000 ack 1
        0.301 C > S: . seq 1 ack 2000000000
        0.400 S > C: . seq 2000000000:3000000000 ack 1
        0.401 C > S: . seq 1 ack 3000000000
        0.500 C > S: F. seq 1 ack 3000000000
        0.501 S > C: . seq 3000000000 ack 2
        0.600 S > C: F. seq 3000000000 ack 2
    """
    )
    assert converse(text).states == (State.TIME_WAIT, State.LAST_ACK)
