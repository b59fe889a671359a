"""Marks of segments: one small conversation for each, and Wireshark's own marks on real captures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.store.analysis import Analysis, Mark, marks
from tcptui.tcp.segment import Segment
from tests.support import packets as p
from tests.support import traffic, wireshark
from tests.support.agreement import wireshark_differences
from tests.support.longflow import long_flow
from tests.support.sessions import read

SHARED = p.CAPTURES / "real.json"
FLAGS = {"S": 2, "A": 16, "F": 1, "R": 4}
SCALE = b"\x03\x03\x01\0"  # windows count double


def conversation(*lines: str, options: dict[int, bytes] | None = None) -> list[Mark]:
    """Marks of lines "ms sender flags seq:length ack window [ip_id]"."""
    segments = []
    for number, line in enumerate(lines, 1):
        ms, sender, flags, place, ack, window, *ident = line.split()
        seq, _, length = place.partition(":")
        segments.append(
            Segment(
                packet=number,
                time_ns=int(float(ms) * 1_000_000),
                sender="CS".index(sender),
                seq=int(seq) % 2**32,
                ack=int(ack) % 2**32,
                flags=sum(FLAGS[f] for f in flags),
                window=int(window),
                length=int(length or 0),
                options=(options or {}).get(number, b""),
                ip_id=int(ident[0]) if ident else number,
            )
        )
    return marks(segments)


HANDSHAKE = ("0 C S 99 0 500", "10 S SA 299 100 500", "20 C A 100 300 500")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("30 C A 100:10 300 500",), Mark(0)),
        (("30 C A 100:10 300 500", "300 C A 100:10 300 500"), Mark.RETRANSMISSION),
        (
            ("30 C A 100:10 300 500", "40 S A 300 110 500", "300 C A 100:10 300 500"),
            Mark.RETRANSMISSION | Mark.SPURIOUS_RETRANSMISSION,
        ),
        (
            (
                "30 C A 100:10 300 500",
                "30 C A 120:10 300 500",
                "40 S A 300 110 500",
                "41 S A 300 110 500",
                "42 S A 300 110 500",
                "60 C A 110:10 300 500",
            ),
            Mark.RETRANSMISSION | Mark.FAST_RETRANSMISSION,
        ),
        (("30 C A 100:10 300 500", "31 C A 120:10 300 500"), Mark.LOST_BEFORE),
        (("30 C A 100:10 300 500", "31 C A 120:10 300 500", "32 C A 110:10 300 500"), Mark.OUT_OF_ORDER),
        (("30 C R 150 0 0",), Mark(0)),
        (("30 S A 300 150 500",), Mark.ACKED_UNSEEN),
        (("30 S A 300 100 500", "40 S A 300 100 500"), Mark.DUP_ACK),
        (("30 S A 300 100 500", "40 S A 300 100 600"), Mark.WINDOW_UPDATE),
        (("30 S A 300 100 0",), Mark.ZERO_WINDOW),
        (("30 S A 300 100 0", "40 C A 100:1 300 500"), Mark.ZERO_WINDOW_PROBE),
        (
            ("30 S A 300 100 0", "40 C A 100:1 300 500", "50 S A 300 100 0"),
            Mark.ZERO_WINDOW | Mark.ZERO_WINDOW_PROBE_ACK,
        ),
        (("9000 C A 99 300 500",), Mark.KEEP_ALIVE),
        (("30 S A 300 100 500", "9000 C A 99 300 500", "9001 S A 300 100 500"), Mark.KEEP_ALIVE_ACK),
        (("9000 C S 5000 0 500",), Mark.REUSED_PORT),
        (("30 C A 100:10 300 500 77", "30.1 C A 100:10 300 500 77"), Mark.DUPLICATE | Mark.RETRANSMISSION),
    ],
)
def test_the_last_line_is_marked(lines: tuple[str, ...], expected: Mark) -> None:
    assert conversation(*HANDSHAKE, *lines)[-1] == expected


@pytest.mark.parametrize(("length", "full"), [(1000, True), (999, False)])
def test_window_full_needs_the_scale_of_both(length: int, full: bool) -> None:
    """500 is a window of 1000 bytes here."""
    options = {1: SCALE, 2: SCALE}
    lines = (*HANDSHAKE, "25 S A 300 100 500", f"30 C A 100:{length} 300 500")
    assert bool(conversation(*lines, options=options)[-1] & Mark.WINDOW_FULL) == full
    assert not conversation(*lines, options={1: SCALE})[-1] & Mark.WINDOW_FULL


def test_equal_segments_that_are_no_duplicates() -> None:
    later = conversation(*HANDSHAKE, "30 C A 100:10 300 500 77", "300 C A 100:10 300 500 77")
    anonymous = conversation(*HANDSHAKE, "30 S A 300 100 500 0", "30.1 S A 300 100 500 0")
    assert not later[-1] & Mark.DUPLICATE
    assert not anonymous[-1] & Mark.DUPLICATE  # duplicate ACKs come in bursts
    assert conversation(*HANDSHAKE, "30 C A 100:9 300 500 0", "30.1 C A 100:9 300 500 0")[-1] & Mark.DUPLICATE


def test_bases_and_round_trip() -> None:
    analysis = Analysis()
    assert (analysis.bases, analysis.rtt_ns) == ((None, None), None)
    for number, (sender, flags, seq) in enumerate([(0, 2, 99), (1, 18, 299), (0, 16, 100), (0, 16, 100)]):
        analysis.feed(Segment(number, number * 1000, sender, seq, 0, flags))
    assert (analysis.bases, analysis.rtt_ns) == ((99, 299), 2000)
    middle = Analysis()
    middle.feed(Segment(1, 0, 1, 0, 7, 16))
    assert middle.bases == (None, 2**32 - 1)


SEGMENT = st.builds(
    Segment,
    packet=st.integers(1, 9),
    time_ns=st.integers(-(10**9), 10**9),
    sender=st.integers(0, 1),
    seq=st.integers(0, 12),
    ack=st.integers(0, 12),
    flags=st.integers(0, 511),
    window=st.sampled_from([0, 1, 5]),
    length=st.integers(0, 3),
    options=st.sampled_from([b"", SCALE, b"\x03\x00", b"\x03"]),
    ip_id=st.sampled_from([None, 0, 1]),
)


@settings(deadline=None)
@given(st.lists(SEGMENT, max_size=25), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_shifting_all_numbers_changes_nothing(segments: list[Segment], one: int, other: int) -> None:
    shift = (one, other)
    moved = [
        replace(
            segment,
            seq=(segment.seq + shift[segment.sender]) % 2**32,
            ack=(segment.ack + shift[1 - segment.sender]) % 2**32,
        )
        for segment in segments
    ]
    assert marks(moved) == marks(segments)


@settings(deadline=None)
@given(st.lists(SEGMENT, max_size=25))
def test_one_by_one_is_the_same_as_all_at_once(segments: list[Segment]) -> None:
    analysis = Analysis()
    assert [analysis.feed(s) for s in segments] == marks(segments)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the captures beside the repository")
def test_real_captures_are_marked_as_wireshark_marks_them() -> None:
    mine, theirs = set(), set()
    for entry in json.loads(SHARED.read_text()):
        name = entry["file"].split("/")[-1]
        mine |= {(name, *one) for one in wireshark.ours(SHARED.parent / entry["file"])}
        for stream in entry["wireshark_streams"]:
            for flag, found in stream["analysis"].items():
                theirs |= {(name, frame, flag) for frame in found["frames"] if flag in wireshark.FLAGS}
    beside = {one for one in wireshark_differences() if (SHARED.parent / "real" / one[0]).exists()}
    assert theirs - mine == beside
    assert mine - theirs == set()
    assert len(theirs) > 100


class Slow(Analysis):
    """It never takes the short way for what only goes on."""

    def _goes_on(self, *_: object) -> bool:
        return False


@settings(deadline=None)
@given(st.lists(SEGMENT, max_size=25))
def test_the_short_way_leads_to_the_same_marks(segments: list[Segment]) -> None:
    assert marks(segments) == list(map(Slow().feed, segments))


@pytest.mark.parametrize("lines", ["long", "random"])
def test_the_short_way_leads_to_the_same_marks_in_captures(lines: str, tmp_path: Path) -> None:
    path = tmp_path / "in.pcap"
    if lines == "long":
        long_flow(path, 3000, loss=0.05, seed=3)
    else:
        path.write_bytes(p.pcap(*traffic.conversations(5, 60), magic=0xA1B23C4D))
    session = read(file=str(path))
    for number in range(1, session.snapshot().flows + 1):
        segments = session.segments(number)
        assert marks(segments) == list(map(Slow().feed, segments))
