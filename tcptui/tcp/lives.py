"""Generations: the same two sockets, one connection after another.

Reuse of a pair is per endpoint: one end can be in its new life while the other is in the old one. The
pair begins a new life when both have moved, or at once when the other end has nothing left to leave.
"""

from __future__ import annotations

from bisect import bisect_right

from tcptui.tcp import rst
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.history import NO_DEADLINES, Correction, Deadlines, History, Roles, Transition
from tcptui.tcp.log import Entry, transition
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, CLOSED, LISTEN, SYN_SENT, TIME_WAIT, State
from tcptui.tcp.tcb import ACK, RST, SYN
from tcptui.tcp.unseen import missed_syn

_NO_END = 1 << 62
_Numbered = list[tuple[int, Entry]]
_IDLE = (CLOSED, LISTEN, TIME_WAIT)


class Life:
    """One generation: the frame with which it begins, who called, and where the ends stood before.

    answered: its SYN has an answer; again: that came more than once.
    """

    __slots__ = ("again", "answered", "client", "first_packet", "roles", "start")

    def __init__(self, first_packet: int, client: int, ends: tuple[Endpoint, ...]) -> None:
        self.first_packet = first_packet
        self.client = client
        self.roles = Roles.HANDSHAKE
        self.start = tuple(end.state for end in ends)
        self.answered = self.again = False


class Lives:
    """All lives of a pair, oldest first. `pending` is one into which only one end has moved."""

    __slots__ = ("_reset_by", "all", "ends", "pending", "same_socket")

    def __init__(self, ends: tuple[Endpoint, ...], same_socket: bool) -> None:
        self.ends = ends
        self.same_socket = same_socket
        self.all: list[Life] = []
        self.pending: Life | None = None
        self._reset_by: set[int] | None = set()

    @property
    def begun(self) -> bool:
        """Something has passed that tells of a connection."""
        return self._reset_by is None

    def begin(self, segment: Segment, sender: Endpoint, receiver: Endpoint) -> None:
        """The first segment: a call, an answer to one, or the middle of a connection.

        A RST before all others tells of none: its sender has none (any more), and what its receiver had
        nobody knows. A listener does not even notice it. But one that refuses tells of the call.
        """
        assert self._reset_by is not None
        flags = segment.flags
        if not self.all:
            self.all.append(Life(segment.packet, sender.number, self.ends))
            self.all[0].roles = Roles.GUESSED
        if rst.refuses(segment) and flags & RST:
            self._reset_by = None
            self.all[0].client, self.all[0].roles = receiver.number, Roles.HANDSHAKE
            missed_syn(receiver, segment)
            return
        if flags & RST:
            self._reset_by.add(sender.number)
            return
        without, self._reset_by = self._reset_by - {sender.number}, None
        life = self.all[0]
        life.client = sender.number
        if flags & SYN:
            life.roles = Roles.HANDSHAKE
            listener = sender if flags & ACK else receiver
            if not self.same_socket:
                listener.start = listener.exact.state = LISTEN
                life.client = 1 - listener.number
            return
        for end in self.ends:
            if end.number not in without:
                end.exact.step(Event.PICKED_UP, segment, ASSUMED)

    def reopened(self, opener: Endpoint, other: Endpoint, segment: Segment) -> None:
        """`opener` has sent a SYN of a new life; of the same, if the other is still calling."""
        if other.state in _IDLE and other.exact.state is not SYN_SENT:
            self._append(opener, other, segment)
        else:
            self.pending = Life(segment.packet, opener.number, self.ends)

    def never_reopened(self, opener: Endpoint) -> None:
        """The SYN with which `opener` seemed to begin anew was forged."""
        if self.pending is not None and self.pending.client == opener.number:
            self.pending = None

    def crossed(self) -> None:
        """A SYN has met another: both are of the life that is."""
        self.pending = None

    def accepted(self, listener: Endpoint, other: Endpoint, segment: Segment) -> None:
        """`listener` has answered a SYN: it has moved too."""
        if self.pending is not None:
            self.all.append(self.pending)
            self.pending = None
        elif self.all[-1].answered:
            self._append(other, listener, segment)
        self.all[-1].answered = True

    def _append(self, client: Endpoint, server: Endpoint, segment: Segment) -> None:
        if server.state is CLOSED:
            server.believe_all()
            server.exact.state = LISTEN
            server.refresh(segment.packet, segment.time_ns)
        self.all.append(Life(segment.packet, client.number, self.ends))
        self.pending = None

    def history(self, index: int, deadlines: Deadlines) -> History:
        """The endpoints' logs of one life, cut where it begins and where the next one does.

        deadlines: those of the last life.
        """
        low = self.all[index].first_packet if index else -1
        last = index + 1 == len(self.all)
        high = _NO_END if last else self.all[index + 1].first_packet
        entries = [
            [one for one in enumerate(end.log.entries) if low <= one[1].belongs < high] for end in self.ends
        ]
        taken_back = [one for end in self.ends for one in end.log.corrections if low <= one.packet < high]
        return self._assemble(index, entries, taken_back, deadlines)

    def histories(self, deadlines: Deadlines) -> tuple[History, ...]:
        """All of them in one pass over the logs: a pair may have thousands of lives."""
        if len(self.all) == 1:
            return (self.history(0, deadlines),)
        borders = [life.first_packet for life in self.all[1:]]
        entries: list[list[_Numbered]] = [[[] for _ in self.ends] for _ in self.all]
        taken_back: list[list[Correction]] = [[] for _ in self.all]
        for which, end in enumerate(self.ends):
            for one in enumerate(end.log.entries):
                entries[bisect_right(borders, one[1].belongs)][which].append(one)
            for correction in end.log.corrections:
                taken_back[bisect_right(borders, correction.packet)].append(correction)
        lives = range(len(self.all))
        return tuple(self._assemble(i, entries[i], taken_back[i], deadlines) for i in lives)

    def _assemble(
        self, index: int, entries: list[_Numbered], taken_back: list[Correction], deadlines: Deadlines
    ) -> History:
        """The history of a life from its entries by endpoint, each with its place in the endpoint's log."""
        life = self.all[index]
        log: list[tuple[int, int, bool, int, Transition]] = []
        start = [CLOSED, CLOSED]
        for end, inside in zip(self.ends, entries, strict=True):
            own = {entry.packet for _, entry in inside if not entry.received}  # of a frame, its sender first
            log += [
                (e.time_ns, e.packet, e.packet not in own, i, transition(e, end.number)) for i, e in inside
            ]
            first = next((entry for _, entry in inside if entry.withdrawn is None), None)
            start[end.number] = first.step.old if first is not None else self._unmoved(index, end)
        log.sort(key=lambda item: item[:4])
        return History(
            life.first_packet,
            life.client,
            life.roles,
            (start[0], start[1]),
            tuple(item[4] for item in log),
            tuple(sorted(taken_back, key=lambda one: one.packet)),
            self.same_socket,
            deadlines if index + 1 == len(self.all) else NO_DEADLINES,
            life.again,
        )

    def _unmoved(self, index: int, end: Endpoint) -> State:
        """The state of an endpoint that never moves in this life."""
        return end.state if index + 1 == len(self.all) else self.all[index].start[end.number]
