"""Whole conversations, as Zeek sums them up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.tcp.segment import Segment
from tcptui.zeek.connection import Connection
from tcptui.zeek.log import PairLog
from tests.support.download import GIB, ISS, PIECE, download
from tests.support.zeek import HANDSHAKE, log, told

CALL = "0 C S 99"
REQUEST = ("0.3 C P. 100:10 ack 300", "0.4 S . 300 ack 110", "0.5 S P. 300:20 ack 110", "0.6 C . 110 ack 320")
CLOSE = ("0.7 C F. 110 ack 320", "0.8 S F. 320 ack 111", "0.9 C . 111 ack 321")


@pytest.mark.parametrize(
    ("lines", "state", "history"),
    [
        ((CALL,), "S0", "S"),
        ((CALL, "1 C S 99"), "S0", "S"),
        ((CALL, "0.1 S R. 0 ack 100"), "REJ", "Sr"),
        ((CALL, "0.1 C R 100"), "RSTOS0", "SR"),
        ((CALL, "0.1 S . 7 ack 50"), "S0", "Sa"),  # a challenge ACK is no answer
        (HANDSHAKE[:2], "S1", "Sh"),  # Zeek believes the SYN,ACK
        (HANDSHAKE, "S1", "ShA"),
        ((*HANDSHAKE, *REQUEST, *CLOSE), "SF", "ShADadFf"),
        ((*HANDSHAKE, *REQUEST, CLOSE[0]), "S2", "ShADadF"),
        ((*HANDSHAKE, "0.7 S F. 300 ack 100"), "S3", "ShAf"),
        ((*HANDSHAKE, "0.7 C R. 100 ack 300"), "RSTO", "ShAR"),
        ((*HANDSHAKE, "0.7 S R. 300 ack 100"), "RSTR", "ShAr"),
        ((*HANDSHAKE, *REQUEST, *CLOSE[:2], "0.9 C R 111"), "SF", "ShADadFfR"),
        ((*HANDSHAKE, "0.7 C F. 100 ack 300", "0.8 C R 101"), "RSTO", "ShAFR"),
        ((CALL, "0.1 C . 100 ack 300", "0.2 C P. 100:5 ack 300", "0.3 C F. 105 ack 400"), "SH", "SADF"),
        (("0 C . 100:5 ack 300", "0.1 S . 300 ack 105"), "OTH", "Da"),
        (("0 C . 100:5 ack 300", "0.1 C R 105"), "OTH", "DR"),
        (("0 C R 5",), "OTH", "R"),
        ((CALL, "0.1 C SF 99"), "SH", "SQ"),
        ((*HANDSHAKE, "0.3 C FR. 100 ack 300"), "RSTO", "ShAI"),
        ((*HANDSHAKE, "0.3 S . 300 ack 100 win 0", "0.4 S . 300 ack 100 win 0"), "S1", "ShAaw"),
        ((*HANDSHAKE, REQUEST[0], REQUEST[0]), "S1", "ShADT"),
        ((*HANDSHAKE, "0.3 C . 99:1 ack 300"), "S1", "ShADT"),  # a keep-alive
        ((*HANDSHAKE, "0.3 S . 300 ack 110"), "S1", "ShAaG"),  # ten bytes were not captured
        ((*HANDSHAKE, REQUEST[0] + "cut", REQUEST[1]), "S1", "ShADaG"),  # nor here
        ((*HANDSHAKE, "0.3 S F. 300 ack 110"), "S3", "ShAfG"),
    ],
)  # fmt: skip
def test_a_conversation_in_letters(lines: tuple[str, ...], state: str, history: str) -> None:
    assert told(*lines) == [(state, history)]


def test_who_answers_first_is_the_server_if_it_looks_like_one() -> None:
    lines = ("0 C S. 299 ack 100", "0.1 S . 100 ack 300", "0.2 S F. 100 ack 300", "0.3 C F. 300 ack 101")
    assert told(*lines, ports=(80, 40000)) == [("SF", "^hAFf")]
    assert log(*lines, ports=(80, 40000))[0].orig == 1


def test_two_that_call_each_other_are_two_connections() -> None:
    lines = (CALL, "0.1 S S 299", "0.2 C S. 99 ack 300", "0.3 S S. 299 ack 100")
    assert told(*lines) == [("S0", "S"), ("S1", "Sh")]


def test_a_syn_ack_alone_may_be_a_scan() -> None:
    scan = ("0 C S. 299 ack 100",)
    assert told(*scan) == [("OTH", "H")]
    assert told(*scan, "0.1 S R 100") == [("REJ", "Hr")]
    assert log(*scan)[0].orig == 0


def test_a_syn_ack_that_is_followed_by_an_ack_is_an_answer() -> None:
    (entry,) = log("0 C S. 299 ack 100", "0.1 S . 100 ack 300", "0.2 C F. 300 ack 100")
    assert (entry.orig, entry.conn_state, entry.history) == (1, "S3", "^hAf")
    assert (entry.orig_pkts, entry.resp_pkts) == (1, 2)


def test_a_syn_behind_its_answer_turns_the_roles_round() -> None:
    (entry,) = log("0 C S. 299 ack 100", "0 S S 99", "0.1 S . 100 ack 300")
    assert (entry.orig, entry.conn_state, entry.history) == (1, "S1", "Hs^A")


def test_bytes_by_sequence_numbers_and_what_was_missed() -> None:
    gap = ("0.3 S . 300 ack 110", "0.4 C . 110:5 ack 300", "0.5 S P. 300:20 ack 115", "0.6 C F. 115 ack 320")
    (entry,) = log(*HANDSHAKE, *gap)
    assert (entry.orig_bytes, entry.resp_bytes, entry.missed_bytes) == (15, 20, 10)


def test_a_duration_does_not_cover_what_comes_when_all_is_closed() -> None:
    (entry,) = log(*HANDSHAKE, *REQUEST, *CLOSE)
    assert entry.duration_ns == 800_000_000
    assert entry.packets == (1, len(HANDSHAKE + REQUEST + CLOSE))


def test_a_close_waits_for_an_acknowledgment_of_the_peers_payload() -> None:
    """So the last ACK counts for the duration here."""
    unanswered = (*HANDSHAKE, "0.3 S P. 300:20 ack 100", "0.4 C F. 100 ack 300", "0.5 S F. 320 ack 101")
    (entry,) = log(*unanswered, "0.6 C . 101 ack 321")
    assert entry.duration_ns == 600_000_000


SEGMENT = st.builds(
    Segment,
    packet=st.integers(1, 9),
    time_ns=st.integers(0, 400 * 10**9),
    sender=st.integers(0, 1),
    seq=st.one_of(st.integers(0, 12), st.integers(2**32 - 12, 2**32 - 1), st.integers(0, 2**32 - 1)),
    ack=st.one_of(st.integers(0, 12), st.integers(0, 2**32 - 1)),
    flags=st.integers(0, 511),
    window=st.sampled_from([0, 5]),
    length=st.sampled_from([0, 1, 3, 40000]),
)
PACKETS = st.lists(st.tuples(SEGMENT, st.booleans()), max_size=30)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(SEGMENT, st.booleans()), max_size=30), st.sampled_from([(80, 4000), (1, 2), (22, 80)])
)
def test_no_packet_is_lost_whatever_comes(
    packets: list[tuple[Segment, bool]], ports: tuple[int, int]
) -> None:
    pair = PairLog(ports)
    for segment, whole in packets:
        pair.feed(segment, whole)
    entries = pair.entries()
    assert sum(entry.orig_pkts + entry.resp_pkts for entry in entries) == len(packets)
    assert all(set(entry.history.upper()) <= set("SHADFRIQGTW^") for entry in entries)


@pytest.mark.parametrize(("iss", "missed"), [(5_000, 2 * GIB - PIECE), (ISS, 3 * GIB)])
def test_acks_beyond_2_gib_are_not_believed_before_numbers_go_round_as_in_zeek(iss: int, missed: int) -> None:
    """get_relative_seq() takes them for an underflow: TCP_ack_underflow_or_misorder."""
    seen = Connection(0, 0)
    for segment in download(3 * GIB, iss=iss):
        seen.feed(segment, whole=False)
    assert seen.sizes == (0, 3 * GIB)
    assert seen.ends[1].missed == missed
