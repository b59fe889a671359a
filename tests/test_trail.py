"""Facts at any place of a flow."""

from __future__ import annotations

import random

import pytest

from tcptui.tcp.diagnosis import facts
from tcptui.trail import Trail
from tests.support.sessions import read


def test_any_walk_over_a_flow_finds_the_facts_of_its_first_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcptui.trail.CHECKPOINT", 5)
    segments = read(demo="zero-window").segments(1)
    trail = Trail()
    places = list(range(len(segments) + 1)) * 2
    random.Random(9502).shuffle(places)
    for count in places:
        found, fresh = trail.at(count, lambda begin, end: segments[begin:end]), facts(segments[:count])
        assert found.packets == fresh.packets == count
        assert found.sides == fresh.sides


def test_a_step_back_begins_at_the_last_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcptui.trail.CHECKPOINT", 5)
    segments = read(demo="zero-window").segments(1)
    trail = Trail()
    trail.extend(segments)
    asked: list[tuple[int, int]] = []

    def some(begin: int, end: int) -> list:  # type: ignore[type-arg]
        asked.append((begin, end))
        return segments[begin:end]

    trail.at(12, some)
    trail.at(13, some)
    trail.at(11, some)
    assert asked == [(10, 12), (12, 13), (10, 11)]
