"""What a RST says about its sender: abort, reply of a socket that is not there, or refusal.

The three shapes are those of RFC 9293 3.10.7.1 and 3.10.4 as Linux, the BSDs and Windows send them: an
abort carries the connection's own SEQ and ACK; a reply has its SEQ from the ACK that provoked it and no
ACK of its own; the answer to a SYN has SEQ 0 and acknowledges the SYN.

What speaks against its sender (D22) is in `strangers.py`.

Limits: a stack that aborts by a plain RST is told from a reply only by the time since the segment that
it would answer; of more than eight resets the first eight are kept.
"""

from __future__ import annotations

from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff
from tcptui.tcp.strangers import is_own, usual_id, usual_stamp, usual_ttl
from tcptui.tcp.traces import PLAUSIBLE, Reset, ResetKind, Seen, Side
from tcptui.tcp.words import SECOND

REPLY_WITHIN = 3 * SECOND  # a RST answers what passed at most this long ago
CHALLENGE_WITHIN = SECOND  # a challenge ACK follows within a round trip; this is a generous one
MOST_RESETS = 8

SYN, FIN, RST, ACK = int(Flags.SYN), int(Flags.FIN), int(Flags.RST), int(Flags.ACK)


def take_reset(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """A RST from `me`: of which kind it is, what it answers and what it leaves undone."""
    note_reply(peer, me, segment, seen)
    if len(me.resets) == MOST_RESETS:
        return
    kind = _kind(me, peer, segment)
    reset = Reset(seen, kind, _is_exact(me, peer, segment), segment.seq)
    reset.ttl, reset.usual_ttl = segment.ttl, usual_ttl(me)
    reset.ip_id, reset.stamp = segment.ip_id or 0, usual_stamp(me, segment)
    reset.mine = is_own(me, peer, segment)
    if kind is ResetKind.ABORT:
        reset.usual_id = usual_id(me, segment)
        if me.acked_at_send is not None:
            reset.unread = _unread(me, peer, segment)
    else:
        _find_trigger(reset, me, peer, segment)
    reset.unprovoked = reset.trigger is None and segment.seq not in (peer.ack_max, me.snd_max)
    if peer.snd_max is not None and me.ack_max is not None:
        reset.lost = _lost(me.ack_max, peer)
    me.resets.append(reset)


def _kind(me: Side, peer: Side, segment: Segment) -> ResetKind:
    if not segment.flags & ACK:
        return ResetKind.REPLY
    if segment.seq == 0 and me.snd_max is None and not peer.packets:
        return ResetKind.REFUSAL  # the SYN was not captured: nothing else is refused with number 0
    answers_syn = peer.syn is not None and segment.ack in (peer.syn.end, add(peer.syn.seq, 1))
    if answers_syn and (segment.seq == 0 or me.snd_max is None):
        return ResetKind.REFUSAL
    return ResetKind.ABORT


def _unread(me: Side, peer: Side, segment: Segment) -> int:
    end = segment.ack
    if peer.fin is not None and diff(end, peer.fin.seq) > 0:
        end = peer.fin.seq
    unread = diff(end, me.acked_at_send or 0)
    return unread if 0 < unread < PLAUSIBLE else 0


def _lost(acked: int, peer: Side) -> int:
    end = peer.snd_max or 0
    if peer.fin is not None and diff(end, peer.fin.seq) > 0:
        end = peer.fin.seq
    return max(0, diff(end, acked))


def _is_exact(me: Side, peer: Side, segment: Segment) -> bool:
    return segment.seq in (peer.ack_max, me.snd_max)


def _find_trigger(reset: Reset, me: Side, peer: Side, segment: Segment) -> None:
    """What a closed socket answered: the oldest segment whose data it never took, else the newest that fits.

    Each segment provokes a RST of its own, so one that was answered already is passed over.
    """
    answered = {other.trigger for other in me.resets}
    best: Segment | None = None
    for old in reversed(peer.recent):
        if segment.time_ns - old.time_ns > REPLY_WITHIN:
            break
        if not _provokes(reset.kind, old, segment) or Seen(old.packet, old.time_ns) in answered:
            continue
        if best is None or _untaken(me, old):
            best = old
    if best is not None:
        reset.trigger = Seen(best.packet, best.time_ns)
        reset.trigger_length = best.length + bool(best.flags & FIN)


def _provokes(kind: ResetKind, old: Segment, rst: Segment) -> bool:
    if kind is ResetKind.REFUSAL:
        return old.flags & (SYN | ACK | RST) == SYN
    return old.flags & (ACK | RST) == ACK and old.ack == rst.seq


def _untaken(me: Side, old: Segment) -> bool:
    size = old.length + bool(old.flags & FIN)
    return size > 0 and (me.ack_max is None or diff(add(old.seq, size), me.ack_max) > 0)


def note_reply(resetter: Side, me: Side, segment: Segment, seen: Seen) -> None:
    """The first thing that I send after the peer's RST: a challenge ACK repeats my last numbers."""
    for reset in resetter.resets:
        if reset.reply is not None:
            continue
        reset.reply = seen
        reset.challenged = (
            segment.flags & (SYN | FIN | RST | ACK) == ACK
            and segment.length == 0
            and segment.ack == me.ack_max
            and segment.seq == me.snd_max
            and seen.time_ns - reset.seen.time_ns <= CHALLENGE_WITHIN
        )
