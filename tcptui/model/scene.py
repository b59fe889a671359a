"""What an explanation is made from: a place in a history, and what is known of it there."""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.model.cells import Role
from tcptui.model.diagram_view import taken_at
from tcptui.tcp.doubt import DISBELIEVED, STRAY
from tcptui.tcp.history import Correction, History, Moment, Transition, has_no_effect, mark_of
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.timers import LINUX, Timers


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an explanation is made from.

    segment: the one at the cursor, None while there is none. moment: of the cursor; later than the
    segment for a timer or a silence, and with a later packet for a folded run that begins with it.
    live: as it was seen live, with what was taken back later. owes: who must send next, "" if not asked.
    silence_ns: how long, where the cursor is on a silence. error: the ICMP error, where it is on one.
    copy: the segment's frame is one that was captured before. timers: what time alone does.
    """

    history: History
    segment: Segment | None
    moment: Moment
    live: bool = False
    owes: str = ""
    silence_ns: int = 0
    error: IcmpError | None = None
    copy: bool = False
    timers: Timers = LINUX

    def name(self, endpoint: int) -> str:
        return "client" if endpoint == self.history.client else "server"

    def role(self, endpoint: int) -> Role:
        return Role.CLIENT if endpoint == self.history.client else Role.SERVER

    def evidence(self, step: Transition) -> Evidence:
        """How sure it is, as of the moment."""
        return step.evidence_at(self.moment)

    def proof(self, step: Transition) -> int | None:
        """The frame that will prove what is not proven yet; nobody knows of it live."""
        later = self.evidence(step) is not step.evidence
        return step.proven_by if later and not self.live else None

    def taken(self) -> tuple[Transition, ...]:
        """The transitions here, the sender's before the receiver's."""
        if self.silence_ns:
            return ()
        sender = self.segment.sender if self.segment is not None else 0
        found = taken_at(self.history, self.moment, live=self.live)
        return tuple(sorted(found, key=lambda t: t.endpoint != sender))

    def notes(self) -> list[tuple[str, int, str]]:
        """(mark, endpoint, sentence): what packets cannot tell about what happened here."""
        found = [
            (mark_of(self.evidence(step), step.note), step.endpoint, step.note)
            for step in self.taken()
            if step.note
        ]
        reset = self.segment
        if reset is None or not reset.flags & Flags.RST or self.silence_ns or self.error is not None:
            return found
        if reset.packet != self.moment.packet or not has_no_effect(self.history, reset):
            return found
        receiver = 1 - reset.sender
        if any(t.packet == reset.packet and t.endpoint == receiver for t in self.history.log):
            return found  # it was believed for a while, and the correction says why it is not
        told = DISBELIEVED.format(receiver=self.name(receiver))
        stray = self.history.at(self.moment)[reset.sender].state is not State.CLOSED and not self.taken()
        return [*found, ("*", receiver, STRAY if stray else told)]

    def lingering(self) -> list[tuple[str, int, str]]:
        """The same about the states that both ends stand in, brought there earlier."""
        told = {note for _, _, note in self.notes()}
        now = self.history.at(self.moment, live=self.live)
        ends = (self.history.client, 1 - self.history.client)[: 2 - self.history.same_socket]
        return [(now[end].mark, end, now[end].note) for end in ends if now[end].note not in {"", *told}]

    def corrections(self) -> tuple[Correction, ...]:
        """What the packet here took back."""
        if self.segment is None or self.silence_ns:
            return ()
        return tuple(c for c in self.history.corrections if c.packet == self.moment.packet)

    def refuted(self) -> tuple[Transition, ...]:
        """In hindsight: what the packet here seemed to do, and did not."""
        if self.live or self.segment is None or self.silence_ns:
            return ()
        return tuple(
            t for t in self.history.log if t.withdrawn is not None and t.packet == self.moment.packet
        )
