import pytest

from tcptui.tcp.finding import Severity
from tests.support.conversation import OPEN, diagnosed, expect, names

BLACKHOLE = "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0"
CROSSED = """
    start CLOSED CLOSED
    0.0  C  SYN               | SYN_SENT     .
    0.0  S  SYN               | SYN_RCVD     SYN_SENT
    0.1  C  SYN,ACK seq=0     | .            SYN_RCVD>ESTABLISHED
    0.1  S  SYN,ACK seq=0     | ESTABLISHED  .
"""
FAST_OPEN = "0 C SYN 20 opt=2206aabbccdd | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD"

CLOSED_BY_SERVER = (
    OPEN
    + """
    1.000  S  FIN,ACK        | CLOSE_WAIT   FIN_WAIT_1
    1.001  C  FIN,ACK        | LAST_ACK     FIN_WAIT_2>TIME_WAIT
    1.002  S  ACK            | CLOSED       .
"""
)
CLOSED_BY_CLIENT = OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 61 - | CLOSED CLOSED\n"
PROHIBITED = "0 C SYN | SYN_SENT .\n 0.1 S ICMP | CLOSED ."
SCALING = "0 C SYN opt=020405b4030307 | SYN_SENT .\n 0.1 S SYN,ACK opt=020405b40402 | ESTABLISHED SYN_RCVD"

# id: what triggers it, seconds later, the packets that prove it
TRIGGERS = {
    "syn-unanswered": (BLACKHOLE, 1.0, (1, 2, 3)),
    "refused": ("start CLOSED CLOSED\n 0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 | CLOSED .", 0, (1, 2)),
    "half-open-found": (
        "0 C SYN rawseq=5 | SYN_SENT .\n 0.1 S ACK rawseq=77 ack=9\n 0.2 C RST\n 0.3 C SYN rawseq=5",
        0,
        (1, 2, 3),
    ),
    "unreachable": (PROHIBITED, 0, (1, 2)),
    "port-reused-in-time-wait": (
        CLOSED_BY_SERVER + "next life\n 5 C SYN rawseq=9 | SYN_SENT .\n 5.1 S SYN,ACK rawseq=7 | . SYN_RCVD",
        0,
        (7, 8),
    ),
    "syn-options-changed": ("0 C SYN opt=020405b42202\n 1 C SYN seq=0 opt=020405b4", 0, (1, 2)),
    "mss-zero": ("0 C SYN opt=02040000", 0, (1,)),
    "no-window-scaling": (SCALING, 0, (1, 2)),
    "simultaneous-open": (CROSSED, 0, (1, 2)),
    "fast-open": (FAST_OPEN, 0, (1, 2)),
    "fast-open-fell-back": (FAST_OPEN.replace("SYN,ACK |", "SYN,ACK ack=1 |"), 0, (1, 2)),
}

