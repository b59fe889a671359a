"""The selected flow, held in a form that a ladder can be drawn from, and grown as packets arrive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.text import clean
from tcptui.session import Session
from tcptui.store.analysis import marks
from tcptui.tcp.segment import Segment


class LoadedFlow:
    """One flow's rows, segments and ladder as of the last `extend`."""

    def __init__(self, session: Session, number: int, options: LadderOptions) -> None:
        self.number = number
        history = session.history(number)
        self.rows: NDArray[np.int64] = session.rows(number)
        self.segments: list[Segment] = session.store.segments(self.rows)
        ends = session.flow(number).ends
        self.ladder = Ladder(
            self.segments, marks(self.segments), history, (clean(str(ends[0])), clean(str(ends[1]))), options
        )

    def extend(self, session: Session) -> bool:
        """Take in what arrived; whether anything did."""
        history = session.history(self.number)
        rows = session.rows(self.number)
        new = rows[len(self.segments) :]
        if not len(new) and history == self.ladder.history:
            return False
        self.rows = rows
        self.segments.extend(session.store.segments(new))
        self.ladder.extend(self.segments, marks(self.segments), history)
        return True
