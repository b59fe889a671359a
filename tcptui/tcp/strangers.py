"""A RST that its apparent sender did not send: what gives it away.

A middlebox or an attacker can copy addresses, ports and numbers, but is elsewhere (TTL), does not know the
sender's IP identification, may not know the next number for sure (several RSTs, a window apart), and does not
stop the real sender, which goes on. See Weaver, Sommer and Paxson, Detecting Forged TCP Reset Packets (2009).

That a RST has identification 0, no options and no window says nothing: a Linux without such a socket answers
so. Only a RST that ends a live connection has that connection's identification.

Limits: of one sender's RSTs the first eight are compared; identifications of hosts that count all their
packets together are judged only by what such a host could have sent meanwhile.
"""

from __future__ import annotations

from itertools import pairwise

from tcptui.tcp.options import tsval
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import diff
from tcptui.tcp.traces import Reset, Seen, Side
from tcptui.tcp.words import MILLISECOND, SECOND

LEAST = 2  # segments that show from how far away a sender is
COUNTED = 4  # segments that show that a sender's identification counts up
STEP = 16  # identifications from one segment of a flow to the next, at most, where a flow has its own count
TICK = MILLISECOND  # of the fastest time stamps in use: so many passed since, at least
JITTER = 10 * MILLISECOND  # how much later or earlier than usual a segment may come by
BUSIEST = 10_000  # packets a second of a host that has one count for all
AT_ONCE = SECOND  # data that follow a RST within this time are no new connection's
OVERTAKEN = 100 * MILLISECOND  # what a RST without a time stamp of its own may have overtaken
NEARBY = 1 << 20  # data this close behind a RST belong to the same connection

SYN, RST = int(Flags.SYN), int(Flags.RST)


def usual_ttl(me: Side) -> int | None:
    """The median TTL of what I sent lately; None where that is too little."""
    ttls = sorted(old.ttl for old in me.recent if not old.flags & RST)
    return ttls[len(ttls) // 2] if len(ttls) >= LEAST else None


def usual_stamp(me: Side, rst: Segment) -> tuple[int, int] | None:
    """The newest time stamp that I sent, with `rst` or before it, and when (ns)."""
    for old in (rst, *reversed(me.recent)):
        if (stamp := tsval(old.options)) is not None:
            return stamp, old.time_ns
    return None


def is_own(me: Side, peer: Side, rst: Segment) -> bool:
    """`rst` lies in the numbers of my open connection. One that refuses a wrong SYN,ACK or a
    wrong ACK does not, and says nothing about me.
    """
    if me.snd_max is None or me.ack_max is None or (me.syn_ack is not None and peer.spoke is None):
        return False
    return abs(diff(rst.seq, me.snd_max)) < NEARBY


def usual_id(me: Side, rst: Segment) -> int | None:
    """My last identification, where I count them up and that of `rst` cannot be the next: too far on."""
    old = [one for one in me.recent if one.ip_id is not None and not one.flags & (SYN | RST)][-COUNTED:]
    ids = [one.ip_id or 0 for one in old]
    if (
        rst.ip_id is None
        or len(ids) < COUNTED
        or not all(0 < (b - a) % 65536 <= STEP for a, b in pairwise(ids))
    ):
        return None
    elapsed = max(0, rst.time_ns - old[-1].time_ns)
    allowed = STEP + BUSIEST * elapsed // SECOND
    return ids[-1] if allowed < 32768 and not 0 < (rst.ip_id - ids[-1]) % 65536 <= allowed else None


def note_sequel(me: Side, segment: Segment, seen: Seen) -> None:
    """I go on after a RST of mine in the numbers of the same connection: then the RST was hardly mine.

    Where there are time stamps a newer one tells, whenever it comes; without, data right behind it do.
    """
    if not me.resets or segment.flags & SYN:
        return
    stamp = tsval(segment.options)
    for reset in me.resets:
        if reset.went_on is not None or not reset.mine or not 0 <= diff(segment.seq, reset.seq) < NEARBY:
            continue
        later = seen.time_ns - reset.seen.time_ns
        if stamp is not None and reset.stamp is not None:
            ticks = diff(stamp, reset.stamp[0])
            since = reset.seen.time_ns - reset.stamp[1]
            newer = ticks > 0 and (later > OVERTAKEN or not since or ticks * TICK > since + JITTER)
        else:
            newer = segment.length > 0 and later <= AT_ONCE
        if newer:
            reset.went_on = seen


def spaced(me: Side, windows: tuple[int, ...]) -> tuple[Reset, Reset] | None:
    """Two of my RSTs, at once, a whole number of windows apart, of which one answers nothing."""
    for one, other in pairwise(me.resets):
        apart = abs(diff(other.seq, one.seq))
        if other.seen.time_ns - one.seen.time_ns > AT_ONCE or not (one.unprovoked or other.unprovoked):
            continue
        if any(window and apart and apart % window == 0 and apart // window <= 16 for window in windows):
            return one, other
    return None
