"""What every benchmark is given."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.bench import Bench, found, tcptui
from benchmarks.captures import Captures


def test_sizes_are_scaled_and_told_in_words(tmp_path: Path) -> None:
    bench = Bench(Captures(tmp_path), scale=20)
    assert [bench.count(size) for size in (100_000, 1_000_000, 20_000_000, 5)] == ["5 k", "50 k", "1 M", "1"]
    assert bench.capture("flood", 1000).flows == 50
    assert bench.capture("flood", 1000, least=70).flows == 70


def test_the_command_is_this_checkouts() -> None:
    said = subprocess.run(tcptui("--version"), capture_output=True, text=True, check=True).stdout
    assert said.startswith("tcptui ")
    assert found("sh")
    assert not found("no-such-program")
