"""Attempts to connect, over all pairs of sockets: floods (D6) and scans (D7).

Of each pair a few bytes are kept, which grow with the store's batches; the rest is computed when asked for.

Limits: of the lives of one pair of sockets the first counts. Of a source that tried more often than MOST, the
first attempts are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tcptui.hosts.finding import SHOWN, HostFinding
from tcptui.store import headers
from tcptui.store.compact import Compacted
from tcptui.store.flows import Endpoints
from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.tcp.diagnoses.catalog import KINDS
from tcptui.tcp.timers import SECOND
from tcptui.tcp.words import amount

WINDOW = 10 * SECOND
FLOOD = 50
SCAN = 15
MOST = 4096

_SYN, _RST, _ACK = 0x02, 0x04, 0x10
ASKED, ANSWERED, COMPLETED, REFUSED, WITHDRAWN, SPOKE = 1, 2, 4, 8, 16, 32
"""What became of a pair: a SYN, a SYN,ACK, the caller's ACK, the other's RST, the caller's RST, its data."""


class Attempts:
    """Who tried to connect to whom, and what became of it, by pair. time_ns, frame: of the first SYN."""

    def __init__(self, store: SegmentStore) -> None:
        self.store = store
        self.fate = np.zeros(0, np.uint8)
        self.time_ns = np.zeros(0, np.int64)
        self.frame = np.zeros(0, np.uint32)
        self._n = 0

    def feed(self) -> None:
        """Take in the store's rows since the last call."""
        begin, self._n = self._n, self.store.n
        rows = slice(begin, self._n)
        pair, flags = self.store.column("flow", rows), self.store.column("flags", rows)
        caller = self.store.column("sender", rows) == 0
        self._grow(self.store.pairs.n)
        asks = np.flatnonzero(caller & (flags & (_SYN | _ACK | _RST) == _SYN))[::-1]
        fresh = asks[self.fate[pair[asks]] & ASKED == 0]  # the earliest of a pair is written last
        self.time_ns[pair[fresh]] = self.store.column("time_ns", rows)[fresh]
        self.frame[pair[fresh]] = self.store.column("frame", rows)[fresh]
        plain = flags & (_SYN | _RST | _ACK) == _ACK
        for bit, which in (
            (ASKED, fresh),
            (ANSWERED, ~caller & (flags & (_SYN | _ACK) == _SYN | _ACK)),
            (COMPLETED, caller & plain),
            (REFUSED, ~caller & (flags & _RST != 0)),
            (WITHDRAWN, caller & (flags & _RST != 0)),
            (SPOKE, caller & plain & (self.store.column("length", rows) > 0)),
        ):
            self.fate[pair[which]] |= np.uint8(bit)

    def _grow(self, count: int) -> None:
        if count > len(self.fate):
            more = max(count, 2 * len(self.fate)) - len(self.fate)
            self.fate = np.concatenate((self.fate, np.zeros(more, np.uint8)))
            self.time_ns = np.concatenate((self.time_ns, np.zeros(more, np.int64)))
            self.frame = np.concatenate((self.frame, np.zeros(more, np.uint32)))

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return self.fate.nbytes + self.time_ns.nbytes + self.frame.nbytes

    def compacted(self, done: Compacted) -> Attempts:
        """Those of the pairs that stayed, with all that became of them."""
        new = Attempts(done.store)
        new.fate, new.time_ns, new.frame = (
            self.fate[done.pairs],
            self.time_ns[done.pairs],
            self.frame[done.pairs],
        )
        new._n = done.store.n
        return new

    def asked(self) -> Ints:
        """The pairs that began with a SYN, in order of its time."""
        pairs = np.flatnonzero(self.fate & ASKED)
        return pairs[np.argsort(self.time_ns[pairs], kind="stable")]


def groups(keys: list[NDArray[np.uint64]], least: int) -> Iterator[Ints]:
    """Positions with equal keys, ascending, for all keys that stand `least` times or more."""
    order, starts = grouped(keys)
    for at in np.flatnonzero(np.diff(starts) >= least).tolist():
        yield order[starts[at] : starts[at + 1]]


def grouped(keys: list[NDArray[np.uint64]]) -> tuple[Ints, Ints]:
    """Positions by key, ascending for each; where those of each key begin, and the end of the last."""
    order = np.lexsort(keys[::-1])
    new = np.zeros(len(order), np.bool_)
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    return order, np.concatenate((np.zeros(min(len(order), 1), np.int64), starts, [len(order)]))


def distinct(keys: list[NDArray[np.uint64]]) -> int:
    """How many different keys there are."""
    order = np.lexsort(keys)
    new = np.zeros(max(len(order) - 1, 0), np.bool_)
    for key in keys:
        new |= np.diff(key[order]) != 0
    return int(new.sum()) + bool(len(order))


