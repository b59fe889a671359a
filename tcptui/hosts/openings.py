"""How the handshake of each pair of sockets went: a column for each thing, all frames of a batch at once.

A flood is a million handshakes: an object for each took 4 µs and 600 bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.hosts.places import Numbers
from tcptui.store.headers import Ints

Frames = NDArray[np.uint32]


class Openings:
    """By pair. first: the frame of its first SYN,ACK. newest_ns: when the newest came. unasked: the first
    SYN,ACK that was sent unasked: there were more of them than SYNs. ignored: the second one after the caller
    had acknowledged it. 0: never.
    """

    def __init__(self) -> None:
        self.first = self._column()
        self.unasked = self._column()
        self.ignored = self._column()
        self.newest_ns = np.zeros(0, np.int64)
        self._answers = self._column()
        self._asked_again = self._column()  # SYNs after the first SYN,ACK; those before it count as one
        self._after = self._column()

    @staticmethod
    def _column() -> Frames:
        return np.zeros(0, np.uint32)

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return self.newest_ns.nbytes + 6 * self.first.nbytes

    def grow(self, more: int) -> None:
        """So many pairs more."""
        fresh = np.zeros(more, np.uint32)
        self.first = np.concatenate((self.first, fresh))
        self.unasked = np.concatenate((self.unasked, fresh))
        self.ignored = np.concatenate((self.ignored, fresh))
        self.newest_ns = np.concatenate((self.newest_ns, np.zeros(more, np.int64)))
        self._answers = np.concatenate((self._answers, fresh))
        self._asked_again = np.concatenate((self._asked_again, fresh))
        self._after = np.concatenate((self._after, fresh))

    def feed(
        self,
        pair: Numbers,
        frame: Frames,
        time_ns: Ints,
        answer: NDArray[np.bool_],
        spoke: Frames,
    ) -> Ints:
        """Take in SYNs of callers and SYN,ACKs (`answer`) of those who were called, in capture order.

        spoke: by pair, the frame with which its caller first acknowledged something. Returns which rows are
        the first of their pair that came unasked, ascending.
        """
        if not len(pair):
            return np.zeros(0, np.int64)
        order = np.argsort(pair, kind="stable")
        pairs, answers = pair[order], answer[order]
        starts = np.flatnonzero(np.diff(pairs, prepend=-1))
        ends = np.append(starts[1:], len(pairs)) - 1
        answered = _counted(answers, pairs, starts, self._answers)
        asked = _counted(~answers & (answered > 0), pairs, starts, self._asked_again)
        late = answers & (frame[order] > spoke[pairs])
        after = _counted(late, pairs, starts, self._after)
        for column, counted in (
            (self._answers, answered),
            (self._asked_again, asked),
            (self._after, after),
        ):
            column[pairs[ends]] = counted[ends]
        given = np.flatnonzero(answer)
        self.newest_ns[pair[given]] = time_ns[given]  # the newest of a pair is written last
        _note(self.first, pair, frame, given)
        unasked: Ints = np.sort(order[answers & (answered > 1 + asked) & (self.unasked[pairs] == 0)])
        _note(self.unasked, pair, frame, unasked)
        _note(self.ignored, pair, frame, order[late & (after == 2)])
        first: Ints = unasked[self.unasked[pair[unasked]] == frame[unasked]]
        return first


def _counted(which: NDArray[np.bool_], pairs: Numbers, starts: Ints, before: Frames) -> Ints:
    """How many there have been of a pair, at each row; a pair's lie together. before: in other batches."""
    total: Ints = np.cumsum(which)
    sizes = np.diff(starts, append=len(pairs))
    counted: Ints = total - np.repeat(total[starts] - which[starts], sizes) + before[pairs]
    return counted


def _note(column: Frames, pair: Numbers, frame: Frames, rows: Ints) -> None:
    """Note the first of these rows, in capture order, of each pair that has none."""
    fresh = rows[column[pair[rows]] == 0][::-1]  # the first of a pair is written last
    column[pair[fresh]] = frame[fresh]
