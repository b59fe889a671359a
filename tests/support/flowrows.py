"""Connections as the flow list needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tcptui.flowtable import UNKNOWN, FlowTable
from tcptui.model.flowcolumns import FlowColumns, Shown
from tcptui.model.flowlist import FlowRow
from tcptui.store.flows import Address, Endpoints, words_of
from tcptui.tcp.states import State


@dataclass(frozen=True)
class Flow:
    """A connection as the list needs it."""

    number: int
    ends: tuple[Address, Address]
    client: int = 0
    start_ns: int = 0
    end_ns: int = 43_100_000_000
    packets: tuple[int, int] = (5, 4)
    payload: tuple[int, int] = (7, 0)
    states: tuple[State, State] = (State.FIN_WAIT_2, State.CLOSE_WAIT)


def columns(rows: Sequence[FlowRow], names: Shown | None = None) -> FlowColumns:
    """Rows as columns; an empty verdict is one that is not known. They share the first one's now."""
    flows = [row.flow for row in rows]
    texts = sorted({row.verdict for row in rows} - {""}, reverse=True)
    places = {"": UNKNOWN} | {text: at for at, text in enumerate(texts)}
    table = FlowTable(
        number=np.array([flow.number for flow in flows], np.int32),
        pair=np.zeros(len(flows), np.int32),
        client=np.array([flow.client for flow in flows], np.uint8),
        states=np.array([flow.states for flow in flows], np.uint8).reshape(-1, 2),
        packets=np.array([sum(flow.packets) for flow in flows], np.int64),
        payload=np.array([sum(flow.payload) for flow in flows], np.int64),
        start_ns=np.array([flow.start_ns for flow in flows], np.int64),
        end_ns=np.array([flow.end_ns for flow in flows], np.int64),
        verdict=np.array([places[row.verdict] for row in rows], np.int32),
        verdicts=texts,
    )
    first, second = ([flow.ends[end] for flow in flows] for end in (0, 1))
    ends = Endpoints(_words(first), _words(second))
    return FlowColumns(table, lambda: ends, rows[0].now_ns if rows else None, names)


def _words(ends: Sequence[Address]) -> list[np.ndarray]:  # type: ignore[type-arg]
    words = [(*words_of(end.ip), end.port) for end in ends]
    return list(np.array(words, np.uint64).reshape(-1, 3).T)
