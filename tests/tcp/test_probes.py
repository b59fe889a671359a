from tcptui.tcp.traces import Side
from tests.support.conversation import OPEN, talk


def client(text: str) -> Side:
    """The client's side of a conversation after its handshake."""
    return talk(OPEN + text).facts.sides[0]


def test_probes_are_told_apart_by_the_window() -> None:
    kept = client("9 C ACK seq=0\n 9.1 S ACK").keep_alive
    assert kept.packets == (4,) and kept.unanswered == 0
    shut = talk(OPEN + "1 S ACK win=0\n 1.2 C ACK seq=0\n 1.3 S ACK win=0\n 1.6 C ACK seq=0").facts
    zero = shut.sides[1].zero
    assert zero and zero.probes.packets == (5, 7) and zero.probes.unanswered == 1
    assert shut.sides[0].keep_alive.count == 0


def test_a_window_may_be_probed_with_a_new_byte() -> None:
    zero = talk(OPEN + "1 S ACK win=0\n 1.2 C ACK 1\n 1.6 C ACK 1 seq=1").facts.sides[1].zero
    assert zero and zero.probes.packets == (5, 6)


def test_a_keep_alive_may_carry_the_old_byte() -> None:
    assert client("1 C PSH,ACK 5\n 1.1 S ACK\n 9 C ACK 1 seq=5").keep_alive.packets == (6,)


def test_what_only_looks_like_a_keep_alive() -> None:
    assert client("0.1 C ACK seq=0").keep_alive.count == 0  # no silence before it: reordered
    assert client("1 C PSH,ACK 1\n 3 C PSH,ACK 1 seq=1").keep_alive.count == 0  # a copy, not acknowledged
    assert client("1 C FIN,ACK\n 2 S ACK\n 9 C ACK seq=1").keep_alive.count == 0
