"""tcptui's list of all flows beside what other programs do with the same file, in turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bench import Bench, found, tcptui
from benchmarks.captures import Capture
from benchmarks.cost import Cost, FailedError, in_turns
from benchmarks.results import Goal, Section, at_least, at_most

PACKETS = 1_000_000
LOOP = Path(__file__).with_name("peer_loop.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to compare with.

    part: it gets a capture so many times smaller, and its time beyond the start is multiplied.
    """

    name: str
    command: Callable[[Path], list[str]]
    version: tuple[str, ...]
    part: int = 1

    @property
    def present(self) -> bool:
        """Whether it is installed."""
        return bool(self.version) and (self.version[0] == sys.executable or found(self.version[0]))


def _script(name: str) -> Callable[[Path], list[str]]:
    return lambda path: [sys.executable, str(LOOP), name, str(path)]


def _package(name: str) -> tuple[str, ...]:
    return sys.executable, "-c", f"import importlib.metadata as m; print('{name}', m.version('{name}'))"


PEERS = (
    Peer("tcptui -T flows", lambda path: tcptui("-r", str(path), "-T", "flows"), tuple(tcptui("--version"))),
    Peer(
        "tshark -n -q -z conv,tcp",
        lambda path: ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", str(path)],
        ("tshark", "--version"),
    ),
    Peer("tcptrace -n", lambda path: ["tcptrace", "-n", str(path)], ("tcptrace", "-v")),
    Peer("capinfos", lambda path: ["capinfos", str(path)], ("capinfos", "--version")),
    Peer("tcpdump -n", lambda path: ["tcpdump", "-n", "-r", str(path)], ("tcpdump", "--version")),
    Peer("dpkt, a loop", _script("dpkt"), _package("dpkt"), part=10),
    Peer("scapy, a loop", _script("scapy"), _package("scapy"), part=50),
)

GOALS = {
    "tshark -n -q -z conv,tcp": ("`-T flows`, 1 M packets, faster than tshark `-z conv,tcp`", 8.0),
    "tcptrace -n": ("faster than tcptrace `-n`", 1.2),
}


def measure(bench: Bench) -> Section:
    """All peers on the web-like capture of a million packets."""
    there = [peer for peer in PEERS if peer.present]
    captures = {peer.part: bench.capture("web", PACKETS // peer.part) for peer in there}
    empty = bench.captures.empty().path
    commands = {peer.name: peer.command(captures[peer.part].path) for peer in there}
    starts = {_start(peer): peer.command(empty) for peer in there if peer.part > 1}
    costs = in_turns(commands | starts, bench.runs, bench.limit)
    costs |= {peer.name: _scaled(costs[peer.name], costs.get(_start(peer)), peer.part) for peer in there}
    section = Section(
        f"Against others: web-like traffic, {bench.count(PACKETS)} packets",
        ("program", "wall s", "CPU s", "peak MB", "packets/s", "time, tcptui = 1"),
    )
    own = costs[PEERS[0].name]
    for peer in PEERS:
        section.rows.append(_row(peer, costs.get(peer.name), own, captures.get(peer.part)))
    section.goals = _goals(costs)
    section.notes.append(
        f"Medians of {bench.runs} runs that took turns, page cache warm, standard output to /dev/null. "
        + "; ".join(
            f"{peer.name}: measured on {captures[peer.part].packets:,} packets; "
            f"its times, without those of its start, are multiplied by {peer.part}"
            for peer in there
            if peer.part > 1
        )
        + "."
    )
    return section


def _start(peer: Peer) -> str:
    return f"{peer.name}: start"


def _row(
    peer: Peer, cost: Cost | FailedError | None, own: Cost | FailedError, capture: Capture | None
) -> tuple[str, ...]:
    if cost is None or capture is None:
        return (f"{peer.name} (not installed)", *["–"] * 5)
    if isinstance(cost, FailedError):
        return (f"{peer.name} (failed: {cost})", *["–"] * 5)
    more = "> " if cost.status is None else ""
    rate = f"{capture.packets * peer.part / cost.wall:,.0f}"
    ratio = f"{cost.wall / own.wall:.2f}" if isinstance(own, Cost) else "–"
    return peer.name, f"{more}{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak / 1e6:.0f}", rate, ratio


def _scaled(cost: Cost | FailedError, start: Cost | FailedError | None, part: int) -> Cost | FailedError:
    """What it would cost on a capture `part` times as large."""
    if not isinstance(cost, Cost) or not isinstance(start, Cost):
        return cost
    wall = start.wall + part * max(0, cost.wall - start.wall)
    return replace(cost, wall=wall, cpu=start.cpu + part * max(0, cost.cpu - start.cpu))


def _goals(costs: dict[str, Cost | FailedError]) -> list[Goal]:
    own = costs[PEERS[0].name]
    goals: list[Goal] = []
    for name, (what, least) in GOALS.items():
        peer = costs.get(name)
        if isinstance(own, Cost) and isinstance(peer, Cost):
            goals.append(at_least(what, peer.wall / own.wall, least, "×"))
        else:
            goals.append(Goal(what, f"≥ {least:g}×", "–", None))
    capinfos = costs.get("capinfos")
    what = "time against capinfos"
    if isinstance(own, Cost) and isinstance(capinfos, Cost):
        goals.append(at_most(what, own.wall / capinfos.wall, 2, "×"))
    else:
        goals.append(Goal(what, "≤ 2×", "–", None))
    return goals


def versions() -> dict[str, str]:
    """What each peer calls itself, or that it is missing."""
    told = {}
    for peer in PEERS:
        if not peer.present:
            told[peer.name] = "not installed"
            continue
        done = subprocess.run(peer.version, capture_output=True, text=True, errors="replace")
        lines = [line for line in (done.stdout + done.stderr).splitlines() if any(map(str.isdigit, line))]
        told[peer.name] = lines[0].strip() if lines else "version not known"
    return told
