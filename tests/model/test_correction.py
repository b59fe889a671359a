"""A correction's essence survives in a narrow row."""

import pytest

from tcptui.model.correction import in_words, instead
from tcptui.tcp.history import Correction
from tcptui.tcp.states import State
from tests.support.scenario import converse

FIN_AGAIN = Correction(8, 0, 1, (State.CLOSED,), "FIN retransmitted: the ACK (#7) did not arrive")


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (90, "server was not CLOSED but LAST_ACK: FIN retransmitted: the ACK (#7) did not arrive"),
        (70, "server still LAST_ACK: FIN retransmitted: the ACK (#7) did not arrive"),
        (45, "server still LAST_ACK: FIN again, ACK #7 lost"),
        (38, "server still LAST_ACK: ACK #7 lost"),
        (30, "server still LAST_ACK"),
        (12, "server stil…"),
    ],
)
def test_it_shortens_before_it_is_cut(room: int, text: str) -> None:
    assert in_words("server", FIN_AGAIN, State.LAST_ACK, room) == text


@pytest.mark.parametrize(
    ("reason", "now", "text"),
    [
        ("its ACK (#6) leaves out #4: not arrived", State.ESTABLISHED, "server still ESTABLISHED: #4 lost"),
        ("it answered RST (#5): it had no such connection", State.LISTEN,
         "server still LISTEN: it answered RST (#5)"),
        ("SYN retransmitted: the answer (#2) did not arrive", State.SYN_SENT,
         "server still SYN_SENT: answer #2 lost"),
        ("#5 shows otherwise", State.ESTABLISHED, "server still ESTABLISHED, as #5 shows"),
        ("#5 shows otherwise", State.CLOSED, "server was not CLOSED, as #5 shows"),
    ],
)  # fmt: skip
def test_the_reasons_that_there_are(reason: str, now: State, text: str) -> None:
    assert in_words("server", Correction(8, 0, 1, (State.CLOSED,), reason), now, 41) == text


def test_a_reason_alone() -> None:
    assert in_words("client", Correction(8, 0, 1, (), "the SYN was forged: as before"), State.CLOSED, 30) == (
        "client: the SYN was forged"
    )


OPEN = "0 C > S: S seq 0\n0.001 S > C: S. seq 0 ack 1\n0.002 C > S: . seq 1 ack 1\n"


def test_instead_it_was_where_it_stood_before_the_packet_that_shows_it() -> None:
    """The FIN that shows the other one lost moves its sender as well."""
    crossed = OPEN + "0.1 C > S: F. seq 1 ack 1\n0.3 C > S: F. seq 1 ack 1\n0.4 S > C: F. seq 1 ack 1"
    history = converse(crossed).history()
    (correction,) = [one for one in history.corrections if one.endpoint == 1]
    assert correction.withdrawn == (State.CLOSE_WAIT,)
    assert instead(history, correction) is State.ESTABLISHED


def test_who_answers_rst_was_closed() -> None:
    closed = (
        OPEN
        + "0.1 C > S: F. seq 1 ack 1\n0.101 S > C: . seq 1 ack 2\n"
        + "0.2 S > C: FP. seq 1:9 ack 2\n0.201 C > S: R seq 2"
    )
    history = converse(closed).history()
    (correction,) = [one for one in history.corrections if one.endpoint == 0]
    assert instead(history, correction) is State.CLOSED
