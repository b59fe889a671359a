import pytest

from tests.support.conversation import OPEN, diagnosed, expect, names

FULL = OPEN + "1 C PSH,ACK 7\n 1.1 S ACK win=0\n"
PROBED = FULL + "1.3 C ACK seq=7\n 1.4 S ACK win=0\n 1.8 C ACK seq=7\n 1.9 S ACK win=0\n"
COPIES = OPEN + "1 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1\n 1.6 C PSH,ACK 7 seq=1\n"
TWICE = "\n".join(f"{n} C PSH,ACK 7 id={n}\n {n}.001 C PSH,ACK 7 seq={7 * n - 6} id={n}" for n in range(1, 4))

# the first of five segments is lost behind us; the fourth ACK of the same number tells
FAST = OPEN + (
    "1 C PSH,ACK 9\n 1.001 C PSH,ACK 9\n 1.002 S ACK ack=1\n 1.003 S ACK ack=1\n 1.004 S ACK ack=1\n"
    "1.005 C PSH,ACK 9 seq=1"
)
FAR = "0 C SYN\n 0.04 S SYN,ACK\n 0.08 C ACK\n 1 C PSH,ACK 7\n"

# the server reports 7 bytes that it got twice
DOUBLED = OPEN + "1 C PSH,ACK 7\n 1.1 S ACK opt=0101050a000003e9000003f0"

TRIGGERS = {
    "zero-window": (FULL + "4 S ACK win=9", 0, (5, 6)),
    "zero-window-probe": (PROBED, 0, (6, 8)),
    "keep-alive": (OPEN + "30 C ACK seq=0\n 30.1 S ACK\n 60 C ACK seq=0\n 60.1 S ACK", 0, (4, 6)),
    "back-off": (COPIES, 0, (4, 5, 6)),
    "spurious-retransmission": (
        OPEN + "1 C PSH,ACK 7\n 1.05 C PSH,ACK 7 seq=1\n 1.1 S ACK opt=0101050a000003e9000003f0",
        0,
        (6,),
    ),
    "network-duplicate": (DOUBLED, 0, (5,)),
    "capture-incomplete": (OPEN + "1 S ACK ack=101", 0, (4,)),
    "one-sided": ("0 C SYN | SYN_SENT .\n 0.1 C ACK ack=1 | ESTABLISHED SYN_RCVD>ESTABLISHED", 0, (1, 2)),
    "captured-twice": (OPEN + TWICE, 0, (4, 5)),
    "retransmission": (FAST, 0, (9,)),
    "clock-set-back": (OPEN + "1 C PSH,ACK 7\n 0.9 S ACK", 0, (4, 5)),
}

