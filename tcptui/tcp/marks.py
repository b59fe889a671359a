"""What tells an endpoint's own segments from copies and forgeries: IP identification, time stamps, numbers.

Linux counts the IP identification up by socket, and stamps every segment; both make a retransmission
different from a doubled frame, and what an endpoint sends later different from what it sent before.

Limits: IPv6 has no identification, and 0 says nothing; without either, nothing is taken for a copy.
"""

from __future__ import annotations

from collections import deque
from functools import reduce

from tcptui.tcp import options, seq
from tcptui.tcp.segment import Flags, Segment

COPY_WITHIN_NS = 150_000_000
MOST_RECENT = 8
NEXT = 16
"""Segments that may be missing, or late, between two; numbers at random are that near once in 4,000."""
MOST_OFFERED = 64
FAR = 1 << 20


class Marks:
    """Of one endpoint. ip_id: the newest it sent. heard: it has sent anything at all, last_ns: when.

    offered: acknowledgement numbers that passed towards it, which a RST in reply may quote.
    """

    __slots__ = ("_recent", "_tsval", "heard", "ip_id", "last_ns", "offered")

    def __init__(self) -> None:
        self.heard = False
        self.last_ns = 0
        self.ip_id: int | None = None
        self._tsval: int | None = None  # of those that are recent no more
        self.offered: deque[int] = deque(maxlen=MOST_OFFERED)
        self._recent: deque[Segment] = deque(maxlen=MOST_RECENT)

    def remember(self, segment: Segment) -> None:
        """It has sent `segment`."""
        self.heard, self.last_ns = True, segment.time_ns
        if len(self._recent) == MOST_RECENT:
            self._tsval = _newer(self._tsval, self._recent[0])
        self._recent.append(segment)
        if segment.ip_id:
            self.ip_id = segment.ip_id

    @property
    def tsval(self) -> int | None:
        """The newest time stamp that it has sent."""
        return reduce(_newer, self._recent, self._tsval)

    def offer(self, ack: int) -> None:
        """An acknowledgement of `ack` passed towards it."""
        if not self.offered or self.offered[-1] != ack:
            self.offered.append(ack)

    def is_copy(self, segment: Segment) -> bool:
        """The same segment as one just before: the network or the capture has doubled it."""
        if not segment.ip_id and not segment.options:
            return False
        for old in self._recent:
            if old.seq == segment.seq and old.ip_id == segment.ip_id and _alike(old, segment):
                return True
        return False

    def skipped(self, segment: Segment) -> bool:
        """It sent something, unseen, between its last segment and this one."""
        return bool(segment.ip_id and self.ip_id and 1 < (segment.ip_id - self.ip_id) & 0xFFFF < 64)

    def follows(self, segment: Segment) -> bool:
        """It is one of the next that this endpoint sends, by its own count."""
        return bool(segment.ip_id and self.ip_id and 0 < (segment.ip_id - self.ip_id) & 0xFFFF < NEXT)

    def is_bare(self, segment: Segment) -> bool:
        """Without the identification that it counts: Linux has no socket any more, but TIME_WAIT."""
        return segment.ip_id == 0 and bool(self.ip_id)

    def may_have_sent(self, reset: Segment, snd_max: int) -> bool:
        """A RST of its own has the next number (or one beyond, where we missed text), or quotes an ACK."""
        if reset.seq in self.offered or not reset.seq or not self.heard:
            return True
        ahead = seq.diff(reset.seq, snd_max)
        return ahead == 0 or (0 < ahead < FAR and bool(reset.flags & Flags.ACK))

    def is_newer(self, segment: Segment) -> bool | None:
        """By its time stamp, later than all before; None where there is none to compare."""
        stamp = options.tsval(segment.options)
        newest = None if stamp is None else self.tsval
        return None if stamp is None or newest is None else seq.gt(stamp, newest)


def _newer(stamp: int | None, segment: Segment) -> int | None:
    """The stamp, or the segment's where that is newer."""
    other = options.tsval(segment.options)
    return other if stamp is None or (other is not None and seq.gt(other, stamp)) else stamp


def _alike(old: Segment, new: Segment) -> bool:
    return (
        old.ack == new.ack
        and old.flags == new.flags
        and old.length == new.length
        and new.time_ns - old.time_ns <= COPY_WITHIN_NS
        and options.tsval(old.options) == options.tsval(new.options)
    )
