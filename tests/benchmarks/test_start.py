"""Starts are measured, and what they import is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import start
from benchmarks.bench import Bench
from benchmarks.cost import FailedError


def test_starts_have_figures_and_import_nothing_large(bench: Bench) -> None:
    section = start.measure(bench)
    assert [row[0] for row in section.rows][:3] == ["tcptui --help", "tcptui --version", "python -c pass"]
    assert [goal.what for goal in section.goals if "`tcptui --help`" in goal.what]
    assert all(float(row[1]) > 0 for row in section.rows)
    imports = [goal for goal in section.goals if "imports" in goal.what]
    assert [(goal.reached, goal.met) for goal in imports] == [("none", True)] * 2


def test_large_modules_are_seen_where_they_are_imported() -> None:
    names = {module.name for module in start.imported("--demo", "handshake", "-T", "flows")}
    assert "numpy" in names
    assert "textual" not in names


def test_what_cannot_be_installed_is_measured_as_it_lies_here(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path, limit: float) -> Path:
        raise FailedError("pip: no network")

    monkeypatch.setattr(start, "install", fails)
    section = start.measure(bench)
    assert section.notes[0].endswith("it could not be installed: pip: no network.")
    assert [row[0] for row in section.rows][:3] == ["tcptui --help", "tcptui --version", "python -c pass"]
