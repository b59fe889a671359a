"""Captures are made once."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.captures import Captures
from benchmarks.generate import Spec


def test_a_capture_is_made_once_and_again_for_another_seed(tmp_path: Path) -> None:
    captures = Captures(tmp_path / "kept")
    first = captures.get(Spec("flood", 50))
    assert (first.packets, first.flows) == (100, 50)
    assert first.octets == 24 + 100 * 74
    os.utime(first.path, (1, 1))
    again = captures.get(Spec("flood", 50))
    assert again == first
    assert again.path.stat().st_mtime == 1
    assert captures.get(Spec("flood", 50, seed=2)).path != first.path


def test_one_that_was_not_finished_is_not_taken(tmp_path: Path) -> None:
    captures = Captures(tmp_path)
    path = captures.get(Spec("flood", 50)).path
    whole = path.read_bytes()
    path.with_suffix(".json").unlink()
    path.write_bytes(b"half")
    assert captures.get(Spec("flood", 50)).path.read_bytes() == whole


def test_an_empty_one_is_a_header(tmp_path: Path) -> None:
    assert Captures(tmp_path).empty().path.stat().st_size == 24
