"""The cursor goes through a flow that is loaded in part as through one that is whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tcptui.model.ladder import Kind, LadderOptions
from tcptui.model.ladder_part import Part
from tcptui.session import Session
from tcptui.tcp.history import Moment
from tcptui.tui.viewpoint import Viewpoint
from tests.support.longflow import long_flow
from tests.support.sessions import read


def view_of(session: Session, **options: bool) -> Viewpoint:
    view = Viewpoint(session, LadderOptions(**options), at_start=True)
    view.refresh(session.snapshot())
    return view


def walk(view: Viewpoint, rows: int) -> list[int]:
    """The frames at which the cursor stands, step by step until it stays."""
    frames = [view.moment.packet]
    for _ in range(5000):
        before = (view.loaded.start if view.loaded else 0, view.row)
        view.step(rows)
        if (view.loaded.start if view.loaded else 0, view.row) == before:
            break
        frames.append(view.moment.packet)
    return frames


@pytest.mark.parametrize("rows", [1, 7, 50])
def test_a_walk_there_and_back_leaves_out_no_packet(session: Session, small: None, rows: int) -> None:
    view = view_of(session, folded=False)
    assert view.loaded is not None and not view.loaded.is_whole
    there = walk(view, rows)
    assert there == sorted(there)
    assert max(b - a for a, b in pairwise(there)) <= rows
    assert there[-1] == session.segments(1)[-1].packet
    back = walk(view, -rows)
    assert back == sorted(back, reverse=True)
    assert max(a - b for a, b in pairwise(back)) <= rows
    assert back[-1] == 1


def test_folded_runs_can_be_crossed(session: Session, small: None) -> None:
    view = view_of(session)
    there = walk(view, 1)
    assert there == sorted(there)
    assert there[-1] == session.segments(1)[-1].packet
    assert walk(view, -1)[-1] == 1


def test_state_steps_and_ends_find_their_part(session: Session, small: None) -> None:
    view, whole = view_of(session), set()
    for step in session.history(1).standing():
        whole.add(step.packet)
    seen = {view.moment.packet}
    for direction in (1, -1):
        for _ in range(20):
            view.step_change(direction)
            seen.add(view.moment.packet)
    assert whole - {None} <= seen
    view.to_end(True)
    assert view.at_newest
    view.to_end(False)
    assert (view.row, view.moment.packet) == (0, 1)


def test_a_run_unfolds_where_it_is(session: Session, small: None) -> None:
    view = view_of(session)
    view.to_found(Moment(1200, 1 << 62))
    while view.ladder is not None and view.ladder.item(view.row).count < 2:
        view.step(1)
    before = view.ladder.item(view.row) if view.ladder else None
    assert before is not None and before.index is not None and view.loaded is not None
    first = view.loaded.segments[before.index].packet
    assert view.unfold()
    assert view.moment.packet == first


def test_other_options_keep_the_place(session: Session, small: None) -> None:
    view = view_of(session, folded=False)
    view.to_found(Moment(1500, 1 << 62))
    assert view.moment.packet == 1500
    view.set_options(absolute=True)
    assert view.moment.packet == 1500
    view.step(1)
    assert view.moment.packet == 1501


@pytest.fixture(scope="module", params=["closed", "under way"])
def bulk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """One connection whose answers are longer than a part."""
    path = tmp_path_factory.mktemp("bulk") / "bulk.pcap"
    long_flow(path, 2500, loss=0, seed=5)
    if request.param == "under way":
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    return read(file=str(path))


def folds_in_all_parts(view: Viewpoint) -> Iterator[int]:
    """The rows of all folds, part by part; the cursor stands at each."""
    assert view.loaded is not None
    for packet in range(1, view.loaded.count, 90):
        view.to_found(Moment(packet, 1 << 62))
        ladder = view.ladder
        assert isinstance(ladder, Part)
        for row in range(ladder.first, ladder.last + 1):
            if ladder.item(row).kind is Kind.FOLD:
                view.to_row(row)
                yield row


def test_a_fold_at_an_end_of_what_is_loaded_names_the_segments_that_it_stands_for(
    bulk: Session, small: None
) -> None:
    view, seen = view_of(bulk), 0
    for row in folds_in_all_parts(view):
        assert view.loaded is not None and view.ladder is not None
        item = view.ladder.item(row)
        assert item.index is not None
        first = view.loaded.segments[item.index].packet
        assert view.loaded.place_of(item.moment.packet) - view.loaded.place_of(first) + 1 == item.count
        seen += 1
    assert seen > 20


def test_a_run_unfolds_and_folds_in_the_part_that_is_shown(bulk: Session, small: None) -> None:
    view, at_start, at_end = view_of(bulk), 0, 0
    for row in folds_in_all_parts(view):
        assert view.loaded is not None and view.ladder is not None
        part, before = (view.loaded.start, view.loaded.stop), view.ladder.item(row)
        last = before.moment.packet
        assert view.unfold()
        assert (view.loaded.start, view.loaded.stop) == part, "nothing else was loaded"
        item = view.ladder.item(view.row)
        assert item.kind is Kind.SEGMENT and item.index is not None and before.index is not None
        assert item.index == max(before.index, view.loaded.first_shown)
        assert item.moment == view.moment and view.moment.packet <= last
        at_start += before.index < view.loaded.first_shown
        at_end += view.loaded.place_of(last) >= view.loaded.stop
        assert view.unfold()
        assert view.ladder.item(view.row) == before
    assert at_start and at_end
