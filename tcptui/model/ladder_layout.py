"""How a ladder is shown, and how wide its columns are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.model.ladder_time import Detail
from tcptui.model.times import TimeFormat

LEAST_ARROW = 11
"""Columns of an arrow below which frame numbers and times give way."""

ABSOLUTE_ARROW = 20
"""Columns in which an arrow can carry a sequence number as on the wire."""


@dataclass(frozen=True, slots=True)
class LadderOptions:
    """How a ladder is shown.

    absolute: sequence numbers as on the wire. live: as seen live, not in hindsight. mark_time_ns:
    the time column counts from here. folded: runs of bulk data are one row each.
    """

    absolute: bool = False
    time_format: TimeFormat = TimeFormat.RELATIVE
    live: bool = False
    mark_time_ns: int | None = None
    folded: bool = True


class Columns(NamedTuple):
    """Widths: frame number and time (0: none), the labels left and right of the lifelines, the arrow
    between them. short: states by their short names. detail: of the time."""

    frame: int
    time: int
    left: int
    arrow: int
    right: int
    short: bool
    detail: Detail

    @property
    def lead(self) -> int:
        """Columns before the left label: frame number and time, each with a blank behind it."""
        return self.frame + bool(self.frame) + self.time + bool(self.time)

    @classmethod
    def of(
        cls, total: int, frame: int, time: Callable[[Detail], int], *, roomy: bool, absolute: bool = False
    ) -> Columns:
        """The layout for `total` columns. frame: what a number takes; time: what a time takes.

        Below 64 names and times shorten; below 45 the time goes, and with it where numbers as on the
        wire need the room; then the frame number.
        """
        if total >= 64:
            detail = Detail.FULL if total >= 80 else Detail.MIDDLE
            label = 23 if roomy and total >= 110 else 12
            made = cls(frame, time(detail), label, 0, label + 1, False, detail)
        else:
            label = max(0, min(9, (total - 12) // 2))
            made = cls(frame, time(Detail.NARROW), label, 0, label + 1, True, Detail.NARROW)
            need = ABSOLUTE_ARROW if absolute else LEAST_ARROW
            if total < 45 or made._room(total) < need:
                made = made._replace(time=0)
            if made._room(total) < LEAST_ARROW:
                made = made._replace(frame=0)
        return made._replace(arrow=made._room(total))

    def _room(self, total: int) -> int:
        return total - self.lead - self.left - self.right - 2
