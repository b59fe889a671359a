"""The engines of a store's pairs: of those that do not go by the book, and of others that somebody looks at.

An engine may be behind: it is fed when there is time, or when somebody asks for its pair.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from itertools import chain

import numpy as np

from tcptui.condense import JUDGED, SHOWN, condensed, shortened
from tcptui.dataclass import dataclass
from tcptui.engines import ENGINE_BYTES, Engine
from tcptui.store.compact import Compacted
from tcptui.store.headers import Ints
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.timers import Timers

LOOKED_AT = 1024
"""Engines kept of pairs that go by the book, those asked for last."""

SLICE = 2048
"""Rows that an engine is fed at once."""


@dataclass(slots=True)
class EngineBook:
    """irregular: the engines of pairs that need one. behind: pairs whose engines have yet to be fed. waiting:
    those with an end in CLOSE_WAIT. touched: is called with a pair whenever its engine has moved.
    """

    store: SegmentStore
    timers: Timers
    touched: Callable[[int], None]
    irregular: dict[int, Engine] = field(default_factory=dict)
    behind: dict[int, None] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    _looked_at: dict[int, Engine] = field(default_factory=dict)  # the latest last
    _urgent: int = -1  # somebody looks at this pair
    _deadlines: list[tuple[int, int]] = field(default_factory=list)

    def __contains__(self, pair: int) -> bool:
        return pair in self.irregular or pair in self._looked_at

    @property
    def nbytes(self) -> int:
        """Memory that they take, about."""
        return (len(self.irregular) + len(self._looked_at)) * ENGINE_BYTES

    # -- of pairs that do not go by the book -----------------------------------------------------

    def of(self, pair: int) -> Engine:
        """An irregular pair's engine."""
        engine = self.irregular.get(pair)
        if engine is None:
            engine = self._looked_at.pop(pair, None) or Engine.new(self.store, pair, self.timers)
            self.irregular[pair] = engine
        return engine

    def hear(self, pair: int, error: IcmpError) -> None:
        """An ICMP error about a segment of an irregular pair."""
        self.of(pair).learn(error)
        self.behind[pair] = None

    def is_behind(self, pair: int) -> bool:
        """An irregular pair's engine has not heard everything."""
        engine = self.of(pair)
        return engine.fed < self.store.pairs.count(pair) or engine.heard < len(engine.errors)

    @property
    def awaited(self) -> bool:
        """Somebody looks at a pair that is behind."""
        return self._urgent in self.behind

    @property
    def left(self) -> int:
        """Rows that the engines have yet to be fed."""
        fed = {pair: self.irregular[pair].fed for pair in self.behind if pair in self.irregular}
        return sum(self.store.pairs.count(pair) - fed.get(pair, 0) for pair in self.behind)

    def hurry(self, pair: int) -> None:
        """Somebody looks at this pair: its engine comes first."""
        self._urgent, self.behind[pair] = pair, None

    def feed(self, pairs: Iterable[int]) -> list[int]:
        """Feed these irregular pairs' engines, SLICE rows each. Those where another life begins."""
        return self._feed({pair: self._unfed(pair) for pair in pairs})

    def catch_up(self, rows: int = SLICE, among: Iterable[int] | None = None) -> list[int]:
        """Feed some of those that are behind, so many rows in all. As `feed`. among: these, and no others."""
        groups: dict[int, Ints] = {}
        left = rows
        first = [self._urgent] if self.awaited else []
        for pair in chain(first, self.behind) if among is None else among:
            groups[pair] = self._unfed(pair, left)
            left -= len(groups[pair])
            if left <= 0:
                break
        return self._feed(groups)

    def _unfed(self, pair: int, most: int = SLICE) -> Ints:
        """The next rows for an irregular pair's engine."""
        fed = self.of(pair).fed
        return self.store.pairs.rows(pair, fed, fed + most)

    def _feed(self, groups: dict[int, Ints]) -> list[int]:
        again = []
        segments = condensed(self.store, list(groups.values()), JUDGED)
        for (pair, rows), some in zip(groups.items(), segments, strict=True):
            engine = self.irregular[pair]
            if engine.feed(some, len(rows)):
                again.append(pair)
            if engine.fed == self.store.pairs.count(pair):
                engine.catch_errors()
                self.behind.pop(pair, None)
            self._touch(pair, engine)
        return again

    def _touch(self, pair: int, engine: Engine) -> None:
        if State.CLOSE_WAIT in engine.connection.states:
            self.waiting.add(pair)
        else:
            self.waiting.discard(pair)
        self.touched(pair)
        deadline = engine.connection.deadline_ns
        if deadline is not None and deadline != engine.scheduled and pair not in self.behind:
            heapq.heappush(self._deadlines, (deadline, pair))
            engine.scheduled = deadline

    def fire(self, now_ns: int, most: int) -> bool:
        """Fire the timers that are due, `most` at most. Whether more are.

        Whoever is behind has its turn when it has been fed: what it has yet to hear came before.
        """
        while self._deadlines and self._deadlines[0][0] <= now_ns:
            if not most:
                return True
            most -= 1
            _, pair = heapq.heappop(self._deadlines)
            engine = self.irregular[pair]
            engine.scheduled = None
            if pair in self.behind:
                continue
            if engine.advance(now_ns) or engine.connection.deadline_ns is not None:
                self._touch(pair, engine)
        return False

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer may be due."""
        return self._deadlines[0][0] if self._deadlines else None

    # -- of others -------------------------------------------------------------------------------

    def look_at(self, pair: int, now_ns: int) -> Engine:
        """The engine of a pair that goes by the book: it has seen all, and time is as it is."""
        engine = self._looked_at.pop(pair, None) or Engine.new(self.store, pair, self.timers)
        self._keep(pair, engine)
        rest = Stretch(pair, engine.fed, self.store.pairs.count(pair))
        if rest.size:
            (segments,) = shortened(self.store, [rest], SHOWN)
            engine.feed(segments, rest.size)
        engine.advance(now_ns)
        return engine

    def look_ahead(self, pairs: Iterable[int]) -> None:
        """These go by the book and are going to be looked at: feed their engines all at once."""
        new = [pair for pair in pairs if pair not in self._looked_at][:LOOKED_AT]
        whole = [self._whole(pair) for pair in new]
        for one, segments in zip(whole, shortened(self.store, whole, SHOWN), strict=True):
            engine = Engine.new(self.store, one.pair, self.timers)
            engine.feed(segments, one.size)
            self._keep(one.pair, engine)

    def _whole(self, pair: int) -> Stretch:
        return Stretch(pair, 0, self.store.pairs.count(pair))

    def _keep(self, pair: int, engine: Engine) -> None:
        self._looked_at[pair] = engine
        if len(self._looked_at) > LOOKED_AT:
            self._looked_at.pop(next(iter(self._looked_at)))

    def judged(self, pairs: Sequence[int]) -> list[Connection]:
        """New engines that have seen all of these pairs, which go by the book; they are not kept."""
        segments = shortened(self.store, [self._whole(pair) for pair in pairs], JUDGED)
        return [self.fed(pair, some) for pair, some in zip(pairs, segments, strict=True)]

    def fed(self, pair: int, segments: list[Segment]) -> Connection:
        """A new engine that has seen these segments of a pair; it is not kept."""
        connection = Engine.new(self.store, pair, self.timers).connection
        for segment in segments:
            connection.feed(segment)
        return connection

    # -- within a bound --------------------------------------------------------------------------

    def compact(self, done: Compacted, shorter: Ints) -> None:
        """Go on with a store of fewer rows and pairs. shorter: see FlowBook.compact."""
        for pair in shorter.tolist():
            self._looked_at.pop(pair, None)
            if pair in self.irregular:
                rows = self.store.pairs.rows(pair)
                at = np.minimum(np.searchsorted(done.rows, rows), len(done.rows) - 1)
                self.irregular[pair].shorten(np.flatnonzero(done.rows[at] == rows))
        new = done.pair_of.tolist() if self.irregular or self._looked_at or self.behind else []
        self.irregular = {new[p]: one for p, one in self.irregular.items() if new[p] >= 0}
        self._looked_at = {new[p]: one for p, one in self._looked_at.items() if new[p] >= 0}
        self.behind = {new[p]: None for p in self.behind if new[p] >= 0}
        self.waiting = {new[p] for p in self.waiting if new[p] >= 0}
        self._deadlines = [
            (one.scheduled, pair) for pair, one in self.irregular.items() if one.scheduled is not None
        ]
        heapq.heapify(self._deadlines)
        self._urgent = -1
        self.store = done.store
