"""The book of connections: what is inferred from a store's rows, kept by flow.

A *pair* is a 4-tuple; each life of a pair is a *flow* with a number of its own. Pairs that go by the book
are kept as columns (`regular`), the others have an engine each, which may be behind; and so has whatever
somebody looks at. The book has no thread and no lock: the session has both.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tcptui.condense import BEGINNING, JUDGED, SHOWN, Margin, condensed, excerpt
from tcptui.engines import ENGINE_BYTES, Engine
from tcptui.flowtable import NOT_YET, FlowTable
from tcptui.numbering import Numbering
from tcptui.regular.census import Census
from tcptui.store.compact import Compacted
from tcptui.store.flows import Address
from tcptui.store.headers import Ints
from tcptui.store.retention import FINISHED, HALF_OPEN, OPEN
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.diagnosis import Around, Before, Diagnosis, FlowFacts, diagnose, owes, verdict
from tcptui.tcp.facts import facts
from tcptui.tcp.history import History, Moment, Roles
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND, Timers
from tcptui.tcp.verdict import OVER
from tcptui.trail import Trail

LONG = 4096
"""Segments from which a flow's facts are kept when others are asked for."""

TRAILS = 1024
"""Flows whose facts are kept, those asked for last: more than any screen shows. A flow's are some 5 kB."""

LOOKED_AT = 1024
"""Engines kept of pairs that go by the book, those asked for last."""

SLICE = 2048
"""Rows that an engine is fed at once."""

TRACED = 512
"""Segments of a long flow whose facts are gathered at once, behind the screen."""

FOR_GOOD = 1 << 62

PAIR_BYTES = 400
"""Memory that is kept of a pair besides the store: here some 200 bytes, twice as much while columns grow, and
of its hosts."""

TRAIL_BYTES = 10 << 10

_CLAIM = np.full(len(State), OPEN, np.uint8)
_CLAIM[[State.CLOSED, State.LISTEN, State.TIME_WAIT]] = FINISHED
_CLAIM[[State.SYN_SENT, State.SYN_RCVD]] = HALF_OPEN


@dataclass(frozen=True, slots=True)
class FlowInfo:
    """One connection (one life of a 4-tuple), as the lists show it.

    number: from 1, in order of the first packet. ends, packets, payload, states: by endpoint, 0 being
    the source of the 4-tuple's first packet; `client` says which of them opened the connection.
    payload: bytes sent, retransmissions included. states: at the newest packet. end_ns: the latest time of
    its packets, never before start_ns, the time of the first, even where a clock was set back.
    """

    number: int
    pair: int
    generation: int
    ends: tuple[Address, Address]
    client: int
    roles: Roles
    first_packet: int
    start_ns: int
    end_ns: int
    packets: tuple[int, int]
    payload: tuple[int, int]
    states: tuple[State, State]

    @property
    def client_address(self) -> Address:
        """Who opened the connection, or is believed to have."""
        return self.ends[self.client]

    @property
    def server_address(self) -> Address:
        """The other one."""
        return self.ends[1 - self.client]

    @property
    def client_state(self) -> State:
        """The client's state at the newest packet."""
        return self.states[self.client]

    @property
    def server_state(self) -> State:
        """The server's state at the newest packet."""
        return self.states[1 - self.client]


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is counted of one life of a pair that has several."""

    start_ns: int
    end_ns: int
    packets: tuple[int, int]
    payload: tuple[int, int]


@dataclass(slots=True)
class _Kept:
    """What is known of a pair's flows while nothing changes, by generation."""

    infos: dict[int, FlowInfo] = field(default_factory=dict)
    verdicts: dict[int, tuple[int, str]] = field(default_factory=dict)

    def moved(self, pair: int) -> _Kept:
        """The same of a pair that is numbered anew."""
        return _Kept({at: replace(info, pair=pair) for at, info in self.infos.items()}, self.verdicts)


