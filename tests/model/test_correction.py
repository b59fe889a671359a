"""A correction's essence survives in a narrow row."""

import pytest

from tcptui.model.correction import in_words
from tcptui.tcp.history import Correction
from tcptui.tcp.states import State

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
