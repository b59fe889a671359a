from tcptui.tcp.seq import add
from tests.support.conversation import ISS, OPEN, talk

DATA = OPEN + "1 C PSH,ACK 7\n 1.1 S ACK\n"


def test_a_syn_with_another_number_begins_anew() -> None:
    side = talk(DATA + "2 C SYN rawseq=900000").facts.sides[0]
    assert (side.iss, side.snd_max, side.ack_max, side.spoke) == (900_000, 900_001, None, None)
    assert side.syn and side.syn.count == 1


def test_who_goes_on_in_the_old_numbers_did_not_send_it() -> None:
    side = talk(DATA + "2 C SYN rawseq=900000\n 2.1 C PSH,ACK 5 seq=8").facts.sides[0]
    assert (side.iss, side.snd_max) == (ISS[0], add(ISS[0], 13))
    assert side.syn and side.syn.packets == (1,) and side.spoke and side.spoke.packet == 3
    assert side.resent is None and side.old is None


def test_who_goes_on_in_the_new_ones_did() -> None:
    said = talk(DATA + "2 C SYN rawseq=900000\n 2.1 S SYN,ACK rawseq=5 ack=0\n 2.2 C ACK 3 rawseq=900001")
    side = said.facts.sides[0]
    assert (side.iss, side.snd_max, side.old) == (900_000, 900_004, None)


def test_a_copy_of_the_syn_decides_nothing() -> None:
    side = talk(DATA + "2 C SYN rawseq=900000\n 3 C SYN rawseq=900000\n 3.1 C PSH,ACK 5 seq=8").facts.sides[0]
    assert side.iss == ISS[0]
