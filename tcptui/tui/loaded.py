"""The selected flow, held in a form that a ladder can be drawn from, and grown as packets arrive.

A long flow is held in part: what stands around the cursor. A segment costs 5 µs to be shown, so that a
flow of a million would keep a key waiting for seconds.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.ladder_part import AnyLadder, Part
from tcptui.model.tcpdump import bases, is_anchor
from tcptui.model.text import clean
from tcptui.session import Session
from tcptui.store.analysis import marks
from tcptui.store.rest import Rest, rest
from tcptui.store.rowindex import Stretch
from tcptui.tcp.segment import Segment
from tcptui.tui.excerpt import Excerpt

WHOLE = 4000
"""Segments up to which a flow is held whole."""

SHOWN = 2048
"""Segments that are shown of a longer one."""

LAST_FRAME = (1 << 32) - 1
"""The largest number that a frame may have."""

OVERLAP = 128
"""Segments that the next part shows again: what the cursor came from stays in view."""


class LoadedFlow:
    """One flow's rows, segments and ladder as of the last `extend`, all of them or those around a frame.

    near: that frame. count: all segments of the flow. store: that whose rows they are.
    """

    def __init__(self, session: Session, number: int, options: LadderOptions, near: int = 0) -> None:
        self.number = number
        self._session = session
        self._options = options
        self.store, self._stretch = session.stretch(number)
        self._all = self.store.pairs.rows(*self._stretch)
        self._frames: NDArray[np.uint32] | None = None
        self._load(self.place_of(near))

    # -- what is there ---------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return len(self._all)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The store's rows of `segments`."""
        return self._excerpt.rows

    @property
    def segments(self) -> list[Segment]:
        """Those that are loaded; a ladder's items count them from 0."""
        return self._excerpt.segments

    @property
    def marks(self) -> list[int]:
        return self._excerpt.marks

    @property
    def ladder(self) -> AnyLadder:
        return self._part or self._whole

    @property
    def first_shown(self) -> int:
        """The position among `segments` of the first one that has a row."""
        return self._excerpt.shown[0]

    @property
    def is_whole(self) -> bool:
        """Whether all of its rows are in `ladder`."""
        return self._part is None

    def place_of(self, packet: int) -> int:
        """Where in the flow its last segment up to a frame is; 0 when all are later."""
        if self.count and packet >= int(self.store.column("frame", self._all[-1:])[0]):
            return self.count - 1  # the newest is followed: no need to know all frames
        if self._frames is None or len(self._frames) != len(self._all):
            self._frames = self.store.column("frame", self._all)
        frame = np.uint32(min(packet, LAST_FRAME))
        return max(0, int(np.searchsorted(self._frames, frame, side="right")) - 1)

    # -- loading ---------------------------------------------------------------------------------

    def _load(self, middle: int) -> None:
        """All of it, or so much around a place."""
        if self.count <= WHOLE:
            self._load_part(0, self.count)
        else:
            start = min(max(0, middle - SHOWN // 2), self.count - SHOWN)
            self._load_part(start, start + SHOWN)

    def _load_part(self, start: int, stop: int) -> None:
        """Segments start..stop-1 of the flow, and what is needed to draw them."""
        session, number = self._session, self.number
        ends = session.flow(number).ends
        names = (clean(str(ends[0])), clean(str(ends[1])))
        self.start, self.stop = start, stop
        self.errors = session.errors(number)
        self._excerpt = Excerpt(self.store, self._all, start, stop)
        self._anchors: list[int] = []
        self._find_anchors(0)
        self._whole = Ladder(
            self.segments,
            self.marks,
            session.history(number),
            names,
            self._options,
            self.errors,
            self._excerpt.scan,
        )
        self._part = None
        if (start, stop) != (0, self.count):
            first, last = self._excerpt.shown
            self._part = Part(self._whole, first, last, start, self.count - stop)

    def show(self, packet: int) -> bool:
        """Have the last segment up to a frame among those shown; whether it had to be loaded."""
        if self.is_whole:
            return False
        place = self.place_of(packet)
        if self.start <= place < self.stop:
            return False
        self._load(place)
        return True

    def go_on(self, direction: int) -> int | None:
        """Load the part after (before) the one that is shown; its row of the segment that comes next. None
        when there is no more."""
        if self._part is None or not (self._part.behind if direction > 0 else self._part.before):
            return None
        if direction > 0:
            place = self.count - self._part.behind
            start = min(max(0, place - OVERLAP), self.count - SHOWN)
        else:
            place = self._part.before - 1
            start = max(0, min(place + OVERLAP + 1, self.count) - SHOWN)
        self._load_part(start, start + SHOWN)
        return self.ladder.row_of(self._excerpt.position(place))

    def set_options(self, options: LadderOptions) -> None:
        """Another way of showing the same."""
        self._options = options
        self.ladder.set_options(options)

    def extend(self, session: Session, near: int = 0) -> bool:
        """Take in what arrived, give up what went to a new life; whether anything changed.

        near: the frame to stay at where there is too much to be held whole.
        """
        history = session.history(self.number)
        store, stretch = session.stretch(self.number)
        arrived = stretch.size - self.count
        errors = session.errors(self.number)
        if store is not self.store:  # of older packets some were given up
            self.store, self._session, self._frames = store, session, None
            self._stretch, self._all = stretch, store.pairs.rows(*stretch)
            self._load(self.place_of(near))
            return True
        if not arrived and len(errors) == len(self.errors) and history == self._whole.history:
            return False
        at_end, self._session = self.stop == self.count, session
        self._take(stretch)
        loaded = self.stop - self.start + max(0, arrived)
        if arrived < 0 or (at_end and loaded > (WHOLE if self.is_whole else 2 * SHOWN)):
            # a later packet showed that the last ones began a new life; or it has become too much
            self._load(self.place_of(near))
            return True
        self.errors = errors
        if at_end:
            known = len(self.segments)
            self._excerpt.extend(store, self._all[self.stop :])
            self._find_anchors(known)
            self.stop = self.count
        self._whole.extend(self.segments, self.marks, history, errors)
        if self._part is not None:
            shown = len(self.segments) if at_end else self._excerpt.shown[1]
            self._part.extend(shown, self.count - self.stop)
        return True

    def _take(self, stretch: Stretch) -> None:
        """All rows as of now, of which there may be millions."""
        if stretch != self._stretch:
            self._stretch, self._all = stretch, self.store.pairs.rows(*stretch)

    def whole_ladder(self) -> Ladder:
        """The ladder of all its segments; of a long flow made anew, which takes as long as it is long."""
        if self.is_whole:
            return self._whole
        segments = self.store.segments(self._all)
        ladder = self._whole
        return Ladder(segments, marks(segments), ladder.history, ladder.ends, ladder.options, self.errors)

    # -- tcpdump's view --------------------------------------------------------------------------

    def _find_anchors(self, start: int) -> None:
        for at in range(start, len(self.segments)):
            if is_anchor(self.segments[at], not self._anchors):
                self._anchors.append(at)

    def bases(self, segment: Segment) -> tuple[int, int] | None:
        """What tcpdump counts this segment's numbers from; see model.tcpdump.bases."""
        return bases(self.segments, self._place(segment), self._anchors)

    def header(self, segment: Segment) -> Rest | None:
        """What else tcpdump prints of this segment's header; see store.rest."""
        return rest(self.store, self.rows[[self._place(segment)]]).get(0)

    def _place(self, segment: Segment) -> int:
        return bisect_left(self.segments, segment.packet, key=lambda s: s.packet)
