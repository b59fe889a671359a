"""What one endpoint knows: the numbers of RFC 9293 3.3.1 as far as packets show them, its state, its path.

A `Tcb` changes in two ways only: `step` moves the state through the rule table, and the numbers are
set by what was sent (`connection.py`) or delivered (`classify.py`). `fork` makes the scratch copy on
which segments still under way are replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields, replace
from operator import attrgetter

from tcptui.dataclass import dataclass
from tcptui.tcp import seq
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.table import RULES

SYN, FIN, RST, ACK = int(Flags.SYN), int(Flags.FIN), int(Flags.RST), int(Flags.ACK)

_OPENING = (State.SYN_SENT, State.SYN_RCVD)

MOST_GAPS = 64
"""Ranges remembered behind a gap: a receiver with more of them would have run out of window."""


@dataclass(slots=True)
class Step:
    """One move on an endpoint's path.

    cause: the segment that moved it; None for a timer. time_ns: when. proven_by: the segment that showed
    that an assumed delivery had happened. odd: its RST does not look as expected, and may not count.
    """

    old: State
    new: State
    event: Event
    cause: Segment | None
    time_ns: int
    evidence: Evidence
    proven_by: int | None = None
    odd: bool = False

    @property
    def closed_unseen(self) -> bool:
        """Nobody has seen its FIN: a RST in reply shows that it had closed."""
        cause = self.cause
        return self.event is Event.CLOSE and cause is not None and cause.flags & (RST | ACK) == RST

    def same(self, other: Step) -> bool:
        """The same move for the same cause; how sure we are of it may differ."""
        return self.event is other.event and self.cause is other.cause and self.new is other.new


@dataclass(slots=True)
class Received:
    """What has come of the other's numbers. rcv_nxt: the next that is expected, None while unknown.

    gaps: ranges [start, end) that are held behind a hole.
    """

    rcv_nxt: int | None = None
    gaps: tuple[tuple[int, int], ...] = ()

    def accept(self, start: int, end: int) -> bool:
        """Take [start, end) into the receive queue. True where it brought anything new."""
        if self.rcv_nxt is None or (self.rcv_nxt == start and not self.gaps):
            self.rcv_nxt = end
            return True
        if seq.le(end, self.rcv_nxt):
            return False
        if seq.gt(start, self.rcv_nxt):
            if self.gaps and any(seq.le(a, start) and seq.le(end, b) for a, b in self.gaps):
                return False
            self.gaps = (*self.gaps, (start, end))[-MOST_GAPS:]
            return True
        self.rcv_nxt = end
        if self.gaps:
            self._close_gaps()
        return True

    def advance_to(self, ack: int) -> None:
        """It has said itself that everything before `ack` is there."""
        if self.rcv_nxt is None or seq.gt(ack, self.rcv_nxt):
            self.rcv_nxt = ack
            if self.gaps:
                self._close_gaps()

    def _close_gaps(self) -> None:
        while self.gaps:
            nxt = self.rcv_nxt
            assert nxt is not None
            reached = [b for a, b in self.gaps if seq.le(a, nxt) and seq.gt(b, nxt)]
            self.gaps = tuple((a, b) for a, b in self.gaps if seq.gt(a, nxt))
            if not reached:
                return
            self.rcv_nxt = max(reached, key=lambda b: seq.diff(b, nxt))


@dataclass(slots=True)
class Tcb(Received):
    """One endpoint in one life.

    iss, irs: the two initial sequence numbers; None while unknown. snd_max: the end of what it has sent.
    numbered: mid-stream, snd_max comes from its own segments, not from what the other acknowledges.
    fin_seq: the number of its own FIN; fin_acked: that FIN is acknowledged and it knows.
    peer_fin: the number of the peer's FIN once that has arrived, in order or not.
    ack_sent: the highest ACK it has sent. passive: it listened. fast_open: it took data with the SYN.
    bsd: its SYN's options are laid out as FreeBSD does.
    syn, peer_syn: its own SYN or SYN,ACK, and the one that answered it. window: as in its last header.
    reads: it has acknowledged text after its FIN was acknowledged: a half-close, which has no limit.
    since_ns: when its state began (begins again in TIME_WAIT).
    """

    state: State = State.CLOSED
    iss: int | None = None
    snd_max: int = 0
    numbered: bool = False
    fin_seq: int | None = None
    fin_acked: bool = False
    irs: int | None = None
    peer_fin: int | None = None
    peer_fin_consumed: bool = False
    ack_sent: int | None = None
    passive: bool = False
    fast_open: bool = False
    bsd: bool = False
    reads: bool = False
    syn: Segment | None = None
    peer_syn: Segment | None = None
    window: int = 0
    since_ns: int = 0
    path: list[Step] = field(default_factory=list)

    def fork(self) -> Tcb:
        """A copy to try things on: the same numbers, an empty path."""
        return Tcb(*_NUMBERS(self))

    def step(
        self,
        event: Event,
        cause: Segment | None,
        evidence: Evidence,
        *,
        time_ns: int | None = None,
        proven_by: int | None = None,
        odd: bool = False,
    ) -> bool:
        """Look the event up and move. False where the table ignores it."""
        rule = RULES.get((self.state, event))
        if rule is None:
            return False
        when = cause.time_ns if time_ns is None and cause is not None else time_ns or 0
        self.path.append(Step(self.state, rule.new, event, cause, when, evidence, proven_by, odd))
        self.state = rule.new
        self.since_ns = when
        return True

    def prove_last(self, packet: int) -> None:
        """Frame `packet` shows that the last move, of which nothing told so far, has happened."""
        self.path[-1] = replace(self.path[-1], evidence=Evidence.PROVEN, proven_by=packet)

    def withdraw_last(self) -> None:
        """The last move turned out not to have happened."""
        self.state = self.path.pop().old
        self.since_ns = self.path[-1].time_ns if self.path else 0

    def insert(self, index: int, event: Event, cause: Segment, evidence: Evidence) -> None:
        """`event` happened before step `index`, as we learn now: walk the table again from there."""
        later = self.path[index:]
        del self.path[index:]
        self.state = later[0].old if later else self.state
        self.step(event, cause, evidence)
        self.again(later)

    def before(self, segment: Segment) -> int:
        """The index of the first step of the path that `segment` or a later one caused."""
        later = (i for i, step in enumerate(self.path) if step.cause and step.cause.packet >= segment.packet)
        return next(later, len(self.path))

    def forget(self, events: tuple[Event, ...]) -> None:
        """None of these events has happened: walk the table again without them."""
        first = next((i for i, step in enumerate(self.path) if step.event in events), len(self.path))
        later = self.path[first:]
        del self.path[first:]
        if later:
            self.state = later[0].old
            self.since_ns = self.path[-1].time_ns if self.path else 0
            self.again([step for step in later if step.event not in events])

    def again(self, steps: list[Step]) -> None:
        """Walk the table over steps that were taken before."""
        for step in steps:
            self.step(
                step.event,
                step.cause,
                step.evidence,
                time_ns=step.time_ns,
                proven_by=step.proven_by,
                odd=step.odd,
            )

    @property
    def heeds(self) -> tuple[object, ...]:
        """All on which it hangs what an arriving segment does. To send data does not change it."""
        if self.bsd or self.state in _OPENING:  # a BSD minds its window; SND.MAX tells what answers a SYN
            return (*_HEEDED(self), self.snd_max, self.window)
        return _HEEDED(self)

    def fin_arrived(self) -> bool:
        """The peer's FIN has arrived and no gap before it is left."""
        return self.peer_fin is not None and self.rcv_nxt is not None and seq.gt(self.rcv_nxt, self.peer_fin)

    @property
    def refused(self) -> bool:
        """It has answered text by RST."""
        return bool(self.path) and self.path[-1].event is Event.REPLIED_RST

    @property
    def closed_unseen(self) -> bool:
        """It had closed, as a RST in reply shows: nobody has seen its FIN."""
        return self.fin_seq is None and any(step.closed_unseen for step in self.path)

    def forget_unseen_close(self) -> bool:
        """It had not closed, or its FIN has been seen since. False where that was not assumed."""
        assumed = self.closed_unseen
        if assumed:
            self.forget((Event.CLOSE,))
        return assumed

    def expects(self, text: Segment) -> bool:
        """`text` brings octets that it does not have yet."""
        new = self.rcv_nxt is None or seq.gt(seq.add(text.seq, text.length), self.rcv_nxt)
        return bool(text.length) and new

    @property
    def unknown(self) -> bool:
        """Its numbers are not known: neither its SYN nor anything after it has been seen."""
        return self.iss is None and not self.numbered

    @property
    def has_sent_text(self) -> bool:
        """It has sent more than its SYN, or nobody knows."""
        return self.iss is None or self.snd_max not in (self.iss, seq.add(self.iss, 1))

    def acknowledges_syn(self, ack: int) -> bool:
        """`ack` lies in what it has sent since its SYN (ISS < ack ≤ SND.NXT)."""
        if self.iss is None:
            return True  # nothing is known against it
        return seq.gt(ack, self.iss) and seq.le(ack, self.snd_max)

    def acknowledges_fin(self, ack: int) -> bool:
        """`ack` covers its FIN."""
        return self.fin_seq is not None and seq.gt(ack, self.fin_seq)


_NUMBERS = attrgetter(*(one.name for one in fields(Tcb) if one.name != "path"))
_HEEDED: Callable[[Tcb], tuple[object, ...]] = attrgetter(
    *(one.name for one in fields(Tcb) if one.name not in ("path", "snd_max", "numbered", "window"))
)
