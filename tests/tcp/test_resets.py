from tcptui.tcp.traces import Reset, ResetKind, Seen
from tests.support.conversation import SECOND, talk

OPEN = """
    0.000  C  SYN
    0.001  S  SYN,ACK
    0.002  C  ACK
"""


def reset_of(text: str, endpoint: int) -> Reset:
    (reset,) = talk(text).facts.sides[endpoint].resets
    return reset


def test_refusal_answers_the_syn() -> None:
    reset = reset_of("0 C SYN\n 0.1 S RST,ACK rawseq=0", 1)
    assert reset.kind is ResetKind.REFUSAL and reset.trigger == Seen(1, 0)


def test_abort_carries_its_own_numbers_and_what_it_left_unread() -> None:
    reset = reset_of(OPEN + "1 C PSH,ACK 7\n 1.1 S RST,ACK", 1)
    assert reset.kind is ResetKind.ABORT and reset.exact and reset.unread == 7
    answered = reset_of(OPEN + "1 C PSH,ACK 7\n 1.1 S PSH,ACK 9\n 1.2 S RST,ACK", 1)
    assert answered.unread == 0


def test_the_peers_fin_is_nothing_unread() -> None:
    assert reset_of(OPEN + "1 C FIN,ACK\n 1.1 S RST,ACK", 1).unread == 0


def test_reply_names_what_it_answers() -> None:
    reset = reset_of(OPEN + "1 C PSH,ACK 7\n 1.1 S RST", 1)
    assert reset.kind is ResetKind.REPLY and reset.trigger == Seen(4, SECOND)
    assert reset.trigger_length == 7 and reset.lost == 7


def test_each_segment_provokes_its_own_rst() -> None:
    text = OPEN + "1 C PSH,ACK 7\n 1 C FIN,ACK\n 1.1 S RST\n 1.1 S RST id=99"
    first, second = talk(text).facts.sides[1].resets
    assert (first.trigger, second.trigger) == (Seen(4, SECOND), Seen(5, SECOND))


def test_what_was_taken_before_the_close_provoked_nothing() -> None:
    text = OPEN + "1 C PSH,ACK 7\n 1.1 S ACK\n 2 C PSH,ACK 5\n 2.1 S RST"
    assert reset_of(text, 1).trigger == Seen(6, 2 * SECOND)


def test_a_plain_rst_out_of_silence_answers_nothing() -> None:
    assert reset_of(OPEN + "1 C PSH,ACK 7\n 9 S RST", 1).trigger is None


def test_a_rst_elsewhere_in_the_window_is_not_exact_and_gets_a_challenge() -> None:
    reset = reset_of(OPEN + "1 C RST seq=50\n 1.01 S ACK", 0)
    assert not reset.exact and reset.challenged and reset.reply and reset.reply.packet == 5


def test_data_after_a_rst_is_no_challenge() -> None:
    assert not reset_of(OPEN + "1 C RST seq=50\n 1.01 S PSH,ACK 5", 0).challenged
    assert not reset_of(OPEN + "1 C RST seq=50\n 3 S ACK", 0).challenged


def test_of_many_resets_the_first_are_kept() -> None:
    lines = "\n".join(f"{n} C RST seq=50 id={n}" for n in range(1, 13))
    assert [reset.seen.packet for reset in talk(OPEN + lines).facts.sides[0].resets] == list(range(4, 12))
