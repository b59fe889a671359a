"""How a ladder is shown, and how wide its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tcptui.model.times import TimeFormat


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
    """Widths: time (0: none), the label columns left and right of the lifelines, the arrow between them."""

    time: int
    left: int
    arrow: int
    right: int
    short: bool

    @classmethod
    def of(cls, total: int, time: int, *, roomy: bool) -> Columns:
        """The layout for `total` columns: names shorten below 64, the time goes below 45."""
        if total >= 64:
            label = 23 if roomy and total >= 110 else 12
            return cls(time, label, total - time - 1 - 2 * label - 3, label + 1, False)
        if total >= 45:
            return cls(8, 9, total - 8 - 1 - 2 * 9 - 3, 10, True)
        label = max(0, min(9, (total - 12) // 2))
        return cls(0, label, total - 2 * label - 3, label + 1, True)
