import pytest

from tests.support.conversation import OPEN, diagnosed, expect, names

CLOSED_BY_CLIENT = (
    OPEN
    + """
    1.0  C  FIN,ACK          | FIN_WAIT_1   CLOSE_WAIT
    1.1  S  FIN,ACK          | FIN_WAIT_2>TIME_WAIT  LAST_ACK
    1.2  C  ACK              | .            CLOSED
"""
)
PROBED = OPEN + "10 C ACK seq=0\n 11 C ACK seq=0\n 12 C ACK seq=0\n"
ORPHAN = OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.1 S ACK | FIN_WAIT_2 .\n 3 S PSH,ACK 10\n"

COUNTED = OPEN + "\n".join(f"0.{n} S PSH,ACK 5 id=10{n}" for n in range(5)) + "\n"
REPLIES = (
    "1 C PSH,ACK 5 ack=1\n 1 C PSH,ACK 5 ack=65\n 1.1 S RST seq=1 win=0\n 1.1 S RST seq=65 win=0 | . CLOSED"
)
REFUSED = "start CLOSED CLOSED\n 0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 ttl=250 | CLOSED ."


def stamp(ms: int) -> str:
    """A time stamp option, as Linux lays it out."""
    return f"0101080a{ms:08x}00000000"


STAMPED = OPEN + f"0.9 S PSH,ACK 5 opt={stamp(900)}\n 1 S RST seq=1 win=0 | CLOSED .\n"

TRIGGERS = {
    "abort": (OPEN + "1 C PSH,ACK 7\n 1.1 S RST,ACK | CLOSED CLOSED", 1, (5,)),
    "dead-socket": (ORPHAN + "3.1 C RST | CLOSED CLOSED", 1, (6, 7)),
    "rst-ignored": (OPEN + "1 C RST seq=50\n 1.01 S ACK", 1, (4, 5)),
    "time-wait-assassination": (CLOSED_BY_CLIENT + "2 S RST | CLOSED .", 1, (7,)),
    "rst-injected": (OPEN + "1 S PSH,ACK 7\n 1.1 S RST,ACK ttl=250 | CLOSED CLOSED", 1, (5,)),
    "keep-alive-gave-up": (PROBED + "13 C RST,ACK | CLOSED CLOSED", 1, (4, 5, 6, 7)),
}

