"""An endpoint's sequence space: a SYN with another number begins a new one, unless it was forged.

A forged SYN (RFC 5961 4) changes nothing: its supposed sender goes on where it was, and that shows it.
"""

from __future__ import annotations

from typing import Any

from tcptui.tcp.segment import Segment
from tcptui.tcp.seq import diff
from tcptui.tcp.traces import NEW_NUMBERS, PLAUSIBLE, Side


def begin(me: Side, iss: int) -> None:
    """A new socket of `me`: what was said in other sequence numbers is over."""
    if me.snd_max is not None:  # else nothing was said
        me.old = {name: getattr(me, name) for name in NEW_NUMBERS}
        for name, make in NEW_NUMBERS.items():
            setattr(me, name, make())
    me.iss = iss


def resume(me: Side, segment: Segment) -> None:
    """The first segment after a SYN that began new numbers: if it goes on in the old ones, so does `me`."""
    old: dict[str, Any] = me.old or {}
    me.old = None
    fits = abs(diff(segment.seq, old["snd_max"])) < PLAUSIBLE
    if fits and abs(diff(segment.seq, me.iss or 0)) > abs(diff(segment.seq, old["snd_max"])):
        for name, value in old.items():
            setattr(me, name, value)
