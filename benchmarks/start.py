"""How long it takes to say `--help` and `--version`, and what is imported for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench, found, tcptui
from benchmarks.cost import FailedError, in_turns, run
from benchmarks.results import Goal, Section, at_most

MOST = 60.0
"""Milliseconds."""

MORE_RUNS = 7
"""A start is short, and runs are many times as many."""

ROOT = Path(__file__).parents[1]
OPTIONS = ("--help", "--version")
LARGE = ("numpy", "textual", "scapy", "rich")


class Imported(NamedTuple):
    """A module, and the microseconds that its own code took."""

    name: str
    own: int


def measure(bench: Bench) -> Section:
    """The starts as installed, in turns with those of this checkout, tshark's and Python's own."""
    section = Section("Start", ("command", "wall ms", "CPU ms", "peak MB"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            python = install(Path(folder), bench.limit)
        except FailedError as error:
            section.notes.append(f"Measured as it lies here, since it could not be installed: {error}.")
            python = Path(sys.executable)
        _measure(bench, section, python)
    return section


def _measure(bench: Bench, section: Section, python: Path) -> None:
    program = [str(python.with_name("tcptui"))] if python != Path(sys.executable) else tcptui()
    commands = {f"tcptui {option}": [*program, option] for option in OPTIONS}
    commands["python -c pass"] = [str(python), "-c", "pass"]
    if program != tcptui():
        commands["tcptui --help, of this checkout"] = tcptui("--help")
    if found("tshark"):
        commands["tshark --version"] = ["tshark", "--version"]
    costs = in_turns(commands, bench.runs * MORE_RUNS, bench.limit)
    for name, cost in costs.items():
        if isinstance(cost, FailedError):
            raise cost
        section.rows.append(
            (name, f"{cost.wall * 1e3:.0f}", f"{cost.cpu * 1e3:.0f}", f"{cost.peak / 1e6:.0f}")
        )
        if name.removeprefix("tcptui ") in OPTIONS:
            section.goals.append(at_most(f"`{name}`", cost.wall * 1e3, MOST, " ms", digits=0))
    if "tshark --version" not in costs:
        section.notes.append("tshark: not installed.")
    for option in OPTIONS:
        modules = imported(option, python=python)
        large = sorted({module.name.split(".")[0] for module in modules} & set(LARGE))
        what = f"`tcptui {option}` imports none of {', '.join(LARGE)}"
        section.goals.append(Goal(what, "none", ", ".join(large) or "none", not large))
        slow = sorted(modules, key=lambda module: -module.own)[:6]
        section.notes.append(
            f"`{option}`: {len(modules)} modules; the slowest by their own code: "
            + ", ".join(f"{module.name} {module.own / 1000:.1f} ms" for module in slow)
            + "."
        )


def install(folder: Path, limit: float) -> Path:
    """Install this checkout in an environment of its own, as a user does who follows the README; its Python.

    Without what tcptui depends on, of which a start must need nothing. FailedError when that cannot be done.
    """
    source, made = folder / "source", folder / "made"
    source.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "tcptui", source / "tcptui", ignore=shutil.ignore_patterns("__pycache__"))
    python = made / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(made)],
        [str(python), "-m", "pip", "install", "-q", "--no-deps", str(source)],
    ):
        run(command, limit=limit)
    return python


def imported(*arguments: str, python: Path = Path(sys.executable)) -> list[Imported]:
    """What `tcptui ARGUMENTS` imports, the interpreter's own modules included."""
    done = subprocess.run(
        [str(python), "-X", "importtime", "-m", "tcptui", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \| \s*(\S+)", done.stderr, re.MULTILINE)
    return [Imported(name, int(own)) for own, name in lines]
