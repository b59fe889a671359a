"""The engine against the kernels' own records, where those stand beside the project: floors that hold."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.recorded import SHARED
from tests.truth import recorded
from tests.truth.known import CONTRADICTORY, KNOWN

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings are not beside the project")

FLOOR = {
    "random, no loss, FIFO": 100.0,
    "random, no loss, reordering": 100.0,
    "random, loss, FIFO": 96.9,
    "random, loss, reordering": 98.6,
    "scripted": 95.5,
}
POINTS_FLOOR = 98.9
LIVE_FLOOR = 93.0


@cache
def verdicts() -> tuple[recorded.Verdict, ...]:
    return tuple(one for name in recorded.names() for one in recorded.verdicts(name))


@pytest.mark.parametrize("group", FLOOR)
def test_endpoint_sequences_agree_with_the_kernel(group: str) -> None:
    right, count = recorded.tally(list(verdicts()))[group]
    assert count > 50
    assert 100 * right / count >= FLOOR[group], f"{right} of {count}"


def test_what_scripted_recordings_miss_is_listed_with_its_class() -> None:
    """Nothing else is wrong there: every other scripted sequence is the kernel's at all four places."""
    missed = {
        (one.scenario, one.endpoint.rpartition(":")[2])
        for one in verdicts()
        if one.group == "scripted" and not one.agrees and not one.u1
    }
    assert missed == set(KNOWN)


def test_what_random_recordings_miss_no_packet_tells() -> None:
    wrong = [one for one in verdicts() if one.group != "scripted" and not one.agrees and not one.u1]
    assert wrong
    assert {recorded.explain(one) for one in wrong} <= {"U2", "U3", "U4"}


def test_states_after_frames_agree() -> None:
    points = list(recorded.points())
    right = sum(point.agrees for point in points)
    assert len(points) > 500
    assert 100 * right / len(points) >= POINTS_FLOOR, f"{right} of {len(points)}"
    wrong = {(point.file.rpartition("/")[2], point.frame) for point in points if not point.agrees}
    assert wrong <= set(CONTRADICTORY)


def test_states_seen_live_agree() -> None:
    """After each packet, the state shown then, with the kernel's at that time; delays on the way included."""
    right = count = 0
    for name in recorded.names():
        for agrees in recorded.live_samples(name):
            right, count = right + agrees, count + 1
    assert count > 5000
    assert 100 * right / count >= LIVE_FLOOR, f"{100 * right / count:.2f} %"


def test_where_a_policy_decides_the_point_is_right_or_marked() -> None:
    """Of all points; two scripts contradict themselves."""
    decided = [point for point in recorded.points() if point.policy]
    assert len(decided) > 200
    silent = {(p.file.rpartition("/")[2], p.frame) for p in decided if not p.agrees and not p.note}
    assert silent <= set(CONTRADICTORY)


def test_a_rst_in_the_window_that_was_believed_is_marked() -> None:
    """At its left edge every policy believes it; elsewhere in the window RFC 793 alone."""
    closed = [p for p in recorded.points() if "/rcv-rst" in p.file and p.found == "CLOSED" and p.frame > 1]
    inside = [p for p in closed if "right-edge-insecure" in p.file]
    edge = [p for p in closed if "left-edge" in p.file and "outside" not in p.file]
    assert len(inside) > 4
    assert len(edge) > 4
    assert all("policy decides" in point.note for point in inside)
    assert not any("policy decides" in point.note for point in edge)


def test_what_a_kernel_logged_is_right() -> None:
    """Where one is missed, its log has a second state after that frame; or two scripts are one."""
    logged = [p for p in recorded.points() if "kernel" in p.via or "tcpi_state" in p.via]
    assert len(logged) > 150
    right = {(p.file, p.frame, p.endpoint) for p in logged if p.agrees}
    missed = [p for p in logged if not p.agrees and (p.file, p.frame, p.endpoint) not in right]
    assert {(p.file.rpartition("/")[2], p.frame) for p in missed} <= set(CONTRADICTORY)
