"""The book of connections: what is inferred from a store's rows, kept by flow.

A *pair* is a 4-tuple; each life of a pair is a *flow* with a number of its own. The book has no thread
and no lock: the session has both.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tcptui.store.flows import Address
from tcptui.store.segments import MOST_ERRORS, SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.diagnosis import Around, Before, Diagnosis, FlowFacts, diagnose, owes, verdict
from tcptui.tcp.history import History, Moment, Roles
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND, Timers
from tcptui.trail import Trail

LONG = 4096
"""Segments from which a flow's facts are gathered as it grows."""

TRAILS = 1024
"""Flows whose facts are kept, those asked for last: more than any screen shows. A flow's are some 5 kB."""


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


@dataclass(slots=True)
class _Pair:
    """What is kept for one 4-tuple. `scheduled` is its deadline that stands in the heap.

    numbers: the flow of each life. begins: where in the pair's rows each life begins. histories: of
    all lives, while there are several and nothing has changed: to cut one out costs as much as to cut all.
    errors: the ICMP errors about its segments, in capture order.
    """

    connection: Connection
    numbers: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    fed: int = 0
    scheduled: int | None = None
    histories: tuple[History, ...] | None = None
    errors: list[IcmpError] = field(default_factory=list)

    def history(self, generation: int) -> History:
        """The state log of one life."""
        if len(self.numbers) == 1:
            return self.connection.history(generation)
        if self.histories is None:
            self.histories = self.connection.histories()
        return self.histories[generation]


@dataclass(slots=True)
class _Flow:
    """What is counted for one life; `info` and `verdict` are kept until they are out of date."""

    pair: int
    generation: int
    start_ns: int = 0
    end_ns: int = 0
    packets: list[int] = field(default_factory=lambda: [0, 0])
    payload: list[int] = field(default_factory=lambda: [0, 0])
    info: FlowInfo | None = None
    verdict: tuple[int, str] = (-1, "")


