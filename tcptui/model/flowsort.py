"""The orders that the list of flows can stand in, worked out by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tcptui.model.flowcolumns import End, FlowColumns
from tcptui.store.headers import Ints

Key = NDArray[Any]
"""Whole numbers, an element a flow."""


def sort(columns: FlowColumns, keep: Ints, key: str) -> NDArray[np.int32]:
    """The numbers of the flows at these places, in one of SORT_KEYS (KeyError for another).

    Flow numbers decide ties; what is not known yet comes last. keep: ascending.
    """
    keys = SORT_KEYS[key](columns)
    if not keys:
        return columns.table.number[keep]
    if len(keep) < len(columns):
        keys = [one[keep] for one in keys]
    return columns.table.number[keep[ascending(keys)]]


def ascending(keys: Sequence[Key]) -> Ints:
    """The places of the elements in ascending order, by the last key first; stable.

    NumPy sorts numbers several times faster than it finds out their order; so a key is sorted with the
    places in its lower bits, and a long key in parts, as a radix sort does.
    """
    count = len(keys[0])
    order = np.arange(count)
    if not count:
        return order
    bits = count.bit_length()
    room = 63 - bits
    for key in keys:
        least = key.min()
        span = int(key.max()) - int(least)
        if span < 1 << 16:
            if span:
                part = (key - least).astype(np.uint16)[order]
                order = order[np.argsort(part, kind="stable")]  # NumPy's radix sort
            continue
        rest = (key - least).astype(np.uint64)
        for shift in range(0, span.bit_length(), room):
            part = (rest >> np.uint64(shift) & np.uint64((1 << room) - 1)).astype(np.int64)[order]
            part = part << bits | np.arange(count)
            part.sort()
            order = order[part & (1 << bits) - 1]
    return order


def _largest_first(key: Key) -> list[Key]:
    return [key.max(initial=0) - key]


def _address(end: End) -> list[Key]:
    """IPv4 first, then by the number of the address, and by port; names do not count."""
    return [end.port, end.lower, end.upper, (~end.is_four).astype(np.uint8)]


def _verdict(columns: FlowColumns) -> list[Key]:
    texts = list(columns.table.verdicts)
    rank = np.full(len(texts) + 1, len(texts), np.int32)  # the last one: not known
    rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return [rank[columns.table.verdict]]


SORT_KEYS: dict[str, Callable[[FlowColumns], list[Key]]] = {
    "number": lambda columns: [],
    "client": lambda columns: _address(columns.client),
    "server": lambda columns: _address(columns.server),
    "state": lambda columns: [columns.server_state, columns.client_state],
    "server state": lambda columns: [columns.client_state, columns.server_state],
    "packets": lambda columns: _largest_first(columns.table.packets),
    "bytes": lambda columns: _largest_first(columns.table.payload),
    "duration": lambda columns: _largest_first(columns.duration_ns),
    "quiet": lambda columns: _largest_first(columns.quiet_ns),
    "verdict": _verdict,
}
"""What the list can be sorted by: keys besides the number, the one that counts most last.

Counts and spans begin with the largest.
"""
