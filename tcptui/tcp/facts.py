"""One pass over a flow's segments: the facts that verdicts and diagnoses are made of.

`FlowFacts.feed` takes the segments of one life of a connection in capture order, a few microseconds
each, and keeps a bounded amount: counters, the first and newest packets of each series, what is
unacknowledged. `facts(segments)` is the same for segments that are there already. For the world as
of a packet, feed the segments up to it.

What is a fact here is only what stands in the headers. States are the engine's business
(`history.py`); rules that need both are in `diagnoses/`.

Limits: copies of a frame are recognised within 150 ms and the sender's last 16 segments; of long
series the first 15 packets and the newest are quoted.
"""

from __future__ import annotations

from collections.abc import Iterable

from tcptui.tcp.again import note_copy
from tcptui.tcp.backlog import note_fin, note_payload
from tcptui.tcp.holes import confirm_holes, fill_holes, open_hole
from tcptui.tcp.numbers import begin, resume
from tcptui.tcp.offers import change
from tcptui.tcp.options import SACK, sack
from tcptui.tcp.probes import note_probe
from tcptui.tcp.resets import note_reply, take_reset
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff
from tcptui.tcp.strangers import note_sequel
from tcptui.tcp.traces import (
    IN_FLIGHT,
    PLAUSIBLE,
    RECENT,
    WIDEST,
    Copies,
    Flight,
    Hole,
    Seen,
    Side,
    ZeroWindow,
)
from tcptui.tcp.words import MILLISECOND

COPY_WITHIN = 150 * MILLISECOND  # the same frame again: a bridge, a second interface
CLOCK_BACK = 10 * MILLISECOND  # interfaces that are captured together differ by less
MOST_ZERO_WINDOWS = 8

SYN, FIN, RST, ACK = int(Flags.SYN), int(Flags.FIN), int(Flags.RST), int(Flags.ACK)


class FlowFacts:
    """Facts about one life of a connection. `sides` is indexed by endpoint, as `Segment.sender`.

    same_socket: source and destination are the same socket (a self-connect): one side is both.
    set_back: the first frame whose time is earlier than that of the frame before it, and that one.
    """

    __slots__ = ("_last", "_same_socket", "packets", "set_back", "sides")

    def __init__(self, *, same_socket: bool = False) -> None:
        side = Side()
        self.sides: tuple[Side, Side] = (side, side if same_socket else Side())
        self.packets = 0
        self.set_back: tuple[Seen, Seen] | None = None
        self._last = Seen(0, 0)
        self._same_socket = same_socket

    @property
    def same_socket(self) -> bool:
        """True for a self-connect."""
        return self._same_socket

    def feed(self, segment: Segment) -> None:
        """Take the next segment in capture order. Never raises on any Segment."""
        me, peer = self.sides[segment.sender & 1], self.sides[1 - (segment.sender & 1)]
        seen = Seen(segment.packet, segment.time_ns)
        self.packets += 1
        if segment.time_ns < self._last.time_ns - CLOCK_BACK and self.set_back is None:
            self.set_back = (self._last, seen)
        self._last = seen
        me.packets += 1
        me.payload += segment.length
        if me.first is None:
            me.first = seen
        if (original := _original(me, segment)) is not None:
            me.duplicates += 1
            me.copied = me.copied or (Seen(original.packet, original.time_ns), seen)
            return
        if segment.flags & RST:
            take_reset(me, peer, segment, seen)
        else:
            _take_segment(me, peer, segment, seen)
        me.last = seen
        me.recent.append(segment)


def facts(segments: Iterable[Segment], *, same_socket: bool = False) -> FlowFacts:
    """The facts of these segments: one life of one connection, in capture order."""
    found = FlowFacts(same_socket=same_socket)
    for segment in segments:
        found.feed(segment)
    return found


def _original(me: Side, segment: Segment) -> Segment | None:
    """The same transmission captured before: nothing differs, not even IP-ID and time stamp option.

    ACKs and RSTs without an identification may be alike and yet answers to several segments.
    """
    oldest = segment.time_ns - COPY_WITHIN
    for old in reversed(me.recent):
        if old.time_ns < oldest:
            return None
        if (
            old.seq == segment.seq
            and old.ack == segment.ack
            and old.flags == segment.flags
            and old.length == segment.length
            and old.ip_id == segment.ip_id
            and old.window == segment.window
            and old.options == segment.options
            and (segment.ip_id or segment.length or segment.flags & (SYN | FIN))
        ):
            return old
    return None


