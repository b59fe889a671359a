"""A run over all captures, a thousand times smaller."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks import growth
from benchmarks.bench import Bench, tcptui
from benchmarks.cost import Cost


def test_each_capture_has_figures(bench: Bench) -> None:
    section = growth.measure(bench)
    assert [row[0] for row in section.rows] == [
        "web 100",
        "web 1 k",
        "web 10 k",
        "few 1 k",
        "long 5 k",
        "flood 1 k",
    ]
    packets = [int(row[1].replace(",", "")) for row in section.rows]
    assert packets == [100, 1000, 10_000, 1000, 5000, 2000]
    assert all(float(row[3]) > 0 for row in section.rows)
    assert sum("time a packet" in goal.what for goal in section.goals) == 5
    assert sum("memory" in goal.what for goal in section.goals) == 6


@pytest.mark.parametrize(("name", "size"), [("web", 1_000_000), *growth.CAPTURES[3:]])
def test_tcptui_lists_the_flows_that_were_made(bench: Bench, name: str, size: int) -> None:
    capture = bench.capture(name, size)
    command = tcptui("-r", str(capture.path), "-T", "flows")
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    flows = [line.split() for line in lines if line.split()[0].isdigit()]
    assert len(flows) == capture.flows
    assert sum(int(flow[5]) for flow in flows) == capture.packets


def test_a_run_that_takes_too_long_is_a_miss(bench: Bench) -> None:
    short = Bench(bench.captures, runs=1, scale=1000, limit=0.02)
    section = growth.measure(short)
    assert all(row[3].startswith("> ") for row in section.rows)
    assert {goal.met for goal in section.goals} == {False}


def test_the_start_is_taken_off() -> None:
    start, cost = Cost(0, 0.5, 0.4, 90, 20), Cost(0, 2.5, 2.4, 300, 100)
    assert growth.net(cost, start) == 2.0
    assert growth.memory(cost, start) == 80
