"""Sorting and filtering a thousand flows."""

from __future__ import annotations

import pytest

from benchmarks import lists
from benchmarks.bench import Bench


def test_sorting_and_filtering_have_figures(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "QUIET", 0.25)
    monkeypatch.setattr(lists, "COLUMNS", 3)
    section = lists.measure(bench)
    assert [row[0] for row in section.rows] == [
        "sort by the next column",
        "`/ state:syn_rcvd`",
        "`/ port:4711`",
    ]
    assert section.rows[0][2] == "3"
    assert all(0 < float(row[3]) < 10_000 for row in section.rows)
    assert len([goal for goal in section.goals if goal.met is not None]) == 3


def test_a_filter_has_been_applied_when_its_matches_are_counted() -> None:
    picture = ["", "╭─ Flows: port:4711 ─────── … of 1,000 ─╮"]
    assert not lists.filtered("port:4711")(picture)
    assert lists.filtered("port:4711")(["", "╭─ Flows: port:4711 ─────── 3 of 1,000 ─╮"])
    assert not lists.filtered("port:4711")(["", "╭─ Flows: port:471 ─────── 3 of 1,000 ─╮"])
