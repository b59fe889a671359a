"""A caller's SYNs: when the next one is due, and when it must be taken for gone.

A SYN that is not answered is sent again after as long as before, or after twice that (RFC 6298 5.5; Linux
sends the first few a second apart). One that does not come shows that connect() has timed out, or that
close() was called.

Limits: a caller that waits longer than that is taken for gone until it asks again.
"""

from __future__ import annotations

from collections.abc import Sequence

from tcptui.tcp.flight import Flight, is_answer
from tcptui.tcp.segment import Segment

MILLISECOND = 1_000_000
FIRST_RETRANSMISSION = 990 * MILLISECOND
UNANSWERED = 4000 * MILLISECOND
PATIENCE = 2.1
"""A little more than two: timers of kernels are not that exact."""


class Calls:
    """Of one endpoint in one life.

    last_ns: when its last SYN passed; 0 before one is seen. ip_id: that one's IP identification, until the
    endpoint is seen to answer another's SYN. pause: ns between the last two, at least a second.
    """

    __slots__ = ("ip_id", "last_ns", "pause")

    def __init__(self) -> None:
        self.last_ns = self.ip_id = 0
        self.pause = FIRST_RETRANSMISSION

    def add(self, segment: Segment) -> None:
        """It sends its SYN, for the first time or again."""
        if self.last_ns:
            self.pause = max(FIRST_RETRANSMISSION, segment.time_ns - self.last_ns)
        self.last_ns, self.ip_id = segment.time_ns, segment.ip_id or 0

    def due_ns(self, flights: Sequence[Flight], wait: int, *, answered: bool) -> int | None:
        """In SYN_SENT: when it is overdue; None where it may have an answer, or its SYN was not captured.

        flights: what is under way to it. wait: ns in which an answer to that must pass. answered: a SYN,ACK
        among them seems to have arrived. If that comes for the fourth time, nobody has acknowledged it: one
        lost ACK, or two, are more common than a caller that is gone.
        """
        if not self.last_ns:
            return None
        due = self.last_ns + round(PATIENCE * self.pause)
        if not answered:
            return due
        answers = [one.segment.time_ns for one in flights if is_answer(one)]
        if not answers or answers[-1] - answers[0] < UNANSWERED:
            return None
        return max(due, answers[-1] + wait)
