"""What the state diagram shows at a moment: where the endpoints are, how they came there, what just happened.

`diagram_view` reads it from a history; `diagram.py` draws it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.tcp.events import Event
from tcptui.tcp.history import History, Moment, Transition, mark_of
from tcptui.tcp.states import Evidence, State

_RESETS = (Event.RECV_RST, Event.SEND_RST, Event.REPLIED_RST, Event.RECV_RST_PASSIVE)


class Step(NamedTuple):
    """One edge of a walk."""

    old: State
    event: Event
    new: State


@dataclass(frozen=True, slots=True)
class Walk:
    """One endpoint's way through the diagram up to a moment.

    state, evidence: where it is. steps: how it came there, oldest first.
    taken: how many of the last steps are what happens at the moment itself.
    dwell: nanoseconds in each state it went to (the last visit), up to the moment; for how long it was
    in the first one is not known. present: False while there is no endpoint to speak of.
    open: packets leave something open about its being there, though a packet of its own proves it.
    """

    state: State
    evidence: Evidence = Evidence.PROVEN
    steps: tuple[Step, ...] = ()
    taken: int = 0
    dwell: tuple[tuple[State, int], ...] = ()
    present: bool = True
    open: bool = False

    @property
    def mark(self) -> str:
        """What stands beside the state's name, as in the list and in the ladder."""
        return mark_of(self.evidence, "open" if self.open else "")

    @property
    def certain(self) -> bool:
        """A packet of the endpoint's own proves its state. A timer or a packet towards it does not."""
        return self.evidence.certain

    def fresh(self) -> tuple[Step, ...]:
        """The steps taken at the moment."""
        return self.steps[len(self.steps) - self.taken :]

    def is_at(self, state: State, *, at_end: bool = False) -> bool:
        """In `state`; of the two places of CLOSED, `at_end` is where a walk ends."""
        return (
            self.present and self.state is state and (state is not State.CLOSED or bool(self.steps) is at_end)
        )

    def was_at(self, state: State, *, at_end: bool = False) -> bool:
        """In `state` at some time, now included. Where it was before the capture began is not known."""
        if self.is_at(state, at_end=at_end):
            return True
        if at_end:
            return any(step.new is state for step in self.steps)
        return any(step.old is state and step.event is not Event.PICKED_UP for step in self.steps)


@dataclass(frozen=True, slots=True)
class DiagramView:
    """All that a diagram shows. Equal views have equal drawings."""

    client: Walk
    server: Walk

    def timeless(self) -> DiagramView:
        """The same for a drawing that does not say how long the endpoints have been where they are."""
        return DiagramView(replace(self.client, dwell=()), replace(self.server, dwell=()))

    @property
    def ended(self) -> bool:
        """Both endpoints are CLOSED, after having been something else."""
        return all(walk.is_at(State.CLOSED, at_end=True) for walk in (self.client, self.server))

    @property
    def reset(self) -> bool:
        """A RST moved an endpoint."""
        return any(step.event in _RESETS for walk in (self.client, self.server) for step in walk.steps)


NOBODY = DiagramView(Walk(State.CLOSED, present=False), Walk(State.CLOSED, present=False))
"""The machine as such, before there is a connection."""


def diagram_view(
    history: History, moment: Moment, *, live: bool = False, now_ns: int | None = None
) -> DiagramView:
    """The view of one life of a connection as of `moment`, in hindsight or as it was seen live.

    now_ns: when the states last until, where that is later than the moment: nothing has passed since.
    """
    until = moment.time_ns if now_ns is None else now_ns
    walks = [_walk(history, endpoint, moment, live, until) for endpoint in (0, 1)]
    return DiagramView(client=walks[history.client], server=walks[1 - history.client])


def taken_at(history: History, moment: Moment, *, live: bool = False) -> tuple[Transition, ...]:
    """The transitions that `moment` itself brings: its packet's, or those of the timer that ran out last
    since then."""
    seen = [t for t in history.log if t.visible(moment, live=live)]
    timers = [t for t in seen if t.apart and (t.shown == moment.packet or t.time_ns == moment.time_ns)]
    if timers:
        last = max(t.time_ns for t in timers)
        return tuple(t for t in timers if t.time_ns == last)
    return tuple(t for t in seen if not t.apart and (t.shown if live else t.packet) == moment.packet)


def _walk(history: History, endpoint: int, moment: Moment, live: bool, until_ns: int) -> Walk:
    past = [t for t in history.log if t.endpoint == endpoint and t.visible(moment, live=live)]
    ends = [t.time_ns for t in past[1:]] + [until_ns]
    dwell = {t.new: max(0, end - t.time_ns) for t, end in zip(past, ends, strict=False)}
    now = history.at(moment, live=live)[endpoint]
    return Walk(
        state=now.state,
        evidence=now.evidence,
        steps=tuple(Step(t.old, t.event, t.new) for t in past),
        taken=sum(t.endpoint == endpoint for t in taken_at(history, moment, live=live)),
        dwell=tuple(dwell.items()),
        open=bool(now.note),
    )
