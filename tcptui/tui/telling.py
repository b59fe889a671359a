"""What the lines below the panes say, at the length that is asked for."""

from __future__ import annotations

from enum import Enum
from textwrap import wrap

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.correction import in_words, instead
from tcptui.model.explain import explain, explain_at_length
from tcptui.model.ladder_scan import Missing
from tcptui.model.prose import field
from tcptui.model.text import clean, fit
from tcptui.model.times import SECOND
from tcptui.tcp.history import Correction
from tcptui.tcp.states import State
from tcptui.tui.findings import flow_rows, hint_rows
from tcptui.tui.paragraph import explain_in_lines, with_debt, wrap_row
from tcptui.tui.viewpoint import Viewpoint

LEAST_BESIDE = 60
"""Columns from which on the countdown of TIME_WAIT stands beside the text."""


class Length(Enum):
    """How much is said of what happened at the cursor; the story is a demo's."""

    SHORT = "short"
    STORY = "story"
    LONG = "long"


def telling(view: Viewpoint, length: Length, story: str, columns: int, height: int) -> list[Row]:
    """Rows of at most `columns`: what happened at the cursor of a view that has a flow.

    height: of the pane as it is; a SHORT text keeps to it. story: what a STORY begins with.
    """
    remaining = time_wait(view)
    beside = bool(remaining) and length is not Length.LONG and columns >= LEAST_BESIDE
    width = max(10, columns - (len(remaining) + 2) * beside)
    how = {
        "live": view.options.live,
        "owes": view.session.owes(view.flow, view.now),
        "width": width,
        "silence_ns": view.silence_ns,
        "error": view.error,
        "copy": view.is_copy,
        "timers": view.session.timers,
    }
    scene = (view.history(view.flow), view.segment, view.here)
    before: list[Row] = []
    if length is Length.LONG:
        serious, notes = flow_rows(view, width)
        if isinstance(view.cause, Missing):
            happened = _missed(view, view.cause, width)
        else:
            happened = explain_at_length(*scene, **how)  # type: ignore[arg-type]
        rows = serious + happened + notes + hint_rows(view.session, width) + _notices(view, width)
    elif isinstance(view.cause, Correction):
        rows = with_debt(_taken_back(view, view.cause, width), str(how["owes"]), width)
        rows = rows if length is Length.STORY or height > 1 else rows[:1]
    elif isinstance(view.cause, Missing):
        rows = with_debt(_missed(view, view.cause, width), str(how["owes"]), width)
        rows = rows if length is Length.STORY or height > 1 else rows[:1]
    elif length is Length.STORY or height > 1:
        rows = explain_in_lines(*scene, **how)  # type: ignore[arg-type]
    else:
        rows = [explain(*scene, **how)]  # type: ignore[arg-type]
    if length is Length.STORY:
        before = [(Cell(line),) for line in wrap(story, width)]
    if beside and rows:
        rows[0] = (*fit(rows[0], width), Cell(f"  {remaining}", Role.NOTE))
    elif remaining and length is Length.LONG:
        rows += field("timer", f"{remaining}.", width, Role.NOTE)
    return [*before, *rows]


def _notices(view: Viewpoint, width: int) -> list[Row]:
    """What is to be known of the source; the status bar has room for one, and none beside a finding."""
    rows: list[Row] = []
    for notice in view.session.snapshot().notices:
        rows += wrap_row((Cell("notice ", Role.WARN), Cell(clean(notice))), width, len(notice))
    return rows


def _missed(view: Viewpoint, missing: Missing, width: int) -> list[Row]:
    """What the capture has not, and which packet shows that it was sent."""
    client = missing.sender == view.history(view.flow).client
    side, role = ("client", Role.CLIENT) if client else ("server", Role.SERVER)
    shows = view.next_packet
    row = (Cell("Not captured", Role.WARN), Cell(f": {missing.words} of the "), Cell(side, role))
    return wrap_row((*row, Cell(f", as #{shows} shows." if shows else ".")), width, 2)


def _taken_back(view: Viewpoint, correction: Correction, width: int) -> list[Row]:
    """The whole sentence of a correction, which its row may have no room for."""
    history = view.history(view.flow)
    side = "client" if correction.endpoint == history.client else "server"
    text = in_words(side, correction, instead(history, correction), room=1000)
    return wrap_row((Cell(f"#{correction.packet} ", Role.HEAD), Cell(text, Role.CORRECTION)), width, 2)


def time_wait(view: Viewpoint) -> str:
    """Live: how long an endpoint's TIME_WAIT has yet to last, "" when none has."""
    if not view.is_now:
        return ""
    history = view.history(view.flow)
    for standing, deadline in zip(history.at(view.now), history.deadlines, strict=True):
        if standing.state is State.TIME_WAIT and deadline is not None:
            left = (deadline - view.now.time_ns) // SECOND
            return f"TIME_WAIT ends in {left} s" if left > 0 else ""
    return ""
