"""The selected flow, held in a form that a ladder can be drawn from, and grown as packets arrive."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.tcpdump import bases, is_anchor
from tcptui.model.text import clean
from tcptui.session import Session
from tcptui.store.analysis import Analysis
from tcptui.store.rest import Rest, rest
from tcptui.tcp.segment import Segment


class LoadedFlow:
    """One flow's rows, segments and ladder as of the last `extend`."""

    def __init__(self, session: Session, number: int, options: LadderOptions) -> None:
        self.number = number
        self._load(session, options)

    def _load(self, session: Session, options: LadderOptions) -> None:
        number = self.number
        history = session.history(number)
        self.rows: NDArray[np.int64] = session.rows(number)
        self.segments: list[Segment] = session.store.segments(self.rows)
        self._anchors: list[int] = []
        self._find_anchors(0)
        self._analysis = Analysis()
        self.marks: list[int] = [self._analysis.feed(segment) for segment in self.segments]
        ends = session.flow(number).ends
        self.errors = session.errors(number)
        names = (clean(str(ends[0])), clean(str(ends[1])))
        self.ladder = Ladder(self.segments, self.marks, history, names, options, self.errors)

    def extend(self, session: Session) -> bool:
        """Take in what arrived, give up what went to a new life; whether anything changed."""
        history = session.history(self.number)
        rows = session.rows(self.number)
        if len(rows) < len(self.segments):  # a later packet showed that the last ones began a new life
            self._load(session, self.ladder.options)
            return True
        new = rows[len(self.segments) :]
        errors = session.errors(self.number)
        if not len(new) and len(errors) == len(self.errors) and history == self.ladder.history:
            return False
        self.rows, self.errors = rows, errors
        known = len(self.segments)
        arrived = session.store.segments(new)
        self.segments.extend(arrived)
        self.marks.extend(self._analysis.feed(segment) for segment in arrived)
        self._find_anchors(known)
        self.ladder.extend(self.segments, self.marks, history, errors)
        return True

    def _find_anchors(self, start: int) -> None:
        for at in range(start, len(self.segments)):
            if is_anchor(self.segments[at], not self._anchors):
                self._anchors.append(at)

    def bases(self, segment: Segment) -> tuple[int, int] | None:
        """What tcpdump counts this segment's numbers from; see model.tcpdump.bases."""
        return bases(self.segments, self._place(segment), self._anchors)

    def header(self, session: Session, segment: Segment) -> Rest | None:
        """What else tcpdump prints of this segment's header; see store.rest."""
        return rest(session.store, self.rows[[self._place(segment)]]).get(0)

    def _place(self, segment: Segment) -> int:
        return bisect_left(self.segments, segment.packet, key=lambda s: s.packet)
