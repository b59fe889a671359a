"""What Zeek would log of each flow: ``--zeek`` of the flow table, and in every JSON record.

Zeek counts connections in its own way, so a flow may be several of them, or a part of one.

Limits: segments whose TCP header was not captured whole are none to Zeek, and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from tcptui.session import FlowInfo, Session
from tcptui.store.headers import Ints
from tcptui.store.rest import cut_headers
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Segment
from tcptui.zeek.log import Entry, PairLog

BATCH = 1 << 16


class ConnLog:
    """Zeek's conn.log of what a session has read so far, looked up by flow.

    pairs: those that will be asked for (FlowInfo.pair).
    """

    def __init__(self, session: Session, pairs: Iterable[int]) -> None:
        self._session, self._store = session, session.store
        self._logs: dict[int, PairLog] = {}
        some = [self._store.pairs.rows(pair) for pair in pairs]
        rows = np.concatenate(some) if some else np.zeros(0, np.int64)
        for begin in range(0, len(rows), BATCH):
            for number, segment, whole in _packets(self._store, rows[begin : begin + BATCH]):
                self._log(number).feed(segment, whole)

    def of(self, flow: FlowInfo) -> list[Entry]:
        """The connections that a flow's packets belong to, in order."""
        entries, lives = self._log(flow.pair).entries(), self._session.lives(flow)
        if len(lives) == 1:
            return entries
        begins = [self._session.flow(number).first_packet for number in lives]
        following = min((begin for begin in begins if begin > flow.first_packet), default=1 << 62)
        return [e for e in entries if e.packets[1] >= flow.first_packet and e.packets[0] < following]

    def _log(self, pair: int) -> PairLog:
        log = self._logs.get(pair)
        if log is None:
            one, other = self._store.pairs.ends(pair)
            log = self._logs[pair] = PairLog((one.port, other.port))
        return log


def summaries(session: Session, flows: list[FlowInfo]) -> Iterator[tuple[str, str]]:
    """The summary of each of these flows."""
    log = ConnLog(session, {flow.pair for flow in flows})
    return (summary(log.of(flow)) for flow in flows)


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
