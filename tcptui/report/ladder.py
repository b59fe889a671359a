"""``-T ladder``: every flow's ladder as on the screen, as text."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model import tcpdump
from tcptui.model.cells import Row
from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.text import clean
from tcptui.model.times import stamp
from tcptui.report.options import ReportOptions
from tcptui.session import FlowInfo, Session
from tcptui.store.analysis import marks
from tcptui.store.rest import rest

END_OF_TIME = 1 << 62
"""Packets and ns beyond any capture's: all of it is past."""


def lines(session: Session, options: ReportOptions) -> Iterator[str]:
    """A heading and a ladder for each flow, an empty line between two; on request as tcpdump's lines."""
    shown = LadderOptions(absolute=options.absolute, time_format=options.time_format)
    for at, flow in enumerate(session.flows()):
        if at:
            yield ""
        yield f"flow {flow.number}: {clean(session.verdict(flow.number))}"
        if options.tcpdump:
            yield from _as_tcpdump(session, flow, options)
            continue
        segments = session.segments(flow.number)
        ends = (clean(str(flow.ends[0])), clean(str(flow.ends[1])))
        history, errors = session.history(flow.number), session.errors(flow.number)
        ladder = Ladder(segments, marks(segments), history, ends, shown, errors)
        for row in ladder.header(options.width):
            yield text_of(row)
        end = session.snapshot().last._replace(packet=END_OF_TIME, time_ns=END_OF_TIME)
        for i in range(len(ladder)):
            yield text_of(ladder.render(i, options.width, end))


def _as_tcpdump(session: Session, flow: FlowInfo, options: ReportOptions) -> Iterator[str]:
    """A line a segment, as tcpdump -n prints it; -t a is tcpdump's own time, -t e its -tt.

    tcpdump counts from the first packets of the pair of sockets, so earlier lives are gone through too.
    """
    rows = session.store.pairs.rows(flow.pair)
    segments = session.store.segments(rows)
    ends = ((flow.ends[0].ip, flow.ends[0].port), (flow.ends[1].ip, flow.ends[1].port))
    headers = rest(session.store, rows)
    printed = tcpdump.lines(segments, ends, absolute=options.absolute, headers=headers)
    life = {segment.packet for segment in session.segments(flow.number)}
    before = flow.start_ns
    for segment, text in zip(segments, printed, strict=True):
        if segment.packet in life:
            when = stamp(segment.time_ns, options.time_format, first_ns=flow.start_ns, previous_ns=before)
            before = segment.time_ns
            yield f"{when} {text}"


def text_of(row: Row) -> str:
    """A row without its roles and without trailing blanks."""
    return "".join(cell.text for cell in row).rstrip()
