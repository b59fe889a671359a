"""Payload that is sent again, and why: duplicate ACKs, a probe of the tail, a timer, or for nothing.

Sources: RFC 5681 3.2 (three duplicate ACKs), RFC 6675 (SACK), RFC 8985 7 (tail loss probe: one copy of the
last segment after two round trips), RFC 6298 (the timer).

Limits: the cause is inferred from what passed here; a duplicate ACK that is lost behind us still counts. What
was lost before it came here is not a copy: it fills a hole. A timer of less than 200 ms (the BSDs) may pass
for a probe.
"""

from __future__ import annotations

from tcptui.tcp.backlog import round_trip
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, diff
from tcptui.tcp.traces import Copies, Resent, Seen, Side
from tcptui.tcp.words import MILLISECOND

DUPLICATES = 3
LATEST_PROBE = 3  # round trips
LEAST_TIMEOUT = 200 * MILLISECOND  # Linux's; before that it can only be a probe

SYN, FIN = int(Flags.SYN), int(Flags.FIN)


def note_copy(me: Side, peer: Side, segment: Segment, run: Copies) -> None:
    """`segment` of `me`, the newest of `run`, was sent before."""
    seen = run.last
    if _is_probe(me, peer, seen):
        return
    resent = me.resent = me.resent or Resent()
    rtt = round_trip(me, peer)
    end = add(segment.seq, segment.length + bool(segment.flags & FIN))
    if _acknowledged(peer, end):
        newest = peer.ack_before is None or diff(peer.ack_before, end) < 0
        if newest and rtt and peer.ack_advanced and seen.time_ns - peer.ack_advanced.time_ns < rtt:
            resent.needless.add(seen)
        return
    if not segment.length:
        return
    if peer.dup_acks >= DUPLICATES or peer.sacked:
        resent.fast.add(seen)
    elif rtt and run.count == 2 and end == me.snd_max and _tail(run, rtt):
        resent.probed.add(seen)
    else:
        resent.timed_out.add(seen)


def _is_probe(me: Side, peer: Side, seen: Seen) -> bool:
    """It asks for an answer (keep-alive, closed window) rather than to be received."""
    probes = [me.keep_alive, *(zero.probes for zero in peer.zero_windows[-1:])]
    return any(one.count and one.last == seen for one in probes)


def _acknowledged(peer: Side, end: int) -> bool:
    return peer.ack_max is not None and diff(peer.ack_max, end) >= 0


def _tail(run: Copies, rtt: int) -> bool:
    waited = run.seen[1].time_ns - run.seen[0].time_ns
    return rtt < waited < max(LATEST_PROBE * rtt, LEAST_TIMEOUT)
