import pytest

from tcptui.tcp.diagnosis import diagnose
from tcptui.tcp.timers import RFC
from tests.support.conversation import OPEN, diagnosed, expect, names, talk

HALF_CLOSED = OPEN + "1.000 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.040 S ACK | FIN_WAIT_2 .\n"
VANISHED = (
    OPEN
    + """
    1.0  C  FIN,ACK          | FIN_WAIT_1   CLOSE_WAIT
    1.2  C  FIN,ACK seq=1    | .            .
    1.4  C  FIN,ACK seq=1    | .            .
    1.86 C  FIN,ACK seq=1    | .            .
"""
)
LAST_ACK_LOST = (
    HALF_CLOSED
    + """
    2.0  S  FIN,ACK          | TIME_WAIT    LAST_ACK
    2.0  C  ACK              | .            .
    2.2  S  FIN,ACK seq=1    | .            .
"""
)
CROSSED = (
    OPEN
    + """
    1.000  C  FIN,ACK              | FIN_WAIT_1   .
    1.000  S  FIN,ACK ack=1        | CLOSING      FIN_WAIT_1>CLOSING
    1.001  C  ACK                  | .            TIME_WAIT
    1.001  S  ACK                  | TIME_WAIT    .
"""
)
# the 100 bytes before the FIN were lost before they came here
GAP = OPEN + "1.0 C FIN,ACK seq=101 | FIN_WAIT_1 .\n 1.001 S ACK ack=1"
# they were lost behind us
GAP_BEHIND = OPEN + "1.0 C PSH,ACK 100\n 1.0 C FIN,ACK | FIN_WAIT_1 .\n 1.3 S ACK ack=1"


def bulk(
    rounds: int = 15, size: int = 1448, *, window: int = 65_535, pause: float = 0, data: int = 1448
) -> str:
    """Each millisecond two segments and an ACK of one of them; then, after a pause, a FIN."""
    lines = [OPEN]
    for n in range(1, rounds + 1):
        when = 1 + n / 1000
        lines += [f"{when} C ACK {size}"] * 2 + [f"{when + 0.0005} S ACK ack={n * size + 1} win={window}"]
    return "\n".join([*lines, f"{1.0005 + rounds / 1000 + pause} C FIN,ACK {data}"])


# the window was shut for a second, and 3,000 bytes waited
HELD_UP = (
    OPEN
    + "1 C PSH,ACK 1448\n 1.001 S ACK win=0\n 1.5 C ACK seq=1448\n 1.501 S ACK win=0\n 2 S ACK win=9999\n"
    + "2.0001 C ACK 1448\n 2.0001 C FIN,ACK 100"
)


TRIGGERS = {
    "close-wait-stuck": (HALF_CLOSED, 42, (4, 5)),
    "half-close": (HALF_CLOSED + "20 S PSH,ACK 9\n 20.1 C ACK", 1, (4, 6)),
    "fin-wait-2": (HALF_CLOSED, 5, (4, 5)),
    "fin-wait-2-expired": (HALF_CLOSED + "61 - | CLOSED .", 1, (4,)),
    "peer-vanished-in-close": (VANISHED, 0.5, (4, 5, 6, 7)),
    "last-ack-lost": (LAST_ACK_LOST + "2.21 C ACK | . CLOSED", 0, (7, 8, 9)),
    "simultaneous-close": (CROSSED, 0, (4, 5)),
    "fin-held-by-gap": (GAP, 0, (4, 5)),
    "closed-with-backlog": (bulk(), 0, (4, 49)),
}

