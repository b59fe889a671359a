"""What state each endpoint was in, and when: the kernel's trace and its answers to sock_diag, merged.

The trace alone does not tell: a request (SYN_RCVD before the third segment) is no socket yet; TIME_WAIT
and an orphan's FIN_WAIT_2 are none any more, so that the socket is "closed" when they begin. The samples
tell those, and the trace all others; samples of full sockets only check it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.sockdiag import End, Found
from lab.tracing import Traced

Ends = tuple[End, End]
"""(an endpoint, its peer)."""

_CLOCKS_NS = 2_000  # the trace's clock is read without a lock
_NO_PORT_NS = 500_000  # connect() that finds no port opens and closes in less than this, without a packet
_RESET_NS = 150_000
_NEITHER = ("CLOSED", "LISTEN")


@dataclass(frozen=True, slots=True)
class Sample:
    """What sock_diag found; asked at `asked_ns`, answered at `answered_ns`."""

    asked_ns: int
    answered_ns: int
    found: Found


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an endpoint. source: trace, diag, both (trace+diag), or derived from what followed."""

    time_ns: int
    ends: Ends
    old: str
    new: str
    source: str


@dataclass(slots=True)
class Life:
    """The walk through one endpoint's evidence: `transitions`, and whether they can be trusted (`unsure`)."""

    ends: Ends
    transitions: list[Transition] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    _state: str = "CLOSED"
    _socket: int = 0  # the full socket, by the kernel's address; 0: there is none
    _left: Traced | None = None  # a full socket that went, perhaps leaving a TIME_WAIT socket
    _resets: list[int] = field(default_factory=list)

    def event(self, one: Traced) -> None:
        """The trace says that a socket of this endpoint changed its state (or had to do with a reset)."""
        if one.kind != "inet_sock_set_state":
            if one.kind in ("tcp_send_reset", "tcp_receive_reset"):
                self._resets.append(one.time_ns)
            return
        if one.old == one.new:
            return  # close() after shutdown()
        if one.old in _NEITHER:
            self._begin(one)
        elif one.address != self._socket:
            self.unsure.append(f"{one.old} > {one.new} of a socket whose beginning was not traced")
        elif one.new == "CLOSED" and one.old in ("FIN_WAIT_2", "CLOSING"):
            self._left, self._socket = one, 0
        else:
            self._move(one.time_ns, one.new, "trace")
            if one.new == "CLOSED":
                self._socket = 0

    def sample(self, one: Sample) -> None:
        """sock_diag says what a segment would meet."""
        if self._socket:
            if one.found.state != self._state:
                self.unsure.append(f"trace: {self._state}, sock_diag: {one.found.state}")
            return
        if self._left is not None:
            self._settle(one.found.state)
        state, now = one.found.state, one.asked_ns
        if state == self._state or (state in _NEITHER and self._state in _NEITHER):
            return
        if state in _NEITHER:
            self._move(now, state if self._state == "SYN_RCVD" else "CLOSED", "diag")
        elif state == "TIME_WAIT" and self._state == "FIN_WAIT_2":
            self._move(now, state, "diag")
        elif state == "SYN_RCVD":
            self._forget(now)
            self._move(now, state, "diag", old="LISTEN")
        else:
            self.unsure.append(f"sock_diag: {state} after {self._state}")

    def end(self) -> None:
        """Nothing more was seen."""
        if self._left is not None:
            self._settle("")

    def _begin(self, one: Traced) -> None:
        if self._left is not None:
            self._settle("")
        if self._socket:
            self.unsure.append("a second socket")
        self._socket = one.address
        if one.old == "CLOSED":
            self._forget(one.time_ns)
            self._move(one.time_ns, one.new, "trace", old="CLOSED")
        elif self._state != "SYN_RCVD":  # its request was not seen: a cookie, or fast open
            self._forget(one.time_ns)
            self._move(one.time_ns, one.new, "trace", old="LISTEN")

    def _settle(self, found: str) -> None:
        """What became of the socket that the trace saw go; found: the first sample since, if any."""
        left, self._left = self._left, None
        assert left is not None
        reset = any(abs(left.time_ns - when) < _RESET_NS for when in self._resets)
        if found == "TIME_WAIT":
            self._move(left.time_ns, "TIME_WAIT", "trace+diag")
        elif found in _NEITHER or reset:
            self._move(left.time_ns, "CLOSED", "trace")
        elif left.old == "CLOSING":
            self._move(left.time_ns, "TIME_WAIT", "derived")
        elif found != "FIN_WAIT_2":
            self.unsure.append("not asked in time what FIN_WAIT_2 became")

    def _forget(self, now: int) -> None:
        """A new life begins; the old one's remains are gone."""
        if self._state not in _NEITHER:
            self._move(now, "CLOSED", "derived")

    def _move(self, when: int, new: str, source: str, old: str = "") -> None:
        self.transitions.append(Transition(when, self.ends, old or self._state, new, source))
        self._state = new


def lives(
    events: Sequence[Traced], samples: Mapping[Ends, Sequence[Sample]], syns: Mapping[Ends, Sequence[int]]
) -> list[Life]:
    """Each endpoint's life. events: in the order of time. syns: when each endpoint sent a SYN."""
    traced: dict[Ends, list[Traced]] = defaultdict(list)
    for one in events:
        if one.own and one.peer and one.own[1] and one.peer[1]:
            traced[one.own, one.peer].append(one)
    found = []
    for ends in sorted({*traced, *samples}):
        real = _without_failed_calls(traced[ends], syns.get(ends, ()))
        life = Life(ends)
        for item in _in_order(real, samples.get(ends, ())):
            if isinstance(item, Sample):
                life.sample(item)
            else:
                life.event(item)
        life.end()
        found.append(life)
    return found


def _without_failed_calls(events: list[Traced], syns: Sequence[int]) -> list[Traced]:
    """Leave out connect() calls that never sent anything, as the pair of sockets was in use."""
    kept: list[Traced] = []
    for one in events:
        before = kept[-1] if kept else None
        if (
            before is not None
            and (before.new, one.old, one.new) == ("SYN_SENT", "SYN_SENT", "CLOSED")
            and before.address == one.address
            and one.time_ns - before.time_ns < _NO_PORT_NS
            and not any(before.time_ns <= syn <= one.time_ns for syn in syns)
        ):
            kept.pop()
        else:
            kept.append(one)
    return kept


def _in_order(events: Sequence[Traced], samples: Iterable[Sample]) -> list[Traced | Sample]:
    """Events and samples by time; without the samples during which, or just before which, something happened.

    What was happening while sock_diag was asked, the answer may have or not.
    """
    times = [one.time_ns for one in events]
    clear = []
    for one in samples:
        at = bisect_left(times, one.asked_ns - _CLOCKS_NS)
        if at == len(times) or times[at] > one.answered_ns + _CLOCKS_NS:
            clear.append((one.asked_ns, one))
    merged: list[tuple[int, Traced | Sample]] = [*zip(times, events, strict=True), *clear]
    return [item for _, item in sorted(merged, key=lambda pair: pair[0])]
