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
FIRST_PATIENCE = 3500 * MILLISECOND
"""The second SYN comes after a second, or after three as RFC 1122 has it (4.2.3.1), or a little more."""


class Calls:
    """Of one endpoint in one life.

    last_ns: when its last SYN passed; 0 before one is seen. ip_id: that one's IP identification, until the
    endpoint is seen to answer another's SYN. patience: ns in which the next must come.
    """

    __slots__ = ("ip_id", "last_ns", "patience")

    def __init__(self) -> None:
        self.last_ns = self.ip_id = 0
        self.patience = FIRST_PATIENCE

    def add(self, segment: Segment) -> None:
        """It sends its SYN, for the first time or again."""
        pause = segment.time_ns - self.last_ns
        if self.last_ns and pause >= FIRST_RETRANSMISSION:  # else the frame was captured twice
            self.patience = round(PATIENCE * pause)
        self.last_ns, self.ip_id = segment.time_ns, segment.ip_id or 0

    def due_ns(self, flights: Sequence[Flight], wait: int, *, answered: bool) -> int | None:
        """In SYN_SENT: when it is overdue; None where it may have an answer, or its SYN was not captured.

        flights: what is under way to it. wait: ns in which an answer to that must pass. answered: a SYN,ACK
        among them seems to have arrived. If that comes for the fourth time, nobody has acknowledged it: one
        lost ACK, or two, are more common than a caller that is gone.
        """
        if not self.last_ns:
            return None
        due = self.last_ns + self.patience
        if not answered:
            return due
        answers = [one.segment.time_ns for one in flights if is_answer(one)]
        if not answers or answers[-1] - answers[0] < UNANSWERED:
            return None
        return max(due, answers[-1] + wait)
