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


def sort(columns: FlowColumns, keep: Ints, key: str) -> NDArray[np.int64]:
    """The numbers of the flows at these places, in one of SORT_KEYS (KeyError for another).

    Flow numbers decide ties; what is not known yet comes last. keep: ascending.
    """
    keys = SORT_KEYS[key](columns)
    if not keys:
        return columns.table.number[keep]
    if len(keep) < len(columns):
        return columns.table.number[keep[ascending([one[keep] for one in keys])]]
    if key not in BY_ADDRESS:
        asked = key, int(columns.judged.sum()) if key == "verdict" else 0
        last = columns.last
        if last is None or last[0] != asked:
            last = columns.last = asked, columns.table.number[ascending(keys)]
        return last[1]
    if key not in columns.orders:
        columns.orders[key] = columns.table.number[ascending(keys)]
    return columns.orders[key]


BY_ADDRESS = ("client", "server")
"""The orders that are the costliest, and do not change while flows go on."""


def ascending(keys: Sequence[Key]) -> Ints:
    """The places of the elements in ascending order, by the last key first; stable.

    NumPy sorts numbers several times faster than it finds out their order; so a key is sorted with the
    places in its lower bits, and a long key in parts, as a radix sort does.
    """
    places = np.arange(len(keys[0]))
    order = places
    bits = len(places).bit_length()
    room = 63 - bits
    for key in keys:
        least, most = (int(key.min()), int(key.max())) if len(key) else (0, 0)
        span = most - least
        rest = key - key.dtype.type(least)
        if 0 < span < 1 << 8:
            part = rest.astype(np.uint8)
            part = part if order is places else part[order]
            order = order[np.argsort(part, kind="stable")]  # NumPy's radix sort
            continue
        for shift in range(0, span.bit_length(), room):
            part = rest.astype(np.uint64) >> np.uint64(shift) & np.uint64((1 << room) - 1)
            part = part.astype(np.int64)
            part = part if order is places else part[order]
            part <<= bits
            part |= places
            part.sort()
            part &= (1 << bits) - 1
            order = part if order is places else order[part]
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
