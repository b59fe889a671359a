"""The screen's figures, on captures of a few thousand packets."""

from __future__ import annotations

import pytest

from benchmarks import screen
from benchmarks.bench import Bench


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less to wait for, and no termshark."""
    monkeypatch.setattr(screen, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(screen, "REST", 0.3)
    monkeypatch.setattr(screen, "SIZES", (1_000_000,))
    monkeypatch.setattr(screen, "COLOURS", ("16",))
    monkeypatch.setattr(screen, "found", lambda program: False)


def test_each_kind_of_key_has_figures(bench: Bench) -> None:
    section = screen.measure(bench)
    kinds = {(row[0], row[1], row[2]) for row in section.rows}
    keys = set(screen.MOST_MS)
    for colours in ("24bit", "16"):
        assert {("web 3 k", colours, key) for key in keys} <= kinds
    for row in section.rows:
        assert "without" not in row[3], row
        assert 0 < float(row[4]) <= float(row[5]) < 5000
        assert float(row[6].replace(",", "")) > 0
    asked = [goal.what for goal in section.goals if goal.met is not None]
    for what in (
        "first packets",
        "fully loaded",
        "state step, bytes, 16",
        "change of flow, p99",
        "without a key",
    ):
        assert any(what in goal for goal in asked), what
    assert "termshark: not installed." in section.notes


def test_a_screen_that_takes_too_long_is_not_measured(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "is_loaded", lambda capture: lambda picture: False)
    monkeypatch.setattr(screen, "COLOURS", ())
    section = screen.measure(Bench(bench.captures, runs=1, scale=1000, limit=4, keys=1))
    missed = [goal for goal in section.goals if goal.met is None]
    assert len(missed) == len(screen.MOST_MS)
    assert all(goal.reached == "not fully loaded within 4 s" for goal in missed)
    assert [goal.met for goal in section.goals if "fully loaded" in goal.what] == [False]