CLOSE = [
    ("zero-window", "for a second only", FULL + "2.1 S ACK win=9", 9),
    ("zero-window", "the peer has nothing more to send", OPEN + "1 C FIN,ACK\n 1.1 S ACK win=0", 9),
    ("zero-window", "the RST's window", OPEN + "1 S RST,ACK win=0 | CLOSED CLOSED", 9),
    ("zero-window-probe", "the window is open", OPEN + "30 C ACK seq=0", 0),
    ("keep-alive", "the window is shut", PROBED, 0),
    ("keep-alive", "a copy of a byte of data", OPEN + "1 C PSH,ACK 1\n 2 C PSH,ACK 1 seq=1", 0),
    ("keep-alive", "an ACK out of order", OPEN + "1 C PSH,ACK 1\n 1.1 S ACK\n 1.2 C ACK seq=1", 0),
    ("back-off", "two transmissions", OPEN + "1 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1", 9),
    ("back-off", "even gaps", COPIES.replace("1.6 C", "1.4 C"), 9),
    ("back-off", "different data", OPEN + "1 C PSH,ACK 7\n 1.2 C PSH,ACK 7\n 1.6 C PSH,ACK 7", 9),
    ("back-off", "nobody answers the SYN at all", "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 3 C SYN seq=0", 9),
    (
        "back-off",
        "refused each time",
        "start CLOSED CLOSED\n 0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 | CLOSED .\n 1 C SYN seq=0\n"
        "1.1 S RST,ACK rawseq=0 id=8\n 2 C SYN seq=0\n 2.1 S RST,ACK rawseq=0 id=9",
        9,
    ),
    (
        "capture-incomplete",
        "a handshake ACK with a wrong number",
        "0 C SYN\n 0.1 S SYN,ACK\n 0.2 C ACK ack=500",
        0,
    ),
    (
        "spurious-retransmission",
        "the answer to a keep-alive's byte",
        OPEN + "1 C PSH,ACK 7\n 1.1 S ACK\n 9 C ACK 1 seq=7\n 9.1 S ACK opt=0101050a000003ef000003f0",
        0,
    ),
    ("spurious-retransmission", "doubled on the way", DOUBLED, 0),
    ("network-duplicate", "sent again", DOUBLED.replace("1.1 S", "1.05 C PSH,ACK 7 seq=1\n 1.1 S"), 0),
    (
        "network-duplicate",
        "sent again with more behind it",
        DOUBLED.replace("1.1 S", "1.05 C PSH,ACK 9 seq=1\n 1.1 S"),
        0,
    ),
    ("network-duplicate", "the original was not captured", DOUBLED.replace("7\n", "3 seq=8\n"), 0),
    ("network-duplicate", "it began mid-stream", DOUBLED.removeprefix(OPEN), 0),
    ("spurious-retransmission", "an ordinary SACK", OPEN + "1 S ACK opt=0101050a000007d0000007da", 0),
    ("capture-incomplete", "out of order only", OPEN + "1 S ACK ack=101\n 1.001 C ACK 100 seq=1", 0),
    ("capture-incomplete", "began mid-stream", "0 C ACK 5 seq=900 ack=77\n 1 S ACK 5 seq=300", 0),
    ("retransmission", "out of order only", OPEN + "1 C PSH,ACK 7 seq=8\n 1.001 C PSH,ACK 7 seq=1", 0),
    ("retransmission", "a probe of a closed window", PROBED, 0),
    ("retransmission", "a FIN", OPEN + "1 C FIN,ACK\n 1.2 C FIN,ACK seq=1", 0),
    ("spurious-retransmission", "its ACK was lost behind us", FAR + "1.04 S ACK\n 1.3 C PSH,ACK 7 seq=1", 0),
    ("clock-set-back", "two interfaces, not quite in order", OPEN + "1 C PSH,ACK 7\n 0.995 S ACK", 0),
    ("one-sided", "a SYN without an answer", "0 C SYN | SYN_SENT .\n 1 C SYN seq=0", 9),
    ("one-sided", "a lone ACK", "start CLOSED CLOSED\n 0 C ACK | ESTABLISHED ESTABLISHED", 9),
    ("captured-twice", "real copies", COPIES, 0),
    (
        "captured-twice",
        "a few of many",
        OPEN + TWICE + "\n" + "\n".join(f"9 S ACK 5 id={n}" for n in range(90, 99)),
        0,
    ),
]


@pytest.mark.parametrize("name", TRIGGERS)
def test_is_diagnosed(name: str) -> None:
    expect(name, *TRIGGERS[name])


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_is_not_diagnosed(case: tuple[str, str, str, float]) -> None:
    assert case[0] not in diagnosed(*case[2:])


def test_a_zero_window_that_lasts_is_told_with_its_probes() -> None:
    text = diagnosed(PROBED, 3.1)["zero-window"].text
    assert "server advertised a zero window for 3.9 s from #5 and still does" in text
    assert "the client is held up (2 probes)" in text
    assert "nothing to send" in diagnosed(FULL, 9)["zero-window"].text


def test_keep_alives_have_their_rhythm() -> None:
    text, later, _ = TRIGGERS["keep-alive"]
    assert "2 probes, about every 30.0 s, answered" in diagnosed(text, later)["keep-alive"].text


def test_a_back_off_says_how_it_ended() -> None:
    assert (
        "waiting 200 ms, 400 ms; still without an answer. Its retransmission timeout was about 200 ms"
        in diagnosed(COPIES)["back-off"].text
    )
    assert "acknowledged in the end" in diagnosed(COPIES + "1.7 S ACK")["back-off"].text


def test_an_even_row_of_syns_is_told_as_what_it_is() -> None:
    late = "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0\n"
    answer = "7 S SYN,ACK | ESTABLISHED SYN_RCVD"
    text = diagnosed(late + answer)["back-off"].text
    assert "client repeats its SYN: sent 3 times (#1, #2 and #3), every 1.0 s; acknowledged in" in text
    assert "waiting" not in text and "backs off" not in text
    doubling = diagnosed(late + "4 C SYN seq=0\n" + answer)["back-off"].text
    assert "client backs off: SYN sent 4 times (#1, #2, #3 and #4), waiting 1.0 s, 1.0 s, 2.0 s" in doubling


