"""``-T ladder``: every flow's ladder as on the screen, as text."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model.cells import Row
from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.text import clean
from tcptui.report.options import ReportOptions
from tcptui.session import Session
from tcptui.store.analysis import marks

END_OF_TIME = 1 << 62
"""Packets and ns beyond any capture's: all of it is past."""


def lines(session: Session, options: ReportOptions) -> Iterator[str]:
    """A heading and a ladder for each flow, an empty line between two."""
    shown = LadderOptions(absolute=options.absolute, time_format=options.time_format)
    for flow in session.flows():
        if flow.number > 1:
            yield ""
        yield f"flow {flow.number}: {clean(session.verdict(flow.number))}"
        segments = session.segments(flow.number)
        ends = (clean(str(flow.ends[0])), clean(str(flow.ends[1])))
        ladder = Ladder(segments, marks(segments), session.history(flow.number), ends, shown)
        for row in ladder.header(options.width):
            yield text_of(row)
        end = session.snapshot().last._replace(packet=END_OF_TIME, time_ns=END_OF_TIME)
        for i in range(len(ladder)):
            yield text_of(ladder.render(i, options.width, end))


def text_of(row: Row) -> str:
    """A row without its roles and without trailing blanks."""
    return "".join(cell.text for cell in row).rstrip()
