"""One end of a connection: what is certain of it, what is under way to it, and what follows from both.

`exact` is moved by what the endpoint itself sends, and by deliveries that its segments prove.
`flights` passed us towards it and are neither proven nor denied. `shown` is `exact` with the flights
replayed: the state to display. When a segment proves or denies something, the path is recomputed, and
the log records what that adds and what it takes back.
"""

from __future__ import annotations

from collections import deque

from tcptui.tcp import options, seq
from tcptui.tcp.events import Event
from tcptui.tcp.flight import MOST, Flight, acknowledges, deliver, flight, is_pure_ack, proven, replay
from tcptui.tcp.log import Entry, Log
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import ACK, FIN, RST, SYN, Tcb

MILLISECOND = 1_000_000
MARGIN = 2 * MILLISECOND
FIRST_RETRANSMISSION = 990 * MILLISECOND
UNKNOWN_ROUND_TRIP = 50 * MILLISECOND

COPY_WITHIN = 150 * MILLISECOND

_TRANSFER = (State.ESTABLISHED, State.CLOSE_WAIT)


class Endpoint:
    """See the module. `start` is the state before the first step of its present life."""

    __slots__ = (
        "beyond",
        "exact",
        "flights",
        "heard",
        "ip_id",
        "log",
        "missed",
        "missed_ack",
        "number",
        "offered",
        "previous",
        "reason",
        "recent",
        "round_trip",
        "shown",
        "start",
        "tsval",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.log = Log(number)
        self.start = State.CLOSED
        self.heard = False  # it has sent something
        self.tsval: int | None = None
        self.ip_id: int | None = None
        self.recent: deque[Segment] = deque(maxlen=8)
        self.offered: deque[int] = deque(maxlen=64)  # ACKs that passed towards it: what a RST reply may quote
        self.previous: Previous | None = None
        self._reset()

    def _reset(self) -> None:
        self.exact = Tcb(state=self.start)
        self.shown = self.exact
        self.flights: list[Flight] = []
        self.round_trip = 0
        self.reason = ""
        self.missed: int | None = None  # one octet that it sent and we did not see: perhaps its FIN
        self.missed_ack: Segment | None = None
        self.beyond: Segment | None = None  # an empty segment of its, numbered beyond what we saw it send

    # -- what passes towards it ---------------------------------------------------------------------

    def approach(self, segment: Segment) -> None:
        """`segment` passed on its way here: assume, for now, that it arrives."""
        one = flight(segment)
        flights = self.flights
        if flights and not one.size and self.exact.state in _TRANSFER and is_pure_ack(segment):
            last = flights[-1].segment
            if is_pure_ack(last) and last.ack == segment.ack:
                flights.pop()  # it says the same again, where an ACK moves nothing
        flights.append(one)
        if segment.flags & ACK and (not self.offered or self.offered[-1] != segment.ack):
            self.offered.append(segment.ack)
        if len(flights) > MOST:
            self.believe(MOST // 2)

    def believe(self, count: int) -> None:
        """Take the first `count` flights as delivered: nothing has been heard for too long."""
        for one in self.flights[:count]:
            if not one.lost:
                deliver(self.exact, one.segment, Evidence.PASSED)
        del self.flights[:count]

    def believe_all(self) -> None:
        self.believe(len(self.flights))

    # -- what it sends proves -----------------------------------------------------------------------

    def consume(self, segment: Segment, count: int) -> None:
        """`segment`, sent from here, proves that the first `count` flights arrived."""
        held: list[Flight] = []
        ack = segment.ack
        for one in self.flights[:count]:
            if one.size and seq.gt(one.end, ack):
                held.append(one)
            elif not one.lost and not one.segment.flags & RST:  # it goes on: a RST was lost, or refused
                deliver(self.exact, one.segment, Evidence.PROVEN, segment.packet)
        self.flights[:count] = held

    def acknowledge(self, segment: Segment) -> None:
        """It acknowledges: consume what that proves, measure how long it took."""
        exact = self.exact
        if exact.rcv_nxt is not None and seq.le(segment.ack, exact.rcv_nxt):
            return
        count = proven(self.flights, exact.rcv_nxt, segment.ack)
        if count:
            answered = (one for one in self.flights if one.size and seq.le(one.end, segment.ack))
            self.measure(segment.time_ns - max(one.segment.time_ns for one in answered))
            self.consume(segment, count)
        exact.advance_to(segment.ack)

    def may_have_sent(self, reset: Segment) -> bool:
        """A RST from here bears the next number (or one beyond, where we missed text), or quotes an ACK."""
        if reset.seq in self.offered or not reset.seq:
            return True
        ahead = seq.diff(reset.seq, self.exact.snd_max)
        return ahead == 0 or (0 < ahead < 1 << 20 and bool(reset.flags & ACK)) or not self.heard

    def goes_on(self, segment: Segment, reset: Segment) -> bool:
        """After its RST it sends on where it was, and later: a reordered segment would be older."""
        if segment.flags & FIN or segment.seq != self.exact.snd_max:
            return False
        stamp = options.tsval(segment.options)
        if stamp is not None and self.tsval is not None:
            return seq.gt(stamp, self.tsval)
        return segment.time_ns - reset.time_ns > (self.round_trip or UNKNOWN_ROUND_TRIP)

    def measure(self, sample_ns: int) -> None:
        """The longest time from a segment's passing to its answer's. Beyond a second it measures a loss."""
        if sample_ns < FIRST_RETRANSMISSION:
            self.round_trip = max(self.round_trip, sample_ns)

    def skipped(self, segment: Segment) -> bool:
        """Its IP identification shows that it sent something between its last segment and this, unseen."""
        return bool(segment.ip_id and self.ip_id and 1 < (segment.ip_id - self.ip_id) & 0xFFFF < 64)

    def had_time(self, one: Flight, now_ns: int) -> bool:
        """Old enough that, had it arrived, what we see now would show it."""
        wait = self.round_trip or UNKNOWN_ROUND_TRIP
        return now_ns - one.segment.time_ns > wait + MARGIN

    def deny(self, segment: Segment) -> None:
        """What an ordinary segment from here shows not to have arrived: what it leaves unacknowledged."""
        ack = segment.ack
        for one in self.flights:
            if one.lost or not self.had_time(one, segment.time_ns):
                continue
            if one.segment.flags & RST:
                self.lose(one, f"it goes on after the RST (#{one.segment.packet}): lost or refused")
            elif one.size and seq.le(one.segment.seq, ack) and seq.gt(one.end, ack):
                self.lose(one, f"its ACK (#{segment.packet}) leaves out #{one.segment.packet}: not arrived")

    def deny_acks_of(self, number: int, segment: Segment, what: str) -> None:
        """It sends `what` again: whatever acknowledges `number` has not arrived."""
        for one in self.flights:
            if not one.lost and acknowledges(one, number) and self.had_time(one, segment.time_ns):
                self.lose(one, f"{what} retransmitted: the ACK (#{one.segment.packet}) did not arrive")

    def lose(self, one: Flight, reason: str) -> None:
        one.lost = True
        self.reason = self.reason or reason

    def refused(self, segment: Segment) -> None:
        """It answers RST, having no connection: undo what was assumed because of the trigger and after it.

        What came before the trigger did arrive. A live socket never answers a pure ACK by RST, so the
        trigger is the first text with that number; but a dead one does.
        """
        trigger = self._trigger(segment)
        tcb = self.exact
        for one in self.flights[:trigger]:
            if not one.lost:
                deliver(tcb, one.segment, Evidence.PASSED)
        if trigger < len(self.flights) and tcb.acknowledges_fin(self.flights[trigger].segment.ack):
            tcb.step(
                Event.RECV_ACK_OF_FIN,
                self.flights[trigger].segment,
                Evidence.PROVEN,
                proven_by=segment.packet,
            )
        self.reason = f"it answered RST (#{segment.packet}): it had no such connection"
        self.flights = []

    def _trigger(self, reply: Segment) -> int:
        matching = [
            index
            for index, one in enumerate(self.flights)
            if one.segment.flags & ACK and one.segment.ack == reply.seq and not one.segment.flags & RST
        ]
        scratch, done = self.exact.fork(), 0
        for index in matching:
            for one in self.flights[done:index]:
                if not one.lost:
                    deliver(scratch, one.segment, Evidence.PASSED)
            done = index
            text = self.flights[index].size and not self.flights[index].segment.flags & SYN
            if text or scratch.state is State.CLOSED:
                return index
        return matching[0] if matching else 0

    def handshake_done(self, segment: Segment) -> None:
        """It has spoken beyond its SYN: the ACK of that has reached it, captured or not."""
        exact = self.exact
        if exact.state is not State.SYN_RCVD or exact.iss is None or exact.fast_open:
            return
        for one in self.flights:
            if not one.lost and not one.segment.flags & RST and acknowledges(one, exact.iss):
                # of that only the ACK is certain: its text counts once that is acknowledged
                exact.step(Event.RECV_ACK_OF_SYN, one.segment, Evidence.PROVEN, proven_by=segment.packet)
                return
        exact.step(Event.RECV_ACK_OF_SYN, segment, Evidence.ASSUMED)

    def believe_old(self, segment: Segment) -> None:
        """The pure ACKs that have had time to arrive before `segment` did."""
        for one in self.flights:
            if not one.lost and not one.size and self.had_time(one, segment.time_ns):
                deliver(self.exact, one.segment, Evidence.PASSED)
        self.flights = [one for one in self.flights if one.size or not self.had_time(one, segment.time_ns)]

    def aborted(self, segment: Segment) -> None:
        """It sends an abort: what that acknowledges has arrived, and the pure ACKs that had time to."""
        self.acknowledge(segment)
        self.believe_old(segment)
        self.flights = []

    def remember(self, segment: Segment) -> None:
        """Marks that tell its own later segments from copies and forgeries."""
        self.heard = True
        if segment.ip_id:
            self.ip_id = segment.ip_id
        stamp = options.tsval(segment.options)
        if stamp is not None and (self.tsval is None or seq.gt(stamp, self.tsval)):
            self.tsval = stamp

    # -- lives --------------------------------------------------------------------------------------

    def begin(self, start: State, keep: list[Flight]) -> None:
        """A new life, from `start`, in which `keep` is still under way. The old one can be restored."""
        self.previous = Previous(self.exact, self.flights, self.start, len(self.log.entries), self.log.path)
        self.log.path = []
        self.start = start
        self._reset()
        self.flights = keep

    def in_old_life(self, segment: Segment) -> bool:
        """It sends on in the numbers of its old life, which a forged SYN seemed to have ended."""
        if self.previous is None or self.exact.acknowledges_syn(segment.ack):
            return False
        old = self.previous.exact
        return old.iss is not None and segment.seq == old.snd_max and segment.ack == old.ack_sent

    def restore(self, segment: Segment) -> None:
        """The SYN was not its own: what that began is withdrawn, and the old life goes on."""
        assert self.previous is not None
        old, self.previous = self.previous, None
        self.log.abandon(
            old.path, segment.packet, segment.time_ns, "the SYN was forged: it goes on as before"
        )
        self.exact, self.start, self.flights = old.exact, old.start, []
        if self.exact.path and self.exact.path[-1].event is Event.FORGOTTEN:
            self.exact.withdraw_last()
        self.reason = "the SYN was forged: it goes on as before"

    def is_copy(self, segment: Segment) -> bool:
        """The same segment as one just before: a network or a capture has doubled it. It proves nothing.

        A retransmission has another IP identification, or a newer time stamp.
        """
        if not segment.ip_id and not segment.options:
            return False
        for old in self.recent:
            if (
                old.seq == segment.seq
                and old.ack == segment.ack
                and old.flags == segment.flags
                and old.length == segment.length
                and old.ip_id == segment.ip_id
                and segment.time_ns - old.time_ns <= COPY_WITHIN
                and options.tsval(old.options) == options.tsval(segment.options)
            ):
                return True
        self.recent.append(segment)
        return False

    # -- outcome ------------------------------------------------------------------------------------

    def refresh(self, packet: int, time_ns: int) -> None:
        """Replay what is under way on what is certain, and bring the log up to date as of `packet`."""
        self.shown = replay(self.exact, self.flights)
        reason = self.reason or f"#{packet} shows otherwise"
        self.log.reconcile(self.exact.path + self.shown.path, packet, time_ns, reason)
        self.reason = ""

    def before(self, packet: int, life: int) -> State:
        """Where it stood before frame `packet`, with which its life number `life` began."""
        if not life:
            return self.start if not self.log.entries else self.log.entries[0].step.old
        earlier = [e for e in self.log.entries if e.belongs < packet and e.withdrawn is None]
        state = earlier[-1].step.new if earlier else self.start
        return State.LISTEN if state is State.CLOSED and self.exact.state is State.LISTEN else state

    @property
    def state(self) -> State:
        return self.shown.state


class Previous:
    """An endpoint's old life, in case the new one turns out to be forged."""

    __slots__ = ("entries", "exact", "flights", "path", "start")

    def __init__(
        self, exact: Tcb, flights: list[Flight], start: State, entries: int, path: list[Entry]
    ) -> None:
        self.exact = exact
        self.flights = flights
        self.start = start
        self.entries = entries
        self.path = path
