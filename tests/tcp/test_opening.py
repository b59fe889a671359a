"""SYN and SYN,ACK: opening, answering, beginning anew."""

from tcptui.tcp.events import Event
from tcptui.tcp.states import State
from tests.support.scenario import converse


def test_a_caller_who_calls_again_is_in_syn_sent() -> None:
    connection = converse("0 C > S: S seq 0\n1 C > S: S seq 0")
    assert connection.states == (State.SYN_SENT, State.LISTEN)
    assert len(connection.history().log) == 1


def test_an_old_syn_does_not_move_who_has_gone_on() -> None:
    text = """
        0.000 C > S: S seq 0
        0.001 S > C: S. seq 0 ack 1
        0.002 C > S: P. seq 1:5 ack 1
        0.003 C > S: S seq 0
    """
    assert converse(text).states[0] is State.ESTABLISHED


def test_another_number_is_another_connection() -> None:
    text = "0 C > S: S seq 0\n200 C > S: S seq 5000\n200.1 S > C: S. seq 900 ack 5001"
    connection = converse(text)
    assert connection.generations == 2
    assert connection.states == (State.ESTABLISHED, State.SYN_RCVD)


def test_a_syn_ack_for_nobody_moves_nobody() -> None:
    text = """
        0.000 C > S: S seq 0
        0.001 S > C: S. seq 0 ack 1
        0.002 C > S: . seq 1 ack 1
        0.100 S > C: S. seq 7000 ack 12345
    """
    assert converse(text).states == (State.ESTABLISHED, State.ESTABLISHED)


def test_who_calls_was_not_listening() -> None:
    history = converse("0 C > S: S seq 0\n0.1 S > C: S seq 0").history()
    assert history.start == (State.CLOSED, State.CLOSED)
    assert next(t.event for t in history.standing() if t.endpoint == 1) is Event.ACTIVE_OPEN


def test_a_call_repeated_after_a_refusal_has_two_causes() -> None:
    """The RST was lost behind us, or the caller tries again all the same, as Windows does."""
    refused = "0 C > S: S seq 0\n0.001 S > C: R. seq =0 ack 1\n0.5 C > S: S seq 0"
    (correction,) = converse(refused).history().corrections
    assert correction.reason.endswith("the answer (#2) did not arrive, or it tries again, as Windows does")
    unanswered = "0 C > S: S seq 0\n0.001 S > C: S. seq 0 ack 1\n1 C > S: S seq 0"
    (correction,) = converse(unanswered).history().corrections
    assert correction.reason.endswith("the answer (#2) did not arrive")
