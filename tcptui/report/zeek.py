"""What Zeek would log of each flow: ``--zeek`` of the flow table, and in every JSON record.

Zeek counts connections in its own way, so a flow may be several of them, or a part of one.

Limits: segments whose TCP header was not captured whole are none to Zeek, and left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TypeVar

import numpy as np

from tcptui.report.shares import of_flows
from tcptui.session import FlowInfo, Session
from tcptui.store.headers import Ints
from tcptui.store.rest import cut_headers
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Segment
from tcptui.zeek.log import Entry, PairLog

BATCH = 1 << 16

T = TypeVar("T")


class ConnLog:
    """Zeek's conn.log of what a session has read so far, looked up by flow.

    pairs: those that will be asked for (FlowInfo.pair), besides those that `beside` knows.
    """

    def __init__(self, session: Session, pairs: Iterable[int], beside: ConnLog | None = None) -> None:
        known: MutableMapping[int, list[Entry]] = beside._entries if beside else {}
        self._session = session
        self._entries: ChainMap[int, list[Entry]] = ChainMap(
            _entries(session.store, set(pairs) - known.keys()), known
        )
        self._begins: dict[int, list[int]] = beside._begins if beside else {}

    def of(self, flow: FlowInfo) -> list[Entry]:
        """The connections that a flow's packets belong to, in order."""
        entries, lives = self._entries[flow.pair], self._session.lives(flow)
        if len(lives) == 1:
            return entries
        if flow.pair not in self._begins:
            self._begins[flow.pair] = [self._session.flow(number).first_packet for number in lives]
        begins = self._begins[flow.pair]
        after = bisect_right(begins, flow.first_packet)
        following = begins[after] if after < len(begins) else 1 << 62
        first = bisect_left(entries, flow.first_packet, key=lambda entry: entry.packets[1])
        return entries[first : bisect_left(entries, following, key=lambda entry: entry.packets[0])]


def _entries(store: SegmentStore, pairs: Iterable[int]) -> dict[int, list[Entry]]:
    """All connections of these pairs, by pair, in order."""
    ends = {pair: store.pairs.ends(pair) for pair in pairs}
    logs = {pair: PairLog((one.port, other.port)) for pair, (one, other) in ends.items()}
    rows = np.concatenate([np.zeros(0, np.int64), *map(store.pairs.rows, logs)])
    for begin in range(0, len(rows), BATCH):
        for pair, segment, whole in _packets(store, rows[begin : begin + BATCH]):
            logs[pair].feed(segment, whole)
    return {pair: log.entries() for pair, log in logs.items()}


def by_flow(session: Session, tell: Callable[[FlowInfo, list[Entry]], T]) -> Iterator[T]:
    """What is told of each flow and its connections; by all processes."""
    reused = ConnLog(session, session.reused())  # else it would be gone through for each of their lives

    def some(flows: list[FlowInfo]) -> Iterator[T]:
        log = ConnLog(session, {flow.pair for flow in flows}, reused)
        return (tell(flow, log.of(flow)) for flow in flows)

    return of_flows(session, some)


def summary(entries: list[Entry]) -> tuple[str, str]:
    """conn_state and history of a flow: ``SF`` and ``ShADadFf``, ``-`` where Zeek has none.

    Several connections are separated by commas, as Zeek writes lists (``S0,SF``); one like the one before,
    as each try of a call that is refused, is not repeated.
    """
    told = [(entry.conn_state, entry.history) for entry in entries]
    told = [one for at, one in enumerate(told) if not at or one != told[at - 1]]
    return ",".join(one for one, _ in told) or "-", ",".join(one for _, one in told) or "-"


def _packets(store: SegmentStore, rows: Ints) -> Iterator[tuple[int, Segment, bool]]:
    """Segments, each with its pair, and whether its payload was captured to the end."""
    cut = cut_headers(store, rows)
    if cut:
        rows = np.delete(rows, cut)
    begin = store.column("options_at", rows).astype(np.int64) + store.column("options", rows)
    whole = begin + store.column("length", rows) <= store.column("caplen", rows)
    yield from zip(
        store.column("flow", rows).tolist(),
        store.segments(rows, options=False),
        whole.tolist(),
        strict=True,
    )
