"""RST: aborts, replies, forgeries."""

from tcptui.tcp.events import Event
from tcptui.tcp.states import State
from tests.support.scenario import converse

HANDSHAKE = """
0.000 C > S: S seq 0
0.001 S > C: S. seq 0 ack 1
0.002 C > S: . seq 1 ack 1
"""


def test_an_abort_and_a_reply_are_told_apart() -> None:
    aborted = converse(HANDSHAKE + "0.1 C > S: R. seq 1 ack 1").history().standing()
    replied = converse(HANDSHAKE + "0.1 S > C: P. seq 1:4 ack 1\n0.2 C > S: R seq 1").history().standing()
    assert [t.event for t in aborted if t.endpoint == 0][-1] is Event.SEND_RST
    assert [t.event for t in replied if t.endpoint == 0][-1] is Event.REPLIED_RST


def test_a_refusal_shows_that_nobody_listened() -> None:
    history = converse("0 C > S: S seq 0\n0.1 S > C: R. seq =0 ack 1").history()
    assert history.start == (State.CLOSED, State.CLOSED)
    assert [t.endpoint for t in history.standing()] == [0, 0]


def test_an_ack_of_the_fin_in_the_trigger_still_counts() -> None:
    """Data that acknowledges our FIN meets an orphan: FIN_WAIT_2 first, then the RST."""
    text = HANDSHAKE + "0.1 C > S: F. seq 1 ack 1\n0.2 S > C: P. seq 1:4 ack 2\n0.201 C > S: R seq 2"
    path = [str(t.new) for t in converse(text).history().standing() if t.endpoint == 0]
    assert path[-3:] == ["FIN_WAIT_1", "FIN_WAIT_2", "CLOSED"]


def test_a_number_that_is_nobody_s_moves_nobody() -> None:
    connection = converse(HANDSHAKE + "0.1 C > S: R seq 77777777")
    assert connection.states == (State.ESTABLISHED, State.ESTABLISHED)


def test_a_fin_that_was_overtaken_by_the_rst_counts_before_it() -> None:
    text = HANDSHAKE + "0.1000 C > S: R. seq 2 ack 1 ts 9\n0.1001 C > S: F. seq 1 ack 1 ts 9"
    path = [str(t.new) for t in converse(text).history().standing() if t.endpoint == 0]
    assert path[-2:] == ["FIN_WAIT_1", "CLOSED"]
