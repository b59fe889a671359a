"""What can be told of a batch without those before it: its segments as columns, grouped by pair of endpoints.

It hangs on nothing else, so another process may work it out, ahead of the thread that keeps the store
(`capture/scout.py`). What is left for that thread is to look up each *pair* of a batch, not each segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.pcapfile import Batch
from tcptui.store.decode import Columns, Counts, Icmp, decode
from tcptui.store.headers import Ints
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
    the source is the higher of the two endpoints. own: they are one address and port. four, six: the pairs.
    first_high: `high` of each pair's first row. order, starts: rows by pair, those of pair i are
    order[starts[i] : starts[i + 1]], ascending. counts, icmp: as `decode` gives them.
    """

    record: NDArray[np.int32]
    columns: dict[str, NDArray[Any]]
    pair: NDArray[np.int32]
    high: NDArray[np.bool_]
    own: NDArray[np.bool_]
    four: Keys
    six: Keys
    first_high: NDArray[np.bool_]
    order: NDArray[Any]
    starts: NDArray[np.int32]
    counts: Counts
    icmp: tuple[Icmp, ...]


def digest(batch: Batch) -> Digest:
    """A batch as it can be told by itself. Never raises."""
    columns, counts, icmp = decode(batch)
    rows = len(columns.record)
    high, own = np.empty(rows, np.bool_), np.empty(rows, np.bool_)
    four, six = np.flatnonzero(columns.version == 4), np.flatnonzero(columns.version == 6)
    of_four, of_six = _key_of_four(columns, four), _key_of_six(columns, six)
    for at, key in ((four, of_four), (six, of_six)):
        high[at], own[at] = key.high, key.own
    number_four, first_four = Interner(2).numbers(of_four.words)
    number_six, first_six = Interner(5).numbers(of_six.words)
    first = np.concatenate((four[first_four], six[first_six]))
    by_first = np.argsort(first)
    name = np.empty(len(first), np.int32)
    name[by_first] = np.arange(len(first), dtype=np.int32)
    names_four, names_six = name[: len(first_four)], name[len(first_four) :]
    pair = np.empty(rows, np.int32)
    pair[four], pair[six] = names_four[number_four], names_six[number_six]
    small: Any = np.uint16 if len(first) <= 1 << 16 else np.int32
    order = np.argsort(pair.astype(small), kind="stable")
    starts = np.zeros(len(first) + 1, np.int32)
    np.cumsum(np.bincount(pair, minlength=len(first)), out=starts[1:])
    return Digest(
        record=columns.record.astype(np.int32),
        columns=_stored(columns, batch),
        pair=pair,
        high=high,
        own=own,
        four=Keys([words[first_four] for words in of_four.words], names_four.astype(np.int64)),
        six=Keys([words[first_six] for words in of_six.words], names_six.astype(np.int64)),
        first_high=high[first[by_first]],
        order=order.astype(np.uint16 if rows <= 1 << 16 else np.int32),
        starts=starts,
        counts=counts,
        icmp=icmp,
    )


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
