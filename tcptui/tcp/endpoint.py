"""One end of a connection: what is certain of it, what is under way to it, and what follows from both.

`exact` is moved by what the endpoint itself sends, and by deliveries that its segments prove.
`flights` passed us towards it and are neither proven nor denied. `shown` is `exact` with the flights
replayed: the state to display. When a segment proves or denies something, the path is recomputed, and
the log records what that adds and what it takes back.

While data and ACKs flow, nothing that passes can change the path, and `shown` is carried along instead
of replayed. `always_replay` turns that off; a test compares the two.
"""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp import seq
from tcptui.tcp.calls import FIRST_RETRANSMISSION, MILLISECOND, Calls
from tcptui.tcp.events import Event
from tcptui.tcp.flight import (
    MOST,
    Flight,
    acknowledges,
    deliver,
    echoed,
    is_pure_ack,
    proven,
    replay,
)
from tcptui.tcp.log import Entry, Log
from tcptui.tcp.marks import Marks
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import (
    ASSUMED,
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    PASSED,
    PROVEN,
    SYN_RCVD,
    State,
)
from tcptui.tcp.tcb import ACK, FIN, RST, Tcb

MARGIN = 2 * MILLISECOND
UNKNOWN_ROUND_TRIP = 50 * MILLISECOND
PURE_ACKS_KEPT = 4

_TRANSFER = (ESTABLISHED, CLOSE_WAIT)


@dataclass(frozen=True, slots=True)
class Previous:
    """An endpoint's old life, in case the new one turns out to be forged."""

    exact: Tcb
    start: State
    path: list[Entry]


