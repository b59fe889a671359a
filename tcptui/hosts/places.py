"""Where each key stands in a column that grows, without a look at all of it and without an object a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints

LEAST, PART = 4096, 8
"""What came since the column was put in order is looked through: so many, or this part of the rest."""

AT_ONCE = 256
"""Entries of a log that are made into objects at once."""

Numbers = NDArray[np.int32]


class Places:
    """A column of keys, and where each stands."""

    def __init__(self) -> None:
        self.keys: Numbers = np.zeros(0, np.int32)
        self._order: Numbers = np.zeros(0, np.int32)  # places of the older ones by key, ascending for each
        self._ordered: Numbers = np.zeros(0, np.int32)  # their keys

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.keys.nbytes + self._order.nbytes + self._ordered.nbytes

    def add(self, keys: Numbers) -> None:
        """The column grows."""
        self.keys = np.concatenate((self.keys, keys))

    def of(self, key: int) -> Ints:
        """The places of a key, ascending."""
        begin = len(self._order)
        if len(self.keys) - begin > max(LEAST, begin // PART):
            self._order = np.argsort(self.keys, kind="stable").astype(np.int32)
            self._ordered = self.keys[self._order]
            begin = len(self._order)
        first, end = np.searchsorted(self._ordered, np.array([key, key + 1], np.int32))
        return np.concatenate((self._order[first:end], np.flatnonzero(self.keys[begin:] == key) + begin))


class Heard(NamedTuple):
    """A frame of a pair of sockets that tells something of a host. reset: it is a RST."""

    frame: int
    time_ns: int
    pair: int
    ttl: int
    reset: bool


class Log:
    """Frames in capture order, by a key."""

    def __init__(self) -> None:
        self._places = Places()
        self._frame = np.zeros(0, np.uint32)
        self._time_ns = np.zeros(0, np.int64)
        self._pair = np.zeros(0, np.int32)
        self._ttl = np.zeros(0, np.uint8)
        self._reset = np.zeros(0, np.bool_)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self._places.nbytes + sum(column.nbytes for column in self._columns)

    @property
    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        return self._frame, self._time_ns, self._pair, self._ttl, self._reset

    def add(
        self,
        keys: Numbers,
        frame: NDArray[np.uint32],
        time_ns: Ints,
        pair: Numbers,
        ttl: NDArray[np.uint8],
        reset: NDArray[np.bool_],
    ) -> None:
        """Some more frames, later than all before."""
        self._places.add(keys)
        self._frame = np.concatenate((self._frame, frame))
        self._time_ns = np.concatenate((self._time_ns, time_ns))
        self._pair = np.concatenate((self._pair, pair))
        self._ttl = np.concatenate((self._ttl, ttl))
        self._reset = np.concatenate((self._reset, reset))

    def of(self, key: int, last: int, newest_first: bool = False) -> Iterator[Heard]:
        """The frames of a key up to the frame `last`; few are made into objects if few are taken."""
        places = self._places.of(key)
        places = places[: np.searchsorted(self._frame[places], np.uint32(last), side="right")]
        for begin in range(0, len(places), AT_ONCE):
            end = len(places) - begin
            some = places[max(0, end - AT_ONCE) : end][::-1] if newest_first else places[begin:][:AT_ONCE]
            yield from map(Heard, *(column[some].tolist() for column in self._columns))
