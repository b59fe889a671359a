"""What a segment shows not to have reached its sender: what it leaves out, asks for again, or goes on after.

What is said here is of flights that have had the time to arrive; what has not is still under way.
"""

from __future__ import annotations

from tcptui.tcp import options, rst, seq
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.flight import Flight, acknowledges, is_pure_ack
from tcptui.tcp.segment import Segment
from tcptui.tcp.tcb import RST


def deny(end: Endpoint, segment: Segment) -> None:
    """`end` sends an ordinary segment: what it leaves unacknowledged has not arrived."""
    if not end.flights:
        return
    ack, young = segment.ack, segment.time_ns - end.wait
    held = [block for block in options.sack(segment.options) if seq.gt(block[1], ack)]
    if held:
        _deny_holes(end, segment, held)
    for one in end.flights:
        if one.lost:
            continue
        if one.segment.flags & RST and _challenges(end, one, segment):
            end.lose(one, f"it answers the RST (#{one.segment.packet}) by ACK (#{segment.packet}): refused")
        elif one.segment.time_ns >= young:
            continue
        elif one.segment.flags & RST:
            end.lose(one, f"it goes on after the RST (#{one.segment.packet}): lost or refused")
        elif one.segment.space and seq.le(one.segment.seq, ack) and seq.gt(one.segment.end, ack):
            end.lose(one, f"its ACK (#{segment.packet}) leaves out #{one.segment.packet}: not arrived")


def _deny_holes(end: Endpoint, segment: Segment, held: list[tuple[int, int]]) -> None:
    """It holds what was sent later (RFC 2018): the holes before that have not arrived."""
    later = False
    for one in reversed(end.flights):
        if not one.segment.space:
            continue
        if any(seq.le(left, one.segment.seq) and seq.le(one.segment.end, right) for left, right in held):
            later = one.held = True
        elif later and not one.lost and seq.gt(one.segment.end, segment.ack):
            end.lose(one, f"#{segment.packet} holds what was sent after #{one.segment.packet}: lost")


def _challenges(end: Endpoint, one: Flight, segment: Segment) -> bool:
    """An ACK that says nothing new, after a RST that does not have exactly the number expected."""
    exact = end.exact
    known = segment.ack == exact.ack_sent and segment.seq == exact.snd_max
    return known and is_pure_ack(segment) and not rst.fits(exact, one.segment)


def deny_acks_of(end: Endpoint, number: int, segment: Segment, what: str) -> None:
    """`end` sends `what` again: whatever acknowledges `number` has not arrived."""
    for one in end.flights:
        if not one.lost and acknowledges(one, number) and end.had_time(one, segment.time_ns):
            end.lose(one, f"{what} retransmitted: the ACK (#{one.segment.packet}) did not arrive")


def deny_resets(end: Endpoint, segment: Segment) -> None:
    """`end` goes on: a RST under way was lost, or refused."""
    for one in end.flights:
        if one.segment.flags & RST and not one.lost:
            packets = f"(#{segment.packet}) after the RST (#{one.segment.packet})"
            end.lose(one, f"it goes on {packets}: lost or refused")
