"""Segments for the engine, long transfers by their sum.

Of what goes on in order for long, the engine learns nothing but how far it got. So each end's data is given
to it as one segment, and its last ACK; some before and after it stay as they are.

Limits: round trips, identifications and time stamps within such a run are not seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Segment

KEPT = 16
"""Segments at either end of a run that are given as they are."""
WORTH_IT = 64
"""Segments that a run must have besides, to be summed up."""
MOST = 8192
"""Segments in a sum: of 64 kB each they stay far below the range of sequence numbers."""


def condensed(store: SegmentStore, rows: Ints) -> list[Segment]:
    """The segments of consecutive rows of one pair, runs of plain ones by their sum."""
    if len(rows) < 2 * KEPT + WORTH_IT:
        return store.segments(rows)
    plain = store.column("plain", rows)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], plain.view(np.int8), [0]))))
    segments: list[Segment] = []
    done = 0
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        first, last = begin + KEPT, end - KEPT
        if last - first >= WORTH_IT:
            segments += store.segments(rows[done:first])
            for at in range(first, last, MOST):
                segments += _sums(store, rows[at : min(at + MOST, last)])
            done = last
    return segments + store.segments(rows[done:])


def _sums(store: SegmentStore, rows: Ints) -> list[Segment]:
    """What each end sent in a run, as one segment; its ACK could be sent before the other's sum."""
    sender = store.column("sender", rows)
    length = store.column("length", rows)
    ends = [np.flatnonzero(sender == end) for end in (0, 1)]
    sums: list[Segment] = []
    for which in sorted((end for end in ends if len(end)), key=lambda end: int(end[-1])):
        first, last = store.segments(rows[which[[0, -1]]])
        ack = last.ack if sums else first.ack
        sums.append(replace(last, seq=first.seq, ack=ack, length=int(length[which].sum())))
    return sums
