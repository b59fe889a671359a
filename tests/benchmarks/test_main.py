"""The command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.source import ROOT


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def test_it_prints_and_writes_what_was_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "RESULTS.md"
    done = command("--quick", "--only", "start", "--out", str(out), "--captures", str(tmp_path / "captures"))
    assert done.returncode == 0, done.stderr
    for text in (done.stdout, out.read_text()):
        assert "cores" in text
        assert "## Start" in text
        assert "tshark" in text
    assert "## Asked and reached" in out.read_text()


def test_an_unknown_benchmark_is_an_error() -> None:
    done = command("--only", "nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr
