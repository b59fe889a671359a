"""Facts of one flow, at its newest segment and at any before: what a cursor in time needs.

Facts only go forward. So that a step back does not begin at the first segment, copies are left behind
on the way, like crumbs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial

from tcptui.tcp.diagnosis import FlowFacts
from tcptui.tcp.segment import Segment

CHECKPOINT = 2048
"""Segments between two copies."""

Segments = Callable[[int, int], Sequence[Segment]]
"""Those of a flow from one place (included) to another (excluded), counted from 0."""


class Trail:
    """fed: how many of the flow's segments the newest facts hold."""

    __slots__ = ("_copies", "_cursor", "_newest", "_none", "fed")

    def __init__(self, *, same_socket: bool = False) -> None:
        self.fed = 0
        self._none = partial(FlowFacts, same_socket=same_socket)
        self._newest = self._none()
        self._copies = [(0, self._none())]
        self._cursor = self._copies[0]

    def extend(self, segments: Sequence[Segment]) -> None:
        """The flow's next segments."""
        for segment in segments:
            self._newest.feed(segment)
            self.fed += 1
            if self.fed % CHECKPOINT == 0:
                self._copies.append((self.fed, copy.deepcopy(self._newest)))

    def at(self, count: int, segments: Segments) -> FlowFacts:
        """The facts of the first `count` segments. Valid until the next call."""
        while self.fed < count:
            self.extend(segments(self.fed, min(count, self.fed + CHECKPOINT)))
        return self._newest if count == self.fed else self._earlier(count, segments)

    def _earlier(self, count: int, segments: Segments) -> FlowFacts:
        begin, facts = self._cursor
        nearest, behind = self._copies[count // CHECKPOINT]
        if not nearest <= begin <= count or facts is behind:
            begin, facts = nearest, copy.deepcopy(behind) if nearest else self._none()
        for segment in segments(begin, count):
            facts.feed(segment)
        self._cursor = (count, facts)
        return facts