def test_a_fin_that_is_acknowledged_in_vain_is_not_without_a_peer() -> None:
    first = OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.04 S ACK | FIN_WAIT_2 .\n"
    last = first + "2 S FIN,ACK | TIME_WAIT LAST_ACK\n 2.01 C ACK\n"
    for when in ("2.2", "2.6", "3.4"):
        last += f"{when} S FIN,ACK seq=1\n {when}1 C ACK\n"
    found = diagnosed(last)["back-off"]
    assert "FIN sent 4 times (#6, #8, #10 and #12), waiting 200 ms, 400 ms, 800 ms" in found.text
    assert "the client acknowledges it (#7 to #13), but its ACKs do not arrive, or come late" in found.text
    assert "gone" not in found.text and "acknowledged in the end" not in found.text
    assert found.packets == (6, 7, 8, 10, 12, 13)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FAST, "client sent 1 segment of data again: 1 after duplicate ACKs (fast retransmit) (#9)"),
        (
            OPEN + "1 C PSH,ACK 9\n 1.001 S ACK ack=1 opt=0101050a000003f2000003fb\n 1.002 C PSH,ACK 9 seq=1",
            "1 after duplicate ACKs",
        ),
        (
            OPEN + "1 C PSH,ACK 7\n 1.011 C PSH,ACK 7 seq=1",
            "1 two round trips later (tail loss probe) (#5)",
        ),
        (FAR + "1.17 C PSH,ACK 7 seq=1", "1 two round trips later (tail loss probe) (#5)"),
        (FAR + "1.4 C PSH,ACK 7 seq=1", "1 by the timer (#5)"),
        (FAR + "1.01 C PSH,ACK 7\n 1.17 C PSH,ACK 7 seq=1", "1 by the timer (#6)"),
    ],
)
def test_why_data_were_sent_again(text: str, words: str) -> None:
    assert words in diagnosed(text)["retransmission"].text


def test_a_copy_that_crosses_the_ack_was_for_nothing() -> None:
    found = diagnosed(FAR + "1.2 S ACK\n 1.22 C PSH,ACK 7 seq=1")
    assert found["spurious-retransmission"].packets == (6,) and "retransmission" not in found


def test_bytes_that_were_sent_once_were_doubled_on_the_way() -> None:
    text = diagnosed(DOUBLED)["network-duplicate"].text
    assert text == (
        "server got bytes twice (DSACK in #5), though the client sent them once: the network doubled them"
    )
    both = DOUBLED + "\n 2 C PSH,ACK 7\n 2.2 C PSH,ACK 7 seq=8\n 2.3 S ACK opt=0101050a000003f0000003f7"
    found = diagnosed(both)
    assert found["network-duplicate"].packets == (5,)
    assert found["spurious-retransmission"].packets == (8,)


def test_the_fin_alone_came_twice() -> None:
    fin = "1 C FIN,ACK\n 1.001 S ACK\n 1.2 C FIN,ACK seq=1\n 1.201 S ACK opt=0101050a000003e9000003ea"
    assert "only its ACK was lost" in diagnosed(OPEN + fin)["spurious-retransmission"].text


def test_syns_to_a_port_that_answers_others_may_have_met_a_full_queue() -> None:
    late = "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0\n 2.1 S SYN,ACK | ESTABLISHED SYN_RCVD"
    assert "accept queue" not in diagnosed(late)["back-off"].text
    found = diagnosed("around S answered=9@0.5\n" + late)["back-off"].text
    assert "The port answered the same host in #9: its accept queue may have been full" in found


def test_first_data_without_an_answer_may_wait_for_accept() -> None:
    assert "its accept queue may be full" in diagnosed(COPIES)["back-off"].text
    assert "accept" not in diagnosed(COPIES.replace("1 C PSH", "0.5 S ACK\n 1 C PSH"))["back-off"].text


def test_what_was_sent_again_gigabytes_ago_is_answered() -> None:
    more = "".join(f"{n} S ACK\n {n}.1 C ACK 900000000\n" for n in range(2, 6))
    assert "acknowledged in the end" in diagnosed(COPIES + more)["back-off"].text