class FlowBook:
    """Connections, flow numbers, counters and facts of everything in `store`.

    `last` is where time has got to: the newest frame, and a clock that only goes forward.
    """

    def __init__(self, store: SegmentStore, timers: Timers) -> None:
        self.store = store
        self.timers = timers
        self.last = Moment(0, 0)
        self._numbers = Numbering()
        self._census = Census(timers, self._judged)
        self._engines: dict[int, Engine] = {}  # of irregular pairs
        self._looked_at: dict[int, Engine] = {}  # of others, the latest last
        self._behind: dict[int, None] = {}
        self._urgent = -1  # somebody looks at this pair
        self._rows_of: tuple[int, int, Ints] = (-1, 0, np.zeros(0, np.int64))
        self._kept: dict[int, _Kept] = {}
        self._trails: dict[int, Trail] = {}
        self._tracing = 0
        self._deadlines: list[tuple[int, int]] = []
        self._waiting: set[int] = set()
        self._changed: set[int] = set()  # irregular pairs
        self._asked = False  # somebody takes what has changed

    def __len__(self) -> int:
        return len(self._numbers)

    # -- writing ---------------------------------------------------------------------------------

    def take(self) -> None:
        """The rows of the store's newest append, and its ICMP errors."""
        store = self.store
        before = self._census.n
        again = self._census.take(store)
        for pair, error in store.icmp:
            if pair < self._census.n:
                self._hear(pair, error)
        self._behind.update(dict.fromkeys(self._census.irregular))
        if self._kept:
            for pair in self._kept.keys() & set(store.pairs.touched().pairs.tolist()):
                del self._kept[pair]
        born = self._lives(again)
        self._numbers.enter(before, self._census.columns.first_packet[before : self._census.n], born)

    def _hear(self, pair: int, error: IcmpError) -> None:
        self._census.give_up(pair)
        self._engine(pair).learn(error)
        self._behind[pair] = None

    def seen(self, frame: int, time_ns: int) -> None:
        """The capture has got to this frame and time."""
        self.last = Moment(max(frame, self.last.packet), max(time_ns, self.last.time_ns))

    @property
    def behind(self) -> int:
        """How many pairs the engines have yet to be fed the newest rows of, and whose facts to gather."""
        return len(self._behind) + bool(self._tracing) + self._census.fallen

    def settle(self, quiet_ns: int) -> None:
        """Leave to the engines what no kind tells of and has been silent for so long."""
        self._census.settle(self.last.time_ns, self.last.time_ns - quiet_ns)
        self._adopt()

    def catch_up(self) -> bool:
        """Feed some of the engines that are behind, SLICE rows or a little more. Whether more are behind."""
        self._adopt()
        groups: dict[int, Ints] = {}
        left = SLICE
        for pair in itertools.chain([self._urgent] if self._urgent in self._behind else (), self._behind):
            groups[pair] = self._unfed(pair, SLICE)
            left -= len(groups[pair])
            if left <= 0:
                break
        self._later([life for pair in self._feed(groups) for life in self._lives_of(pair)])
        return self._trace() or bool(self._behind)

    def _unfed(self, pair: int, most: int) -> Ints:
        """The next rows for an irregular pair's engine."""
        fed, count = self._engine(pair).fed, self.store.pairs.count(pair)
        if (pair, count) != self._rows_of[:2]:  # of a long one they are asked for again and again
            self._rows_of = (pair, count, self.store.pairs.rows(pair))
        return self._rows_of[2][fed : fed + most]

    def _adopt(self) -> None:
        """The pairs that have turned out to be irregular when they were looked at."""
        for pair in self._census.take_fallen():
            self._behind[pair] = None

    def _feed(self, groups: dict[int, Ints]) -> list[int]:
        """Feed irregular pairs' engines their next rows. Those where another life begins."""
        again = []
        segments = condensed(self.store, list(groups.values()), JUDGED)
        for (pair, rows), some in zip(groups.items(), segments, strict=True):
            engine = self._engines[pair]
            if engine.feed(some, len(rows)):
                again.append(pair)
            if engine.fed == self.store.pairs.count(pair):
                engine.catch_errors()
                self._behind.pop(pair, None)
            self._touch(pair, engine)
        return again

    def _lives(self, pairs: list[int]) -> list[tuple[int, int]]:
        """Bring the engines of these pairs up to date; (first frame, pair) of each new life."""
        born = []
        while pairs := [pair for pair in pairs if pair in self._behind]:
            groups = {pair: self._unfed(pair, SLICE) for pair in pairs}
            born += [life for pair in self._feed(groups) for life in self._lives_of(pair)]
        return born

    def _lives_of(self, pair: int) -> list[tuple[int, int]]:
        engine = self._engines[pair]
        first = len(engine.begins)
        frames = engine.split(self.store, self.store.pairs.rows(pair))
        for number in self._numbers.of(pair)[first - 1 :]:
            self._trails.pop(number, None)
        return [(frame, pair) for frame in frames]

    def _later(self, born: list[tuple[int, int]]) -> None:
        self._numbers.enter(self._census.n, np.zeros(0, np.uint32), born)

    def _engine(self, pair: int) -> Engine:
        """An irregular pair's engine."""
        engine = self._engines.get(pair)
        if engine is None:
            engine = self._looked_at.pop(pair, None) or Engine.new(self.store, pair, self.timers)
            self._engines[pair] = engine
        return engine

    def _judged(self, pairs: Sequence[int]) -> list[Connection]:
        """New engines that have seen all of these pairs, which go by the book."""
        segments = self._short([self.store.pairs.rows(pair) for pair in pairs], JUDGED)
        return [self._fed(pair, some) for pair, some in zip(pairs, segments, strict=True)]

    def _fed(self, pair: int, segments: list[Segment]) -> Connection:
        connection = Engine.new(self.store, pair, self.timers).connection
        for segment in segments:
            connection.feed(segment)
        return connection

    def _feed_all(self, engine: Engine, pair: int, margin: Margin) -> None:
        rows = self.store.pairs.rows(pair)[engine.fed :]
        (segments,) = self._short([rows], margin)
        engine.feed(segments, len(rows))

    def _short(self, groups: list[Ints], margin: Margin) -> list[list[Segment]]:
        """Rows of a pair that goes by the book: of a long transfer the beginning and the end matter."""
        long = {at for at, rows in enumerate(groups) if len(rows) > 2 * LONG and self._is_transfer(rows)}
        short = condensed(self.store, [() if at in long else rows for at, rows in enumerate(groups)], margin)
        return [
            excerpt(self.store, rows, LONG) if at in long else short[at] for at, rows in enumerate(groups)
        ]

    def _is_transfer(self, rows: Ints) -> bool:
        """Nothing opens or closes but at the beginning or the end."""
        flags = self.store.column("flags", rows[BEGINNING:-LONG])
        return not (flags & (Flags.SYN | Flags.FIN | Flags.RST)).any()

    def _touch(self, pair: int, engine: Engine) -> None:
        if State.CLOSE_WAIT in engine.connection.states:
            self._waiting.add(pair)
        else:
            self._waiting.discard(pair)
        self._kept.pop(pair, None)
        self._changed.add(pair)
        deadline = engine.connection.deadline_ns
        if deadline is not None and deadline != engine.scheduled:
            heapq.heappush(self._deadlines, (deadline, pair))
            engine.scheduled = deadline

    def fire(self, most: int = 1 << 30) -> bool:
        """Fire the engines' timers that are due, `most` at most. Whether more are."""
        while self._deadlines and self._deadlines[0][0] <= self.last.time_ns:
            if not most:
                return True
            most -= 1
            _, pair = heapq.heappop(self._deadlines)
            engine = self._engines[pair]
            engine.scheduled = None
            due = engine.connection.deadline_ns
            if due is not None and due <= self.last.time_ns:
                engine.connection.advance(self.last.time_ns)
                engine.histories = None
                self._touch(pair, engine)
            elif due is not None:
                self._touch(pair, engine)
        return False

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer may be due."""
        due = [self._deadlines[0][0]] if self._deadlines else []
        regular = self._census.due_ns(self.last.time_ns)
        return min(due if regular is None else [*due, regular], default=None)

    def take_changed(self) -> list[int]:
        """The numbers of the flows that got packets or transitions since the last call, ascending."""
        self._asked = True
        changed, self._changed = self._changed, set()
        numbers = {number for pair in changed for number in self._numbers.of(pair)[-2:]}
        numbers.update(self._numbers.first(self._census.take_changed(self.last.time_ns)))
        self._adopt()
        return sorted(numbers)

    # -- within a bound --------------------------------------------------------------------------

    @property
    def nbytes(self) -> int:
        """Memory that all this takes, about."""
        engines = (len(self._engines) + len(self._looked_at)) * ENGINE_BYTES
        return self._numbers.nbytes + self._census.nbytes + engines + len(self._trails) * TRAIL_BYTES

    @property
    def numbers(self) -> Ints:
        """The numbers of all flows that are there, ascending."""
        return self._numbers.numbers

    def look_over(self, begin: int, count: int) -> bool:
        """Find out where so many pairs stand, from one on. Whether there are more."""
        self._census.bring_up(begin, begin + count, self.last.time_ns)
        return begin + count < self._census.n

    def claims(self, wanted: int = 0) -> tuple[NDArray[np.uint8], Ints]:
        """Of each pair: what it is to `retention`, and the bytes that are kept for it here.

        wanted: the number of a flow that must stay. What `take_changed` has yet to tell is not finished,
        where somebody asks that.
        """
        states = self._census.states(self.last.time_ns)
        states[states == NOT_YET] = State.ESTABLISHED
        for pair, engine in self._engines.items():
            states[pair] = engine.connection.states
        what = _CLAIM[states].max(axis=1)
        if self._asked:
            told = ~self._census.untold
            told[list(self._changed)] = False
            what = np.maximum(what, np.where(told, FINISHED, HALF_OPEN).astype(np.uint8))
        what[list(self._behind)] = OPEN
        with suppress(IndexError):
            what[self._numbers.flow(wanted)[0]] = OPEN
        bytes_ = np.full(len(what), PAIR_BYTES)
        bytes_[list(self._engines)] += ENGINE_BYTES
        return what, bytes_

    def catch_up_with(self, pair: int) -> bool:
        """Feed the engine of a pair, SLICE rows at most. Whether there is more to do."""
        if pair in self._behind:
            again = self._feed({pair: self._unfed(pair, SLICE)})
            self._later([life for one in again for life in self._lives_of(one)])
        return pair in self._behind

    def compact(self, done: Compacted, shorter: Ints) -> None:
        """Go on with a store of fewer rows and pairs. shorter: (old) pairs that stay without some of their
        rows; their engines must have been fed all of them.
        """
        for pair in shorter.tolist():
            self._looked_at.pop(pair, None)
            if pair in self._engines:
                rows = self.store.pairs.rows(pair)
                at = np.minimum(np.searchsorted(done.rows, rows), len(done.rows) - 1)
                self._engines[pair].shorten(np.flatnonzero(done.rows[at] == rows))
        stale = {number for pair in shorter.tolist() for number in self._numbers.of(pair)}
        new = done.pair_of.tolist() if self._engines or self._looked_at or self._behind else []
        self._engines = {new[p]: one for p, one in self._engines.items() if new[p] >= 0}
        self._looked_at = {new[p]: one for p, one in self._looked_at.items() if new[p] >= 0}
        self._behind = {new[p]: None for p in self._behind if new[p] >= 0}
        self._kept = {new[p]: one.moved(new[p]) for p, one in self._kept.items() if new[p] >= 0}
        self._waiting = {new[p] for p in self._waiting if new[p] >= 0}
        self._changed = {new[p] for p in self._changed if new[p] >= 0}
        self._deadlines = [
            (one.scheduled, pair) for pair, one in self._engines.items() if one.scheduled is not None
        ]
        heapq.heapify(self._deadlines)
        self._numbers.compact(done.pairs, done.pair_of)
        self._census.compact(done.pairs)
        there = set(self.numbers.tolist()) if self._trails or self._tracing else set()
        self._tracing = self._tracing if self._tracing in there else 0
        self._trails = {n: one for n, one in self._trails.items() if n in there and n not in stale}
        self._urgent, self._rows_of = -1, (-1, 0, np.zeros(0, np.int64))
        self.store = done.store

    # -- reading ---------------------------------------------------------------------------------

    def by_the_book(self, number: int) -> bool:
        """No engine is needed to tell of this flow."""
        return self._census.is_regular(self._numbers.flow(number)[0])

    def info(self, number: int) -> FlowInfo:
        """A flow's line. IndexError when there is no such number."""
        pair, generation = self._numbers.flow(number)
        if not self._census.is_regular(pair):
            self._look_at(pair)
            kept = self._kept.setdefault(pair, _Kept()).infos
            if generation not in kept:
                kept[generation] = self._info_of_irregular(number, pair, generation)
            return kept[generation]
        one, standing = self._census.columns, self._census.standing(pair, self.last.time_ns)
        if standing is None:
            return self.info(number)  # it has just turned out to be irregular
        return FlowInfo(
            number, pair, 0, self.store.pairs.ends(pair), 0, Roles.HANDSHAKE,
            int(one.first_packet[pair]), int(one.start_ns[pair]), int(one.end_ns[pair]),
            (int(one.packets[pair, 0]), int(one.packets[pair, 1])),
            (int(one.payload[pair, 0]), int(one.payload[pair, 1])),
            standing,
        )  # fmt: skip

    def _info_of_irregular(self, number: int, pair: int, generation: int) -> FlowInfo:
        engine, history = self._engines[pair], self.history(number)
        counts = self._counts(pair, generation)
        if generation + 1 == len(engine.begins):
            states = engine.connection.states
        else:
            ends = history.at(self.last)
            states = (ends[0].state, ends[1].state)
        return FlowInfo(
            number, pair, generation, self.store.pairs.ends(pair), history.client, history.roles,
            history.first_packet, counts.start_ns, counts.end_ns, counts.packets, counts.payload, states,
        )  # fmt: skip

    def _counts(self, pair: int, generation: int) -> _Counts:
        if len(self._engines[pair].begins) == 1:
            one = self._census.columns
            packets, payload = one.packets[pair].tolist(), one.payload[pair].tolist()
            span = int(one.start_ns[pair]), int(one.end_ns[pair])
            return _Counts(*span, (packets[0], packets[1]), (payload[0], payload[1]))
        rows, column = self._rows(pair, generation), self.store.column
        sender, length, time_ns = column("sender", rows), column("length", rows), column("time_ns", rows)
        packets = np.bincount(sender, minlength=2).tolist()
        payload = np.bincount(sender, length, minlength=2).astype(np.int64).tolist()
        start, end = (int(time_ns[0]), int(time_ns.max())) if len(rows) else (0, 0)
        return _Counts(start, end, (packets[0], packets[1]), (payload[0], payload[1]))

    def history(self, number: int) -> History:
        """A flow's state log. Without a handshake, the end with the lower port is taken for the server."""
        pair, generation = self._numbers.flow(number)
        history = self._look_at(pair).history(generation)
        if history.roles is Roles.GUESSED:
            first, second = self.store.pairs.ends(pair)
            if first.port != second.port:
                return replace(history, client=0 if first.port > second.port else 1)
        return history

    def _look_at(self, pair: int) -> Engine:
        """The pair's engine, with time as it is; as far as it got where it has much to catch up with."""
        engine = self._engines.get(pair)
        if not self._census.is_regular(pair):
            engine = self._engine(pair)
            if engine.fed < self.store.pairs.count(pair) or engine.heard < len(engine.errors):
                self._urgent, self._behind[pair] = pair, None
                again = self._feed({pair: self._unfed(pair, SLICE)})
                self._later([life for one in again for life in self._lives_of(one)])
            return engine
        engine = self._looked_at.pop(pair, None) or Engine.new(self.store, pair, self.timers)
        self._looked_at[pair] = engine
        if len(self._looked_at) > LOOKED_AT:
            self._looked_at.pop(next(iter(self._looked_at)))
        if engine.fed < self.store.pairs.count(pair):
            self._feed_all(engine, pair, SHOWN)
        deadline = engine.connection.deadline_ns
        if deadline is not None and deadline <= self.last.time_ns:
            engine.connection.advance(self.last.time_ns)
            engine.histories = None
        return engine

    def look_ahead(self, numbers: Iterable[int]) -> None:
        """Histories of these flows are going to be asked for: feed their engines all at once."""
        pairs = dict.fromkeys(self._numbers.flow(number)[0] for number in numbers)
        new = [p for p in pairs if self._census.is_regular(p) and p not in self._looked_at][:LOOKED_AT]
        rows = [self.store.pairs.rows(pair) for pair in new]
        for pair, some, all_rows in zip(new, self._short(rows, SHOWN), rows, strict=True):
            engine = self._looked_at[pair] = Engine.new(self.store, pair, self.timers)
            engine.feed(some, len(all_rows))
        while len(self._looked_at) > LOOKED_AT:
            self._looked_at.pop(next(iter(self._looked_at)))

    def rows(self, number: int) -> NDArray[np.int64]:
        """The store's rows of a flow that have been fed, in capture order."""
        return self._rows(*self._numbers.flow(number))

    def _rows(self, pair: int, generation: int) -> Ints:
        rows = self.store.pairs.rows(pair)
        if self._census.is_regular(pair):
            return rows
        engine = self._look_at(pair)
        begin, *after = engine.begins[generation : generation + 2]
        return rows[begin : after[0] if after else engine.fed]

    def errors(self, number: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about a flow's segments, in capture order; the first MOST_ERRORS of its pair."""
        pair, generation = self._numbers.flow(number)
        engine = self._engines.get(pair)
        return () if engine is None else engine.errors_of(generation)

    def verdict_codes(self, numbers: list[int]) -> list[int]:
        """Verdicts as of now of flows whose kind does not tell them, by place in a table's `verdicts`."""
        unknown = [number for number in numbers if self._known_verdict(number) is None]
        segments = self._short([self.rows(number) for number in unknown], JUDGED)
        for number, some in zip(unknown, segments, strict=True):
            self._keep_verdict(number, self._verdict_by(number, some))
        return [self._census.number_of(self._known_verdict(number) or "") for number in numbers]

    def _known_verdict(self, number: int) -> str | None:
        """A verdict that was worked out before, and still holds."""
        pair, generation = self._numbers.flow(number)
        second, text = self._kept.setdefault(pair, _Kept()).verdicts.get(generation, (-1, ""))
        return text if second in (self.last.time_ns // SECOND, FOR_GOOD) else None

    def _keep_verdict(self, number: int, text: str) -> str:
        pair, generation = self._numbers.flow(number)
        over = all(one.state in OVER for one in self.history(number).at(self.last))
        until = FOR_GOOD if over else self.last.time_ns // SECOND
        self._kept.setdefault(pair, _Kept()).verdicts[generation] = until, text
        return text

    def verdict(self, number: int, now: Moment) -> str:
        """A flow in a few words as of `now`."""
        if now != self.last:
            return self._verdict(number, now)
        pair, _ = self._numbers.flow(number)
        if self._census.is_regular(pair):
            found = self._census.verdict(pair, now.time_ns, lambda: self._verdict(number, now))
            if found is not None:
                return found
        known = self._known_verdict(number)
        return self._keep_verdict(number, self._verdict(number, now)) if known is None else known

    def _verdict(self, number: int, now: Moment) -> str:
        if now != self.last:
            return verdict(self.history(number), self.facts(number, now), now)
        (segments,) = self._short([self.rows(number)], JUDGED)
        return self._verdict_by(number, segments)

    def _verdict_by(self, number: int, segments: list[Segment]) -> str:
        pair, _ = self._numbers.flow(number)
        if self._census.is_regular(pair) and pair not in self._looked_at:
            connection = self._fed(pair, segments)
            connection.advance(self.last.time_ns)
            history = connection.history()
        else:
            history = self.history(number)
        same = self.store.pairs.same_socket(pair)
        return verdict(history, facts(segments, same_socket=same), self.last)

    def table(self, *, verdicts: bool = True) -> FlowTable:
        """All flows as columns, as of now.

        verdicts: those that are of a kind (see `judge`).
        """
        table = self._census.table(self._numbers, self.last.time_ns)
        table.pairs = self.store.pairs
        if verdicts:
            self.judge(table)
        self._adopt()
        for pair in self._behind:
            table.states[self._numbers.place(self._numbers.of(pair)[0])] = NOT_YET
        for pair, engine in self._engines.items():
            if engine.fed:
                self._put(table, pair, engine)
        return table

    def judge(self, table: FlowTable) -> None:
        """Fill in the verdicts of flows of which all of a kind are told the same, as of now.

        The others' stay as they are: UNKNOWN, and to be asked for one by one (`verdict_codes`).
        """
        self._census.judge(table, self.last.time_ns, lambda number: self._verdict(number, self.last))

    def _put(self, table: FlowTable, pair: int, engine: Engine) -> None:
        """What only an engine tells; of a single life all else is counted in columns."""
        numbers = self._numbers.of(pair)
        if len(numbers) == 1:
            at = table.place(numbers[0])
            table.client[at] = self.history(numbers[0]).client
            table.states[at] = engine.connection.states
            return
        for info in map(self.info, numbers):
            at = table.place(info.number)
            table.client[at], table.states[at] = info.client, info.states
            table.packets[at], table.payload[at] = sum(info.packets), sum(info.payload)
            table.start_ns[at], table.end_ns[at] = info.start_ns, info.end_ns

    def diagnoses(self, number: int, now: Moment, around: Around | None = None) -> tuple[Diagnosis, ...]:
        """What is notable about a flow as of `now`. around: what other connections tell of its hosts."""
        pair, generation = self._numbers.flow(number)
        previous = None
        if generation:
            engine = self._look_at(pair)
            before = self._numbers.of(pair)[generation - 1]
            previous = Before(engine.history(generation - 1), self.facts(before, self.last))
        found = self.facts(number, now)
        return diagnose(self.history(number), found, now, self.timers, previous=previous, around=around)

    def waiting(self, now_ns: int) -> Iterator[tuple[Address, int, int]]:
        """Each endpoint in CLOSE_WAIT now: its address, the number of its flow, ns since the last packet."""
        now_ns = max(now_ns, self.last.time_ns)
        columns = self._census.columns
        regular = self._census.waiting(now_ns)
        irregular = [(pair, end) for pair in self._waiting for end in (0, 1)]
        irregular = [
            (p, e) for p, e in irregular if self._engines[p].connection.states[e] is State.CLOSE_WAIT
        ]
        for pair, end in sorted([*regular, *irregular]):
            yield (
                self.store.pairs.ends(pair)[end],
                self._numbers.of(pair)[-1],
                now_ns - int(columns.end_ns[pair]),
            )

    def fin_of_waiting(self, number: int) -> int:
        """The frame of the FIN that brought an end of a flow into CLOSE_WAIT, as its ACK proves; else 0."""
        for step in reversed(self.history(number).standing()):
            if step.new is State.CLOSE_WAIT:
                return step.packet if step.packet and step.evidence.certain else 0
        return 0

    def owes(self, number: int, now: Moment) -> str:
        """Who must send the next segment as of `now`."""
        return owes(self.history(number), self.facts(number, now), now)

    def facts(self, number: int, now: Moment) -> FlowFacts:
        """The facts of a flow's segments up to `now`. Valid until the next call.

        Those of a long flow are gathered behind the screen; until then they are of its beginning and of the
        segments just before `now`, with the sum of what is between.
        """
        rows = self.rows(number)
        count = len(rows)
        if now.packet < self.last.packet:
            count = int(np.searchsorted(self.store.column("frame", rows), now.packet, side="right"))
        trail = self._trail(number)
        if count - trail.fed > LONG:
            self._tracing = number
            same = self.store.pairs.same_socket(self._numbers.flow(number)[0])
            return facts(excerpt(self.store, rows[:count], LONG), same_socket=same)
        return trail.at(count, lambda begin, end: self.store.segments(rows[begin:end]))

    def _trace(self) -> bool:
        """Gather some more facts of the long flow that was asked for last. Whether there are more."""
        if not self._tracing:
            return False
        rows, trail = self.rows(self._tracing), self._trail(self._tracing)
        if trail.fed < len(rows):
            trail.extend(self.store.segments(rows[trail.fed : trail.fed + TRACED]))
        if trail.fed >= len(rows):
            self._tracing = 0
        return bool(self._tracing)

    def _trail(self, number: int) -> Trail:
        """The trail of a flow; those of short flows that were not asked for lately are forgotten."""
        trail = self._trails.pop(number, None)
        if trail is None:
            trail = Trail(same_socket=self.store.pairs.same_socket(self._numbers.flow(number)[0]))
        self._trails[number] = trail  # the last one now
        if len(self._trails) > TRAILS:
            short = (each for each, kept in self._trails.items() if kept.fed < LONG)
            self._trails.pop(next(short, number), None)
        return trail