CLOSE = [
    ("close-wait-stuck", "not 10 s yet", HALF_CLOSED, 8.9),
    ("close-wait-stuck", "it still sends", HALF_CLOSED + "20 S PSH,ACK 9\n 20.1 C ACK", 1),
    ("close-wait-stuck", "the FIN may not have arrived", OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT", 42),
    ("close-wait-stuck", "closed in the end", HALF_CLOSED + "3 S FIN,ACK | TIME_WAIT LAST_ACK", 42),
    ("half-close", "it has stopped sending", HALF_CLOSED + "2 S PSH,ACK 9\n 2.1 C ACK", 40),
    (
        "half-close",
        "what it sent came before the FIN",
        HALF_CLOSED.replace("1.000 C", "0.5 S PSH,ACK 9\n 1.000 C"),
        12,
    ),
    ("fin-wait-2", "not 5 s yet", HALF_CLOSED, 4.9),
    ("fin-wait-2", "the FIN came", HALF_CLOSED + "3 S FIN,ACK | TIME_WAIT LAST_ACK", 9),
    ("fin-wait-2-expired", "still waiting", HALF_CLOSED, 50),
    (
        "fin-wait-2-expired",
        "an orphan refuses data, with or without FIN",
        HALF_CLOSED + "1.1 S FIN,ACK 3 | . LAST_ACK\n 1.2 C RST | CLOSED CLOSED",
        0,
    ),
    (
        "fin-wait-2-expired",
        "at once: it was not the time, but data before the FIN",
        HALF_CLOSED + "1.2 S FIN,ACK | . LAST_ACK\n 1.3 C RST | CLOSED CLOSED",
        0,
    ),
    ("fin-wait-2-expired", "reset, not expired", HALF_CLOSED + "3 S RST,ACK | CLOSED CLOSED", 50),
    ("peer-vanished-in-close", "two FINs only", "\n".join(VANISHED.splitlines()[:-2]), 5),
    ("peer-vanished-in-close", "FINs as fast as one can", VANISHED.replace("1.86", "1.6"), 5),
    ("peer-vanished-in-close", "the peer still speaks", VANISHED + "1.9 S ACK ack=1", 5),
    ("last-ack-lost", "not answered again", LAST_ACK_LOST, 0),
    (
        "last-ack-lost",
        "the FIN itself was lost",
        HALF_CLOSED + "2 S FIN,ACK | . LAST_ACK\n 2.2 S FIN,ACK seq=1 | TIME_WAIT .\n 2.21 C ACK | . CLOSED",
        0,
    ),
    (
        "last-ack-lost",
        "the same frame twice",
        LAST_ACK_LOST.replace("2.0  S  FIN,ACK ", "2.0  S  FIN,ACK id=7 ").replace(
            "2.2  S  FIN,ACK seq=1", "2.0  S  FIN,ACK seq=1 id=7"
        )
        + "2.01 C ACK",
        0,
    ),
    ("simultaneous-close", "one after the other", HALF_CLOSED + "2 S FIN,ACK | TIME_WAIT LAST_ACK", 0),
    ("closed-with-backlog", "what the first window holds", bulk(rounds=4), 0),
    ("closed-with-backlog", "small pieces, each when there was one", bulk(rounds=90, size=90, data=90), 0),
    ("closed-with-backlog", "a FIN some time after", bulk(pause=0.2, data=0), 0),
    ("closed-with-backlog", "the round trip is not known", bulk().replace(OPEN, ""), 0),
    (
        "closed-with-backlog",
        "question and answer",
        OPEN
        + "\n".join(f"{n} C PSH,ACK 1448\n {n}.001 S PSH,ACK 99" for n in range(1, 20))
        + "\n20 C FIN,ACK 9",
        0,
    ),
    ("fin-held-by-gap", "all there, not acknowledged yet", GAP_BEHIND.replace("1.3 S", "1.01 S"), 0),
    (
        "fin-held-by-gap",
        "all there and acknowledged",
        GAP_BEHIND.replace("_1 .", "_1 CLOSE_WAIT").replace("ack=1", "| FIN_WAIT_2 ."),
        9,
    ),
    (
        "fin-held-by-gap",
        "the FINs crossed, nothing was missing",
        CROSSED.replace("CLOSING      FIN", "CLOSING FIN"),
        0,
    ),
    (
        "fin-held-by-gap",
        "the first FIN was lost",
        OPEN + "1 C FIN,ACK | FIN_WAIT_1 .\n 1.2 C FIN,ACK seq=1 | . CLOSE_WAIT\n 1.3 S ACK | FIN_WAIT_2 .",
        0,
    ),
]


@pytest.mark.parametrize("name", TRIGGERS)
def test_is_diagnosed(name: str) -> None:
    expect(name, *TRIGGERS[name])


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_is_not_diagnosed(case: tuple[str, str, str, float]) -> None:
    assert case[0] not in diagnosed(*case[2:])


def test_a_peer_whose_ack_passed_vanished_after_it() -> None:
    last = HALF_CLOSED + "2 S FIN,ACK | TIME_WAIT LAST_ACK\n 2.01 C ACK\n"
    copies = "2.2 S FIN,ACK seq=1\n 2.6 S FIN,ACK seq=1\n 3.4 S FIN,ACK seq=1"
    text = diagnosed(last + copies)["peer-vanished-in-close"].text
    assert "FIN, sent 4 times in 1.4 s, was acknowledged here (#7), but that ACK did not arrive" in text
    assert "has no answer" in diagnosed(VANISHED, 5)["peer-vanished-in-close"].text


def test_crossing_fins_go_through_closing_only_where_both_ends_were_there() -> None:
    assert "so both go through CLOSING" in diagnosed(CROSSED)["simultaneous-close"].text
    gone = (
        OPEN
        + "1 C FIN,ACK | FIN_WAIT_1 .\n 1 S FIN,ACK ack=1 | . FIN_WAIT_1>CLOSING\n 1.1 C RST | CLOSED CLOSED"
    )
    text = diagnosed(gone)["simultaneous-close"].text
    assert "the FINs #4 and #5 crossed, so the server goes through CLOSING; the client does not" in text
    before = "\n".join(gone.splitlines()[:-1])
    assert "so both go through CLOSING" in diagnosed(before)["simultaneous-close"].text


def test_a_stuck_close_wait_says_what_to_do() -> None:
    text = diagnosed(HALF_CLOSED, 42.06)["close-wait-stuck"].text
    assert text.startswith("server application has not called close() for 42.1 s since the client's FIN #4")
    assert "ss -tanp state close-wait" in text


def test_fin_wait_2_tells_a_half_close_from_a_close() -> None:
    assert "forgets it after 1 min" in diagnosed(HALF_CLOSED, 9)["fin-wait-2"].text
    taken = diagnosed(HALF_CLOSED + "2 S PSH,ACK 9\n 2.1 C ACK", 9)["fin-wait-2"].text
    assert "half-close" in taken and "forgets" not in taken
    said = talk(HALF_CLOSED)
    (note,) = diagnose(said.history, said.facts, said.later(8), RFC)
    assert "no limit by RFC 9293" in note.text


def test_fin_wait_2_that_had_expired_shows_when_the_fin_meets_a_rst() -> None:
    found = diagnosed(HALF_CLOSED + "70 S FIN,ACK | . LAST_ACK\n 70.1 C RST | CLOSED CLOSED ! REPLIED_RST")
    assert found["fin-wait-2-expired"].packets == (4, 6, 7)


def test_the_gap_before_a_fin_is_found_wherever_it_was_lost() -> None:
    assert "up to 100 bytes" in diagnosed(GAP_BEHIND)["fin-held-by-gap"].text
    filled = diagnosed(GAP + "\n 1.2 C ACK 100 seq=1 | . CLOSE_WAIT\n 1.3 S ACK | FIN_WAIT_2 .")
    assert filled["fin-held-by-gap"].packets == (4, 6) and filled["fin-held-by-gap"].severity.value == "note"


def test_a_fin_behind_a_closed_window_may_have_been_due_long_before() -> None:
    found = diagnosed(HELD_UP)["closed-with-backlog"]
    assert found.packets == (4, 5, 10)
    assert "client sent without a pause for 1.0 s before its FIN #10" in found.text
    assert "the server had no room for a while (#5)" in found.text
