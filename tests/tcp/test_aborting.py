"""RST: aborts, replies, forgeries."""

from tcptui.tcp.events import Event
from tcptui.tcp.states import Evidence, State
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


def test_data_answered_by_rst_shows_an_orphan_whose_fin_nobody_saw() -> None:
    text = HANDSHAKE + "0.1 C > S: P. seq 1:4 ack 1\n0.101 S > C: R seq 1"
    steps = [t for t in converse(text).history().standing() if t.endpoint == 1]
    assert [str(t.new) for t in steps] == ["SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "CLOSED"]
    assert steps[2].evidence is Evidence.ASSUMED
    assert "behind data" in steps[2].note


def test_after_long_silence_a_reply_says_nothing_of_a_fin() -> None:
    text = HANDSHAKE + "60 C > S: P. seq 1:4 ack 1\n60.001 S > C: R seq 1"
    path = [str(t.new) for t in converse(text).history().standing() if t.endpoint == 1]
    assert path == ["SYN_RCVD", "ESTABLISHED", "CLOSED"]


def test_a_reply_to_what_came_after_a_rst_says_nothing_of_a_fin() -> None:
    """The server was reset by the client, and answers the client's late data."""
    text = HANDSHAKE + "0.1 C > S: R. seq 1 ack 1\n0.102 C > S: P. seq 1:4 ack 1\n0.103 S > C: R seq 1"
    path = [str(t.new) for t in converse(text).history().standing() if t.endpoint == 1]
    assert path == ["SYN_RCVD", "ESTABLISHED", "CLOSED"]


def test_a_number_that_is_nobody_s_moves_nobody() -> None:
    connection = converse(HANDSHAKE + "0.1 C > S: R seq 77777777")
    assert connection.states == (State.ESTABLISHED, State.ESTABLISHED)


def test_a_fin_that_was_overtaken_by_the_rst_counts_before_it() -> None:
    text = HANDSHAKE + "0.1000 C > S: R. seq 2 ack 1 ts 9\n0.1001 C > S: F. seq 1 ack 1 ts 9"
    path = [str(t.new) for t in converse(text).history().standing() if t.endpoint == 0]
    assert path[-2:] == ["FIN_WAIT_1", "CLOSED"]
