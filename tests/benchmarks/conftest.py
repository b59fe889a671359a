"""The smallest sizes at which each benchmark can be run: these tests are about figures coming out."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench import Bench
from benchmarks.captures import Captures


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A thousand times smaller, each command once."""
    folder: Path = tmp_path_factory.mktemp("captures")
    return Bench(Captures(folder), runs=1, scale=1000, limit=60.0, keys=3)
