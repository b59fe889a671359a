"""Which payload of one direction was captured, and which was acknowledged without being captured: the gaps.

After Zeek's Reassem.cc and TCP_Reassembler.cc. Numbers are relative: the first byte is 1. Only the spans are
kept, not the bytes.
"""

from __future__ import annotations

from bisect import bisect_left

FIRST_WINDOW = 16 * 1024
"""Bytes without any acknowledgment after which none is waited for."""

ABOVE_HOLE = 16 * 1024
"""Bytes behind a hole without any acknowledgment after which nothing more is expected of the other side."""

UNACKED = 10 * 1024 * 1024
"""Bytes that are not acknowledged, likewise."""


class Reassembly:
    """Spans of captured payload that are not acknowledged yet.

    delivered: up to where all is captured or given up. trimmed: up to where it is acknowledged.
    skipping: given up altogether. spans: (begin, end), ascending and apart.
    """

    __slots__ = ("begins", "delivered", "ends", "skipping", "trimmed")

    def __init__(self) -> None:
        self.delivered = self.trimmed = 1
        self.skipping = False
        self.begins: list[int] = []
        self.ends: list[int] = []

    def insert(self, begin: int, end: int, unanswered: int) -> None:
        """Payload was captured. unanswered: what this side sent so far, if none of it was acknowledged."""
        begin, before = max(begin, self.trimmed), self.delivered
        if begin < end:
            self._unite(begin, end)
            self._deliver()
        if unanswered > FIRST_WINDOW and self.delivered > before:
            self.trim(self.delivered)  # the other side's packets pass elsewhere
        waiting = self.ends[-1] - self.delivered if self.ends else 0
        if (unanswered and waiting > ABOVE_HOLE) or sum(self.ends) - sum(self.begins) > UNACKED:
            self._give_up()

    def trim(self, upto: int, *, partial: bool = False) -> list[int]:
        """All before `upto` was acknowledged: the lengths of the gaps that this reveals.

        partial: the beginning of the connection was not captured, so its first byte may be a keep-alive's.
        """
        gaps: list[int] = []
        if upto > self.delivered and not (upto <= 2 and partial):
            gaps = [] if self.skipping else self._gaps(upto)
            self.delivered = max(self.delivered, upto)
        whole = bisect_left(self.ends, upto + 1)
        del self.begins[:whole], self.ends[:whole]
        if self.begins:
            self.begins[0] = max(self.begins[0], upto)
            self._deliver()
        self.trimmed = upto
        return gaps

    def _gaps(self, upto: int) -> list[int]:
        gaps = []
        for begin, end in zip(self.begins, self.ends, strict=True):
            if begin >= upto:
                break
            if begin > self.delivered:
                gaps.append(begin - self.delivered)
            self.delivered = max(self.delivered, end)
        if upto > self.delivered:
            gaps.append(upto - self.delivered)
        return gaps

    def _deliver(self) -> None:
        """What joins the delivered part is delivered."""
        at = bisect_left(self.ends, self.delivered)
        if at < len(self.begins) and self.begins[at] <= self.delivered:
            self.delivered = self.ends[at]

    def _unite(self, begin: int, end: int) -> None:
        if self.ends and self.ends[-1] == begin:  # as almost always
            self.ends[-1] = end
            return
        first = bisect_left(self.ends, begin)
        last = first
        while last < len(self.begins) and self.begins[last] <= end:
            begin, end = min(begin, self.begins[last]), max(end, self.ends[last])
            last += 1
        self.begins[first:last] = [begin]
        self.ends[first:last] = [end]

    def _give_up(self) -> None:
        self.begins.clear()
        self.ends.clear()
        self.skipping = True
