"""Generations of one pair of sockets."""

from tcptui.tcp.history import Moment
from tcptui.tcp.states import State
from tests.support.scenario import START, converse

FIRST = """
0.000 C > S: S seq 0
0.001 S > C: S. seq 0 ack 1
0.002 C > S: . seq 1 ack 1
0.100 S > C: F. seq 1 ack 1
0.101 C > S: F. seq 1 ack 2
0.102 S > C: . seq 2 ack 2
"""
AGAIN = """
1.100 C > S: S seq 70000
1.101 S > C: S. seq 65538 ack 70001
1.102 C > S: . seq 70001 ack 65539
"""


def test_a_finished_pair_begins_anew_with_the_syn() -> None:
    connection = converse(FIRST + AGAIN)
    old, new = connection.histories()
    assert (old.first_packet, new.first_packet) == (1, 7)
    assert new.start == (State.CLOSED, State.TIME_WAIT)
    assert [str(t.new) for t in new.standing() if t.endpoint == 1] == ["CLOSED", "SYN_RCVD", "ESTABLISHED"]


def test_the_old_life_stays_as_it_was() -> None:
    moment = Moment(6, START + 102_000_000)
    before, after = converse(FIRST).history(), converse(FIRST + AGAIN).history(0)
    assert [one.state for one in before.at(moment)] == [one.state for one in after.at(moment)]


def test_who_calls_is_the_client_of_that_life() -> None:
    other_way = AGAIN.replace("C > S", "X").replace("S > C", "C > S").replace("X", "S > C")
    connection = converse(FIRST + "70.0 -\n" + other_way.replace("1.1", "71.1"))
    assert [history.client for history in connection.histories()] == [0, 1]


def test_one_end_alone_does_not_begin_a_life() -> None:
    text = FIRST.rpartition("0.100")[0] + "9.0 C > S: S seq 70000\n"
    connection = converse(text)
    assert connection.generations == 1
    assert connection.states == (State.SYN_SENT, State.ESTABLISHED)


def test_a_rst_before_all_others_tells_of_no_connection() -> None:
    connection = converse("0.000 C > S: R seq 7")
    assert connection.states == (State.CLOSED, State.CLOSED)
    assert not connection.history().log


def test_a_listener_does_not_notice_a_rst_before_the_call() -> None:
    connection = converse("0.000 S > C: R seq 7\n" + FIRST.replace("\n0.", "\n1."))
    (history,) = connection.histories()
    assert history.start == (State.CLOSED, State.LISTEN)
    assert history.client == 0


def test_who_goes_on_after_a_first_rst_of_the_other_is_picked_up_alone() -> None:
    connection = converse("0.000 C > S: R. seq 7 ack 7\n0.001 S > C: P. seq 7:9 ack 7")
    assert connection.states == (State.CLOSED, State.ESTABLISHED)


def test_all_lives_cut_at_once_are_those_cut_one_by_one() -> None:
    connection = converse(FIRST + AGAIN)
    assert connection.generations == 2
    one_by_one = tuple(connection.history(index) for index in range(connection.generations))
    assert connection.histories() == one_by_one
    assert connection.begins == tuple(history.first_packet for history in one_by_one)
