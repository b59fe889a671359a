"""A drawing of characters whose lines join.

A cell of the canvas does not hold a box-drawing character but the *arms* of the lines that meet in
it: up, right, down, left, each absent, light or heavy. The character follows from the arms when the
rows are made, so `─` over `│` becomes `┼`, and a line that starts on a box's border becomes `┬`,
whatever was drawn first. Unicode names its characters by these arms ("BOX DRAWINGS DOWN HEAVY AND
HORIZONTAL LIGHT"), so the table of them is read from the names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from tcptui.model.cells import Cell, Role, Row

LIGHT, HEAVY = 1, 2

UP, RIGHT, DOWN, LEFT = range(4)
_STEP = {(0, -1): UP, (1, 0): RIGHT, (0, 1): DOWN, (-1, 0): LEFT}
_DASHED = {(LIGHT, "─"): "┄", (LIGHT, "│"): "╎", (HEAVY, "━"): "┅", (HEAVY, "┃"): "┇"}

Arms = tuple[int, int, int, int]


class Point(NamedTuple):
    """A place on a canvas: columns from the left, lines from the top."""

    x: int
    y: int


def _joints() -> dict[Arms, str]:
    """arms -> character, for every combination of light and heavy arms; light corners are round."""
    sides: dict[str, tuple[int, ...]] = {"UP": (UP,), "DOWN": (DOWN,), "LEFT": (LEFT,), "RIGHT": (RIGHT,)}
    sides |= {"VERTICAL": (UP, DOWN), "HORIZONTAL": (LEFT, RIGHT)}
    weights = {"LIGHT": LIGHT, "HEAVY": HEAVY}
    table: dict[Arms, str] = {(0, 0, 0, 0): " "}
    for code in range(0x2500, 0x2580):
        words = unicodedata.name(chr(code)).split()[2:]
        if not set(words) <= {*sides, *weights, "AND", "ARC"}:
            continue  # dashed, double and diagonal lines
        arms = [0, 0, 0, 0]
        weight = LIGHT
        for part in " ".join(words).split(" AND "):
            weight = next((weights[word] for word in part.split() if word in weights), weight)
            for word in part.split():
                for side in sides.get(word, ()):
                    arms[side] = weight
        table[(arms[0], arms[1], arms[2], arms[3])] = chr(code)  # arcs come after square corners
    return table


JOINTS = _joints()


class _Dot:
    """One cell: arms of lines, or a character laid over them."""

    __slots__ = ("arms", "char", "dashed", "role")

    def __init__(self) -> None:
        self.arms = [0, 0, 0, 0]
        self.dashed = False
        self.char = ""
        self.role: Role | None = None

    def glyph(self) -> str:
        if self.char:
            return self.char
        joint = JOINTS[(self.arms[0], self.arms[1], self.arms[2], self.arms[3])]
        return _DASHED.get((max(self.arms), joint), joint) if self.dashed else joint


class Canvas:
    """`width` by `height` cells, all blank. What falls outside is left out.

    Text and arrowheads win over lines, heavy over light; else what is drawn later wins.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._dots: list[dict[int, _Dot]] = [{} for _ in range(height)]  # most cells stay blank

    def line(
        self, points: Iterable[tuple[int, int]], role: Role, *, weight: int = LIGHT, dashed: bool = False
    ) -> None:
        """A line through `points`, each straight above, below or beside the one before it."""
        path = way(points)
        for here, there in pairwise(path):
            side = _STEP[there.x - here.x, there.y - here.y]
            self._arm(here, side, weight, role, dashed)
            self._arm(there, (side + 2) % 4, weight, role, dashed)

    def arrow(
        self, points: Iterable[tuple[int, int]], role: Role, *, weight: int = LIGHT, heads: str = "▲▶▼◀"
    ) -> None:
        """A line through `points` with a head on its last cell, one of `heads` (up, right, down, left)."""
        path = way(points)
        self.line(path[:-1], role, weight=weight)
        before, tip = path[-2], path[-1]
        side = _STEP[tip.x - before.x, tip.y - before.y]
        self._arm(before, side, weight, role, False)
        self.text(tip.x, tip.y, heads[side], role)

    def text(self, x: int, y: int, text: str, role: Role) -> None:
        """Characters of one column each, over whatever is there; blanks cover too."""
        for column, char in enumerate(text, x):
            dot = self._dot(Point(column, y))
            if dot is not None:
                dot.char, dot.role = char, role

    def rows(self) -> list[Row]:
        """`height` rows of exactly `width` columns."""
        return [_row(line, self.width) for line in self._dots]

    def _dot(self, at: Point) -> _Dot | None:
        if not (0 <= at.x < self.width and 0 <= at.y < self.height):
            return None
        line = self._dots[at.y]
        dot = line.get(at.x)
        if dot is None:
            dot = line[at.x] = _Dot()
        return dot

    def _arm(self, at: Point, side: int, weight: int, role: Role, dashed: bool) -> None:
        dot = self._dot(at)
        if dot is not None:
            dot.arms[side] = max(dot.arms[side], weight)
            dot.dashed = dashed
            if not dot.char:
                dot.role = role


def way(points: Iterable[tuple[int, int]]) -> list[Point]:
    """Every cell on the way through `points`, corners once. ValueError where one slants."""
    path: list[Point] = []
    for x, y in points:
        if not path:
            path.append(Point(x, y))
            continue
        last = path[-1]
        if x != last.x and y != last.y:
            raise ValueError(f"{tuple(last)} to {(x, y)} slants")
        steps = max(abs(x - last.x), abs(y - last.y))
        dx, dy = (x > last.x) - (x < last.x), (y > last.y) - (y < last.y)
        path.extend(Point(last.x + dx * step, last.y + dy * step) for step in range(1, steps + 1))
    return path


def _row(dots: dict[int, _Dot], width: int) -> Row:
    """Runs of one role. Blank cells have no look of their own: they are dim, the background's role."""
    cells: list[Cell] = []
    run, its = "", Role.DIM
    for x in range(width):
        dot = dots.get(x)
        char, role = (" ", Role.DIM) if dot is None else (dot.glyph(), dot.role or Role.DIM)
        if role is not its and run:
            cells.append(Cell(run, its))
            run = ""
        run, its = run + char, role
    if run:
        cells.append(Cell(run, its))
    return tuple(cells)
