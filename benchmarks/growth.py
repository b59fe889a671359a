"""How time and memory of `-T flows` grow with the capture."""

from __future__ import annotations

from benchmarks.bench import Bench, tcptui
from benchmarks.captures import Capture
from benchmarks.cost import Cost, FailedError, in_turns
from benchmarks.results import Goal, Section, at_most

CAPTURES = (
    ("web", 100_000),
    ("web", 1_000_000),
    ("web", 10_000_000),
    ("few", 1_000_000),
    ("long", 5_000_000),
    ("flood", 1_000_000),
)

PER_PACKET, PER_FLOW = 64, 1024
"""Octets that are allowed beyond the mapped file."""

SLOWER = 1.3
"""How much more a packet may take in a large capture than in the smallest."""

HEAD = (
    "capture",
    "packets",
    "flows",
    "wall s",
    "CPU s",
    "ns/packet",
    "without start",
    "MB",
    "B/packet",
    "allowed B/packet",
)


def measure(bench: Bench) -> Section:
    """Each capture, and one without packets, whose time and memory are the start's."""
    captures = {f"{name} {bench.count(size)}": bench.capture(name, size) for name, size in CAPTURES}
    everything = {"empty": bench.captures.empty(), **captures}
    commands = {name: tcptui("-r", str(each.path), "-T", "flows") for name, each in everything.items()}
    costs = in_turns(commands, bench.runs, bench.limit)
    section = Section("Growth of `-T flows`", HEAD)
    start = costs.pop("empty")
    if isinstance(start, FailedError):
        raise start
    first: float | None = None
    for name, cost in costs.items():
        capture = captures[name]
        if isinstance(cost, FailedError):
            section.rows.append((f"{name} (failed: {cost})", *["–"] * (len(HEAD) - 1)))
            section.goals.append(Goal(f"{name}: time a packet", f"≤ {SLOWER}×", "failed", False))
            continue
        section.rows.append(_row(name, capture, cost, start))
        if cost.status is None:
            given_up = f"given up after {cost.wall:.0f} s"
            section.goals.append(Goal(f"{name}: time a packet", f"≤ {SLOWER}×", given_up, False))
            continue
        each = net(cost, start) / capture.packets
        if first is None:
            first = each
        else:
            what = f"{name}: time a packet, against {next(iter(captures))}, both without the start"
            section.goals.append(at_most(what, each / first, SLOWER, "×"))
        what = f"{name}: memory, of what {PER_PACKET} B a packet and {PER_FLOW} B a flow allow"
        section.goals.append(at_most(what, memory(cost, start) / allowed(capture), 1, "×"))
    section.notes.append(
        f"Start (a capture without packets): {start.wall:.2f} s, {start.anonymous / 1e6:.0f} MB. Memory is "
        "the most anonymous memory beyond the start's: the mapped file is not in it. Medians of "
        f"{bench.runs} runs."
    )
    return section


def net(cost: Cost, start: Cost) -> float:
    """Seconds beyond the start's."""
    return max(cost.wall - start.wall, 1e-9)


def memory(cost: Cost, start: Cost) -> int:
    """Octets beyond the start's."""
    return max(0, cost.anonymous - start.anonymous)


def allowed(capture: Capture) -> int:
    """Octets of memory that a capture may take."""
    return PER_PACKET * capture.packets + PER_FLOW * capture.flows


def _row(name: str, capture: Capture, cost: Cost, start: Cost) -> tuple[str, ...]:
    more = "> " if cost.status is None else ""
    return (
        name,
        f"{capture.packets:,}",
        f"{capture.flows:,}",
        f"{more}{cost.wall:.2f}",
        f"{cost.cpu:.2f}",
        f"{more}{1e9 * cost.wall / capture.packets:,.0f}",
        f"{more}{1e9 * net(cost, start) / capture.packets:,.0f}",
        f"{memory(cost, start) / 1e6:.0f}",
        f"{memory(cost, start) / capture.packets:.0f}",
        f"{allowed(capture) / capture.packets:.0f}",
    )