def _take_segment(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    flags = segment.flags
    if me.old is not None and not flags & SYN:
        resume(me, segment)
    if peer.resets:  # these are rare, and a call costs as much as a fact
        note_reply(peer, me, segment, seen)
    if me.resets:
        note_sequel(me, segment, seen)
    if segment.length <= 1 and (segment.seq != me.snd_max or peer.zero is not None):
        note_probe(me, peer, segment, seen)
    if flags & SYN:
        _take_syn(me, segment, seen)
    elif me.spoke is None:
        me.spoke = seen
    if flags & FIN:
        _take_fin(me, peer, segment, seen)
    _take_sequence(me, peer, segment, seen)
    if flags & ACK:
        _take_ack(me, peer, segment, seen)
    if segment.window == 0 or me.zero is not None:
        _take_window(me, peer, segment, seen)
    peer.keep_alive.unanswered = 0
    if me.zero:
        me.zero.probes.unanswered = 0


def _take_syn(me: Side, segment: Segment, seen: Seen) -> None:
    if me.iss != segment.seq:
        begin(me, segment.seq)
    ack = bool(segment.flags & ACK)
    copies = me.syn_ack if ack else me.syn
    if copies is None:
        copies = _copies(segment, segment.seq, add(segment.seq, 1 + segment.length))
    copies.add(seen)
    if not ack and me.syn_changed is None and copies.count > 1:
        me.syn_changed = change(copies, segment, seen, within_ns=COPY_WITHIN)
    if ack:
        me.syn_ack = copies
    else:
        me.syn = copies


def _take_fin(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    seq = add(segment.seq, segment.length + bool(segment.flags & SYN))
    if me.fin is None or me.fin.seq != seq:
        note_fin(me, peer, segment, seen)
        me.fin = _copies(segment, seq, add(seq, 1))
        me.accepted_at_fin = peer.position(segment.ack)
    me.fin.add(seen)


def _copies(segment: Segment, seq: int, end: int) -> Copies:
    return Copies(
        seq=seq,
        end=end,
        ack=segment.ack,
        payload=segment.length,
        options=segment.options,
        flags=segment.flags,
        ip_id=segment.ip_id,
    )


def _take_sequence(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """Sequence numbers sent: new ones, ones that fill a hole, or copies."""
    size, end = segment.space, segment.end
    if segment.length:
        if not me.in_flight:
            note_payload(me, peer, segment, seen)
        me.last_data = seen
        if me.fin is not None and me.fin.first.packet < seen.packet and diff(segment.seq, me.fin.seq) < 0:
            me.behind_fin.add(seen)
        if segment.flags & ACK:
            me.acked_at_send = segment.ack
    if me.snd_max is None or (me.iss is None and me.last is None):
        me.reached = me.position(segment.seq)
        me.snd_max = segment.seq  # mid-stream: what was under way before is not missing
    ahead = diff(segment.seq, me.snd_max)
    if ahead > 0:
        open_hole(me, Hole(me.snd_max, segment.seq))
        me.snd_max = segment.seq
        me.reached += ahead
    if ahead < 0 < size:
        me.sent_again.append((segment.seq, end))
    new = diff(end, me.snd_max)
    if new > 0:
        _add_flight(me, Flight(me.snd_max, end, seen))
        me.snd_max = end
        me.reached += new
    elif size and not fill_holes(me, segment.seq, end):
        _take_copy(me, peer, segment, end, seen)


def _add_flight(me: Side, flight: Flight) -> None:
    while me.in_flight and diff(flight.end, me.in_flight[0].seq) > WIDEST:
        me.in_flight.popleft()  # its ACK was not captured
    if len(me.in_flight) < IN_FLIGHT:
        me.in_flight.append(flight)
    else:
        newest = me.in_flight[-1]
        me.in_flight[-1] = Flight(newest.seq, flight.end, newest.seen)


def _take_copy(me: Side, peer: Side, segment: Segment, end: int, seen: Seen) -> None:
    """Sent again. What was acknowledged already is asked for again: the ACK has not arrived."""
    if peer.ack_max is not None and diff(peer.ack_max, end) >= 0:
        me.again = Flight(segment.seq, end, seen)
    if segment.flags & SYN:
        return
    run = me.run
    if run is None or run.seq != segment.seq:
        run = me.run = _copies(segment, segment.seq, end)
        for flight in me.in_flight:
            if diff(flight.seq, segment.seq) <= 0 < diff(flight.end, segment.seq):
                run.add(flight.seen)
                break
    run.add(seen)
    note_copy(me, peer, segment, run)
    if me.worst_run is None or run.count >= me.worst_run.count:
        me.worst_run = run


def _take_ack(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    me.last_ack = seen
    me.dup_acks = me.dup_acks + 1 if segment.ack == me.ack_max and not segment.length else 0
    asked = peer.keep_alive.unanswered or (me.zero is not None and me.zero.probes.unanswered)
    me.sacked = False
    if SACK in segment.options:
        _take_sack(me, peer, segment, None if asked else seen)
    if segment.flags & SYN and peer.syn is not None and not _answers(segment.ack, peer.syn):
        return
    if not _plausible(me, peer, segment.ack):
        me.foreign_ack = me.foreign_ack or seen
        return
    if peer.snd_max is None:
        _first_ack(me, peer, segment, seen)
    elif segment.ack != peer.snd_max and (unseen := diff(segment.ack, peer.snd_max)) > 0:
        open_hole(peer, Hole(peer.snd_max, segment.ack, seen))
        peer.snd_max = segment.ack
        peer.reached += unseen
    if me.ack_max is None or diff(segment.ack, me.ack_max) > 0:
        me.ack_before, me.ack_max = me.ack_max, segment.ack
        me.ack_advanced = seen
    if me.acked_at_send is None:
        me.acked_at_send = segment.ack
    if peer.holes:
        confirm_holes(peer, segment.ack, seen)
    if peer.again is not None and diff(segment.ack, peer.again.end) >= 0:
        peer.again = None
    while peer.in_flight and diff(segment.ack, peer.in_flight[0].end) >= 0:
        peer.in_flight.popleft()
        peer.cleared_ns = seen.time_ns


def _take_sack(me: Side, peer: Side, segment: Segment, reported: Seen | None) -> None:
    """What I have beyond my ACK; and if the first block lies below it: these bytes came again (RFC 2883 4),
    `reported` by this segment, unless a probe asked for it.
    """
    blocks = sack(segment.options)
    me.sacked = any(diff(right, segment.ack) > 0 for _, right in blocks)
    again = bool(blocks) and diff(blocks[0][1], segment.ack) <= 0 and blocks[0][0] != peer.iss
    if again and reported is not None:
        if _sent_once(peer, *blocks[0]):
            me.received_doubled.add(reported)
            return
        me.received_twice.add(reported)
        if peer.fin is not None and blocks[0] == (peer.fin.seq, peer.fin.end):
            me.fin_twice = me.fin_twice or reported


def _sent_once(me: Side, low: int, end: int) -> bool:
    """The capture has [low, end) for certain, and once; a frame that it holds twice was sent once."""
    if me.iss is None or me.position(low) <= 0 or me.unseen_before or len(me.sent_again) == RECENT:
        return False
    spans = [*me.sent_again, *((hole.low, hole.high) for hole in me.holes)]
    return not any(diff(start, end) < 0 < diff(stop, low) for start, stop in spans)


def _first_ack(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """The peer was never seen: after our own SYN its SYN,ACK was missed, else the capture began later."""
    peer.snd_max = segment.ack
    if me.syn is not None:
        open_hole(peer, Hole(add(segment.ack, -1), segment.ack, seen))


def _answers(ack: int, syn: Copies) -> bool:
    """The ACK of a SYN,ACK is one of this SYN, with or without the data in it."""
    return diff(ack, syn.seq) > 0 >= diff(ack, syn.end)


def _plausible(me: Side, peer: Side, ack: int) -> bool:
    """Of this connection: not the ACK of an older one that answers a new SYN.

    It lies behind the ISS, which may be further back than two numbers can be compared; and between the
    last ACK and what has been sent, or else near to that.
    """
    if peer.snd_max is None:
        return True
    behind = diff(peer.snd_max, ack)
    if me.iss is None and peer.syn is not None and peer.snd_max == peer.syn.end:
        return behind == 0
    if me.ack_max is None and peer.syn_ack is not None:
        return 0 <= behind < peer.reached
    if peer.iss is not None and behind >= peer.reached:
        return False
    return abs(behind) < PLAUSIBLE or (behind > 0 and me.ack_max is not None and diff(ack, me.ack_max) >= 0)


def _take_window(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    if segment.window == 0:
        if me.zero is None:
            me.zero = ZeroWindow(seen, seen)
            if len(me.zero_windows) == MOST_ZERO_WINDOWS:
                me.zero_windows.remove(min(me.zero_windows, key=lambda zero: zero.lasted(seen.time_ns)))
            me.zero_windows.append(me.zero)
        me.zero.renewed = seen
    elif me.zero is not None:  # a window update
        me.zero.end = seen
        me.zero = None
        peer.cleared_ns = seen.time_ns
