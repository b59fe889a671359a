"""Letters, and the state that sums up a connection."""

from __future__ import annotations

import pytest

from tcptui.zeek.endpoint import Endpoint, EndState
from tcptui.zeek.history import Letters, conn_state

FIN, SYN, RST, ACK = 1, 2, 4, 16
INACTIVE, SYN_SENT, SYN_ACK_SENT, PARTIAL, ESTABLISHED, CLOSED, RESET = EndState


@pytest.mark.parametrize(
    ("flags", "length", "letter"),
    [
        (SYN, 0, "S"), (SYN | ACK, 0, "H"), (ACK, 0, "A"), (ACK, 5, "D"), (0, 0, ""), (FIN | ACK, 5, "F"),
        (RST, 0, "R"), (FIN | RST, 0, "I"), (SYN | FIN | RST, 0, "I"), (SYN | FIN, 0, "Q"),
        (SYN | RST, 0, "Q"),
    ],
)  # fmt: skip
def test_a_letter_for_each_kind_of_packet_in_the_case_of_its_sender(
    flags: int, length: int, letter: str
) -> None:
    for end in (Endpoint(True), Endpoint(False)):
        letters = Letters(flipped=False)
        letters.note(end, flags, 1, length)
        letters.note(end, flags, 1, length)
        assert letters.text == (letter if end.is_orig else letter.lower())


def test_only_control_packets_are_told_again_and_only_with_another_number() -> None:
    end, letters = Endpoint(True), Letters(flipped=False)
    for at in (0, 0, 7):
        for flags in (SYN, ACK, FIN, RST):
            letters.note(end, flags, at, 0)
    assert letters.text == "SAFR" + "SFR"


def test_counted_events_are_noted_the_first_tenth_and_hundredth_time() -> None:
    end, letters = Endpoint(False), Letters(flipped=False)
    noted = []
    for times in range(1, 1001):
        before = len(letters.text)
        letters.count(end, "T", times)
        if len(letters.text) > before:
            noted.append(times)
    assert (noted, letters.text) == ([1, 10, 100, 1000], "tttt")


def test_what_was_seen_of_a_side_stays_its_own_when_the_roles_turn() -> None:
    one, letters = Endpoint(True), Letters(flipped=False)
    letters.note(one, ACK, 1, 0)
    letters.flip()
    one.is_orig = False
    letters.note(one, ACK, 1, 0)
    assert letters.text == "A^"


@pytest.mark.parametrize(
    ("orig", "resp", "expected"),
    [
        (SYN_SENT, INACTIVE, "S0"), (ESTABLISHED, ESTABLISHED, "S1"), (CLOSED, ESTABLISHED, "S2"),
        (ESTABLISHED, CLOSED, "S3"), (CLOSED, CLOSED, "SF"), (SYN_SENT, RESET, "REJ"),
        (SYN_ACK_SENT, RESET, "REJ"), (RESET, ESTABLISHED, "RSTO"), (ESTABLISHED, RESET, "RSTR"),
        (RESET, RESET, "RSTR"), (INACTIVE, RESET, "RSTRH"), (CLOSED, INACTIVE, "SH"), (CLOSED, PARTIAL, "SH"),
        (INACTIVE, CLOSED, "SHR"), (PARTIAL, PARTIAL, "OTH"), (SYN_SENT, ESTABLISHED, "OTH"),
        (SYN_ACK_SENT, INACTIVE, "OTH"),
    ],
)  # fmt: skip
def test_the_states_of_both_ends_make_one(orig: EndState, resp: EndState, expected: str) -> None:
    assert conn_state(orig, resp, (5, 5), "") == expected


def test_both_reset_without_a_byte_is_a_refusal() -> None:
    assert conn_state(RESET, RESET, (0, 0), "SrR") == "REJ"


@pytest.mark.parametrize(
    ("history", "expected"), [("SR", "RSTOS0"), ("^STR", "RSTOS0"), ("R", "OTH"), ("SAR", "OTH")]
)
def test_a_call_that_is_taken_back(history: str, expected: str) -> None:
    assert conn_state(RESET, INACTIVE, (0, 0), history) == expected
