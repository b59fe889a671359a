"""Both endpoints of a connection, inferred from the segments that pass: the engine.

A capture is a list of *transmissions*. A segment proves its sender's state when it was sent; what it
does to its receiver is an assumption until the receiver's next segment confirms or denies it. So for
every segment from X to Y, in this order:

1. what X sends proves which of the segments under way to X have arrived, and denies others;
2. X's own state moves (SENT);
3. the segment is under way to Y;
4. both ends are replayed: what is certain, then what is under way. What that takes back is a correction.

A machine that moves once per captured segment is wrong at every simultaneous open and close: see
`tests/scenarios/simultaneous_close.txt`.

Limits: what packets cannot tell stays unknown: a close() whose FIN waits behind data, a give-up that
nothing is sent about, the last segment of all lost behind us.
"""

from __future__ import annotations

from tcptui.tcp.emission import emit
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Roles, Transition
from tcptui.tcp.log import transition
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import ACK, RST, SYN
from tcptui.tcp.timers import LINUX, Timers

_NO_END = 1 << 62
_IDLE = (State.CLOSED, State.LISTEN, State.TIME_WAIT)


class Connection:
    """Everything that passes between two sockets, through all their lives.

    timers: how long the endpoints wait where no packet tells. same_socket: source and destination are
    one socket, which connected to itself.
    """

    __slots__ = ("_clock", "_ends", "_last_packet", "_lives", "_pending", "_same", "_timers")

    def __init__(self, *, timers: Timers = LINUX, same_socket: bool = False) -> None:
        self._timers = timers
        self._same = same_socket
        first = Endpoint(0)
        self._ends = (first, first if same_socket else Endpoint(1))
        self._lives: list[_Life] = []
        self._clock = 0
        self._last_packet = 0
        self._pending: _Life | None = None

    # -- input --------------------------------------------------------------------------------------

    def feed(self, segment: Segment) -> None:
        """Take the next captured segment. Never raises, whatever its fields say."""
        self.advance(segment.time_ns)
        sender = self._ends[segment.sender & 1]
        receiver = self._ends[1 - (segment.sender & 1)]
        if not self._lives:
            self._begin(segment, sender, receiver)
        self._last_packet = segment.packet
        if not sender.is_copy(segment):
            emit(self, sender, receiver, segment)
        receiver.approach(segment)
        sender.remember(segment)
        sender.refresh(segment.packet, segment.time_ns)
        if receiver is not sender:
            receiver.refresh(segment.packet, segment.time_ns)

    def advance(self, now_ns: int) -> None:
        """Let time pass up to `now_ns`: timers that are due fire, each at its own time."""
        while True:
            due = [end for end in self._open_ends() if (self._deadline(end) or now_ns + 1) <= now_ns]
            if not due:
                break
            self._expire(min(due, key=lambda end: self._deadline(end) or 0))
        self._clock = max(self._clock, now_ns)

    # -- lives --------------------------------------------------------------------------------------

    def _begin(self, segment: Segment, sender: Endpoint, receiver: Endpoint) -> None:
        flags = segment.flags
        life = _Life(segment.packet, segment.sender & 1, Roles.HANDSHAKE)
        self._lives.append(life)
        if flags & SYN and not flags & RST:
            listener = sender if flags & ACK else receiver
            if not self._same:
                listener.start = listener.exact.state = State.LISTEN
                life.client = 1 - listener.number
            return
        life.roles = Roles.GUESSED
        for end in self._open_ends():
            end.exact.step(Event.PICKED_UP, segment, Evidence.ASSUMED)

    def reopened(self, opener: Endpoint, other: Endpoint, segment: Segment) -> None:
        """`opener` has sent a SYN of a new life. The connection has one when the other end has nothing
        left of the old, now or later."""
        if other.state in _IDLE:
            self._new_life(opener, other, segment)
        else:
            self._pending = _Life(segment.packet, opener.number, Roles.HANDSHAKE)

    def never_reopened(self, opener: Endpoint) -> None:
        """The SYN with which `opener` seemed to begin anew was forged."""
        if self._pending is not None and self._pending.client == opener.number:
            self._pending = None

    def accepted(self, listener: Endpoint, other: Endpoint, segment: Segment) -> None:
        """`listener` has answered a SYN of a new life: it has moved too."""
        if self._pending is not None:
            self._lives.append(self._pending)
            self._pending = None
        elif self._lives[-1].answered:
            self._new_life(other, listener, segment)
        self._lives[-1].answered = True

    def nobody_listened(self, end: Endpoint) -> None:
        """The end that was taken for a listener calls too, or refuses."""
        end.start = end.exact.state = State.CLOSED

    def _new_life(self, client: Endpoint, server: Endpoint, segment: Segment) -> None:
        life = _Life(segment.packet, client.number, Roles.HANDSHAKE)
        if server.state is State.CLOSED:
            server.believe_all()
            server.exact.state = State.LISTEN
            server.refresh(self._last_packet, segment.time_ns)
        self._lives.append(life)
        self._pending = None

    # -- timers -------------------------------------------------------------------------------------

    def _open_ends(self) -> tuple[Endpoint, ...]:
        return self._ends[:1] if self._same else self._ends

    def _deadline(self, end: Endpoint) -> int | None:
        timers, state = self._timers, end.shown.state
        if state is State.ESTABLISHED or state in (State.CLOSED, State.LISTEN, State.CLOSE_WAIT):
            return None
        wait = {
            State.TIME_WAIT: timers.time_wait,
            State.SYN_SENT: timers.syn_sent,
            State.SYN_RCVD: timers.syn_rcvd,
            State.FIN_WAIT_2: timers.fin_wait_2,
        }.get(state, timers.closing)
        return None if wait is None else end.shown.since_ns + wait

    def _expire(self, end: Endpoint) -> None:
        due = self._deadline(end)
        end.believe_all()
        exact = end.exact
        if exact.state is State.TIME_WAIT:
            event = Event.TIMEOUT_2MSL
        elif exact.state is State.SYN_RCVD and exact.passive:
            event = Event.REQUEST_EXPIRED
        else:
            event = Event.TIMEOUT_USER
        exact.step(event, None, Evidence.TIMER, time_ns=due)
        end.refresh(self._last_packet, due or 0)

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer fires if nothing more passes; None where none runs."""
        due = [when for when in map(self._deadline, self._open_ends()) if when is not None]
        return min(due) if due else None

    # -- output -------------------------------------------------------------------------------------

    @property
    def states(self) -> tuple[State, State]:
        """Both endpoints now, as of the newest segment and the newest time."""
        return self._ends[0].shown.state, self._ends[1].shown.state

    @property
    def generations(self) -> int:
        """How many lives the pair has had, at least 1."""
        return max(1, len(self._lives))

    def history(self, generation: int = -1) -> History:
        """The log of one life, the newest by default."""
        return self.histories()[generation]

    def histories(self) -> tuple[History, ...]:
        """The logs of all lives; each begins at its `first_packet`."""
        if not self._lives:
            return (History(0, 0, Roles.GUESSED, (State.CLOSED, State.CLOSED), (), ()),)
        found = []
        for index, life in enumerate(self._lives):
            until = self._lives[index + 1].first_packet if index + 1 < len(self._lives) else None
            found.append(self._cut(index, life, until))
        return tuple(found)

    def _cut(self, index: int, life: _Life, until: int | None) -> History:
        low = life.first_packet if index else -1
        high = until if until is not None else _NO_END
        log: list[tuple[int, int, int, Transition]] = []
        corrections: list[Correction] = []
        start = [State.CLOSED, State.CLOSED]
        for end in self._open_ends():
            inside = []
            for order, entry in enumerate(end.log.entries):
                if low <= entry.belongs < high:
                    inside.append(entry)
                    log.append((entry.time_ns, entry.packet, order, transition(entry, end.number)))
            standing = next((entry for entry in inside if entry.withdrawn is None), None)
            start[end.number] = standing.step.old if standing is not None else end.before(low, index)
            corrections += [one for one in end.log.corrections if low <= one.packet < high]
        log.sort(key=lambda item: item[:3])
        corrections.sort(key=lambda one: one.packet)
        return History(
            life.first_packet,
            life.client,
            life.roles,
            (start[0], start[1]),
            tuple(item[3] for item in log),
            tuple(corrections),
            self._same,
        )


class _Life:
    """One generation: where it begins, who called whom, and where both stood before."""

    __slots__ = ("answered", "client", "first_packet", "roles")

    def __init__(self, first_packet: int, client: int, roles: Roles) -> None:
        self.first_packet = first_packet
        self.client = client
        self.roles = roles
        self.answered = False
