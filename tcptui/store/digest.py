"""What can be told of a batch without those before it: its segments as columns, grouped by pair of endpoints.

It hangs on nothing else, so another process may work it out, ahead of the thread that keeps the store
(`capture/scout.py`). What is left for that thread is to look up each *pair* of a batch, not each segment.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.pcapfile import Batch
from tcptui.dataclass import dataclass
from tcptui.store import layouts
from tcptui.store.decode import Columns, Counts, Icmp, decode
from tcptui.store.headers import Bytes, Ints
from tcptui.store.intern import Interner, Words

SENDER, IPV6 = 0x4000, 0x8000
"""Beside the nine control bits."""


class Keys(NamedTuple):
    """Pairs of one version of IP, a row each: key words, and the number of each pair within the batch.

    IPv4: (lower endpoint, higher endpoint), each address << 16 | port. IPv6: two words of each address, then
    both ports.
    """

    words: list[Words]
    pair: Ints


@dataclass(frozen=True, slots=True)
class Digest:
    """A batch's segments, a row each, in capture order.

    record: index of the packet in its batch. columns: as a store keeps them; frame and pair are left out, and
    the bits lack the sender's. pair: numbered within the batch, from 0 in order of their first rows. high:
    the source is the higher of the two endpoints. own: they are one address and port. bsd, sack: as `layouts`
    has them. four, six: the pairs. first_high: `high` of each pair's first row. order, starts: rows by pair,
    those of pair i are order[starts[i] : starts[i + 1]], ascending. counts, icmp: as `decode` gives them.
    """

    record: NDArray[np.int32]
    columns: dict[str, NDArray[Any]]
    pair: NDArray[np.int32]
    high: NDArray[np.bool_]
    own: NDArray[np.bool_]
    bsd: NDArray[np.bool_]
    sack: NDArray[np.bool_]
    four: Keys
    six: Keys
    first_high: NDArray[np.bool_]
    order: NDArray[Any]
    starts: NDArray[np.int32]
    counts: Counts
    icmp: tuple[Icmp, ...]


def digest(batch: Batch) -> Digest:
    """A batch as it can be told by itself. Never raises."""
    data = Bytes(batch.data)
    columns, counts, icmp = decode(batch, data)
    stored = _stored(columns, batch)
    at: Ints = stored["offset"] - batch.base
    at = at + columns.options_at
    pairs = _pairs(columns)
    rows, count = len(pairs.pair), len(pairs.first)
    order = np.argsort(pairs.pair.astype(_smallest(count)), kind="stable")
    starts = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(pairs.pair, minlength=count), out=starts[1:])
    return Digest(
        record=columns.record.astype(np.int32),
        columns=stored,
        pair=pairs.pair,
        high=pairs.high,
        own=pairs.own,
        bsd=layouts.bsd(data, at, columns.options, columns.flags),
        sack=layouts.sack(data, at, columns.options),
        four=pairs.four,
        six=pairs.six,
        first_high=pairs.high[pairs.first],
        order=order.astype(_smallest(rows)),
        starts=starts,
        counts=counts,
        icmp=icmp,
    )


class _Pairs(NamedTuple):
    """As in Digest. first: of each pair the first row."""

    pair: NDArray[np.int32]
    high: NDArray[np.bool_]
    own: NDArray[np.bool_]
    four: Keys
    six: Keys
    first: Ints


def _pairs(columns: Columns) -> _Pairs:
    """The pairs of these segments."""
    rows = len(columns.record)
    pair, high, own = np.empty(rows, np.int32), np.empty(rows, np.bool_), np.empty(rows, np.bool_)
    found = []
    for version, key_of, words in ((4, _key_of_four, 2), (6, _key_of_six, 5)):
        at = np.flatnonzero(columns.version == version)
        key = key_of(columns, at)
        high[at], own[at] = key.high, key.own
        pair[at], first = Interner(words).numbers(key.words)
        found.append((at, at[first], [word[first] for word in key.words]))
    first = np.concatenate([first for _, first, _ in found])
    by_first = np.argsort(first)
    name = np.empty(len(first), np.int32)  # each version has numbered its own
    name[by_first] = np.arange(len(first), dtype=np.int32)
    keys, done = [], 0
    for at, mine, key_words in found:
        names, done = name[done : done + len(mine)], done + len(mine)
        pair[at] = names[pair[at]]
        keys.append(Keys(key_words, names.astype(np.int64)))
    return _Pairs(pair, high, own, keys[0], keys[1], first[by_first])


def _smallest(count: int) -> Any:
    """The type for so many different numbers."""
    return np.uint16 if count <= 1 << 16 else np.int32


class _Key(NamedTuple):
    """Of each row: words that do not depend on the direction; high and own as in Digest."""

    words: list[Words]
    high: NDArray[np.bool_]
    own: NDArray[np.bool_]


def _key_of_four(columns: Columns, rows: Ints) -> _Key:
    every = slice(None) if len(rows) == len(columns.record) else rows
    source = columns.source[1][every] << np.uint64(16) | columns.source_port[every]
    destination = columns.destination[1][every] << np.uint64(16) | columns.destination_port[every]
    words = [np.minimum(source, destination), np.maximum(source, destination)]
    return _Key(words, source > destination, source == destination)


def _key_of_six(columns: Columns, rows: Ints) -> _Key:
    s0, s1 = columns.source[0][rows], columns.source[1][rows]
    d0, d1 = columns.destination[0][rows], columns.destination[1][rows]
    sp = columns.source_port[rows].astype(np.uint64)
    dp = columns.destination_port[rows].astype(np.uint64)
    high = (s0 > d0) | ((s0 == d0) & ((s1 > d1) | ((s1 == d1) & (sp > dp))))
    ports = np.where(high, dp << np.uint64(16) | sp, sp << np.uint64(16) | dp)
    low_high = [(d0, s0), (d1, s1), (s0, d0), (s1, d1)]
    words = [np.where(high, a, b) for a, b in low_high] + [ports]
    return _Key(words, high, (s0 == d0) & (s1 == d1) & (sp == dp))


def _stored(columns: Columns, batch: Batch) -> dict[str, NDArray[Any]]:
    """Columns as a store keeps them, as far as they are told by the batch."""
    record = columns.record
    every = slice(None) if len(record) == len(batch) else record
    return {
        "offset": batch.offset[every],
        "time_ns": batch.time_ns[every],
        "seq": columns.seq,
        "ack": columns.ack,
        "length": columns.length,
        "caplen": batch.caplen[every],
        "wirelen": batch.wirelen[every],
        "window": columns.window,
        "bits": columns.flags | np.where(columns.version == 6, np.uint16(IPV6), np.uint16(0)),
        "ip_id": columns.ip_id,
        "linktype": batch.linktype[every],
        "options_at": columns.options_at,
        "options": columns.options,
        "ttl": columns.ttl,
    }
