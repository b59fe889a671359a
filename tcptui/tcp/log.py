"""From an endpoint's path to what readers see: transitions believed, proven, taken back.

The engine recomputes an endpoint's whole path after each segment; the log compares it with the path
it knew. What is new is added; what is gone is withdrawn, and that is a correction.
"""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, Transition
from tcptui.tcp.states import State
from tcptui.tcp.tcb import Step


@dataclass(slots=True)
class Entry:
    """A step as it was believed. packet: where it takes effect, never before the step it follows.

    received: another's segment moved it.
    """

    step: Step
    packet: int
    time_ns: int
    shown: int
    received: bool
    withdrawn: int | None = None
    withdrawn_ns: int = 0

    @property
    def belongs(self) -> int:
        """The frame that says to which life this belongs: what ends a life is the last of the old one."""
        return self.packet - 1 if self.step.event is Event.FORGOTTEN else self.packet


class Log:
    """One endpoint's entries: `path` are those that stand in the present life, in order."""

    __slots__ = ("corrections", "endpoint", "entries", "path")

    def __init__(self, endpoint: int) -> None:
        self.endpoint = endpoint
        self.entries: list[Entry] = []
        self.path: list[Entry] = []
        self.corrections: list[Correction] = []

    def reconcile(self, steps: list[Step], packet: int, time_ns: int, reason: str) -> None:
        """Make the path these steps, as of frame `packet`; what does not fit is withdrawn.

        reason: why; where it is empty the frame is told.
        """
        path = self.path
        if len(path) == len(steps) and (not path or path[-1].step is steps[-1]):
            return  # a path that is walked again has new steps from there on
        same = 0
        for entry, step in zip(path, steps, strict=False):
            if entry.step is not step:
                if not entry.step.same(step):
                    break
                entry.step = step
            same += 1
        if same < len(path):
            self._withdraw(same, steps[same:], packet, time_ns, reason or f"#{packet} shows otherwise")
        for step in steps[same:]:
            self._append(step, packet)

    def _append(self, step: Step, packet: int) -> None:
        before = self.path[-1] if self.path else self._last_settled()
        own = step.cause.packet if step.cause is not None else packet
        at, when = own, step.time_ns
        if before is not None and (before.packet > at or before.time_ns > when):
            at, when = max(at, before.packet), max(when, before.time_ns)
        received = step.cause is not None and step.cause.sender != self.endpoint
        entry = Entry(step, at, when, max(packet, at), received)
        self.path.append(entry)
        self.entries.append(entry)

    def abandon(self, old_path: list[Entry], packet: int, time_ns: int, reason: str) -> None:
        """The present life never was: withdraw all of it, and go on with the path of the one before."""
        if self.path:
            self._withdraw(0, [], packet, time_ns, reason)
        self.path = old_path

    def _last_settled(self) -> Entry | None:
        return next((entry for entry in reversed(self.entries) if entry.withdrawn is None), None)

    def _withdraw(self, keep: int, instead: list[Step], packet: int, time_ns: int, reason: str) -> None:
        """Take back what comes after the first `keep` entries: a correction.

        It is none that an end, CLOSED by a RST as it seemed, says so itself by another.
        """
        gone = self.path[keep:]
        del self.path[keep:]
        for entry in gone:
            entry.withdrawn, entry.withdrawn_ns = packet, time_ns
        states: tuple[State, ...] = tuple(entry.step.new for entry in gone)
        same = states == tuple(step.new for step in instead)
        if not same or instead[-1].event is not Event.REPLIED_RST:
            self.corrections.append(Correction(packet, time_ns, self.endpoint, states, reason))


def transition(entry: Entry, endpoint: int) -> Transition:
    """The reader's form of an entry."""
    step = entry.step
    return Transition(
        entry.packet if step.cause is not None else None,
        entry.time_ns,
        endpoint,
        step.old,
        step.new,
        step.event,
        step.evidence,
        entry.shown,
        step.proven_by,
        entry.withdrawn,
        entry.withdrawn_ns,
        step,
    )
