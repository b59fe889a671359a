"""Sequence numbers that a capture has not shown: late, lost on the way here, or missed.

A hole opens where a segment begins beyond everything seen, or an ACK covers more than that. Segments
that come later fill it, from either end or from the middle. What is acknowledged and stays unfilled was
sent, and the capture does not hold it.
"""

from __future__ import annotations

from tcptui.tcp.seq import diff
from tcptui.tcp.traces import HOLES, Hole, Seen, Side


def open_hole(side: Side, hole: Hole) -> None:
    """Note what `side` must have sent unseen; of too many holes the oldest is only counted."""
    if len(side.holes) == HOLES:
        oldest = side.holes.pop(0)
        if oldest.acked:
            side.unseen_before += diff(oldest.high, oldest.low)
    side.holes.append(hole)


def fill_holes(side: Side, low: int, end: int) -> bool:
    """Whether [low, end) comes late, not again. What it leaves of each hole stays one."""
    rest: list[Hole] = []
    filled = False
    for hole in side.holes:
        if diff(end, hole.low) <= 0 or diff(hole.high, low) <= 0:
            rest.append(hole)
            continue
        filled = True
        if diff(low, hole.low) > 0:
            rest.append(Hole(hole.low, low, hole.acked))
        if diff(hole.high, end) > 0:
            rest.append(Hole(end, hole.high, hole.acked))
    side.holes = rest[-HOLES:]
    return filled


def confirm_holes(side: Side, ack: int, seen: Seen) -> None:
    """The peer acknowledges up to `ack`: what lies below was there."""
    for hole in side.holes:
        if hole.acked is None and diff(ack, hole.high) >= 0:
            hole.acked = seen
