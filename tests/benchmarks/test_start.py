"""Starts are measured, and what they import is seen."""

from __future__ import annotations

from benchmarks import start
from benchmarks.bench import Bench


def test_starts_have_figures_and_import_nothing_large(bench: Bench) -> None:
    section = start.measure(bench)
    assert [row[0] for row in section.rows][:3] == ["tcptui --help", "tcptui --version", "python -c pass"]
    assert all(float(row[1]) > 0 for row in section.rows)
    imports = [goal for goal in section.goals if "imports" in goal.what]
    assert [(goal.reached, goal.met) for goal in imports] == [("none", True)] * 2


def test_large_modules_are_seen_where_they_are_imported() -> None:
    names = {module.name for module in start.imported("--demo", "handshake", "-T", "flows")}
    assert "numpy" in names
    assert "textual" not in names
