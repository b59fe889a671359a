"""The middle of a long transfer by its sum: for weeks of it there is no room.

Of segments that come one behind the other in order, what each end has sent becomes one segment, that of the
last of them: it begins where the first began, and is as long as all. An ACK does not come before what it
acknowledges. So whoever reads it sees the same transfer, without a gap, in fewer and larger segments.

Limits: what the segments in between had of their own (times, windows, options) is gone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.headers import Ints

_LARGEST = 28
LARGEST = 1 << _LARGEST
"""A sum is closed at so many bytes, and one that has as many is not to be added up again: so its length stays
far below half the sequence numbers."""


@dataclass(frozen=True, slots=True)
class Sums:
    """at: places of the rows that stay, in their order; the other arrays are what they say from now on.

    stands: for how many rows each stands, itself included. changed: it says something else than before.
    """

    at: Ints
    seq: NDArray[np.uint32]
    ack: NDArray[np.uint32]
    length: NDArray[np.uint32]
    wirelen: NDArray[np.uint32]
    stands: Ints
    changed: NDArray[np.bool_]

    def only(self, which: NDArray[np.bool_], rows: Ints) -> Sums:
        """Some of them, `at` being rows of a store."""
        return Sums(
            rows[self.at[which]],
            self.seq[which],
            self.ack[which],
            self.length[which],
            self.wirelen[which],
            self.stands[which],
            self.changed[which],
        )


def sum_up(
    pair: NDArray[np.int32],
    place: Ints,
    sender: NDArray[np.uint8],
    seq: NDArray[np.uint32],
    ack: NDArray[np.uint32],
    length: NDArray[np.uint32],
    wirelen: NDArray[np.uint32],
) -> Sums:
    """Sums of rows in capture order. place: which of its pair's rows each is; where some are missing between
    two, a sum ends."""
    order = np.argsort(pair, kind="stable")
    pair, place, total = pair[order], place[order], np.cumsum(length[order].astype(np.int64))
    breaks = np.ones(len(order), np.bool_)
    breaks[1:] = (pair[1:] != pair[:-1]) | (place[1:] != place[:-1] + 1)
    begins = np.maximum.accumulate(np.where(breaks, np.arange(len(order)), 0))
    size = total - total[begins] >> _LARGEST
    breaks[1:] |= size[1:] != size[:-1]
    run = np.cumsum(breaks)
    by = np.lexsort((sender[order], run))  # stable: in capture order within each
    rows = order[by]
    key = run[by] * 2 + sender[rows]
    first = np.flatnonzero(np.concatenate(([len(key) > 0], key[1:] != key[:-1])))
    stands = np.diff(np.concatenate((first, [len(key)])))
    last = rows[first + stands - 1]
    head = rows[first]
    acks = ack[last]
    both = np.flatnonzero(key[first][1:] >> 1 == key[first][:-1] >> 1)
    swapped = last[both] > last[both + 1]
    early, late = both + swapped, both + ~swapped  # what comes early must not acknowledge what comes late
    ahead = (ack[head[early]] - seq[head[late]]).view(np.int32)
    acks[early] = np.where(ahead > 0, seq[head[late]], ack[head[early]])
    where = np.argsort(last)
    return Sums(
        at=last[where],
        seq=seq[head][where],
        ack=acks[where],
        length=_added(length[rows], first)[where],
        wirelen=_added(wirelen[rows], first)[where],
        stands=stands[where],
        changed=((stands > 1) | (acks != ack[last]))[where],
    )


def _added(values: NDArray[np.uint32], first: Ints) -> NDArray[np.uint32]:
    if not len(first):
        return values[:0]
    return np.minimum(np.add.reduceat(values.astype(np.int64), first), 2**32 - 1).astype(np.uint32)
