"""Where one connection ends and the next begins."""

from __future__ import annotations

import pytest

from tests.support.zeek import HANDSHAKE, log, told

CLOSED = (*HANDSHAKE, "1 C F. 100 ack 300", "1.1 S F. 300 ack 101")


def test_a_call_that_is_repeated_late_is_another_one() -> None:
    assert told("0 C S 99", "1 C S 99", "3 C S 99", "7 C S 99") == [("S0", "S"), ("S0", "S")]


def test_a_call_with_another_number_is_another_one() -> None:
    assert told("0 C S 99", "1 C S 5000") == [("S0", "S"), ("S0", "S")]
    assert told(*HANDSHAKE, "1 C S 5000") == [("S1", "ShA"), ("S0", "S")]


def test_a_refused_call_again() -> None:
    assert told("0 C S 99", "0.1 S R. 0 ack 100", "0.5 C S 99") == [("REJ", "Sr"), ("S0", "S")]


@pytest.mark.parametrize(("when", "connections"), [(6, 1), (6.2, 2)])
def test_a_closed_connection_is_forgotten_after_five_seconds(when: float, connections: int) -> None:
    assert len(log(*CLOSED, f"{when} C . 101 ack 301")) == connections


def test_what_comes_later_is_looked_at_without_a_memory() -> None:
    assert told(*CLOSED, "60 S R 301", ports=(40000, 443))[1:] == [("RSTRH", "^r")]


@pytest.mark.parametrize(
    ("silence", "port", "connections"), [(299, 9000, 1), (301, 9000, 2), (301, 22, 1), (3601, 22, 2)]
)
def test_a_silent_connection_is_forgotten_later_where_somebody_types(
    silence: int, port: int, connections: int
) -> None:
    lines = (*HANDSHAKE, f"{silence + 0.2} C . 100:1 ack 300")
    assert len(log(*lines, ports=(40000, port))) == connections


def test_a_reset_behind_a_fin_ends_it_after_five_seconds() -> None:
    lines = (*HANDSHAKE, "1 C F. 100 ack 300", "1.5 C R 101")
    assert len(log(*lines, "6 S . 300 ack 101")) == 1
    assert len(log(*lines, "6.6 S . 300 ack 101")) == 2


def test_a_half_closed_connection_stays() -> None:
    assert len(log(*HANDSHAKE, "1 C F. 100 ack 300", "100 S . 300:5 ack 101")) == 1


def test_an_answered_fin_of_a_connection_whose_other_side_was_never_seen() -> None:
    lines = ("0 C . 100:5 ack 300", "0.5 C F. 105 ack 300")
    assert len(log(*lines, "5 C . 106 ack 300")) == 1
    assert len(log(*lines, "6 C . 106 ack 300")) == 2
