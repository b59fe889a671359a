"""Keys that are pressed on tcptui's screen, and how fast and how large the answers are."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.terminal import KEYS, Answer, Picture, Terminal

LADDER_ROWS = 20
"""Rows of a flow that is long enough to walk in, beside the state changes that every closed flow has."""

FURTHEST = 200
"""Flows among which there must be such a one."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Answers to one kind of key."""

    key: str
    answers: tuple[Answer, ...]

    @property
    def median_ms(self) -> float:
        """From the key to the last byte of its answer; infinite when half of them had none."""
        return 1000 * statistics.median(answer.last for answer in self.answers)

    @property
    def p99_ms(self) -> float:
        """So long at most for 99 of 100."""
        return 1000 * percentile([answer.last for answer in self.answers], 0.99)

    @property
    def octets(self) -> float:
        """The median size of an answer."""
        return statistics.median(answer.size for answer in self.answers)

    def row(self, *what: str) -> tuple[str, ...]:
        """A line of the table."""
        silent = sum(not answer.size for answer in self.answers)
        number = f"{len(self.answers)}" + (f" ({silent} without an answer)" if silent else "")
        return *what, self.key, number, f"{self.median_ms:.1f}", f"{self.p99_ms:.1f}", f"{self.octets:,.0f}"


HEAD = ("key", "pressed", "median ms", "p99 ms", "bytes, median")
"""Of Pressed.row."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by this share of all."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def there_and_back(there: str, back: str, steps: int, number: int) -> list[str]:
    """So many keys: some steps there, as many back, and again."""
    return [KEYS[there] if place // steps % 2 == 0 else KEYS[back] for place in range(number)]


def press_kinds(terminal: Terminal, number: int) -> list[Pressed]:
    """Each kind of key so many times, on a screen that has come to rest."""
    terminal.send("1g")
    terminal.settle()
    choose_flow(terminal)
    terminal.send("3g")
    terminal.settle()
    done = [
        _press(terminal, "down", there_and_back("down", "up", 10, number)),
        _press(terminal, "state step", [KEYS["home"], *there_and_back("right", "left", 4, number)], skip=1),
    ]
    terminal.send("1g")
    terminal.settle()
    return [
        *done,
        _press(terminal, "change of flow", [KEYS["down"]] * number),
        _press(terminal, "page", [KEYS["page_down"]] * number),
        _press(terminal, "end", there_and_back("end", "home", 1, number)),
    ]


def _press(terminal: Terminal, key: str, keys: Sequence[str], skip: int = 0) -> Pressed:
    return Pressed(key, tuple([terminal.press(each) for each in keys][skip:]))


def choose_flow(terminal: Terminal) -> None:
    """Go down to the first flow that was closed and has rows enough. LookupError when there is none."""
    for _ in range(FURTHEST):
        picture = terminal.picture()
        rows = re.search(r"row \d+ of (\d+)", "\n".join(picture))
        row = selected(picture)
        if rows and int(rows[1]) >= LADDER_ROWS and row and "closed by" in row:
            return
        terminal.press(KEYS["down"])
    raise LookupError(f"no closed flow of {LADDER_ROWS} rows among the first {FURTHEST}")


def selected(picture: Picture) -> str | None:
    """The list's selected row."""
    return next((line for line in picture if line.startswith("│▌")), None)


def selected_flow(picture: Picture) -> int | None:
    """The selected flow's number."""
    row = selected(picture)
    number = re.match(r"│▌\s*(\d+)", row) if row else None
    return int(number[1]) if number else None


def press_moving(terminal: Terminal, number: int, going_on: Callable[[Picture], bool]) -> Pressed:
    """Down and up in the list of flows, on a screen that changes by itself, for as long as `going_on`.

    An answer ends with the bytes that show the next flow selected. RuntimeError when there is none selected.
    """
    terminal.send("1g")
    terminal.shows(lambda picture: selected_flow(picture) == 1)
    answers: list[Answer] = []
    for key in there_and_back("down", "up", 4, number):
        at = selected_flow(terminal.picture())
        if at is None:
            raise RuntimeError(f"no flow is selected:\n{terminal.text()}")
        if not going_on(terminal.picture()):
            break
        wanted = at + (1 if key == KEYS["down"] else -1)
        answers.append(terminal.answer(key, lambda picture, wanted=wanted: selected_flow(picture) == wanted))  # type: ignore[misc]
    return Pressed("change of flow", tuple(answers))
