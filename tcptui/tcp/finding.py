"""What a diagnosis is, and what its rules may look at.

A rule sees a `Case`: the states (history), the facts of the packets, the time and the timers. Everything
in it is as of `now`; what comes later is not there.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from tcptui.dataclass import dataclass
from tcptui.tcp.events import Event
from tcptui.tcp.facts import FlowFacts
from tcptui.tcp.history import History, Moment, Standing, Transition
from tcptui.tcp.states import State
from tcptui.tcp.timers import LINUX, Timers
from tcptui.tcp.traces import Seen, Side

MOST_CASES = 100
"""Connections that are counted; more are as telling."""


class Severity(Enum):
    """How much it matters: a note explains, a warning asks for a look, an error for action."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return ("error", "warning", "note").index(self.value)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding about one flow.

    id: stable, kebab-case, for scripts. packets: the frames that prove it, ascending, each once.
    text: a sentence for a human, with what to do next where there is something to do.
    """

    id: str
    severity: Severity
    packets: tuple[int, ...]
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "packets", tuple(sorted(set(self.packets))))


class Around(Protocol):
    """What other connections tell of a flow's two hosts, as of now. x: 0 or 1, as `Segment.sender`."""

    def alive(self, x: int, since_ns: int) -> Seen | None:
        """Something that X's host sent in answer to somebody else since then."""

    def answered(self, x: int, since_ns: int) -> Seen | None:
        """A SYN,ACK of X's port to somebody else since then."""

    def ttl(self, x: int) -> int | None:
        """The TTL of what X's host sends to somebody else, RSTs left out."""

    def repeated(self, x: int) -> Seen | None:
        """A SYN,ACK that X's host sent again to somebody else, unasked."""

    def unrepeated(self, x: int, age_ns: int) -> int:
        """Connections of X's port whose SYN,ACK has waited so long and was sent once; MOST_CASES at most."""

    def ignoring(self, x: int) -> int:
        """Other connections of X's port whose SYN,ACK came again twice or more after its ACK."""


class Alone:
    """Nothing is known of other connections."""

    def alive(self, x: int, since_ns: int) -> Seen | None:
        """None."""
        return None

    def answered(self, x: int, since_ns: int) -> Seen | None:
        """None."""
        return None

    def ttl(self, x: int) -> int | None:
        """None."""
        return None

    def repeated(self, x: int) -> Seen | None:
        """None."""
        return None

    def unrepeated(self, x: int, age_ns: int) -> int:
        """None."""
        return 0

    def ignoring(self, x: int) -> int:
        """None."""
        return 0


@dataclass(frozen=True, slots=True)
class Before:
    """The life before on the same ports: its states, and the facts of its packets."""

    history: History
    facts: FlowFacts


@dataclass(frozen=True, slots=True)
class Case:
    """One flow as of `now`, for the rules.

    facts: of the segments up to `now`. previous: the life before on the same ports, where there was one.
    around: what other connections tell.
    path: by endpoint, the transitions that stand and were reached by `now`.
    """

    history: History
    facts: FlowFacts
    now: Moment
    timers: Timers
    previous: Before | None
    around: Around
    path: tuple[tuple[Transition, ...], tuple[Transition, ...]]
    standing: tuple[Standing, Standing]

    def side(self, endpoint: int) -> Side:
        """What that endpoint sent."""
        return self.facts.sides[endpoint]

    def peer(self, endpoint: int) -> Side:
        """What the other one sent."""
        return self.facts.sides[1 - endpoint]

    def state(self, endpoint: int) -> State:
        """Its state now."""
        return self.standing[endpoint].state

    def name(self, endpoint: int) -> str:
        """ "client" or "server"."""
        return "client" if endpoint == self.history.client else "server"

    def age(self, seen: Seen) -> int:
        """Time from that frame to now, in ns."""
        return self.now.time_ns - seen.time_ns

    def been(self, endpoint: int, state: State) -> bool:
        """Whether it has ever been in that state."""
        return any(step.new is state for step in self.path[endpoint])

    def step(self, endpoint: int, event: Event, old: State | None = None) -> Transition | None:
        """The last transition by that event (out of that state)."""
        for step in reversed(self.path[endpoint]):
            if step.event is event and (old is None or step.old is old):
                return step
        return None

    def last_step(self, endpoint: int) -> Transition | None:
        """How it got where it is."""
        return self.path[endpoint][-1] if self.path[endpoint] else None


def case(
    history: History,
    facts: FlowFacts,
    now: Moment,
    timers: Timers = LINUX,
    previous: Before | None = None,
    around: Around | None = None,
) -> Case:
    """The flow as of `now`. `facts` must be those of the segments up to `now` and no later ones."""
    reached = [t for t in history.log if t.visible(now)]
    one, other = (tuple(t for t in reached if t.endpoint == end) for end in (0, 1))
    path = (one, one if history.same_socket else other)
    return Case(history, facts, now, timers, previous, around or Alone(), path, history.at(now))
