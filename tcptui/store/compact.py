"""A store without some of its rows: a new one is made of those that stay, while the old one is still read.

Frame numbers, times and places in the file stay what they are; rows and pairs are numbered anew, in their
old order. Measured: 0.11 µs for each row that stays (two million rows of 67,000 pairs, half of them stay).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.store.sums import Sums


@dataclass(frozen=True, slots=True)
class Compacted:
    """A new store, and what became of the old one's rows and pairs.

    rows: row i was the old rows[i]. pairs: pair i was the old pairs[i]. pair_of: from the old pair to the
    new one, -1 for those that have gone. All ascend.
    """

    store: SegmentStore
    rows: Ints
    pairs: Ints
    pair_of: NDArray[np.int32]


def compact(store: SegmentStore, rows: Ints, sums: Sums | None = None) -> Compacted:
    """A store of these rows (ascending), and of their pairs. For the thread that appends.

    sums: what some of the rows (`at`: of the old store) are to say instead.
    """
    flow = store.column("flow", rows)
    pair_of = np.full(store.pairs.n, -1, np.int32)
    pair_of[flow] = 0
    pairs = np.flatnonzero(pair_of == 0)
    pair_of[pairs] = np.arange(len(pairs), dtype=np.int32)
    new = store.only(rows, pairs, pair_of)
    if sums is not None and len(sums.at):
        new.put_sums(np.searchsorted(rows, sums.at), sums)
    return Compacted(new, rows, pairs, pair_of)
