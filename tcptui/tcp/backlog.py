"""Payload that waits to be sent: the only hint that a FIN may have been due earlier than it was sent.

A close() is not seen while data are queued before its FIN (class U1 of what packets cannot tell). What is
seen is that an endpoint has sent without a pause, as fast as windows allow, up to its FIN.

Limits: an application that writes large pieces just as fast as the network takes them looks the same.
"""

from __future__ import annotations

from tcptui.tcp.segment import Segment
from tcptui.tcp.seq import diff
from tcptui.tcp.traces import Seen, Side

BULK = 512  # bytes: a segment of less is as much as the application had
PAUSE = 2  # round trips: one, and as much again for a path that is now busier
FIRST_WINDOW = 14_600  # bytes that leave at once, without any ACK (RFC 6928): they cannot be waiting


def round_trip(one: Side, other: Side) -> int | None:
    """The round trip that the handshake shows, in ns: from SYN to its last ACK. None where it was not seen
    whole, or its segments were sent more than once (Karn).
    """
    for caller, called in ((one, other), (other, one)):
        syn, answer, last = caller.syn, called.syn_ack, caller.spoke
        if syn is None or answer is None or last is None or not syn.count == answer.count == 1:
            continue
        if last.packet > answer.first.packet:
            return last.time_ns - syn.first.time_ns
    return None


def note_payload(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """I send payload, and nothing else of mine is under way: goes that on at once, or begins it anew?"""
    if not _goes_on(me, peer, segment, seen):
        me.busy = (seen, me.position(segment.seq))


def note_fin(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """My first FIN: have I been sending without a pause for more than a round trip?"""
    rtt, busy = round_trip(me, peer), me.busy
    if rtt is None or busy is None:
        return
    since, first = busy
    waited = seen.time_ns - since.time_ns > rtt
    much = me.position(segment.seq) - first >= FIRST_WINDOW or _held_up(peer, since)
    full = any(diff(one.end, one.seq) >= BULK for one in me.in_flight)
    under_way = full or (segment.length > 0 and _goes_on(me, peer, segment, seen))
    fresh = me.last_data is not None and seen.time_ns - me.last_data.time_ns <= rtt
    if waited and much and under_way and (segment.length > 0 or fresh):
        me.backlog = since


def _goes_on(me: Side, peer: Side, segment: Segment, seen: Seen) -> bool:
    """At once after what I sent before: within two round trips of its ACK, and the peer has said nothing."""
    if me.busy is None or segment.length < BULK or me.last_data is None:
        return False
    if peer.last_data is not None and peer.last_data.packet > me.last_data.packet:
        return False
    rtt = round_trip(me, peer)
    return rtt is not None and seen.time_ns - me.cleared_ns <= PAUSE * rtt


def _held_up(peer: Side, since: Seen) -> bool:
    return any(zero.end is None or zero.end.packet > since.packet for zero in peer.zero_windows)
