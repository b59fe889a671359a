"""Where it was measured."""

from __future__ import annotations

import os

from benchmarks import machine


def test_the_machine_is_described() -> None:
    text = machine.describe()
    assert f"{os.cpu_count()} cores" in text
    assert "GiB of memory" in text
    assert "tcptui -T flows: tcptui " in text
    assert machine.memory_gib() > 0.1
    assert machine.cpu()
