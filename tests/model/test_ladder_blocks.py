from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.ladder_blocks import Block, Kind, gap, in_order, pieces, spans
from tcptui.model.ladder_scan import MIN_RUN, SILENCE_NS, Missing
from tcptui.tcp.history import Correction
from tcptui.tcp.states import State


def note(at: int, time_ns: int) -> Block:
    return Block.between(at, Correction(1, time_ns, 0, (State.CLOSED,), "because"), time_ns)


def test_a_block_takes_as_many_rows_as_it_has_segments_or_one() -> None:
    assert Block(Kind.SEGMENT, 3, 9).rows == 6
    assert Block(Kind.FOLD, 3, 9).rows == 1
    assert note(3, 0).rows == 1


def test_corrections_stand_before_what_was_missed() -> None:
    missed = Block.between(3, Missing(0, 10), 5)
    assert in_order([missed, note(3, 9), note(2, 20)]) == [note(2, 20), note(3, 9), missed]


def test_silences_stand_around_what_lies_between() -> None:
    blocks = list(gap(4, 0, [note(4, 3 * SILENCE_NS)], 5 * SILENCE_NS))
    assert [(block.kind, block.silence_ns) for block in blocks] == [
        (Kind.SILENCE, 3 * SILENCE_NS),
        (Kind.CORRECTION, 0),
        (Kind.SILENCE, 2 * SILENCE_NS),
    ]


@given(
    st.none() | st.integers(-100, 100),
    st.lists(st.integers(-100, 100), max_size=5),
    st.none() | st.integers(0, 100),
)
def test_rows_between_segments_follow_each_other_in_time(
    before: int | None, times: list[int], after: int | None
) -> None:
    blocks = list(gap(1, before, [note(1, time_ns) for time_ns in times], after))
    stamps = [block.time_ns for block in blocks]
    assert len(blocks) == len(times)
    assert stamps == sorted(set(stamps))
    assert before is None or all(stamp > before for stamp in stamps)


def test_spans_are_segments_and_folds_without_a_gap() -> None:
    assert list(spans(2, 40, [(0, 2), (5, 20), (20, 30), (40, 50)])) == [
        Block(Kind.SEGMENT, 2, 5),
        Block(Kind.FOLD, 5, 20),
        Block(Kind.FOLD, 20, 30),
        Block(Kind.SEGMENT, 30, 40),
    ]


def test_pieces_that_are_too_short_are_not_folded() -> None:
    assert list(pieces(0, 40, [5, 5 + MIN_RUN, 38])) == [(5, 5 + MIN_RUN), (5 + MIN_RUN, 38)]
