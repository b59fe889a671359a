"""How long it takes to say `--help` and `--version`, and what is imported for it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import NamedTuple

from benchmarks.bench import Bench, found, tcptui
from benchmarks.cost import FailedError, in_turns
from benchmarks.results import Goal, Section, at_most

MOST = 60.0
"""Milliseconds."""

MORE_RUNS = 7
"""A start is short, and runs are many times as many."""

LARGE = ("numpy", "textual", "scapy", "rich")


class Imported(NamedTuple):
    """A module, and the microseconds that its own code took."""

    name: str
    own: int


def measure(bench: Bench) -> Section:
    """The starts, in turns with tshark's and with Python's own."""
    commands = {f"tcptui {option}": tcptui(option) for option in ("--help", "--version")}
    commands["python -c pass"] = [sys.executable, "-c", "pass"]
    if found("tshark"):
        commands["tshark --version"] = ["tshark", "--version"]
    costs = in_turns(commands, bench.runs * MORE_RUNS, bench.limit)
    section = Section("Start", ("command", "wall ms", "CPU ms", "peak MB"))
    for name, cost in costs.items():
        if isinstance(cost, FailedError):
            raise cost
        section.rows.append(
            (name, f"{cost.wall * 1e3:.0f}", f"{cost.cpu * 1e3:.0f}", f"{cost.peak / 1e6:.0f}")
        )
        if name.startswith("tcptui"):
            section.goals.append(at_most(f"`{name}`", cost.wall * 1e3, MOST, " ms", digits=0))
    if "tshark --version" not in costs:
        section.notes.append("tshark: not installed.")
    for option in ("--help", "--version"):
        modules = imported(option)
        large = sorted({module.name.split(".")[0] for module in modules} & set(LARGE))
        what = f"`tcptui {option}` imports none of {', '.join(LARGE)}"
        section.goals.append(Goal(what, "none", ", ".join(large) or "none", not large))
        slow = sorted(modules, key=lambda module: -module.own)[:6]
        section.notes.append(
            f"`{option}`: {len(modules)} modules; the slowest by their own code: "
            + ", ".join(f"{module.name} {module.own / 1000:.1f} ms" for module in slow)
            + "."
        )
    return section


def imported(*arguments: str) -> list[Imported]:
    """What `tcptui ARGUMENTS` imports, the interpreter's own modules included."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tcptui", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \| \s*(\S+)", done.stderr, re.MULTILINE)
    return [Imported(name, int(own)) for own, name in lines]
