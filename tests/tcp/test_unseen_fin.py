"""A FIN that the capture has missed. More in tests/scenarios/fin*unseen*.txt and octet_unseen.txt."""

from tcptui.tcp.states import Evidence, State
from tests.support.scenario import converse

OPENED = """
    0.000 C > S: S seq 0
    0.001 S > C: S. seq 0 ack 1
    0.002 C > S: . seq 1 ack 1
"""


def test_many_octets_are_data_not_a_fin() -> None:
    text = """
        0.100 C > S: . seq 1 ack 500
        0.200 S > C: . seq 500 ack 1
    """
    assert converse(OPENED + text).states == (State.ESTABLISHED, State.ESTABLISHED)


def test_one_octet_acknowledged_is_a_fin_and_that_is_an_assumption() -> None:
    history = converse(OPENED + "0.100 C > S: . seq 1 ack 2").history()
    found = [(t.endpoint, t.new, t.evidence) for t in history.standing()][-2:]
    assert (1, State.FIN_WAIT_1, Evidence.ASSUMED) in found or (
        0,
        State.CLOSE_WAIT,
        Evidence.ASSUMED,
    ) in found
    assert {state.name for state in converse(OPENED + "0.100 C > S: . seq 1 ack 2").states} == {
        "CLOSE_WAIT",
        "FIN_WAIT_2",
    }


def test_its_sender_may_show_it_himself() -> None:
    assert converse(OPENED + "0.100 C > S: . seq 2 ack 1").states == (State.FIN_WAIT_1, State.ESTABLISHED)


def test_it_was_data_where_an_abort_follows_and_nothing_was_left_unread() -> None:
    history = converse(OPENED + "0.100 S > C: . seq 1 ack 2\n0.200 C > S: R. seq 2 ack 1").history()
    assert [t.new for t in history.standing() if t.endpoint == 0][-2:] == [State.ESTABLISHED, State.CLOSED]


def test_it_was_a_fin_where_something_was_left_unread() -> None:
    text = "0.100 S > C: . seq 1 ack 2\n0.150 S > C: P. seq 1:9 ack 2\n0.200 C > S: R. seq 2 ack 1"
    history = converse(OPENED + text).history()
    assert State.FIN_WAIT_2 in [t.new for t in history.standing() if t.endpoint == 0]


def test_a_reply_may_quote_a_trigger_that_was_missed() -> None:
    history = converse(OPENED + "0.100 C > S: F. seq 1 ack 1\n0.200 C > S: R seq 2").history()
    assert [t.new for t in history.standing() if t.endpoint == 0][-2:] == [State.FIN_WAIT_2, State.CLOSED]