class Endpoint:
    """See the module. `start` is the state before the first step of its present life.

    calls: its SYNs in this life.
    reason: why what is withdrawn next is withdrawn.
    round_trip: ns from a segment's passing towards it until its answer passes; slow_trip: of the last
    answer with text.
    missed: one octet of its that we did not see, taken for its FIN; combined: which acknowledged the peer's
    FIN, so it seems. hole: what acknowledged several octets of its that we did not see, the last perhaps its
    FIN. beyond: an empty segment, numbered beyond what we saw it send.
    """

    __slots__ = (
        "_assumed",
        "_replay_due",
        "_replayed",
        "_steps",
        "_wary",
        "always_replay",
        "beyond",
        "calls",
        "combined",
        "exact",
        "flights",
        "hole",
        "log",
        "marks",
        "missed",
        "number",
        "previous",
        "reason",
        "round_trip",
        "shown",
        "slow_trip",
        "start",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.log = Log(number)
        self.marks = Marks()
        self.start = CLOSED
        self.always_replay = False
        self.previous: Previous | None = None
        self._reset()

    def _reset(self) -> None:
        self.exact = Tcb(state=self.start)
        self.shown = self.exact.fork()
        self.flights: list[Flight] = []
        self.calls = Calls()
        self.round_trip = self.slow_trip = 0
        self.reason = ""
        self.missed: int | None = None
        self.combined = False
        self.hole: Segment | None = None
        self.beyond: Segment | None = None
        self._replay_due = True
        self._steps = self._assumed = 0
        self._replayed: tuple[object, ...] = ()
        self._wary = False

    @property
    def state(self) -> State:
        """The state to display."""
        return self.shown.state

    @property
    def untouched(self) -> bool:
        """Nothing is known of it yet."""
        return not self.marks.heard and not self.exact.path

    # -- what passes towards it ---------------------------------------------------------------------

    def approach(self, segment: Segment) -> None:
        """`segment` passed on its way here: assume, for now, that it arrives."""
        if segment.flags & ACK:
            self.marks.offer(segment.ack)
        if segment.flags & RST:
            self._wary = True
            self._replay_due = self._replay_due or not self._replayed  # its number is looked at closely
        flights = self.flights
        flights.append(Flight(segment))
        if len(flights) > PURE_ACKS_KEPT and is_pure_ack(segment) and self.exact.state in _TRANSFER:
            self._drop_idle()
        if len(flights) > MOST:
            self.believe(MOST // 2)
        if not self._replay_due:
            deliver(self.shown, segment, PASSED)

    def _drop_idle(self) -> None:
        """Where ACKs move nothing, a few of the latest are enough to recognise what a RST answers."""
        if all(is_pure_ack(one.segment) for one in self.flights[-PURE_ACKS_KEPT - 1 :]):
            del self.flights[-PURE_ACKS_KEPT - 1]

    def believe(self, count: int) -> None:
        """Take the first `count` flights as delivered: nothing has been heard for too long."""
        for one in self.flights[:count]:
            if not one.lost:
                deliver(self.exact, one.segment, PASSED)
        del self.flights[:count]
        self._replay_due = True

    def believe_all(self) -> None:
        """What is under way stands: time has passed, or another life begins."""
        self.believe(len(self.flights))

    def believe_old(self, segment: Segment) -> None:
        """The pure ACKs that have had time to arrive before `segment` did."""
        old = [o for o in self.flights if is_pure_ack(o.segment) and self.had_time(o, segment.time_ns)]
        for one in old:
            if not one.lost:
                deliver(self.exact, one.segment, PASSED)
        self.flights = [one for one in self.flights if one not in old]
        self._replay_due = True

    def believe_before(self, number: int, segment: Segment) -> None:
        """The pure ACKs sent before octet `number` was, which has arrived, as `segment` shows."""
        older = [one for one in self.flights if is_pure_ack(one.segment) and seq.le(one.segment.seq, number)]
        for one in older:
            if not one.lost:
                deliver(self.exact, one.segment, PROVEN, segment.packet)
        self.flights = [one for one in self.flights if one not in older]
        self._replay_due = True

    # -- what it sends proves -----------------------------------------------------------------------

    def acknowledge(self, segment: Segment) -> None:
        """It acknowledges: consume what that proves, measure how long it took."""
        exact = self.exact
        if exact.rcv_nxt is None:
            self._replay_due = True  # in the middle of a stream: now it is known where
        elif seq.le(segment.ack, exact.rcv_nxt):
            return
        ack = segment.ack
        answered = [one for one in self.flights if one.segment.space and seq.le(one.segment.end, ack)]
        if answered:
            passed = max([one.segment.time_ns for one in answered])
            self._measure_answer(segment, segment.time_ns - passed)
            if any(one.segment.flags & FIN for one in answered):
                self._lose_by_echo(answered, segment)
        self.consume(segment.ack, segment)

    def _measure_answer(self, segment: Segment, sample_ns: int) -> None:
        """What carries text may have waited for an application: it counts if two in a row took that long."""
        if is_pure_ack(segment):
            self.measure(sample_ns)
        else:
            self.measure(min(sample_ns, self.slow_trip))
            self.slow_trip = sample_ns

    def _lose_by_echo(self, answered: list[Flight], segment: Segment) -> None:
        """Of several copies the one has arrived whose time stamp is echoed; a DSACK says that more have."""
        number = echoed(answered, segment)
        if number is None:
            return
        for one in answered[:number]:
            if not one.lost and one.segment.end == answered[number].segment.end:
                self.lose(
                    one, f"#{segment.packet} echoes the time stamp of #{answered[number].segment.packet}"
                )

    def consume(self, ack: int, segment: Segment) -> None:
        """Everything before `ack` has reached it, as `segment` shows."""
        count = proven(self.flights, self.exact.rcv_nxt, ack)
        held: list[Flight] = []
        for one in self.flights[:count]:
            if one.segment.space and seq.gt(one.segment.end, ack):
                held.append(one)
            elif not one.lost and not one.segment.flags & RST:  # it goes on: a RST was lost, or refused
                deliver(self.exact, one.segment, PROVEN, segment.packet)
        self.flights[:count] = held
        self.exact.advance_to(ack)

    def handshake_done(self, segment: Segment) -> None:
        """It has spoken beyond its SYN: the ACK of that has reached it, captured or not.

        After a fast open it speaks before that, and only what had the time is taken to have arrived.
        """
        exact = self.exact
        if exact.state is not SYN_RCVD or exact.iss is None:
            return
        for one in self.flights:
            if one.lost or one.segment.flags & RST or not acknowledges(one, exact.iss):
                continue
            if exact.fast_open and not self.had_time(one, segment.time_ns):
                continue
            # of that only the ACK is certain: its text counts once that is acknowledged
            exact.step(Event.RECV_ACK_OF_SYN, one.segment, PROVEN, proven_by=segment.packet)
            return
        if not exact.fast_open:
            exact.step(Event.RECV_ACK_OF_SYN, segment, ASSUMED)

    def was_acknowledged(self) -> bool:
        """An ACK of its SYN is under way to it, or more."""
        iss = self.exact.iss
        return iss is not None and any(acknowledges(one, iss) and not one.lost for one in self.flights)

    def acknowledged_first(self, segment: Segment) -> None:
        """In FIN_WAIT_1: Linux keeps no socket for FIN_WAIT_2 after close(), and does not count on then.

        So the ACK of its FIN had come when it acknowledges the peer's without: in whatever order they passed.
        """
        exact = self.exact
        if not self.marks.is_bare(segment):
            return
        for one in self.flights:
            fin = exact.fin_seq
            if fin is not None and not one.lost and is_pure_ack(one.segment) and acknowledges(one, fin):
                exact.fin_acked = True
                exact.step(Event.RECV_ACK_OF_FIN, one.segment, PROVEN, proven_by=segment.packet)
                return

    # -- what it sends denies -----------------------------------------------------------------------

    def measure(self, sample_ns: int) -> None:
        """The longest time from a segment's passing to its answer's; beyond a second it measures a loss."""
        if sample_ns < FIRST_RETRANSMISSION:
            self.round_trip = max(self.round_trip, sample_ns)

    @property
    def wait(self) -> int:
        """How long after a segment's passing, in ns, an answer to it must have passed."""
        return (self.round_trip or UNKNOWN_ROUND_TRIP) + MARGIN

    def had_time(self, one: Flight, now_ns: int) -> bool:
        """Old enough that, had it arrived, what we see now would show it."""
        return now_ns - one.segment.time_ns > self.wait

    def lose(self, one: Flight, reason: str) -> None:
        """This did not arrive."""
        one.lost = True
        self.correct(reason)

    def touch(self) -> None:
        """Something that is certain of it has changed: replay."""
        self._replay_due = True

    def correct(self, reason: str) -> None:
        """Something is not as it was assumed; the first reason given is the one that is told."""
        self.reason = self.reason or reason
        self._replay_due = True

    # -- lives --------------------------------------------------------------------------------------

    def begin(self, start: State, keep: list[Flight]) -> None:
        """A new life, from `start`, in which `keep` is still under way. The old one can be restored."""
        self.previous = Previous(self.exact, self.start, self.log.path)
        self.log.path = []
        self.start = start
        self._reset()
        self.flights = keep

    def in_old_life(self, segment: Segment) -> bool:
        """It sends on in the numbers of its old life, which a forged SYN seemed to have ended."""
        if self.previous is None:
            return False
        old = self.previous.exact
        return old.iss is not None and segment.seq == old.snd_max and segment.ack == old.ack_sent

    def restore(self, segment: Segment) -> None:
        """The SYN was not its own: what that began is withdrawn, and the old life goes on."""
        assert self.previous is not None
        old, self.previous = self.previous, None
        reason = "the SYN was forged: it goes on as before"
        self.log.abandon(old.path, segment.packet, segment.time_ns, reason)
        self.exact, self.start, self.flights = old.exact, old.start, []
        if self.exact.path and self.exact.path[-1].event is Event.FORGOTTEN:
            self.exact.withdraw_last()
        self.correct(reason)

    # -- outcome ------------------------------------------------------------------------------------

    def spoke(self) -> None:
        """It has sent something: `shown` must be replayed, unless that was data or an ACK among others, or
        changes nothing of what it heeds.
        """
        exact, shown = self.exact, self.shown
        if self._wary:  # a RST that did not fit may fit now
            self._wary = any(one.segment.flags & RST for one in self.flights)
        if self._replay_due or len(exact.path) != self._steps:
            self._replay_due = True
        elif self._flows() and not self._wary:
            shown.ack_sent, shown.snd_max = exact.ack_sent, exact.snd_max
            if exact.rcv_nxt is not None:
                shown.advance_to(exact.rcv_nxt)
            self._replayed = ()
        elif exact.heeds == self._replayed:
            shown.snd_max, shown.window = exact.snd_max, exact.window
        else:
            self._replay_due = True

    def _flows(self) -> bool:
        """Nothing that passes moves it."""
        shown = self.shown
        if self.exact.state not in _TRANSFER or shown.state is not self.exact.state or shown.path:
            return False
        return shown.peer_fin is None or shown.peer_fin_consumed  # else it waits for what fills a gap

    def refresh(self, packet: int, time_ns: int) -> None:
        """Bring `shown` and the log up to date as of frame `packet`."""
        certain = self.exact.path
        if self._replay_due or len(certain) != self._steps:
            self.shown = replay(self.exact, self.flights)
            self._replayed = self.exact.heeds
        elif len(self.shown.path) == self._assumed:
            return
        assumed = self.shown.path
        self.log.reconcile(certain + assumed, packet, time_ns, self.reason)
        self.reason, self._replay_due = "", self.always_replay
        self._steps, self._assumed = len(certain), len(assumed)
