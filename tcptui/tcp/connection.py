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
from tcptui.tcp.history import Deadlines, History, Roles
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.lives import Lives
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import (
    CLOSED,
    FIN_WAIT_2,
    PASSED,
    SYN_RCVD,
    SYN_SENT,
    TIME_WAIT,
    TIMER,
    State,
)
from tcptui.tcp.tcb import Tcb
from tcptui.tcp.timers import LINUX, Timers


class Connection:
    """Everything that passes between two sockets, through all their lives.

    timers: how long the endpoints wait where no packet tells. same_socket: source and destination are
    one socket, which connected to itself.
    """

    __slots__ = ("_due", "_ends", "_last_packet", "_lives", "_open", "_timers", "_waits")

    def __init__(self, *, timers: Timers = LINUX, same_socket: bool = False) -> None:
        self._timers, self._waits = timers, timers.waits
        first = Endpoint(0)
        self._ends = (first, first if same_socket else Endpoint(1))
        self._open = self._ends[:1] if same_socket else self._ends
        self._lives = Lives(self._open, same_socket)
        self._last_packet = 0
        self._due: int | None = None

    # -- input --------------------------------------------------------------------------------------

    def feed(self, segment: Segment) -> None:
        """Take the next captured segment. Never raises, whatever its fields say."""
        if self._due is not None and self._due <= segment.time_ns:
            self.advance(segment.time_ns)
        number = segment.sender & 1
        sender, receiver = self._ends[number], self._ends[1 - number]
        self._last_packet = segment.packet
        if not self._lives.begun:
            self._lives.begin(segment, sender, receiver)
            if not self._lives.begun:
                return
        if not sender.marks.is_copy(segment):
            emit(self._lives, sender, receiver, segment)
            sender.spoke()
        receiver.approach(segment)
        sender.marks.remember(segment)
        for end in self._open:
            end.refresh(segment.packet, segment.time_ns)
        self._due = self._earliest()

    def hear(self, error: IcmpError) -> None:
        """Take an ICMP error about a segment of endpoint `1 - error.sender`. Never raises.

        It ends what is being opened, if it quotes that SYN (RFC 5927: anybody can send one).
        """
        self.advance(error.time_ns)
        end = self._ends[1 - (error.sender & 1)]
        event = _ends_opening(end.exact, error) if end.exact.state is end.shown.state else None
        if event is not None:
            self._last_packet = max(self._last_packet, error.packet)
            end.exact.step(event, error, PASSED)
            end.refresh(error.packet, error.time_ns)
            if event is Event.RECV_ICMP_PASSIVE:
                self._lives.all[-1].answered = False  # who calls still does: its next answer is of this life
            self._due = self._earliest()

    def advance(self, now_ns: int) -> None:
        """Let time pass up to `now_ns`: timers that are due fire, each at its own time."""
        while self._due is not None and self._due <= now_ns:
            end = min(self._open, key=self._deadline_or_never)
            self._expire(end, self._due)
            self._due = self._earliest()

    # -- timers -------------------------------------------------------------------------------------

    def _deadline(self, end: Endpoint) -> int | None:
        shown = end.shown
        if end.exact.state is SYN_SENT and shown.state is not SYN_RCVD:
            return self._asks_until(end)
        wait = self._waits[shown.state]
        half_closed = shown.reads and shown.state is FIN_WAIT_2
        return None if wait is None or half_closed else shown.since_ns + wait

    def _asks_until(self, end: Endpoint) -> int | None:
        """Until when a caller must have asked again, or it has given up; None where it has an answer."""
        answered = end.shown.state is not SYN_SENT
        due, limit = end.calls.due_ns(end.flights, end.wait, answered=answered), self._timers.syn_sent
        return due if due is None or answered or limit is None else min(due, end.exact.since_ns + limit)

    def _deadline_or_never(self, end: Endpoint) -> int:
        deadline = self._deadline(end)
        return 1 << 80 if deadline is None else deadline

    def _earliest(self) -> int | None:
        earliest = None
        for end in self._open:
            due = self._deadline(end)
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        return earliest

    def _expire(self, end: Endpoint, due: int) -> None:
        exact = end.exact
        if exact.state is SYN_SENT:
            for one in end.flights:
                end.lose(one, "it asks no more, and acknowledges no answer")
        else:
            end.believe_all()
        if exact.state is TIME_WAIT:
            event = Event.TIMEOUT_2MSL
        elif exact.state is SYN_RCVD and exact.passive:
            event = Event.REQUEST_EXPIRED
        else:
            event = Event.TIMEOUT_USER
        exact.step(event, None, TIMER, time_ns=due)
        end.refresh(self._last_packet, due)

    @property
    def deadline_ns(self) -> int | None:
        """When the next timer fires if nothing more passes; None where none runs."""
        return self._due

    # -- output -------------------------------------------------------------------------------------

    @property
    def states(self) -> tuple[State, State]:
        """Both endpoints now, as of the newest segment and the newest time."""
        return self._ends[0].shown.state, self._ends[1].shown.state

    @property
    def generations(self) -> int:
        """How many lives the pair has had, at least 1."""
        return max(1, len(self._lives.all))

    def history(self, generation: int = -1) -> History:
        """The log of one life, the newest by default. IndexError where there is no such life."""
        count = len(self._lives.all)
        if not count:
            return History(0, 0, Roles.GUESSED, (CLOSED, CLOSED), (), ())
        return self._lives.history(range(count)[generation], self._deadlines)

    def histories(self) -> tuple[History, ...]:
        """The logs of all lives; each begins at its `first_packet`."""
        return self._lives.histories(self._deadlines) or (self.history(),)

    @property
    def _deadlines(self) -> Deadlines:
        return self._deadline(self._ends[0]), self._deadline(self._ends[1])

    @property
    def begins(self) -> tuple[int, ...]:
        """The frame with which each life begins, as `History.first_packet`, without the cost of a history."""
        return tuple(life.first_packet for life in self._lives.all) or (0,)


def _ends_opening(tcb: Tcb, error: IcmpError) -> Event | None:
    """What the error does to an endpoint that is being opened; None: nothing.

    A request has no program yet that could be told: Linux drops it, on fewer errors than it ends a call on.
    """
    if error.seq != tcb.iss or not error.fatal:
        return None
    if tcb.state is SYN_SENT or (tcb.state is SYN_RCVD and not tcb.passive):
        return Event.RECV_ICMP
    dropped = tcb.state is SYN_RCVD and error.ends_request and not (tcb.bsd or tcb.fast_open)
    return Event.RECV_ICMP_PASSIVE if dropped else None
