"""A run against all peers, on a thousand packets."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from benchmarks import peers
from benchmarks.bench import Bench
from benchmarks.cost import Cost
from tests.support.needs import needs_program


@needs_program("tshark")
@needs_program("tcptrace")
@needs_program("capinfos")
@needs_program("tcpdump")
def test_each_peer_has_figures(bench: Bench) -> None:
    section = peers.measure(bench)
    assert [row[0] for row in section.rows] == [peer.name for peer in peers.PEERS]
    for row in section.rows:
        assert all(float(cell.replace(",", "")) >= 0 for cell in row[1:])
        assert int(row[4].replace(",", "")) > 0
    assert [goal.asked for goal in section.goals] == ["≥ 8×", "≥ 1.2×", "≤ 2×"]
    assert all(goal.met is not None for goal in section.goals)


def test_a_peer_that_is_missing_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: program if "/" in program else None)
    section = peers.measure(bench)
    assert "tshark -n -q -z conv,tcp (not installed)" in [row[0] for row in section.rows]
    assert {goal.met for goal in section.goals} == {None}
    assert peers.versions()["tcptrace -n"] == "not installed"
    assert peers.versions()["dpkt, a loop"].startswith("dpkt 1.")


def test_the_start_is_not_multiplied() -> None:
    scaled = peers._scaled(Cost(0, 3.0, 2.0, 5, 5), Cost(0, 1.0, 1.0, 5, 5), 10)
    assert isinstance(scaled, Cost)
    assert (scaled.wall, scaled.cpu) == (21.0, 11.0)


@pytest.mark.parametrize("name", ["dpkt", "scapy"])
@needs_program("tshark")
def test_the_loops_count_what_tshark_counts(bench: Bench, name: str) -> None:
    path = bench.capture("web", 400_000).path
    theirs = subprocess.run(
        ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", str(path)], capture_output=True, text=True, check=True
    ).stdout
    script = next(peer for peer in peers.PEERS if peer.name.startswith(name)).command(path)
    assert script[0] == sys.executable
    ours = subprocess.run(script, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(ours) == theirs.count("<->") > 5
    assert sum(int(line.split(")) ")[1].split()[0]) for line in ours) == 400
