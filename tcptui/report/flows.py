"""``-T flows``: a table, a connection a line, with both states and a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.model.text import clean
from tcptui.model.times import duration, size
from tcptui.report.zeek import ConnLog, summary
from tcptui.session import FlowInfo, Session

HEAD = ("#", "client", "server", "client state", "server state", "packets", "bytes", "duration", "verdict")
ZEEK = ("conn_state", "history")
"""Before the verdict, where they are asked for."""

RIGHT = (0, 5, 6, 7)
"""The columns that hold numbers."""


def lines(session: Session, *, zeek: bool = False) -> Iterator[str]:
    """The table's lines, as wide as its widest cells; below it what is notable about hosts.

    zeek: with Zeek's columns.
    """
    table = [HEAD, *(_cells(session, flow) for flow in session.flows())]
    if zeek:
        table = _with_zeek(session, table)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        padded = (
            cell.rjust(width) if column in RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()
    for finding in session.snapshot().findings:
        yield clean(f"{finding.diagnosis.severity.value}: {finding.diagnosis.text}")


def _with_zeek(session: Session, table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    log = ConnLog(session)
    cells = [ZEEK, *(summary(log.of(session.flow(number))) for number in range(1, len(table)))]
    return [(*row[:-1], *more, row[-1]) for row, more in zip(table, cells, strict=True)]


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
