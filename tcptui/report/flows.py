"""``-T flows``: a table, a connection a line, with both states and a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model.text import clean
from tcptui.model.times import duration, size
from tcptui.session import FlowInfo, Session

HEAD = ("#", "client", "server", "client state", "server state", "packets", "bytes", "duration", "verdict")
RIGHT = (0, 5, 6, 7)
"""The columns that hold numbers."""


def lines(session: Session) -> Iterator[str]:
    """The table's lines, as wide as its widest cells; below it what is notable about hosts."""
    table = [HEAD, *(_cells(session, flow) for flow in session.flows())]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    for row in table:
        padded = (
            cell.rjust(width) if column in RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()
    for finding in session.snapshot().findings:
        yield clean(f"{finding.diagnosis.severity.value}: {finding.diagnosis.text}")


def _cells(session: Session, flow: FlowInfo) -> tuple[str, ...]:
    return (
        str(flow.number),
        clean(str(flow.client_address)),
        clean(str(flow.server_address)),
        str(flow.client_state),
        str(flow.server_state),
        str(sum(flow.packets)),
        size(sum(flow.payload)),
        duration(flow.end_ns - flow.start_ns),
        clean(session.verdict(flow.number)),
    )