CLOSE = [
    ("syn-unanswered", "two SYNs only", "0 C SYN | SYN_SENT .\n 1 C SYN seq=0", 9),
    ("syn-unanswered", "three SYNs in less than 3 s", BLACKHOLE, 0.9),
    ("syn-unanswered", "answered in the end", BLACKHOLE + "\n 3 S SYN,ACK | ESTABLISHED SYN_RCVD", 9),
    ("syn-unanswered", "another connection each", "0 C SYN\n 1 C SYN rawseq=7\n 2 C SYN rawseq=9", 9),
    (
        "syn-unanswered",
        "a router has answered",
        "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0\n 2.5 S ICMP | CLOSED .",
        9,
    ),
    ("unreachable", "its SYN has no answer at all", BLACKHOLE, 9),
    ("refused", "a RST with another ACK", "0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 ack=9", 0),
    ("refused", "an abort later on", OPEN + "1 S RST,ACK | CLOSED CLOSED", 0),
    (
        "simultaneous-open",
        "a split handshake",
        "0 C SYN | SYN_SENT .\n 0.1 S SYN | SYN_RCVD .\n 0.2 C SYN,ACK seq=0 | . SYN_RCVD\n"
        "0.3 S ACK | ESTABLISHED .",
        0,
    ),
    (
        "half-open-found",
        "an ACK without a RST",
        "0 C SYN rawseq=5 | SYN_SENT .\n 0.1 S ACK rawseq=77 ack=9",
        0,
    ),
    (
        "half-open-found",
        "a SYN,ACK with a wrong ACK",
        "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK ack=7\n 0.2 C RST",
        0,
    ),
    (
        "syn-options-changed",
        "another time stamp",
        "0 C SYN opt=080a0000000100000000\n1 C SYN seq=0 opt=080a0000000900000000",
        0,
    ),
    ("fast-open", "only a cookie is asked for", "0 C SYN opt=2202 | SYN_SENT .\n 0.1 S SYN,ACK", 0),
    ("fast-open-fell-back", "no answer yet", "0 C SYN 20 opt=2202 | SYN_SENT .", 0),
    (
        "syn-options-changed",
        "the same, in another order",
        "0 C SYN opt=04020101\n1 C SYN seq=0 opt=01010402",
        0,
    ),
    ("mss-zero", "no such option", "0 C SYN opt=0402", 0),
    ("no-window-scaling", "it takes it", SCALING.replace("0402", "040203030701"), 0),
    ("no-window-scaling", "it knows no options at all", SCALING.replace("0402", ""), 0),
    ("no-window-scaling", "it was not offered", SCALING.replace("030307", "", 1), 0),
    ("port-reused-in-time-wait", "no connection before", OPEN, 0),
    (
        "port-reused-in-time-wait",
        "TIME_WAIT is over",
        CLOSED_BY_CLIENT + "next life\n 70 C SYN rawseq=9000 | SYN_SENT .",
        0,
    ),
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
        (
            "5 C SYN rawseq=9000 | SYN_SENT .\n 5.1 S SYN,ACK rawseq=5 | ESTABLISHED SYN_RCVD",
            (7, 8),
            "accepted (SYN,ACK #8), since",
        ),
        (
            "5 C SYN rawseq=9000 | SYN_SENT .\n 5.1 S SYN,ACK rawseq=65243 | ESTABLISHED SYN_RCVD",
            (7, 8),
            "accepted (SYN,ACK #8, its number 65,537 above the last one, as Linux does), since",
        ),
        ("5 C SYN rawseq=5 | SYN_SENT .\n 5.1 S ACK rawseq=5 ack=9\n 5.2 C RST", (7, 9), "cleared it"),
        ("5 S SYN rawseq=9000 | . LISTEN>SYN_RCVD", (7,), "at its own end"),
    ],
)
def test_port_reused_during_time_wait(text: str, packets: tuple[int, ...], words: str) -> None:
    (found,) = diagnosed(CLOSED_BY_SERVER + "next life\n" + text).values()
    assert found.id == "port-reused-in-time-wait" and found.severity is Severity.NOTE
    assert found.packets == packets and words in found.text


def test_a_silent_host_may_be_down_and_one_that_answers_others_is_filtered() -> None:
    assert "is down, or something on the way drops it" in diagnosed(BLACKHOLE, 1)["syn-unanswered"].text
    found = diagnosed("around S alive=9@0.5\n" + BLACKHOLE, 1)["syn-unanswered"]
    assert "filtered. The server is up (it answered somebody else in #9)" in found.text
    assert found.packets == (1, 2, 3, 9)
    assert "is down" in diagnosed("around S alive=9@-61\n" + BLACKHOLE, 1)["syn-unanswered"].text


def test_what_is_known_of_the_connection_that_was_half_open() -> None:
    text = OPEN + "1 S PSH,ACK 7\n next life\n 60 C SYN rawseq=5 | SYN_SENT LISTEN>SYN_RCVD>ESTABLISHED"
    found = diagnosed(text + "\n 60.1 S ACK rawseq=77 ack=9\n 60.2 C RST\n 60.3 C SYN rawseq=5")
    assert (
        "(it was 1 min 0 s old, silent for 59.0 s, 7 bytes not acknowledged)" in found["half-open-found"].text
    )


@pytest.mark.parametrize(
    ("first", "copy", "severity", "words"),
    [
        ("SYN opt=020405b42202", "SYN seq=0 opt=020405b4", "note", "tries without"),
        ("SYN,ECE,CWR opt=020405b4", "SYN seq=0 opt=020405b4", "note", "tries without"),
        ("SYN opt=020405b4030307", "SYN seq=0 opt=020405b4", "note", "offers less (without option 3)"),
        ("SYN opt=020405b4", "SYN seq=0 opt=02040218", "warning", "something on the way changes them"),
        ("SYN opt=020405b4", "SYN seq=0 opt=020405b40402", "warning", "something on the way changes them"),
        ("SYN opt=020405b4030307", "SYN seq=0 opt=020405b4 id=1", "warning", "something between changes it"),
    ],
)
def test_who_changed_the_syn(first: str, copy: str, severity: str, words: str) -> None:
    when = "0.001" if "id=1" in copy else "1"
    found = diagnosed(f"0 C {first}\n {when} C {copy}")["syn-options-changed"]
    assert found.severity.value == severity and words in found.text
