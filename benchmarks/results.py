"""Figures as Markdown, and the file that keeps them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is asked for. met: None when it could not be measured."""

    what: str
    asked: str
    reached: str
    met: bool | None

    def row(self) -> str:
        """Its line of the table."""
        verdict = {True: "met", False: "**missed**", None: "not measured"}[self.met]
        return f"| {self.what} | {self.asked} | {self.reached} | {verdict} |"


def at_most(what: str, reached: float, most: float, unit: str = "", digits: int = 2) -> Goal:
    """A figure that must not be larger."""
    return Goal(what, f"≤ {most:g}{unit}", f"{reached:.{digits}f}{unit}", reached <= most)


def at_least(what: str, reached: float, least: float, unit: str = "", digits: int = 2) -> Goal:
    """A figure that must not be smaller."""
    return Goal(what, f"≥ {least:g}{unit}", f"{reached:.{digits}f}{unit}", reached >= least)


@dataclass(slots=True)
class Section:
    """What a benchmark found. notes: sentences below the table."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self, when: str) -> str:
        """Its text. when: of the measurement."""
        parts = [f"## {self.title}", f"_{when}_"]
        if self.goals:
            parts.append("\n".join([GOALS, *GOAL_HEAD, *(goal.row() for goal in self.goals), GOALS_END]))
        if self.rows:
            parts.append(table(self.head, self.rows))
        parts += self.notes
        return "\n\n".join(parts)


GOALS, GOALS_END = "<!-- asked -->", "<!-- /asked -->"
GOAL_HEAD = ("| figure | asked | reached | |", "|---|---|---|---|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


INTRODUCTION = """# Results

Made by `python -m benchmarks`, which replaces what stands between its marks and nothing else.
"""


def update(path: Path, blocks: dict[str, str], machine: str) -> None:
    """Put blocks into the file, each between its marks, where they stand already or else at the end.

    The blocks "machine" and "asked" (all figures that are asked for) come first.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else INTRODUCTION
    for name, block in {"machine": machine, "asked": "", **blocks}.items():
        text = _put(text, name, block)
    rows = [row for part in _asked(text) for row in part.splitlines()[2:]]
    text = _put(text, "asked", "\n".join(["## Asked and reached", "", *GOAL_HEAD, *rows]))
    path.write_text(text, encoding="utf-8")


def _put(text: str, name: str, block: str) -> str:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    marked = f"{begin}\n{block}\n{end}"
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", text, re.DOTALL)
    if found:
        return text[: found.start()] + marked + text[found.end() :]
    return f"{text.rstrip()}\n\n{marked}\n"


def _asked(text: str) -> list[str]:
    return [
        part.strip() for part in re.findall(f"{re.escape(GOALS)}(.*?){re.escape(GOALS_END)}", text, re.DOTALL)
    ]
