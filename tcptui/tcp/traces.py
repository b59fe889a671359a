"""What an endpoint left behind in the packets: copies of a segment, probes, zero windows, resets.

These are the pieces of `facts.FlowFacts`. Each is bounded: it counts everything and quotes the
first few packets and the last one, however long the flow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import field
from enum import Enum
from itertools import pairwise
from typing import Any, NamedTuple

from tcptui.dataclass import dataclass
from tcptui.tcp.segment import Segment
from tcptui.tcp.seq import diff

QUOTED = 16  # packets kept of each series: the first ones and the newest
RECENT = 16  # segments remembered to recognise copies and what a RST answers
IN_FLIGHT = 64  # unacknowledged stretches told apart
PLAUSIBLE = 1 << 24  # numbers further apart than this belong to different connections
WIDEST = 1 << 30  # no window is wider (RFC 7323 2.3): what was sent before that has been acknowledged
HOLES = 16  # stretches of sequence space that were not seen


class Seen(NamedTuple):
    """A frame and its capture time."""

    packet: int
    time_ns: int


@dataclass(slots=True)
class Series:
    """Packets of one kind: how many, the first ones and the newest."""

    count: int = 0
    seen: list[Seen] = field(default_factory=list)

    def add(self, seen: Seen) -> None:
        """Count one more."""
        self.count += 1
        if len(self.seen) < QUOTED:
            self.seen.append(seen)
        else:
            self.seen[-1] = seen

    @property
    def first(self) -> Seen:
        """The oldest; only of a series that is not empty."""
        return self.seen[0]

    @property
    def last(self) -> Seen:
        """The newest; only of a series that is not empty."""
        return self.seen[-1]

    @property
    def packets(self) -> tuple[int, ...]:
        """The frames that are quoted."""
        return tuple(seen.packet for seen in self.seen)

    def gaps(self) -> list[int]:
        """Time between neighbours in ns, as far as neighbours are kept."""
        kept = self.seen if self.count <= QUOTED else self.seen[:-1]
        return [b.time_ns - a.time_ns for a, b in pairwise(kept)]


@dataclass(slots=True)
class Copies(Series):
    """Transmissions of the same sequence numbers: the original, if it was seen, and its copies.

    seq: the first sequence number. end: one past the last one. ack: what the original acknowledged.
    payload: payload bytes of the original. options: its TCP options, raw. flags: its control bits.
    ip_id: its IP identification.
    """

    seq: int = 0
    end: int = 0
    ack: int = 0
    payload: int = 0
    options: bytes = b""
    flags: int = 0
    ip_id: int | None = None


@dataclass(slots=True)
class Probes(Series):
    """Keep-alive or zero-window probes. unanswered: sent since the peer was last heard."""

    unanswered: int = 0


@dataclass(slots=True)
class ZeroWindow:
    """A span in which an endpoint advertised no room. end: the window update; None while it lasts.

    probes: what the peer sent to find out. renewed: the newest segment that still said zero.
    """

    start: Seen
    renewed: Seen
    end: Seen | None = None
    probes: Probes = field(default_factory=Probes)

    def lasted(self, now_ns: int) -> int:
        """Its length in ns, until now while it lasts."""
        return (self.end.time_ns if self.end else now_ns) - self.start.time_ns


class ResetKind(Enum):
    """Why a RST was sent, by its shape (RFC 9293 3.10.7.1; tcp-inference 3.8)."""

    ABORT = "abort"  # RST,ACK with the sender's own numbers: it ends its connection
    REPLY = "reply"  # RST alone, its SEQ copied from an ACK: the sender has no such connection
    REFUSAL = "refusal"  # RST,ACK of a SYN: nobody listens


@dataclass(slots=True)
class Reset:
    """A RST. trigger: the peer's segment that it answers, where one is known.

    exact: its SEQ is the byte that the receiver expects next, so that RFC 5961 lets it through.
    unread: bytes that its sender had received since it last sent anything itself.
    lost: bytes of the peer that its sender had not acknowledged.
    reply: the receiver's next segment. challenged: that is a challenge ACK (RFC 5961).
    ttl, usual_ttl: its own, and the median of what its sender sent before (None: too few to tell).
    ip_id, usual_id: its identification, and its sender's last one, where that one counts up evenly and this
    one cannot be its next.
    stamp: its sender's newest time stamp until then, and when that was sent. unprovoked: its SEQ is no ACK
    that the peer has sent.
    mine: it lies in its sender's own numbers, of a connection that is open.
    went_on: what its sender sent after it, which no closed socket sends.
    """

    seen: Seen
    kind: ResetKind
    exact: bool
    seq: int = 0
    trigger: Seen | None = None
    trigger_length: int = 0
    unread: int = 0
    lost: int = 0
    reply: Seen | None = None
    challenged: bool = False
    ttl: int = 0
    usual_ttl: int | None = None
    ip_id: int = 0
    usual_id: int | None = None
    stamp: tuple[int, int] | None = None
    unprovoked: bool = False
    mine: bool = False
    went_on: Seen | None = None


class Flight(NamedTuple):
    """Sequence numbers under way: first transmission at `seen`, not acknowledged yet."""

    seq: int
    end: int
    seen: Seen


@dataclass(slots=True)
class Hole:
    """Sequence numbers that the capture did not show.

    acked: the receiver acknowledged them, so they existed; None while it has not.
    """

    low: int
    high: int
    acked: Seen | None = None


@dataclass(slots=True)
class Resent:
    """Payload sent again: after duplicate ACKs or SACK, as a probe of the tail (RFC 8985), because the
    retransmission timer had run out, or for nothing: the ACK was on its way.
    """

    fast: Series = field(default_factory=Series)
    probed: Series = field(default_factory=Series)
    timed_out: Series = field(default_factory=Series)
    needless: Series = field(default_factory=Series)


class Change(NamedTuple):
    """A copy of a SYN that offers something else. first: the original. dropped: the kinds of options that
    are only in the original. harmless: it only offers less, as systems do by themselves. on_the_way: both are
    one packet, seen at two places.
    """

    first: Seen
    copy: Seen
    dropped: tuple[int, ...]
    harmless: bool
    on_the_way: bool


@dataclass(slots=True)
class Side:
    """What one endpoint sent.

    packets, payload: totals, copies included. duplicates: frames that the capture holds twice.
    iss: initial sequence number. snd_max: one past the highest it sent. ack_max: highest ACK it sent.
    reached: how far snd_max is from its first number, counted on where that has gone round.
    acked_at_send: its ACK when it last sent payload. None: not known.
    spoke: its first segment without SYN.
    syn_changed: the first copy of its SYN that offers something else than the original.
    ack_before: what it acknowledged before that last went up, at `ack_advanced`.
    received_twice: its ACKs that report bytes which came a second time (DSACK, RFC 2883).
    received_doubled: those of them that report what its peer sent once.
    sent_again: the newest stretches [from, to) that it sent although it had been beyond their beginning.
    fin_twice: the one that reports so of its peer's FIN.
    accepted_at_fin: the position in its peer's numbers that its FIN acknowledged.
    dup_acks: ACKs of the same number in a row, without payload, that it sent last.
    resent: what it sent again, by cause; None where nothing was.
    sacked: its newest ACK names bytes beyond itself that it has (SACK).
    busy: since when it has had more payload to send than it could, and from which position on; cleared_ns:
    when it last could go on. backlog: `busy`, if it was so at its first FIN.
    copied: the first frame that the capture holds twice, and its copy.
    again: what it sent again although it was acknowledged, until it is acknowledged again.
    behind_fin: payload from before its FIN that came after it: late, or again.
    old: what NEW_NUMBERS names, before a SYN began new numbers, until the next segment.
    foreign_ack: its answer to a SYN by an ACK of some other, older connection.
    """

    packets: int = 0
    payload: int = 0
    duplicates: int = 0
    first: Seen | None = None
    last: Seen | None = None
    last_data: Seen | None = None
    iss: int | None = None
    snd_max: int | None = None
    reached: int = 0
    ack_max: int | None = None
    ack_advanced: Seen | None = None
    ack_before: int | None = None
    last_ack: Seen | None = None
    spoke: Seen | None = None
    acked_at_send: int | None = None
    syn: Copies | None = None
    syn_ack: Copies | None = None
    syn_changed: Change | None = None
    fin: Copies | None = None
    accepted_at_fin: int = 0
    run: Copies | None = None
    worst_run: Copies | None = None
    resets: list[Reset] = field(default_factory=list)
    again: Flight | None = None
    received_twice: Series = field(default_factory=Series)
    received_doubled: Series = field(default_factory=Series)
    sent_again: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=RECENT))
    fin_twice: Seen | None = None
    dup_acks: int = 0
    resent: Resent | None = None
    sacked: bool = False
    busy: tuple[Seen, int] | None = None
    cleared_ns: int = 0
    backlog: Seen | None = None
    copied: tuple[Seen, Seen] | None = None
    behind_fin: Series = field(default_factory=Series)
    foreign_ack: Seen | None = None
    zero: ZeroWindow | None = None
    zero_windows: list[ZeroWindow] = field(default_factory=list)
    keep_alive: Probes = field(default_factory=Probes)
    in_flight: deque[Flight] = field(default_factory=deque)
    holes: list[Hole] = field(default_factory=list)
    unseen_before: int = 0
    old: dict[str, Any] | None = None
    recent: deque[Segment] = field(default_factory=lambda: deque(maxlen=RECENT))

    @property
    def waiting(self) -> Flight | None:
        """The oldest sequence numbers that the peer has not acknowledged."""
        return self.in_flight[0] if self.in_flight else None

    @property
    def unseen(self) -> int:
        """Bytes (SYN and FIN count one each) that the peer acknowledged and the capture does not hold."""
        acked = sum(max(0, diff(hole.high, hole.low)) for hole in self.holes if hole.acked)
        return self.unseen_before + acked

    def position(self, number: int) -> int:
        """How far `number`, one near to the newest, is from its first one; 2**32 and more where it has gone
        round. 0 or less: from before that, so not of this connection if the first one is its ISS.
        """
        return 0 if self.snd_max is None else self.reached - diff(self.snd_max, number)

    def accepted_after_fin(self, peer: Side) -> int:
        """Sequence numbers of the peer that this endpoint acknowledged after it had sent its FIN."""
        if self.fin is None or self.ack_max is None:
            return 0
        return max(0, peer.position(self.ack_max) - self.accepted_at_fin)

    def reset(self, kind: ResetKind) -> Reset | None:
        """Its first RST of that kind."""
        return next((reset for reset in self.resets if reset.kind is kind), None)


NEW_NUMBERS: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(
        ("iss", "snd_max", "ack_max", "ack_before", "ack_advanced", "acked_at_send", "fin", "run", "again"),
        lambda: None,
    ),
    **dict.fromkeys(("busy", "syn", "syn_ack", "spoke"), lambda: None),
    **dict.fromkeys(("reached", "accepted_at_fin"), lambda: 0),
    "in_flight": deque,
    "sent_again": lambda: deque(maxlen=RECENT),
    "holes": list,
}
"""What is over of a Side when it begins a new sequence space, and what it then is."""
