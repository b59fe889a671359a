import pytest

from tests.support.conversation import OPEN, diagnosed

FULL = OPEN + "1 C PSH,ACK 7\n 1.1 S ACK win=0\n"
PROBED = FULL + "1.3 C ACK seq=7\n 1.4 S ACK win=0\n 1.8 C ACK seq=7\n 1.9 S ACK win=0\n"
COPIES = OPEN + "1 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1\n 1.6 C PSH,ACK 7 seq=1\n"
TWICE = "\n".join(f"{n} C PSH,ACK 7 id={n}\n {n}.001 C PSH,ACK 7 seq={7 * n - 6} id={n}" for n in range(1, 4))

TRIGGERS = {
    "zero-window": (FULL + "4 S ACK win=9", 0, (5, 6)),
    "zero-window-probe": (PROBED, 0, (6, 8)),
    "keep-alive": (OPEN + "30 C ACK seq=0\n 30.1 S ACK\n 60 C ACK seq=0\n 60.1 S ACK", 0, (4, 6)),
    "back-off": (COPIES, 0, (4, 5, 6)),
    "spurious-retransmission": (OPEN + "1 C PSH,ACK 7\n 1.1 S ACK opt=0101050a000003e9000003f0", 0, (5,)),
    "capture-incomplete": (OPEN + "1 S ACK ack=101", 0, (4,)),
    "one-sided": ("0 C SYN | SYN_SENT .\n 0.1 C ACK ack=1 | ESTABLISHED SYN_RCVD>ESTABLISHED", 0, (1, 2)),
    "captured-twice": (OPEN + TWICE, 0, (1,)),
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
    ("spurious-retransmission", "an ordinary SACK", OPEN + "1 S ACK opt=0101050a000007d0000007da", 0),
    ("capture-incomplete", "out of order only", OPEN + "1 S ACK ack=101\n 1.001 C ACK 100 seq=1", 0),
    ("capture-incomplete", "began mid-stream", "0 C ACK 5 seq=900 ack=77\n 1 S ACK 5 seq=300", 0),
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
    text, later, packets = TRIGGERS[name]
    found = diagnosed(text, later)
    assert name in found, sorted(found)
    assert found[name].packets == packets


@pytest.mark.parametrize(("name", "why", "text", "later"), CLOSE, ids=[f"{c[0]}: {c[1]}" for c in CLOSE])
def test_is_not_diagnosed(name: str, why: str, text: str, later: float) -> None:
    assert name not in diagnosed(text, later)


def test_a_zero_window_that_lasts_is_told_with_its_probes() -> None:
    text = diagnosed(PROBED, 3.1)["zero-window"].text
    assert "server advertised a zero window for 3.9 s from #5 and still does" in text
    assert "the client is held up (2 probes)" in text
    assert "nothing to send" in diagnosed(FULL, 9)["zero-window"].text


def test_keep_alives_have_their_rhythm() -> None:
    text, later, _ = TRIGGERS["keep-alive"]
    assert "2 probes, about every 30.0 s, answered" in diagnosed(text, later)["keep-alive"].text


def test_a_back_off_says_how_it_ended() -> None:
    assert "waiting 200 ms, 400 ms; still without an answer" in diagnosed(COPIES)["back-off"].text
    assert "acknowledged in the end" in diagnosed(COPIES + "1.7 S ACK")["back-off"].text


def test_an_even_row_of_syns_is_linux_backing_off() -> None:
    late = "0 C SYN | SYN_SENT .\n 1 C SYN seq=0\n 2 C SYN seq=0\n 2.1 S SYN,ACK | ESTABLISHED SYN_RCVD"
    assert "SYN sent 3 times" in diagnosed(late)["back-off"].text
