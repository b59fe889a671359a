"""A part of a long flow is drawn as it is in the whole."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.text import plain
from tcptui.session import Session
from tcptui.store.analysis import marks
from tcptui.tcp.history import Moment
from tcptui.tui import excerpt, loaded
from tcptui.tui.loaded import LoadedFlow
from tests.support.longflow import long_flow
from tests.support.sessions import read

END = Moment(1 << 40, 1 << 62)
UNFOLDED = LadderOptions(folded=False)


@pytest.fixture(scope="module", params=[0.0, 0.01, 0.08], ids=lambda loss: f"loss {loss}")
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    path = tmp_path_factory.mktemp("long") / "long.pcap"
    long_flow(path, 9000, loss=request.param, seed=4)
    return read(file=str(path))


def whole(session: Session, options: LadderOptions) -> dict[int, list[str]]:
    """The rows of the whole ladder, by the frame that they are at."""
    segments = session.segments(1)
    flow = session.flow(1)
    ends = (str(flow.ends[0]), str(flow.ends[1]))
    return drawn(Ladder(segments, marks(segments), session.history(1), ends, options))


def drawn(ladder: Ladder | loaded.AnyLadder, first: int = 0, last: int = -1) -> dict[int, list[str]]:
    rows: dict[int, list[str]] = {}
    for i in range(first, len(ladder) if last < 0 else last + 1):
        text = plain(ladder.render(i, 100, END))
        rows.setdefault(ladder.item(i).moment.packet, []).append(text)
    return rows


def parts(session: Session, options: LadderOptions) -> Iterator[LoadedFlow]:
    """The flow in parts, at places on the way."""
    frames = session.store.column("frame", session.rows(1)).tolist()
    for near in [*random.Random(1).sample(frames, 12), frames[0], frames[-1]]:
        yield LoadedFlow(session, 1, options, near)


def test_the_rows_of_every_part_are_those_of_the_whole_ladder(session: Session) -> None:
    expected = whole(session, UNFOLDED)
    for part in parts(session, UNFOLDED):
        ladder = part.ladder
        assert not part.is_whole
        rows = drawn(ladder, ladder.first, ladder.last)
        inside = sorted(rows)[1:-1]  # rows between segments may be cut off at the ends
        assert len(inside) >= loaded.SHOWN - 2
        assert {packet: rows[packet] for packet in inside} == {packet: expected[packet] for packet in inside}


def test_runs_that_do_not_reach_an_end_are_folded_as_in_the_whole_ladder(session: Session) -> None:
    expected = whole(session, LadderOptions())
    for part in parts(session, LadderOptions()):
        ladder = part.ladder
        rows = drawn(ladder, ladder.first + 1, ladder.last - 1)
        inside = sorted(rows)[1:-1]
        assert {packet: rows[packet] for packet in inside} == {packet: expected[packet] for packet in inside}


def test_what_it_holds_does_not_grow_with_the_flow(session: Session) -> None:
    rows = session.rows(1)
    middle = excerpt.Excerpt(session.store, rows, 4000, 5000)
    assert len(middle.segments) == excerpt.OPENING + 1000 + excerpt.WARM + excerpt.AHEAD + 1
    first, last = middle.shown
    assert middle.segments[first:last] == session.store.segments(rows[4000:5000])
    assert middle.segments[middle.position(4321)] == session.store.segment(int(rows[4321]))
