"""The book of connections: what is inferred from a store's rows, kept by flow.

A *pair* is a 4-tuple; each life of a pair is a *flow* with a number of its own. Pairs that go by the book
are kept as columns (`regular`), the others have an engine each, which may be behind; and so has whatever
somebody looks at. The book has no thread and no lock: the session has both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field, replace

import numpy as np
from numpy.typing import NDArray

from tcptui.condense import JUDGED, LONG, shortened
from tcptui.dataclass import dataclass
from tcptui.enginebook import SLICE, EngineBook
from tcptui.engines import ENGINE_BYTES, Engine
from tcptui.flowtable import NOT_YET, FlowTable
from tcptui.numbering import Numbering
from tcptui.processes import shared
from tcptui.regular.census import Census
from tcptui.store.compact import Compacted
from tcptui.store.flows import Address
from tcptui.store.headers import Ints
from tcptui.store.retention import FINISHED, HALF_OPEN, OPEN
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import SegmentStore
from tcptui.tcp.diagnosis import Around, Before, Diagnosis, FlowFacts, diagnose, owes, verdict
from tcptui.tcp.facts import facts
from tcptui.tcp.history import History, Moment, Roles
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND, Timers
from tcptui.tcp.verdict import OVER
from tcptui.trails import Trails

BUNCH = 4 * LONG
"""Rows of which verdicts are worked out at once."""

SHARE = 64
"""Engines that are fed at once where several processes do; so many are worth one."""

FOR_GOOD = 1 << 62

PAIR_BYTES = 400
"""Memory that is kept of a pair besides the store: here some 200 bytes, twice as much while columns grow, and
of its hosts."""

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
        self._engines = EngineBook(store, timers, self._touched)
        self._census = Census(timers, self._engines.judged)
        self._kept: dict[int, _Kept] = {}
        self._trails = Trails()
        self._told: set[int] = (
            set()
        )  # pairs whose engines another process has fed: what is kept was told by it
        self._changed: dict[int, int] = {}  # irregular pairs, and how many lives they had had before that
        self._asked = False  # somebody takes what has changed

    def __len__(self) -> int:
        return len(self._numbers)

    # -- writing ---------------------------------------------------------------------------------

    def take(self, *, hurried: bool = False) -> None:
        """The rows of the store's newest append, and its ICMP errors.

        hurried: no engine is fed; whether a pair that is used again begins another life is found out later,
        as with all others that are behind.
        """
        store = self.store
        before = self._census.n
        again = self._census.take(store)
        for pair, error in store.icmp:
            if pair < self._census.n:
                self._hear(pair, error)
        self._engines.behind.update(dict.fromkeys(self._census.irregular))
        if self._kept:
            for pair in self._kept.keys() & set(store.pairs.touched().pairs.tolist()):
                del self._kept[pair]
        born = [] if hurried else self._lives(again)
        self._numbers.enter(before, self._census.columns.first_packet[before : self._census.n], born)

    def _hear(self, pair: int, error: IcmpError) -> None:
        self._census.give_up(pair)
        self._engines.hear(pair, error)

    def seen(self, frame: int, time_ns: int) -> None:
        """The capture has got to this frame and time."""
        self.last = Moment(max(frame, self.last.packet), max(time_ns, self.last.time_ns))

    @property
    def behind(self) -> int:
        """How many pairs the engines have yet to be fed the newest rows of, and whose facts to gather."""
        return len(self._engines.behind) + bool(self._trails.tracing) + self._census.fallen

    @property
    def awaited(self) -> bool:
        """Somebody looks at a flow whose engine has yet to be fed."""
        return self._engines.awaited

    @property
    def left(self) -> int:
        """Rows that engines have yet to be fed, and of which facts are to be gathered."""
        return self._engines.left + self._trails.left(self.stretch)

    def settle(self, quiet_ns: int) -> None:
        """Leave to the engines what no kind tells of and has been silent for so long."""
        self._census.settle(self.last.time_ns, self.last.time_ns - quiet_ns)
        self._adopt()

    def catch_up(self, *, trace: bool = True, rows: int = SLICE) -> bool:
        """Feed some of the engines that are behind, so many rows. Whether more are behind.

        trace: and gather facts of a long flow.
        """
        self._adopt()
        self._enter(self._engines.catch_up(rows))
        return (trace and self._trails.trace(self.store, self.stretch)) or bool(self._engines.behind)

    def infer(self) -> None:
        """Feed all engines that are behind, and judge their flows, all cores together; when all is taken.

        What another process tells of a pair is kept, and not its engine: that is fed here when somebody asks
        for more. Of pairs with several lives nothing is told.
        """
        self._adopt()
        for told in shared(self._infer, list(self._engines.behind), SHARE):
            elsewhere = told.keys() & self._engines.behind.keys()
            self._told.update(elsewhere)
            self._kept.update((pair, told[pair]) for pair in elsewhere)
            for pair in elsewhere:
                del self._engines.behind[pair]
        while self.catch_up(trace=False):
            pass

    def _infer(self, pairs: Sequence[int]) -> dict[int, _Kept]:
        """Of these pairs what may be told instead of their engines."""
        left = list(pairs)
        while left:
            self._enter(self._engines.catch_up(SLICE, left))
            left = [pair for pair in left if pair in self._engines.behind]
        single = {pair: numbers[0] for pair in pairs if len(numbers := self._numbers.of(pair)) == 1}
        self._judge([*single.values()])
        for number in single.values():
            self.info(number)
        return {pair: self._kept[pair] for pair in single}

    def _adopt(self) -> None:
        """The pairs that have turned out to be irregular when they were looked at."""
        self._engines.behind.update(dict.fromkeys(self._census.take_fallen()))

    def _lives(self, pairs: list[int]) -> list[tuple[int, int]]:
        """Bring the engines of these pairs up to date; (first frame, pair) of each new life."""
        born = []
        while pairs := [pair for pair in pairs if pair in self._engines.behind]:
            born += [life for pair in self._engines.feed(pairs) for life in self._lives_of(pair)]
        return born

    def _lives_of(self, pair: int) -> list[tuple[int, int]]:
        engine = self._engines.of(pair)
        first = len(engine.begins)
        frames = engine.split(self.store, self.store.pairs.rows(pair))
        for number in self._numbers.of(pair)[first - 1 :]:
            self._trails.forget(number)
        return [(frame, pair) for frame in frames]

    def _enter(self, again: list[int]) -> None:
        """Number the new lives of these pairs, which had not been seen when their rows were taken; and time
        is for all that have been fed as it is.
        """
        born = [life for pair in again for life in self._lives_of(pair)]
        self._numbers.enter(self._census.n, np.zeros(0, np.uint32), born)
        self.fire()

    def _touched(self, pair: int) -> None:
        self._kept.pop(pair, None)
        self._told.discard(pair)
        self._changed.setdefault(pair, self._numbers.lives(pair))

    def fire(self, most: int = 1 << 30) -> bool:
        """Fire the engines' timers that are due, `most` at most. Whether more are."""
        return self._engines.fire(self.last.time_ns, most)

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer may be due."""
        due = (self._engines.deadline_ns, self._census.due_ns(self.last.time_ns))
        return min((one for one in due if one is not None), default=None)

    def take_changed(self) -> list[int]:
        """The numbers of the flows that got packets or transitions since the last call, ascending."""
        self._asked = True
        changed, self._changed = self._changed, {}
        new = ((pair, max(0, lives - 2)) for pair, lives in changed.items())  # the one before may end late
        numbers = {number for pair, begin in new for number in self._numbers.of(pair)[begin:]}
        numbers.update(self._numbers.first(self._census.take_changed(self.last.time_ns)))
        self._adopt()
        return sorted(numbers)

    # -- within a bound --------------------------------------------------------------------------

    @property
    def nbytes(self) -> int:
        """Memory that all this takes, about."""
        return self._numbers.nbytes + self._census.nbytes + self._engines.nbytes + self._trails.nbytes

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
        for pair, engine in self._engines.irregular.items():
            states[pair] = engine.connection.states
        what = _CLAIM[states].max(axis=1)
        if self._asked:
            told = ~self._census.untold
            told[list(self._changed)] = False
            what = np.maximum(what, np.where(told, FINISHED, HALF_OPEN).astype(np.uint8))
        what[list(self._engines.behind)] = OPEN
        with suppress(IndexError):
            what[self._numbers.flow(wanted)[0]] = OPEN
        bytes_ = np.full(len(what), PAIR_BYTES)
        bytes_[list(self._engines.irregular)] += ENGINE_BYTES
        return what, bytes_

    def catch_up_with(self, pair: int) -> bool:
        """Feed the engine of a pair, SLICE rows at most. Whether there is more to do."""
        if pair in self._engines.behind:
            self._enter(self._engines.feed([pair]))
        return pair in self._engines.behind

    def compact(self, done: Compacted, shorter: Ints) -> None:
        """Go on with a store of fewer rows and pairs. shorter: (old) pairs that stay without some of their
        rows; their engines must have been fed all of them.
        """
        stale = {number for pair in shorter.tolist() for number in self._numbers.of(pair)}
        self._engines.compact(done, shorter)
        new = done.pair_of.tolist() if self._kept or self._changed else []
        self._kept = {new[p]: one.moved(new[p]) for p, one in self._kept.items() if new[p] >= 0}
        self._changed = {new[p]: lives for p, lives in self._changed.items() if new[p] >= 0}
        self._numbers.compact(done.pairs, done.pair_of)
        self._census.compact(done.pairs)
        for number in stale:
            self._trails.forget(number)
        self._trails.only(self.numbers)
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
        engine, history = self._engines.of(pair), self.history(number)
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
        if len(self._engines.of(pair).begins) == 1:
            one = self._census.columns
            packets, payload = one.packets[pair].tolist(), one.payload[pair].tolist()
            span = int(one.start_ns[pair]), int(one.end_ns[pair])
            return _Counts(*span, (packets[0], packets[1]), (payload[0], payload[1]))
        rows, column = self.store.pairs.rows(*self._stretch(pair, generation)), self.store.column
        sender, length, time_ns = column("sender", rows), column("length", rows), column("time_ns", rows)
        packets = np.bincount(sender, minlength=2).tolist()
        payload = np.bincount(sender, length, minlength=2).astype(np.int64).tolist()
        start, end = (int(time_ns[0]), int(time_ns.max())) if len(rows) else (0, 0)
        return _Counts(start, end, (packets[0], packets[1]), (payload[0], payload[1]))

    def history(self, number: int) -> History:
        """A flow's state log. Without a handshake, the end with the lower port is taken for the server."""
        pair, generation = self._numbers.flow(number)
        return self._history(pair, generation, self._look_at(pair))

    def _history(self, pair: int, generation: int, engine: Engine) -> History:
        history = engine.history(generation)
        if history.roles is Roles.GUESSED:
            first, second = self.store.pairs.ends(pair)
            if first.port != second.port:
                return replace(history, client=0 if first.port > second.port else 1)
        return history

    def _look_at(self, pair: int) -> Engine:
        """The pair's engine, with time as it is; as far as it got where it has much to catch up with."""
        if self._census.is_regular(pair):
            return self._engines.look_at(pair, self.last.time_ns)
        if pair in self._told:
            self._engines.behind[pair] = None
            while self.catch_up_with(pair):
                pass
        if self._engines.is_behind(pair):
            self._engines.hurry(pair)
            self._enter(self._engines.feed([pair]))
        return self._engines.of(pair)

    def look_ahead(self, numbers: Iterable[int]) -> None:
        """Histories of these flows are going to be asked for: feed their engines all at once."""
        pairs = dict.fromkeys(self._numbers.flow(number)[0] for number in numbers)
        self._engines.look_ahead(pair for pair in pairs if self._census.is_regular(pair))

    @property
    def reused(self) -> list[int]:
        """The pairs that have more than one flow."""
        return self._numbers.reused

    def lives(self, pair: int) -> list[int]:
        """The numbers of a pair's flows, in their order."""
        return self._numbers.of(pair)

    def rows(self, number: int) -> NDArray[np.int64]:
        """The store's rows of a flow that have been fed, in capture order."""
        return self.store.pairs.rows(*self.stretch(number))

    def stretch(self, number: int) -> Stretch:
        """Which of its pair's rows are a flow's, of those that have been fed."""
        return self._stretch(*self._numbers.flow(number))

    def _stretch(self, pair: int, generation: int) -> Stretch:
        if self._census.is_regular(pair):
            return Stretch(pair, 0, self.store.pairs.count(pair))
        engine = self._look_at(pair)
        begin, *after = engine.begins[generation : generation + 2]
        return Stretch(pair, begin, after[0] if after else engine.fed)

    def errors(self, number: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about a flow's segments, in capture order; the first MOST_ERRORS of its pair."""
        pair, generation = self._numbers.flow(number)
        engine = self._engines.irregular.get(pair)
        return () if engine is None else engine.errors_of(generation)

    def verdict_codes(self, numbers: list[int]) -> list[int]:
        """Verdicts as of now of flows whose kind does not tell them, by place in a table's `verdicts`."""
        unknown = [number for number in numbers if self._known_verdict(number) is None]
        self._judge(unknown)
        return [self._census.number_of(self._known_verdict(number) or "") for number in numbers]

    def _judge(self, numbers: list[int]) -> list[str]:
        """The verdicts of these flows as of now."""
        return [
            self._judge_by(number, segments)
            for some in self._bunches(numbers)
            for number, segments in zip(some, shortened(self.store, [*some.values()], JUDGED), strict=True)
        ]

    def _bunches(self, numbers: list[int]) -> Iterator[dict[int, Stretch]]:
        """Flows and their rows, some at once: as many as there may be segments of at a time."""
        some: dict[int, Stretch] = {}
        left = BUNCH
        for number in numbers:
            some[number] = self.stretch(number)
            left -= min(some[number].size, LONG)
            if left <= 0:
                yield some
                some, left = {}, BUNCH
        yield some

    def _known_verdict(self, number: int) -> str | None:
        """A verdict that was worked out before, and still holds."""
        pair, generation = self._numbers.flow(number)
        second, text = self._kept.setdefault(pair, _Kept()).verdicts.get(generation, (-1, ""))
        return text if second in (self.last.time_ns // SECOND, FOR_GOOD) else None

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
        return self._verdict(number, now) if known is None else known

    def _verdict(self, number: int, now: Moment) -> str:
        if now != self.last:
            return verdict(self.history(number), self.facts(number, now), now)
        return self._judge([number])[0]

    def _judge_by(self, number: int, segments: list[Segment]) -> str:
        """The verdict as of now, which is kept: for the rest of the second where the flow is not over."""
        pair, generation = self._numbers.flow(number)
        if self._census.is_regular(pair) and pair not in self._engines:
            connection = self._engines.fed(pair, segments)
            connection.advance(self.last.time_ns)
            history = connection.history()
        else:
            history = self.history(number)
        same = self.store.pairs.same_socket(pair)
        text = verdict(history, facts(segments, same_socket=same), self.last)
        over = all(one.state in OVER for one in history.at(self.last))
        until = FOR_GOOD if over else self.last.time_ns // SECOND
        self._kept.setdefault(pair, _Kept()).verdicts[generation] = until, text
        return text

    def table(self, *, verdicts: bool = True) -> FlowTable:
        """All flows as columns, as of now.

        verdicts: those that are of a kind (see `judge`).
        """
        table = self._census.table(self._numbers, self.last.time_ns)
        table.pairs = self.store.pairs
        if verdicts:
            self.judge(table)
        self._adopt()
        for pair in self._engines.behind:
            table.states[[table.place(number) for number in self._numbers.of(pair)]] = NOT_YET
        for pair in self._told:
            at, told = table.place(self._numbers.of(pair)[0]), self._kept[pair].infos[0]
            table.client[at], table.states[at] = told.client, told.states
        for pair, engine in self._engines.irregular.items():
            if engine.fed and pair not in self._told:
                self._put(table, pair, engine)
        return table

    def judge(self, table: FlowTable) -> None:
        """Fill in the verdicts of flows of which all of a kind are told the same, as of now.

        The others' stay as they are: UNKNOWN, and to be asked for one by one (`verdict_codes`).
        """
        self._census.judge(table, self.last.time_ns, self._judge)

    def _put(self, table: FlowTable, pair: int, engine: Engine) -> None:
        """What only an engine tells, as far as it got; of a single life all else is counted in columns."""
        numbers = self._numbers.of(pair)
        if len(numbers) == 1:
            at = table.place(numbers[0])
            table.client[at] = self._history(pair, 0, engine).client
            table.states[at] = engine.connection.states
            return
        if pair in self._engines.behind:
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
        irregular = {pair: self._engines.of(pair).connection.states for pair in self._engines.waiting}
        irregular |= {pair: self._kept[pair].infos[0].states for pair in self._told}
        ends = ((pair, end) for pair in irregular for end in (0, 1))
        stuck = ((pair, end) for pair, end in ends if irregular[pair][end] is State.CLOSE_WAIT)
        for pair, end in sorted([*regular, *stuck]):
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
        """The facts of a flow's segments up to `now`; of a long flow some at first (see Trails). Valid until
        the next call.
        """
        rows = self.stretch(number)
        if now.packet < self.last.packet:
            last = self.store.first_after(now.packet)
            rows = rows._replace(end=min(rows.end, self.store.pairs.count_before(rows.pair, last)))
        same = self.store.pairs.same_socket(rows.pair)
        return self._trails.facts(number, self.store, rows, same_socket=same)
