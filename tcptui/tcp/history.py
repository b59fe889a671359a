"""What is known of one connection's states, over time: the log that every view reads.

Two readings of the same log. *Hindsight*: only what stands, each transition at the packet that
caused it. *As seen live*: a transition from the packet at which it was first believed until the
packet that took it back.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.tcp.doubt import OWN, doubt, lingering
from tcptui.tcp.events import BY_ICMP, Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, CLOSED, LISTEN, PASSED, PROVEN, SENT, TIMER, Evidence, State
from tcptui.tcp.tcb import Step
from tcptui.tcp.why import why


class Moment(NamedTuple):
    """A place in time: after frame `packet`, at `time_ns` (which may be later than the frame: timers)."""

    packet: int
    time_ns: int


Deadlines = tuple[int | None, int | None]
"""By endpoint, when its timer fires if nothing more passes, in ns; None where none runs."""
NO_DEADLINES: Deadlines = (None, None)


class Roles(Enum):
    """How it is known who is client and who is server."""

    HANDSHAKE = "handshake"
    GUESSED = "guessed"


@dataclass(slots=True)
class Transition:
    """One state change of one endpoint.

    packet: the frame that caused it, a segment or an ICMP error; None for a timer.
    time_ns: when that was. endpoint: 0 or 1, as Segment.sender.
    shown: the frame at which it was first believed (later than `packet` after a correction).
    proven_by: the frame that proved a PASSED one; None while it is not.
    withdrawn: the newest frame when it was taken back, at `withdrawn_ns`; None while it stands.
    step: what the engine knows of it. Two transitions are the same by all the others.
    """

    packet: int | None
    time_ns: int
    endpoint: int
    old: State
    new: State
    event: Event
    evidence: Evidence
    shown: int
    proven_by: int | None = None
    withdrawn: int | None = None
    withdrawn_ns: int = 0
    step: Step | None = field(default=None, repr=False, compare=False)

    @property
    def why(self) -> str:
        """What happened, a sentence part with its subject left out ("received SYN,ACK (#2) …")."""
        return "" if self.step is None else why(self.step)

    @property
    def note(self) -> str:
        """What packets cannot tell about it; mostly empty."""
        return "" if self.step is None else doubt(self.step)

    @property
    def apart(self) -> bool:
        """No segment of the connection brought it: a timer, or an ICMP error."""
        return self.packet is None or self.event in BY_ICMP

    def visible(self, moment: Moment, *, live: bool = False) -> bool:
        """True where this transition is in force or past at `moment`, in hindsight or as seen live."""
        if self.withdrawn is not None and not (live and (self.withdrawn, self.withdrawn_ns) > moment):
            return False
        if self.packet is None or self.event in BY_ICMP:
            return self.time_ns <= moment.time_ns
        return (self.shown if live else self.packet) <= moment.packet

    def evidence_at(self, moment: Moment) -> Evidence:
        """The evidence as it was at `moment`: PROVEN only from the proving frame on."""
        if self.evidence is PROVEN and (self.proven_by or 0) > moment.packet:
            return PASSED if self.packet is not None else TIMER
        return self.evidence


@dataclass(frozen=True, slots=True)
class Correction:
    """An assumption taken back: `packet` showed that `endpoint` never (yet) was in `withdrawn`."""

    packet: int
    time_ns: int
    endpoint: int
    withdrawn: tuple[State, ...]
    reason: str


class Standing(NamedTuple):
    """An endpoint at a moment. `since` is the transition that led there, None at the start.

    note: what packets cannot tell about its being there; mostly empty.
    """

    state: State
    evidence: Evidence
    since: Transition | None
    note: str = ""

    @property
    def mark(self) -> str:
        """What stands beside the state's name: see `mark_of`."""
        return mark_of(self.evidence, self.note)


def mark_of(evidence: Evidence, note: str) -> str:
    """`?` while a state is not proven, `*` where it is and packets leave something open all the same."""
    return "*" if evidence.certain and note else "" if evidence.certain else "?"


@dataclass(frozen=True, slots=True)
class History:
    """One life (generation) of a connection.

    first_packet: the frame that began it. client: 0 or 1.
    start: both endpoints' states before the first transition, indexed by endpoint.
    log: every transition ever believed, in the order (time, packet, path order); withdrawn ones too.
    same_socket: a socket that connected to itself; its transitions are endpoint 0's, and stand for both.
    deadlines: none in a life that is not the last. A FIN that comes again in TIME_WAIT sets it back
    (RFC 9293 3.10.7.4).
    answered_again: a SYN,ACK has come more than once.
    """

    first_packet: int
    client: int
    roles: Roles
    start: tuple[State, State]
    log: tuple[Transition, ...]
    corrections: tuple[Correction, ...]
    same_socket: bool = False
    deadlines: Deadlines = NO_DEADLINES
    answered_again: bool = False

    def standing(self) -> tuple[Transition, ...]:
        """The transitions of hindsight."""
        return tuple(t for t in self.log if t.withdrawn is None)

    def at(self, moment: Moment, *, live: bool = False) -> tuple[Standing, Standing]:
        """Both endpoints, indexed by endpoint, as of `moment`."""
        first = self._endpoint_at(0, moment, live)
        return first, first if self.same_socket else self._endpoint_at(1, moment, live)

    def _endpoint_at(self, endpoint: int, moment: Moment, live: bool) -> Standing:
        past = (t for t in reversed(self.log) if t.endpoint == endpoint and t.visible(moment, live=live))
        since = next(past, None)
        if since is None:
            return Standing(self.start[endpoint], ASSUMED, None)
        before = next(past, None)
        note = since.note or self._lingering(since, moment)
        if not note and before is not None and before.packet == since.packet:
            note = before.note  # two steps at once: what is open about the first is open about both
        return Standing(since.new, since.evidence_at(moment), since, note)

    def _lingering(self, since: Transition, moment: Moment) -> str:
        """What is to be said of standing where `since` led, by what was taken back from there."""
        end = since.endpoint
        denials = [
            c.packet
            for c in self.corrections
            if c.endpoint == end and since.shown < c.packet <= moment.packet and c.withdrawn
        ]
        forged = bool(denials) and any(
            t.endpoint == end and t.event in OWN and t.evidence is SENT and t.withdrawn in denials
            for t in self.log
        )
        age = 0 if self.answered_again else moment.time_ns - since.time_ns
        return lingering(since.new, since.event, age, bool(denials), forged)


def has_no_effect(history: History, reset: Segment) -> bool:
    """This RST did not move the one that it was sent to, who had something to lose; as of hindsight."""
    end = 1 - reset.sender
    moved = [t for t in history.log if t.endpoint == end and t.packet == reset.packet]
    if any(t.withdrawn is None for t in moved):
        return False
    before = history.at(Moment(reset.packet - 1, reset.time_ns))[end].state
    return bool(moved) or before not in (CLOSED, LISTEN)