CLOSE = [
    ("abort", "an orderly close", CLOSED_BY_CLIENT, 1),
    (
        "abort",
        "nobody listens",
        "start CLOSED CLOSED\n 0 C SYN | SYN_SENT .\n 0 S RST,ACK rawseq=0 | CLOSED .",
        1,
    ),
    ("abort", "keep-alive gave up", PROBED + "13 C RST,ACK | CLOSED CLOSED", 1),
    ("abort", "a RST that the engine does not believe", OPEN + "1 S RST,ACK seq=999999", 1),
    ("dead-socket", "an abort", OPEN + "1 S PSH,ACK 7\n 1.1 C RST,ACK | CLOSED CLOSED", 1),
    (
        "dead-socket",
        "replies after its own abort",
        OPEN + "1 C RST,ACK | CLOSED .\n 1 S PSH,ACK 7\n 1.1 C RST | . CLOSED",
        1,
    ),
    ("dead-socket", "a RST out of long silence", ORPHAN + "30 C RST | CLOSED CLOSED", 1),
    (
        "dead-socket",
        "SYN_SENT refuses a wrong ACK",
        "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK ack=7\n 0.2 C RST",
        1,
    ),
    ("rst-ignored", "exactly the next byte", OPEN + "1 C RST | CLOSED CLOSED", 1),
    ("rst-ignored", "inexact, but the engine knows better", OPEN + "1 C RST seq=50 | . CLOSED", 1),
    ("rst-ignored", "nobody there to ignore it", "start CLOSED CLOSED\n 0 C RST seq=50", 1),
    ("time-wait-assassination", "TIME_WAIT ran its time", CLOSED_BY_CLIENT + "62 - | CLOSED .", 1),
    ("time-wait-assassination", "a RST into FIN_WAIT_2", ORPHAN + "4 S RST,ACK | CLOSED CLOSED", 1),
    ("keep-alive-gave-up", "answered in the end", PROBED + "12.1 S ACK\n 13 C RST,ACK | CLOSED CLOSED", 1),
    (
        "rst-injected",
        "one hop: a change of route",
        OPEN + "1 S PSH,ACK 7\n 1.1 S RST,ACK ttl=63 | CLOSED CLOSED",
        1,
    ),
    (
        "rst-injected",
        "the reply of a Linux that has no such socket",
        COUNTED + "1 C PSH,ACK 5\n 1.1 S RST id=0 win=0 | . CLOSED",
        1,
    ),
    ("rst-injected", "its next identification", COUNTED + "1.5 S RST,ACK id=105 | CLOSED CLOSED", 1),
    ("rst-injected", "a host that was busy meanwhile", COUNTED + "4.4 S RST,ACK id=9000 | CLOSED CLOSED", 1),
    (
        "rst-injected",
        "identifications at random",
        COUNTED.replace("id=102", "id=7") + "1 S RST,ACK id=9000",
        1,
    ),
    (
        "rst-injected",
        "data that the RST has overtaken",
        STAMPED + f"1.01 S PSH,ACK 5 seq=1 opt={stamp(1005)}",
        1,
    ),
    ("rst-injected", "two replies to two ACKs", OPEN + REPLIES, 1),
    (
        "rst-injected",
        "a RST that refuses a wrong SYN,ACK",
        "0 C SYN\n 0.1 S SYN,ACK ack=7\n 0.2 C RST\n"
        "0.3 C SYN seq=0\n 0.4 S SYN,ACK seq=0 ack=1\n 0.5 C ACK ack=1\n 0.6 C PSH,ACK 7 ack=1",
        1,
    ),
    ("rst-injected", "a refusal from as far away as its host", "around S ttl=250\n" + REFUSED, 1),
    ("rst-injected", "nothing to compare with", "0 C SYN\n 0.1 S RST,ACK rawseq=0 ttl=250", 1),
    ("rst-injected", "data from before it, late", OPEN + "1 C RST seq=50\n 1.01 C PSH,ACK 5 seq=1", 1),
    ("keep-alive-gave-up", "one probe only", OPEN + "9 C ACK seq=0\n 13 C RST,ACK | CLOSED CLOSED", 1),
    ("keep-alive-gave-up", "the other end aborts", PROBED + "13 S RST,ACK | CLOSED CLOSED", 1),
]


@pytest.mark.parametrize("name", TRIGGERS)
def test_is_diagnosed(name: str) -> None:
    expect(name, *TRIGGERS[name])


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_is_not_diagnosed(case: tuple[str, str, str, float]) -> None:
    assert case[0] not in diagnosed(*case[2:])


@pytest.mark.parametrize(
    ("text", "packets", "words"),
    [
        (OPEN + "1 S PSH,ACK 7\n 1.1 S RST,ACK ttl=250 | CLOSED CLOSED", (5,), "it has TTL 250"),
        ("around S ttl=61\n" + REFUSED, (2,), "it has TTL 250, the server's other packets have 61"),
        (COUNTED + "1 S RST,ACK id=9000 | CLOSED CLOSED", (9,), "its IP identification is 9000"),
        (COUNTED + "1 S RST,ACK id=0 | CLOSED CLOSED", (9,), "and had got to 104"),
        (STAMPED + f"1.04 S PSH,ACK 5 opt={stamp(1040)}", (5, 6), "the server goes on sending after it (#6)"),
        (STAMPED + f"9 S ACK seq=6 opt={stamp(9000)}", (5, 6), "the server goes on sending after it (#6)"),
        (
            OPEN + "0.5 C ACK win=8192\n 1 S RST,ACK seq=1 | CLOSED .\n 1.001 S RST,ACK seq=16385",
            (5, 6),
            "has a number 16,384 away, whole windows of the client: who sends them guesses",
        ),
    ],
)
def test_what_gives_a_rst_away(text: str, packets: tuple[int, ...], words: str) -> None:
    found = diagnosed(text)["rst-injected"]
    assert found.packets == packets and words in found.text