class FlowBook:
    """Connections, flow numbers, counters and facts of everything in `store`.

    `last` is where time has got to: the newest frame, and a clock that only goes forward.
    """

    def __init__(self, store: SegmentStore, timers: Timers) -> None:
        self.store = store
        self.timers = timers
        self.last = Moment(0, 0)
        self.changed: set[int] = set()
        self._pairs: list[_Pair] = []
        self._flows: list[_Flow] = []
        self._trails: dict[int, Trail] = {}
        self._deadlines: list[tuple[int, int]] = []
        self._waiting: set[int] = set()

    def __len__(self) -> int:
        return len(self._flows)

    # -- writing ---------------------------------------------------------------------------------

    def feed(self, pair: int, segments: Sequence[Segment]) -> None:
        """The next segments of a pair, in capture order."""
        while len(self._pairs) <= pair:
            same = self.store.pairs.same_socket(len(self._pairs))
            self._pairs.append(_Pair(Connection(timers=self.timers, same_socket=same)))
        kept = self._pairs[pair]
        for segment in segments:
            kept.connection.feed(segment)
        kept.fed += len(segments)
        if not kept.numbers:
            self._new_flow(pair, kept, 0)
        if len(kept.numbers) < kept.connection.generations:
            self._split(pair, kept)
        else:
            _count(self._flows[kept.numbers[-1] - 1], segments)
            self._follow(kept.numbers[-1], segments)
        self._touch(pair, kept)
        self._schedule(pair, kept)

    def hear(self, pair: int, error: IcmpError) -> None:
        """An ICMP error about a segment of a pair; before its first segment there is nothing to end."""
        if pair >= len(self._pairs):
            return
        kept = self._pairs[pair]
        kept.connection.hear(error)
        if len(kept.errors) < MOST_ERRORS:
            kept.errors.append(error)
        self._touch(pair, kept)
        self._schedule(pair, kept)

    def seen(self, frame: int, time_ns: int) -> None:
        """The capture has got to this frame and time."""
        self.last = Moment(max(frame, self.last.packet), max(time_ns, self.last.time_ns))

    def fire(self, most: int = 1 << 30) -> bool:
        """Fire the timers that are due, `most` at most. Whether more are."""
        while self._deadlines and self._deadlines[0][0] <= self.last.time_ns:
            if not most:
                return True
            most -= 1
            _, pair = heapq.heappop(self._deadlines)
            kept = self._pairs[pair]
            kept.scheduled = None
            due = kept.connection.deadline_ns
            if due is not None and due <= self.last.time_ns:
                kept.connection.advance(self.last.time_ns)
                self._touch(pair, kept)
            self._schedule(pair, kept)
        return False

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer may be due."""
        return self._deadlines[0][0] if self._deadlines else None

    def _new_flow(self, pair: int, kept: _Pair, begin: int) -> None:
        self._flows.append(_Flow(pair, len(kept.numbers)))
        kept.numbers.append(len(self._flows))
        kept.begins.append(begin)

    def _split(self, pair: int, kept: _Pair) -> None:
        """Give every new life of the pair a number, and count anew what belongs to which life."""
        stale = len(kept.numbers) - 1
        frames = self.store.column("frame", self.store.pairs.rows(pair)[: kept.fed])
        for first_packet in kept.connection.begins[stale + 1 :]:
            self._new_flow(pair, kept, int(np.searchsorted(frames, first_packet)))
        for number in kept.numbers[stale:]:
            flow = self._flows[number - 1]
            flow.packets, flow.payload = [0, 0], [0, 0]
            self._trails.pop(number, None)
            _count(flow, self.store.segments(self.rows(number)))

    def _touch(self, pair: int, kept: _Pair) -> None:
        if State.CLOSE_WAIT in kept.connection.states:
            self._waiting.add(pair)
        else:
            self._waiting.discard(pair)
        kept.histories = None
        for number in kept.numbers[-2:]:
            flow = self._flows[number - 1]
            flow.info, flow.verdict = None, (-1, "")
            self.changed.add(number)

    def _schedule(self, pair: int, kept: _Pair) -> None:
        deadline = kept.connection.deadline_ns
        if deadline is not None and deadline != kept.scheduled:
            heapq.heappush(self._deadlines, (deadline, pair))
            kept.scheduled = deadline

    # -- reading ---------------------------------------------------------------------------------

    def info(self, number: int) -> FlowInfo:
        """A flow's line. IndexError when there is no such number."""
        flow = self._flow(number)
        if flow.info is None:
            flow.info = self._info(number, flow)
        return flow.info

    def history(self, number: int) -> History:
        """A flow's state log. Without a handshake, the end with the lower port is taken for the server."""
        flow = self._flow(number)
        history = self._pairs[flow.pair].history(flow.generation)
        if history.roles is Roles.GUESSED:
            first, second = self.store.pairs.ends(flow.pair)
            if first.port != second.port:
                return replace(history, client=0 if first.port > second.port else 1)
        return history

    def rows(self, number: int) -> NDArray[np.int64]:
        """The store's rows of a flow that have been fed, in capture order."""
        flow = self._flow(number)
        kept = self._pairs[flow.pair]
        begin, *after = kept.begins[flow.generation : flow.generation + 2]
        return self.store.pairs.rows(flow.pair)[begin : after[0] if after else kept.fed]

    def errors(self, number: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about a flow's segments, in capture order; the first MOST_ERRORS of its pair."""
        flow = self._flow(number)
        kept = self._pairs[flow.pair]
        if not kept.errors:
            return ()
        begins = kept.connection.begins[: len(kept.numbers)]
        return tuple(
            one for one in kept.errors if max(0, bisect_right(begins, one.packet) - 1) == flow.generation
        )

    def verdict(self, number: int, now: Moment) -> str:
        """A flow in a few words as of `now`."""
        if now != self.last:
            return verdict(self.history(number), self.facts(number, now), now)
        flow, second = self._flow(number), now.time_ns // SECOND
        if flow.verdict[0] != second:
            flow.verdict = (second, verdict(self.history(number), self.facts(number, now), now))
        return flow.verdict[1]

    def diagnoses(self, number: int, now: Moment, around: Around | None = None) -> tuple[Diagnosis, ...]:
        """What is notable about a flow as of `now`. around: what other connections tell of its hosts."""
        flow = self._flow(number)
        previous = None
        if flow.generation:
            kept = self._pairs[flow.pair]
            before = kept.numbers[flow.generation - 1]
            previous = Before(kept.history(flow.generation - 1), self.facts(before, self.last))
        found = self.facts(number, now)
        return diagnose(self.history(number), found, now, self.timers, previous=previous, around=around)

    def waiting(self, now_ns: int) -> Iterator[tuple[Address, int, int]]:
        """Each endpoint in CLOSE_WAIT now: its address, the number of its flow, ns since the last packet."""
        now_ns = max(now_ns, self.last.time_ns)
        for pair in sorted(self._waiting):
            kept = self._pairs[pair]
            age = now_ns - self._flows[kept.numbers[-1] - 1].end_ns
            for address, state in zip(self.store.pairs.ends(pair), kept.connection.states, strict=True):
                if state is State.CLOSE_WAIT:
                    yield address, kept.numbers[-1], age

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
        """The facts of a flow's segments up to `now`. Valid until the next call."""
        rows = self.rows(number)
        count = len(rows)
        if now.packet < self.last.packet:
            count = int(np.searchsorted(self.store.column("frame", rows), now.packet, side="right"))
        return self._trail(number).at(count, lambda begin, end: self.store.segments(rows[begin:end]))

    def _trail(self, number: int) -> Trail:
        """The trail of a flow; those of short flows that were not asked for lately are forgotten."""
        trail = self._trails.pop(number, None)
        if trail is None:
            trail = Trail(same_socket=self.store.pairs.same_socket(self._flow(number).pair))
        self._trails[number] = trail  # the last one now
        if len(self._trails) > TRAILS:
            short = (each for each, kept in self._trails.items() if kept.fed < LONG)
            self._trails.pop(next(short, number), None)
        return trail

    def _follow(self, number: int, segments: Sequence[Segment]) -> None:
        """Keep the facts of a long flow up to date while its segments are at hand: later, to gather them
        all at once would take seconds.
        """
        trail = self._trails.get(number)
        before = sum(self._flows[number - 1].packets) - len(segments)
        if trail is not None and trail.fed == before:
            trail.extend(segments)
        elif trail is None and before >= LONG:
            self.facts(number, self.last)

    def _flow(self, number: int) -> _Flow:
        if number < 1:
            raise IndexError(number)
        return self._flows[number - 1]

    def _info(self, number: int, flow: _Flow) -> FlowInfo:
        kept = self._pairs[flow.pair]
        history = self.history(number)
        if flow.generation + 1 == len(kept.numbers):
            states = kept.connection.states
        else:
            ends = history.at(self.last)
            states = (ends[0].state, ends[1].state)
        return FlowInfo(
            number=number,
            pair=flow.pair,
            generation=flow.generation,
            ends=self.store.pairs.ends(flow.pair),
            client=history.client,
            roles=history.roles,
            first_packet=history.first_packet,
            start_ns=flow.start_ns,
            end_ns=flow.end_ns,
            packets=(flow.packets[0], flow.packets[1]),
            payload=(flow.payload[0], flow.payload[1]),
            states=states,
        )


def _count(flow: _Flow, segments: Sequence[Segment]) -> None:
    if segments and flow.packets == [0, 0]:
        flow.start_ns = flow.end_ns = segments[0].time_ns
    for segment in segments:
        flow.packets[segment.sender] += 1
        flow.payload[segment.sender] += segment.length
        flow.end_ns = max(flow.end_ns, segment.time_ns)
