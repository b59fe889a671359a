from tcptui.tcp.finding import Case, case
from tcptui.tcp.signs import (
    fin_acknowledged,
    fin_unanswered,
    ignored_handshake,
    keep_alive_gave_up,
    sends_after_fin,
    silent,
    zero_window,
)
from tests.support.conversation import OPEN, SECOND, talk

CLIENT, SERVER = 0, 1


def flow(text: str, later: float = 0) -> Case:
    said = talk(text)
    return case(said.history, said.facts, said.later(later))


def test_a_handshake_is_ignored_when_its_ack_is_repeated_in_vain() -> None:
    once = "0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | . SYN_RCVD\n 0.2 C ACK\n 1 S SYN,ACK seq=0\n 1.1 C ACK\n"
    assert ignored_handshake(flow(once), SERVER) == ()
    twice = once + "3 S SYN,ACK seq=0\n 3.1 C ACK"
    assert [seen.packet for seen in ignored_handshake(flow(twice), SERVER)] == [4, 6]


def test_a_fin_is_unanswered_when_two_copies_bring_nothing() -> None:
    fins = OPEN + "1 C FIN,ACK | FIN_WAIT_1 .\n 1.2 C FIN,ACK seq=1\n 1.6 C FIN,ACK seq=1"
    assert fin_unanswered(flow(fins), CLIENT) and not fin_unanswered(flow(fins), SERVER)
    assert fin_unanswered(flow(fins + "\n 111 - | CLOSED ."), CLIENT)
    assert not fin_unanswered(flow(fins + "\n 1.7 S ACK ack=1"), CLIENT)


def test_a_fin_is_acknowledged_by_its_own_number() -> None:
    assert fin_acknowledged(flow(OPEN + "1 C FIN,ACK\n 1.1 S ACK"), SERVER)
    assert not fin_acknowledged(flow(OPEN + "1 C FIN,ACK\n 1.1 S ACK ack=1"), SERVER)


def test_sending_after_the_peers_fin() -> None:
    data = sends_after_fin(flow(OPEN + "1 C FIN,ACK\n 2 S PSH,ACK 5"), SERVER)
    assert data is not None and data.packet == 5
    assert sends_after_fin(flow(OPEN + "1 S PSH,ACK 5\n 2 C FIN,ACK"), SERVER) is None


def test_keep_alive_gave_up_by_a_rst_of_the_same_end() -> None:
    probes = OPEN + "9 C ACK seq=0\n 10 C ACK seq=0\n"
    assert keep_alive_gave_up(flow(probes + "11 C RST,ACK"), CLIENT) is not None
    assert keep_alive_gave_up(flow(probes + "11 S RST,ACK"), CLIENT) is None


def test_silence_is_no_answer_to_copies_of_the_oldest_data() -> None:
    copies = OPEN + "1 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1\n 1.6 C PSH,ACK 7 seq=1"
    assert silent(flow(copies), SERVER) and not silent(flow(copies), CLIENT)
    assert not silent(flow(copies + "\n 1.7 S ACK"), SERVER)


def test_a_zero_window_counts_while_there_may_be_something_to_send() -> None:
    def lasted(text: str) -> int:
        now = flow(text, 5)
        (zero,) = now.side(SERVER).zero_windows
        return zero_window(now, SERVER, zero)

    assert lasted(OPEN + "1 S ACK win=0") == 5 * SECOND
    assert lasted(OPEN + "1 S ACK win=0\n 3 S ACK") == 2 * SECOND
    assert lasted(OPEN + "1 S ACK win=0\n 2 C FIN,ACK") == 1 * SECOND
    assert lasted(OPEN + "1 S ACK win=0\n 4 C RST,ACK | CLOSED CLOSED") == 3 * SECOND