def test_who_goes_on_after_its_rst_did_not_send_it() -> None:
    found = diagnosed(OPEN + "1 S RST seq=1\n 1.01 S PSH,ACK 5 seq=1")["rst-injected"]
    assert found.packets == (4, 5) and "goes on sending" in found.text


def test_an_abort_tells_unread_data_from_a_mere_abort() -> None:
    unread = diagnosed(OPEN + "1 C PSH,ACK 7\n 1.1 S RST,ACK | CLOSED CLOSED")["abort"].text
    assert "without having read the last 7 bytes" in unread
    mere = diagnosed(OPEN + "1 S PSH,ACK 7\n 1.1 S RST,ACK | CLOSED CLOSED")["abort"].text
    assert "nothing seems unread" in mere


def test_an_abort_after_a_fin_does_not_stand_for_it() -> None:
    shut = OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.1 S ACK 7 | FIN_WAIT_2 .\n 1.2 C ACK\n"
    found = diagnosed(shut + "1.3 C RST,ACK | CLOSED CLOSED")["abort"]
    assert "client aborted after its FIN #4: RST #7. It probably closed without having read" in found.text
    assert found.packets == (4, 7) and "instead" not in found.text
    unseen = diagnosed(OPEN + "1 C RST,ACK seq=2 | FIN_WAIT_1>CLOSED CLOSED ! CLOSE,SEND_RST")["abort"]
    assert "client aborted after its FIN, which was not captured: RST #4, though" in unseen.text
    assert unseen.packets == (4,)
    other = diagnosed(OPEN + "1 S FIN,ACK | CLOSE_WAIT FIN_WAIT_1\n 1.1 C RST,ACK | CLOSED CLOSED")["abort"]
    assert "client aborted: RST #5 instead of FIN" in other.text


def test_a_dead_socket_says_what_is_lost_and_what_it_last_was() -> None:
    text = diagnosed(ORPHAN + "3.1 C RST | CLOSED CLOSED")["dead-socket"].text
    assert "10 bytes of the server lost" in text
    assert "Last known state of the client: FIN_WAIT_2" in text


def test_what_a_dead_socket_last_was_is_not_what_its_rst_alone_lets_assume() -> None:
    text = OPEN + "1 S PSH,ACK 13\n 1.1 C RST | FIN_WAIT_1>CLOSED CLOSED ! CLOSE,REPLIED_RST"
    assert "Last known state of the client: ESTABLISHED" in diagnosed(text)["dead-socket"].text


def test_a_syn_ack_that_meets_a_rst_is_a_connect_given_up_or_a_scan() -> None:
    found = diagnosed("0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | . SYN_RCVD\n 0.2 C RST | CLOSED LISTEN")
    assert "half-open scan" in found["dead-socket"].text and found["dead-socket"].severity.value == "note"


def test_a_rst_outside_the_window_gets_no_answer() -> None:
    assert "did not answer and stays" in diagnosed(OPEN + "1 C RST seq=900000")["rst-ignored"].text
    assert "challenge ACK (#5)" in diagnosed(OPEN + "1 C RST seq=50\n 1.01 S ACK")["rst-ignored"].text


def test_an_abort_after_answered_keep_alives_is_a_path_that_works_one_way() -> None:
    heard = OPEN + "10 C ACK seq=0\n 10.1 S ACK\n 20 C ACK seq=0\n 20.1 S ACK\n"
    text = diagnosed(heard + "30 C RST,ACK | CLOSED CLOSED")["abort"].text
    assert "the answers to its keep-alives (the last in #6) do not reach it" in text
    assert "keep-alives" not in diagnosed(heard + "25 C ACK\n 30 C RST,ACK | CLOSED CLOSED")["abort"].text
