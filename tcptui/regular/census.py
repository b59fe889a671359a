"""Where all pairs that go by the book stand, now: brought up to date when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tcptui.flowtable import UNKNOWN, FlowTable
from tcptui.regular.columns import AGAIN, IRREGULAR, ODD, ROUGH, PairColumns
from tcptui.regular.kinds import NEVER, Engines, Kinds
from tcptui.regular.known import CLOSING_NS
from tcptui.regular.rows import grouped
from tcptui.regular.sweep import sweep
from tcptui.store.headers import Ints
from tcptui.store.rowindex import grown
from tcptui.store.segments import SegmentStore
from tcptui.tcp.states import State
from tcptui.tcp.timers import Timers
from tcptui.tcp.verdict import IMPATIENT

Places = slice | NDArray[np.signedinteger]
"""Pairs: the first ones, or by number."""

MOST_TEXTS = 10_000
"""Verdicts that are remembered beyond a compaction."""


class Numbers(Protocol):
    """Numbering, as the table needs it."""

    @property
    def numbers(self) -> Ints: ...
    @property
    def pairs(self) -> NDArray[np.int32]: ...


class Census:
    """Columns of all pairs, and their states as far as they are known.

    irregular: pairs of the last `take` that the engine must tell of.
    """

    def __init__(self, timers: Timers, engines: Engines) -> None:
        self.columns = PairColumns()
        self.irregular: list[int] = []
        self._closing_ns = min(CLOSING_NS, timers.time_wait // 2)
        self._kinds = Kinds(timers)
        self._engines = engines
        self._states = np.zeros((1024, 2), np.uint8)
        self._expired = np.zeros((1024, 2), np.bool_)
        self._kind = np.zeros(1024, np.int32)
        self._due = np.zeros(1024, np.int64)  # 0: it has changed since it was looked at
        self._changed = np.zeros(1024, np.bool_)
        self._fallen: list[int] = []
        self._verdicts: dict[int, int] = {}
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}

    @property
    def n(self) -> int:
        """Pairs."""
        return self.columns.n

    def take(self, store: SegmentStore) -> list[int]:
        """The rows of the newest append. The irregular pairs among them that may have begun another life."""
        touched = store.pairs.touched()
        columns = self.columns
        columns.grow(store.pairs.n)
        for name in ("_states", "_expired", "_kind", "_due", "_changed"):
            setattr(self, name, grown(getattr(self, name), columns.n))
        self.irregular = []
        if not len(touched):
            return []
        plain = sweep(columns, grouped(store.appended, touched), self._closing_ns)
        store.mark_plain(touched.rows[plain])
        self._due[touched.pairs] = 0
        self._changed[touched.pairs] = True
        marks = columns.marks[touched.pairs]
        irregular = (marks & IRREGULAR) != 0
        self.irregular = touched.pairs[irregular].tolist()
        again: list[int] = touched.pairs[irregular & (marks & AGAIN != 0)].tolist()
        return again

    @property
    def nbytes(self) -> int:
        """Memory that the columns take."""
        own = (self._states, self._expired, self._kind, self._due, self._changed)
        return self.columns.nbytes + sum(column.nbytes for column in own)

    def compact(self, pairs: Ints) -> None:
        """Only these pairs stay, in this order."""
        self.columns = self.columns.take(pairs)
        for name in ("_states", "_expired", "_kind", "_due", "_changed"):
            setattr(self, name, getattr(self, name)[pairs])
        self.irregular = []
        if len(self._texts) > MOST_TEXTS:
            self._verdicts, self._texts, self._numbers = {}, [], {}

    def states(self, now_ns: int) -> NDArray[np.uint8]:
        """The states of all pairs, two columns; of irregular ones they mean nothing."""
        self._bring_up(now_ns)
        return self._states[: self.n].copy()

    @property
    def untold(self) -> NDArray[np.bool_]:
        """The pairs of which `take_changed` has yet to tell."""
        return self._changed[: self.n]

    def give_up(self, pair: int) -> None:
        """The engine must tell of this pair."""
        self.columns.marks[pair] |= np.uint16(IRREGULAR)
        self._kind[pair], self._due[pair], self._changed[pair] = -1, NEVER, True

    def settle(self, now_ns: int, before_ns: int) -> None:
        """Give up the pairs of which no kind tells, and that have said nothing since `before_ns`."""
        self._bring_up(now_ns)
        left = np.flatnonzero((self._kind[: self.n] == -2) & (self.columns.end_ns[: self.n] <= before_ns))
        for pair in left.tolist():
            self.give_up(pair)
        self._fallen += left.tolist()

    @property
    def fallen(self) -> bool:
        """There is something for `take_fallen`."""
        return bool(self._fallen)

    def is_regular(self, pair: int) -> bool:
        """It goes by the book."""
        return not int(self.columns.marks[pair]) & IRREGULAR

    def _update(self, pairs: Ints, now_ns: int, *, closing: bool = False) -> None:
        regular = (self.columns.marks[pairs] & IRREGULAR) == 0
        found = self._kinds.standing(self.columns, pairs, now_ns, self._engines, closing=closing)
        self._fallen += pairs[regular & (found.kind == -1)].tolist()
        self._changed[pairs] |= (found.states != self._states[pairs]).any(axis=1)
        self._states[pairs], self._expired[pairs] = found.states, found.expired
        self._kind[pairs] = found.kind
        self._due[pairs] = found.due_ns

    def take_fallen(self) -> list[int]:
        """The pairs that turned out to be irregular, without a packet, since the last call."""
        fallen, self._fallen = self._fallen, []
        return fallen

    def _bring_up(self, now_ns: int) -> None:
        """All pairs as of now."""
        self.bring_up(0, self.n, now_ns)

    def bring_up(self, begin: int, end: int, now_ns: int) -> None:
        """Some of the pairs as of now."""
        old = begin + np.flatnonzero(self._due[begin : min(end, self.n)] <= now_ns)
        if old.size:
            self._update(old, now_ns)

    def standing(self, pair: int, now_ns: int) -> tuple[State, State] | None:
        """The states of one pair; None where it turns out not to go by the book."""
        if self._due[pair] <= now_ns:
            self._update(np.array([pair]), now_ns, closing=True)
        if self._kind[pair] == -1:
            return None
        return State(self._states[pair, 0]), State(self._states[pair, 1])

    def due_ns(self, now_ns: int) -> int | None:
        """When a pair changes next without a packet; None: never."""
        if not self.n:
            return None
        self._bring_up(now_ns)
        due = int(self._due[: self.n].min())
        return None if due >= NEVER else due

    def take_changed(self, now_ns: int) -> Ints:
        """The pairs that go by the book and have changed since the last call."""
        self._bring_up(now_ns)
        regular = (self.columns.marks[: self.n] & IRREGULAR) == 0
        changed = np.flatnonzero(self._changed[: self.n] & regular)
        self._changed[: self.n] = False
        return changed

    def waiting(self, now_ns: int) -> Iterator[tuple[int, int]]:
        """(pair, endpoint) of all that go by the book and are in CLOSE_WAIT."""
        self._bring_up(now_ns)
        regular = self._kind[: self.n] != -1
        found = np.argwhere((self._states[: self.n] == State.CLOSE_WAIT) & regular[:, None])
        return ((pair, end) for pair, end in found.tolist())

    # -- verdicts ----------------------------------------------------------------------------------

    def verdict(self, pair: int, now_ns: int, ask: Callable[[], str]) -> str | None:
        """In a few words, as `ask` says of one of its kind; None where it must be asked of each."""
        pairs = np.array([pair])
        if self.standing(pair, now_ns) is None or not self._is_told_by_kind(pairs)[0]:
            return None
        key = int(self._keys(pairs, now_ns)[0])
        if key not in self._verdicts:
            self._verdicts[key] = self.number_of(ask())
        return self._texts[self._verdicts[key]]

    def number_of(self, text: str) -> int:
        """The place of a verdict among all."""
        if text not in self._numbers:
            self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return self._numbers[text]

    def _keys(self, pairs: Places, now_ns: int) -> NDArray[np.int32]:
        """What the verdict depends on; nothing is said of irregular ones."""
        late = now_ns - self.columns.end_ns[pairs] >= IMPATIENT
        expired = self._expired[pairs]
        keys: NDArray[np.int32] = np.maximum(self._kind[pairs], 0) << 3
        keys |= late
        keys |= expired[:, 0].astype(np.int32) << 1
        keys |= expired[:, 1].astype(np.int32) << 2
        return keys

    def _is_told_by_kind(self, pairs: Places) -> NDArray[np.bool_]:
        """Their verdict is that of the kind: nothing that is still open waits for something."""
        columns, states, marks = self.columns, self._states[pairs], self.columns.marks[pairs]
        one, other = states[:, 0], states[:, 1]
        half_closed = (one == State.CLOSE_WAIT) | (other == State.CLOSE_WAIT)
        told: NDArray[np.bool_] = (self._kind[pairs] >= 0) & ~half_closed
        is_open = (one == State.ESTABLISHED) | (other == State.ESTABLISHED)
        doubtful = np.flatnonzero(is_open & (marks & (ODD | ROUGH | ROUGH << 1) != 0))
        waits = (marks[doubtful] & ODD) != 0
        for end in (0, 1):
            unacked = columns.acked[pairs, 1 - end][doubtful] - columns.healed[pairs, end][doubtful]
            waits |= (marks[doubtful] & (ROUGH << end) != 0) & (unacked.view(np.int32) < 0)
        told[doubtful[waits]] = False
        return told

    def table(self, numbers: Numbers, now_ns: int) -> FlowTable:
        """All flows; what is in it of irregular ones is not told by this."""
        self._bring_up(now_ns)
        pairs, columns = _places(numbers.pairs), self.columns
        count = len(numbers.pairs)
        packets, payload = columns.packets[pairs], columns.payload[pairs]
        return FlowTable(
            number=numbers.numbers.copy(),
            pair=numbers.pairs.copy(),
            client=np.zeros(count, np.uint8),
            states=self._states[pairs].copy(),
            packets=packets[:, 0].astype(np.int64) + packets[:, 1],
            payload=payload[:, 0] + payload[:, 1],
            start_ns=columns.start_ns[pairs].copy(),
            end_ns=columns.end_ns[pairs].copy(),
            verdict=np.full(count, UNKNOWN, np.int32),
            verdicts=self._texts,
        )

    def judge(self, table: FlowTable, now_ns: int, ask: Callable[[list[int]], list[str]]) -> None:
        """Fill in the verdicts of a table that are told by kind; `ask` gives those of flows by number."""
        pairs = _places(table.pair)
        told, keys = self._is_told_by_kind(pairs), self._keys(pairs, now_ns)
        codes = np.full(int(keys.max(initial=0)) + 1, UNKNOWN, np.int32)
        for key, code in self._verdicts.items():
            if key < len(codes):
                codes[key] = code
        unknown = np.flatnonzero(told & (codes[keys] == UNKNOWN))
        asked = _shortest(unknown, keys, table.packets)
        for key, text in zip(keys[asked].tolist(), ask(table.number[asked].tolist()), strict=True):
            self._verdicts[key] = codes[key] = self.number_of(text)
        np.copyto(table.verdict, codes.take(keys), where=told)


def _shortest(places: Ints, keys: NDArray[np.int32], packets: Ints) -> Ints:
    """Of these places one for each key: where there are the fewest packets."""
    places = places[np.argsort(packets[places], kind="stable")]
    _, first = np.unique(keys[places], return_index=True)
    shortest: Ints = places[first]
    return shortest


def _places(pairs: NDArray[np.int32]) -> Places:
    """Where these pairs stand in the columns: mostly all of them, in their order, and nothing to look up."""
    count = len(pairs)
    return slice(count) if (pairs == np.arange(count, dtype=np.int32)).all() else pairs
