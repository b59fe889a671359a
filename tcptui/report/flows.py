"""``-T flows``: a table, a connection a line, with both states and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcptui.flowtable import NOT_YET, FlowTable
from tcptui.model.text import clean
from tcptui.model.times import duration, size
from tcptui.session import Session
from tcptui.store.headers import Ints
from tcptui.tcp.states import State

HEAD = ("#", "client", "server", "client state", "server state", "packets", "bytes", "duration", "verdict")
ZEEK = ("conn_state", "history")
"""Before the verdict, where they are asked for."""

RIGHT = (0, 5, 6, 7)
"""The columns that hold numbers."""

Column = list[str]


def lines(session: Session, *, zeek: bool = False) -> Iterator[str]:
    """The table's lines, as wide as its widest cells; below it what is notable about hosts.

    zeek: with Zeek's columns.
    """
    table = session.table()
    session.judge(table)
    head, columns = list(HEAD), _columns(session, table)
    if zeek:
        head[-1:-1], columns[-1:-1] = ZEEK, _zeek(session)
    widths = [max(map(len, [name, *column])) for name, column in zip(head, columns, strict=True)]
    signs = ("" if at in RIGHT else "-" for at in range(len(head)))
    form = "  ".join(f"%{sign}{width}s" for sign, width in zip(signs, widths[:-1], strict=False)) + "  %s"
    yield (form % tuple(head)).rstrip()
    yield from map(str.rstrip, map(form.__mod__, zip(*columns, strict=True)))
    for finding in session.snapshot().findings:
        yield clean(f"{finding.diagnosis.severity.value}: {finding.diagnosis.text}")


def _columns(session: Session, table: FlowTable) -> list[Column]:
    """The cells, by column: a million connections are a loop in C each."""
    clients, servers = session.addresses(table)
    states = [str(state) for state in State] + [""] * (NOT_YET - len(State)) + ["…"]
    verdicts = [clean(text) for text in table.verdicts]
    return [
        list(map(str, table.number.tolist())),
        list(map(clean, clients)),
        list(map(clean, servers)),
        [states[code] for code in table.state(True).tolist()],
        [states[code] for code in table.state(False).tolist()],
        _each(str, table.packets),
        _each(size, table.payload),
        _each(duration, table.end_ns - table.start_ns),
        [verdicts[code] for code in table.verdict.tolist()],
    ]


def _each(words: Callable[[int], str], numbers: Ints) -> Column:
    """Numbers in words, each different one once."""
    known: dict[int, str] = {}
    return [known.get(one) or known.setdefault(one, words(one)) for one in numbers.tolist()]


def _zeek(session: Session) -> list[Column]:
    from tcptui.report.zeek import by_flow, summary

    cells = list(by_flow(session, lambda _, entries: summary(entries)))
    return [[state for state, _ in cells], [history for _, history in cells]]
