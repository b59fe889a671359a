"""Moving through a flow of which only a part is loaded: other parts are loaded on the way."""

from __future__ import annotations

from tcptui.model.ladder_part import Part
from tcptui.tcp.history import History, Moment
from tcptui.tui.loaded import LoadedFlow

LATEST = 1 << 62
"""A frame behind all others."""

MOST_LOADS = 1
"""Parts that one step may load: a page of runs, each folded into a row, may be long."""


def step(loaded: LoadedFlow, row: int, rows: int) -> int:
    """The row so many after (before) `row`, in the part that has it when this returns; or the furthest that
    a key has time for."""
    target = row + rows
    for _ in range(MOST_LOADS):
        ladder = loaded.ladder
        if not isinstance(ladder, Part):
            return target
        missing = target - ladder.last if target > ladder.last else target - ladder.first
        if ladder.first <= target <= ladder.last:
            return target
        next = loaded.go_on(1 if missing > 0 else -1)
        if next is None:
            break
        target = next + missing - (1 if missing > 0 else -1)
    ladder = loaded.ladder
    return min(max(ladder.first, target), ladder.last) if isinstance(ladder, Part) else target


def step_change(loaded: LoadedFlow, row: int, direction: int) -> int:
    """The nearest row after (before) `row` at which a state changes, in the part that has it when this
    returns; `row` when there is none."""
    ladder = loaded.ladder
    found = ladder.next_change(row, direction)
    if found != row or not isinstance(ladder, Part):
        return found
    shown = ladder.item(ladder.last).moment if direction > 0 else ladder.item(ladder.first).moment
    changes = _changes(ladder.history, live=ladder.options.live)
    beyond = [moment for moment in changes if (moment > shown if direction > 0 else moment < shown)]
    if not beyond:
        return row
    moment = min(beyond) if direction > 0 else max(beyond)
    loaded.show(moment.packet)
    return loaded.ladder.find(moment)


def _changes(history: History, *, live: bool) -> list[Moment]:
    """When a state changes, or an assumption is taken back."""
    steps = history.log if live else history.standing()
    moments = [
        Moment(step.shown if live or step.packet is None else step.packet, step.time_ns) for step in steps
    ]
    return moments + [Moment(one.packet, one.time_ns) for one in history.corrections]
