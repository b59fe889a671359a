from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.model.ladder_layout import LadderOptions
from tcptui.model.ladder_rows import Drawing
from tcptui.model.ladder_scan import Scan
from tcptui.model.ladder_search import Search
from tcptui.store.analysis import Mark
from tcptui.tcp.segment import Flags, Segment
from tests.support.conversation import Talk, talk
from tests.support.ladders import CLOSE, ENDS

SACK = bytes([1, 1, 5, 10]) + (5).to_bytes(4) + (9).to_bytes(4)
STAMPS = bytes([1, 1, 8, 10]) + bytes(8)


def drawing(made: Talk, marks: list[Mark] | None = None) -> Drawing:
    scan = Scan()
    flat = marks or [Mark(0)] * len(made.segments)
    scan.extend(made.segments, flat)
    return Drawing(made.segments, flat, made.history, ENDS, LadderOptions(), scan)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[f.]", [7, 9]),
        ("BYTES", [3, 5]),
        ("mss", [0, 1]),
        ("time_wait", [9]),
        ("seq 8", [7]),
        ("#4", [3]),
        ("18 bytes", [5]),
        ("SYN", [0, 1]),
        ("syn,ack", [1]),
        ("FIN", [7, 8, 9]),
        ("psh", [3, 5]),
        ("time_w", [9]),
        ("TIME-WAIT", [9]),
        ("\x1b", []),
    ],
)
def test_segments_with_a_text(text: str, found: list[int]) -> None:
    made = talk(CLOSE)
    search = Search(drawing(made), text)
    assert [at for at in range(len(made.segments)) if search.in_segment(at)] == found


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from([Flags.ACK, Flags.ACK | Flags.PSH, Flags.SYN, Flags.RST, Flags(0)]),
            st.sampled_from([0, 1, 2, 500]),
            st.sampled_from([b"", SACK, STAMPS]),
            st.sampled_from([Mark(0), Mark.RETRANSMISSION, Mark.KEEP_ALIVE, Mark.ZERO_WINDOW]),
        ),
        max_size=12,
    ),
    st.sampled_from(["byte", "bytes", "again", "[p.]", "sack", "ack", "probe", "alive", ":", "win", "1"]),
)
def test_the_short_cut_finds_what_the_labels_have(
    drawn: list[tuple[int, Flags, int, bytes, Mark]], text: str
) -> None:
    made = Talk(
        [
            Segment(at, at, sender, 100 + at, 50, flags, 9, length, options)
            for at, (sender, flags, length, options, _) in enumerate(drawn)
        ]
    )
    shown = drawing(made, [mark for *_, mark in drawn])
    search = Search(shown, text)
    for at in range(len(drawn)):
        assert search.in_segment(at) == (text in shown.searched(at).casefold())
