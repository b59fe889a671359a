"""Rows that are grouped by pair, and what came before each of them in its group, without a loop.

A running maximum over all groups at once: the number of the group is put above the value, so that a group
never sees what the one before it left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints

Bools = NDArray[np.bool_]
_NOTHING = 0
_ZERO = (1 << 31) + 1
_WIDTH = 33
_MASK = (1 << _WIDTH) - 1


class Groups:
    """starts: where each group begins, and the end of the last; no group is empty."""

    def __init__(self, starts: Ints) -> None:
        self.begins = starts[:-1]
        self.lasts = starts[1:] - 1
        self.count = len(starts) - 1
        self.rows = int(starts[-1])
        self.number = np.repeat(np.arange(self.count), np.diff(starts))
        self.place = np.arange(self.rows)
        self._above = self.number << _WIDTH

    def before(self, marker: Bools, carried: Bools) -> Bools:
        """Whether an earlier row of the group has the marker; or what came before the group, `carried`."""
        first = np.where(carried, -1, self.first(marker))
        earlier: Bools = self.place > first[self.number]
        return earlier

    def first(self, marker: Bools) -> Ints:
        """The first row of each group that has the marker; `rows` where none does."""
        found = np.full(self.count, self.rows)
        at = np.flatnonzero(marker)[::-1]
        found[self.number[at]] = at  # what is written last stays
        return found

    def last(self, marker: Bools) -> Ints:
        """The last row of each group that has the marker; -1 where none does."""
        found = np.full(self.count, -1)
        at = np.flatnonzero(marker)
        found[self.number[at]] = at
        return found

    def any(self, marker: Bools) -> Bools:
        """Whether a row of the group has the marker."""
        found = np.zeros(self.count, np.bool_)
        found[self.number[marker]] = True
        return found

    def highest(
        self, number: NDArray[np.uint32], mine: Bools, base: NDArray[np.uint32], carried: Bools
    ) -> Highest:
        """The highest sequence number so far among the rows `mine`. base: by group, any number near them, and
        itself the highest of those before the group where `carried`.
        """
        near = base[self.number]
        ahead = (number - near).view(np.int32)
        slot = np.where(mine, ahead + np.int64(_ZERO), _NOTHING)
        initial = np.where(carried, _ZERO, _NOTHING)
        slot[self.begins] = np.maximum(slot[self.begins], initial)
        slot |= self._above
        return Highest(self, base, near, initial, np.maximum.accumulate(slot))


class Highest:
    """A running maximum of sequence numbers. near: the base by row."""

    def __init__(
        self, groups: Groups, base: NDArray[np.uint32], near: NDArray[np.uint32], initial: Ints, running: Ints
    ) -> None:
        self._groups, self._base, self._near, self._running = groups, base, near, running
        self._exclusive = np.empty_like(running)
        np.bitwise_and(running[:-1], _MASK, out=self._exclusive[1:])
        self._exclusive[groups.begins] = initial

    @property
    def known(self) -> Bools:
        """By row: there was one before it."""
        known: Bools = self._exclusive != _NOTHING
        return known

    @property
    def before(self) -> NDArray[np.uint32]:
        """By row: the highest number before it; only where known."""
        return self._number(self._exclusive, self._near)

    def upto(self, rows: Ints) -> NDArray[np.uint32]:
        """The highest number up to and with these rows."""
        return self._number(self._running[rows] & _MASK, self._near[rows])

    def passing(self, group: Ints, numbers: NDArray[np.uint32]) -> Ints:
        """The first row of each of these groups by which it is higher than a number; -1: it was before."""
        ahead = (numbers - self._base[group]).view(np.int32).astype(np.int64)
        rows = np.searchsorted(self._running, group << _WIDTH | ahead + _ZERO, side="right")
        carried = self._exclusive[self._groups.begins[group]] != _NOTHING
        return np.where(carried & (ahead < 0), -1, rows)

    @property
    def at_end(self) -> tuple[Bools, NDArray[np.uint32]]:
        """By group: whether there is one, and which."""
        last = self._running[self._groups.lasts] & _MASK
        return last != _NOTHING, self._number(last, self._base)

    @staticmethod
    def _number(slot: Ints, base: NDArray[np.uint32]) -> NDArray[np.uint32]:
        return (slot - _ZERO).astype(np.uint32) + base
