"""A stretch of a long flow's segments, and what must be known to draw them as if all had been looked at.

Before the stretch stand the flow's first segments (numbers are relative to them, windows scaled by them),
and those right before it, from which marks follow; behind it some that may repeat what is in it, and the
flow's last, for the width of its number. What is left out between is taken for whole: nothing missing,
nothing sent again.

Limits: so the marks and rows of the stretch are those of the whole flow unless a gap, an acknowledgment or
a repeated frame WARM segments earlier still has an effect in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.model.ladder_scan import Scan
from tcptui.store.analysis import Analysis
from tcptui.store.segments import SegmentStore

OPENING = 64
"""The flow's first segments."""

WARM = 192
"""Segments that are looked at before the first that is shown."""

AHEAD = 500
"""Segments behind the last, as many as a repetition may come later (model/ladder_scan.py)."""

LOOK_BACK = 4096
"""Segments before those in which the last ones of both senders are looked for."""


class Excerpt:
    """Segments start..stop-1 of a flow's rows (and others, see above).

    rows, segments, marks: of all that are loaded, in order. shown: from where to where among them those are
    that were asked for. scan: has taken all of them in.
    """

    def __init__(self, store: SegmentStore, rows: NDArray[np.int64], start: int, stop: int) -> None:
        begin, end = max(0, start - WARM), min(len(rows), stop + AHEAD)
        opening = OPENING if begin > OPENING else begin
        last = [rows[-1:]] if end < len(rows) else []
        self.rows = np.concatenate([rows[:opening], rows[begin:end], *last])
        self._skipped = begin - opening
        self.shown = (start - self._skipped, stop - self._skipped)
        self.segments = store.segments(self.rows)
        self.scan = Scan()
        self._analysis = Analysis()
        self.marks: list[int] = []
        self._feed(opening)
        if self._skipped:
            self._skip(store, rows[max(0, begin - LOOK_BACK) : begin])
        self._feed(len(self.rows) - len(last))
        if last:
            self.scan.end_run()
        self.marks += [0] * len(last)
        self.scan.extend(self.segments, self.marks)

    def position(self, place: int) -> int:
        """Where in `segments` a segment of the flow is: by how many of the flow come before it."""
        return place - self._skipped

    def extend(self, store: SegmentStore, rows: NDArray[np.int64]) -> None:
        """The next segments of a flow of which the last are loaded."""
        self.rows = np.concatenate([self.rows, rows])
        self.segments.extend(store.segments(rows))
        self._feed(len(self.segments))

    def _feed(self, stop: int) -> None:
        known = len(self.marks)
        self.marks.extend(self._analysis.feed(segment) for segment in self.segments[known:stop])
        self.scan.extend(self.segments[:stop], self.marks)

    def _skip(self, store: SegmentStore, rows: NDArray[np.int64]) -> None:
        """Go on behind what is left out, of which `rows` are the last."""
        senders = store.column("sender", rows)
        for sender in (0, 1):
            mine = rows[senders == sender]
            if not len(mine):
                continue
            behind = store.column("seq", mine) + store.column("length", mine)
            furthest = behind[np.argmax((behind - behind[-1]).astype(np.int32))]
            widest = int(store.column("window", mine).max())
            last = store.segment(int(mine[-1]))
            self._analysis.skip(sender, int(furthest), last)
            self.scan.skip(sender, int(furthest), last, widest)
