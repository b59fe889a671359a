from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.cells import Role
from tcptui.model.ladder_arrow import Words, arrow, line_of, role, words
from tcptui.store.analysis import Mark
from tcptui.tcp.segment import Flags, Segment


def test_a_label_shortens_in_a_fixed_order() -> None:
    label = Words("[S.]", "0", "ack 1", "5 bytes", "again", "win 32768", ("mss 1460", "sackOK", "ws 7"))
    forms: list[str] = []
    for room in range(len(label.full()), 0, -1):
        if not forms or forms[-1] != label.within(room):
            forms.append(label.within(room))
    assert forms == [
        "[S.] seq 0 ack 1, 5 bytes again win 32768 mss 1460 sackOK ws 7",
        "[S.] seq 0 ack 1, 5 bytes again win 32768 mss 1460 sackOK",
        "[S.] seq 0 ack 1, 5 bytes again win 32768 mss 1460",
        "[S.] seq 0 ack 1, 5 bytes again win 32768",
        "[S.] seq 0 ack 1, 5 bytes again",
        "[S.] seq 0 ack 1 again",
        "[S.] seq 0 again",
        "[S.] 0 again",
        "[S.] 0",
        "[S.]",
        "[S…",
        "[…",
        "…",
    ]


@pytest.mark.parametrize(
    ("rightward", "lost", "drawn"),
    [
        (True, False, "─[.] ack 1───▶"),
        (False, False, "◀─[.] ack 1───"),
        (True, True, "─[.] ack 1─╳  "),
        (False, True, "  ╳─[.] ack 1─"),
    ],
)
def test_an_arrow_points_where_it_goes_and_ends_where_it_was_lost(
    rightward: bool, lost: bool, drawn: str
) -> None:
    assert arrow(Words("[.]", "", "ack 1"), 14, rightward, "─", lost) == drawn


@given(st.integers(0, 60), st.booleans(), st.booleans())
def test_an_arrow_has_exactly_its_room(room: int, rightward: bool, lost: bool) -> None:
    parts = Words("[P.]", "1:8", "ack 1", "7 bytes", "again", "win 3", ("mss 1460",))
    assert len(arrow(parts, room, rightward, "┄", lost)) == room


def test_what_is_unusual_decides_over_what_is_usual() -> None:
    assert role(Flags.RST, Mark.RETRANSMISSION, 0, False) is Role.RST
    assert role(Flags.SYN, Mark.RETRANSMISSION, 0, False) is Role.AGAIN
    assert role(Flags.ACK, 0, 5, True) is Role.AGAIN
    assert [role(flags, 0, length, False) for flags, length in ((2, 0), (17, 0), (16, 9), (16, 0))] == [
        Role.SYN,
        Role.FIN,
        Role.DATA,
        Role.ACK,
    ]


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_but_reused_ports_has_words(mark: Mark) -> None:
    said = words(Segment(1, 0, 0, 1, 1, Flags.ACK), int(mark), 0, 0).unusual
    assert bool(said) is (mark is not Mark.REUSED_PORT)


def test_lines_of_unusual_segments() -> None:
    assert line_of(0, 0) == "─"
    assert line_of(int(Flags.RST), int(Mark.RETRANSMISSION)) == "━"
    assert line_of(0, int(Mark.RETRANSMISSION | Mark.FAST_RETRANSMISSION)) == "┄"


def test_selective_acknowledgments_are_relative() -> None:
    options = bytes([1, 1, 5, 10]) + (1101).to_bytes(4) + (1201).to_bytes(4)
    said = words(Segment(1, 0, 0, 1, 1001, Flags.ACK, options=options), 0, 0, 1000)
    assert said.full() == "[.] ack 1 sack 101:201"