def floods(attempts: Attempts) -> Iterator[HostFinding]:
    """D6: in 10 s of one port max(50, 5 × completed) half-open attempts or more, and under 20 % completed."""
    pairs = attempts.asked()
    ends = attempts.store.pairs.endpoints(pairs)
    for group in groups(ends.server, FLOOD):
        mine = pairs[group]
        times, fate = attempts.time_ns[mine], attempts.fate[mine]
        completed = np.concatenate(([0], np.cumsum(fate & COMPLETED != 0)))
        refused = np.concatenate(([0], np.cumsum(fate & (COMPLETED | REFUSED) == REFUSED)))
        last = np.arange(1, len(mine) + 1)
        first = np.searchsorted(times, times - WINDOW)
        done = completed[last] - completed[first]
        open_ = last - first - done - (refused[last] - refused[first])
        flood = (open_ >= np.maximum(FLOOD, 5 * done)) & (5 * done < last - first)
        if not flood.any():
            continue
        worst = int(np.argmax(np.where(flood, open_, -1)))
        window = group[int(first[worst]) : worst + 1]
        half_open = window[attempts.fate[pairs[window]] & (COMPLETED | REFUSED) == 0]
        yield _flood(attempts, pairs, ends, half_open)


def _flood(attempts: Attempts, pairs: Ints, ends: Endpoints, half_open: Ints) -> HostFinding:
    server = ends.server_text(int(half_open[0]))
    sources = distinct([word[half_open] for word in ends.client[:2]])
    times = attempts.time_ns[pairs[half_open]]
    span = max(int(times[-1] - times[0]), 1)
    backscatter = int((attempts.fate[pairs[half_open]] & WITHDRAWN != 0).sum())
    if backscatter * 5 >= len(half_open):
        whose = "the addresses belong to real hosts, which answer RST: they are forged"
    elif 2 * sources >= len(half_open):
        whose = "nearly each from another address: they are probably forged"
    else:
        whose = "a few sources: see who they are"
    text = (
        f"SYN flood on {server}: {len(half_open):,} half-open connections from {amount(sources, 'source')}, "
        f"{len(half_open) * SECOND / span:,.0f} SYN/s; {whose}"
    )
    frames = tuple(attempts.frame[pairs[half_open[:SHOWN]]].tolist())
    return HostFinding(server, "SYN flood", KINDS["syn-flood"].diagnosis(frames, text))


def scans(attempts: Attempts) -> Iterator[HostFinding]:
    """D7: one source, 15 ports of one host or 15 hosts on one port in 10 s, 70 % of them without success."""
    pairs = attempts.asked()
    ends = attempts.store.pairs.endpoints(pairs)
    source = ends.client[:2]
    for what, same, other in (
        ("ports", ends.server[:2], ends.server[2:]),
        ("hosts", ends.server[2:], ends.server[:2]),
    ):
        for group in groups([*source, *same], SCAN):
            window = _densest(attempts, pairs, group[:MOST], other)
            if window is not None:
                yield _scan(attempts, pairs, ends, window, what)


def _densest(attempts: Attempts, pairs: Ints, group: Ints, other: list[NDArray[np.uint64]]) -> Ints | None:
    """The attempts of 10 s with the most different targets; None where they are too few or succeed."""
    times = attempts.time_ns[pairs[group]].tolist()
    targets = list(zip(*(word[group].tolist() for word in other), strict=True))
    inside: dict[tuple[int, ...], int] = {}
    best, begin, place = 0, 0, (0, 0)
    for at, target in enumerate(targets):
        inside[target] = inside.get(target, 0) + 1
        while times[at] - times[begin] > WINDOW:
            inside[targets[begin]] -= 1
            if not inside[targets[begin]]:
                del inside[targets[begin]]
            begin += 1
        if len(inside) > best:
            best, place = len(inside), (begin, at + 1)
    window = group[place[0] : place[1]]
    if best < SCAN:
        return None
    fate = attempts.fate[pairs[window]]
    vain = (fate & (COMPLETED | SPOKE) == 0) | (fate & (WITHDRAWN | SPOKE) == WITHDRAWN)
    return window if 10 * int(vain.sum()) >= 7 * len(window) else None


def _scan(attempts: Attempts, pairs: Ints, ends: Endpoints, window: Ints, what: str) -> HostFinding:
    source = ends.client_text(int(window[0]), port=False)
    fate = attempts.fate[pairs[window]]
    open_ = int((fate & ANSWERED != 0).sum())
    refused = int((fate & (ANSWERED | REFUSED) == REFUSED).sum())
    half = int((fate & (ANSWERED | WITHDRAWN | SPOKE) == ANSWERED | WITHDRAWN).sum())
    if what == "ports":
        count = len(headers.distinct(ends.server[2][window]))
        where = f"{count} ports of {ends.server_text(int(window[0]), port=False)}"
    else:
        count = distinct([word[window] for word in ends.server[:2]])
        where = f"port {int(ends.server[2][window[0]])} of {count} hosts"
    silent = len(window) - open_ - refused
    how = "; it takes its SYN back by RST: a half-open scan" if 2 * half > open_ and half else ""
    text = f"{source} scans {where}: {open_} open, {refused} refused, {silent} without an answer{how}"
    frames = tuple(attempts.frame[pairs[window[:SHOWN]]].tolist())
    title = "port scan by" if what == "ports" else "host sweep by"
    id_ = "port-scan" if what == "ports" else "host-sweep"
    return HostFinding(source, title, KINDS[id_].diagnosis(frames, text))
