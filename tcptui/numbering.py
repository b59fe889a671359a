"""The numbers of flows: from 1, in order of the first packet as far as that is known, and for good."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints
from tcptui.store.rowindex import grown

_NOTED = 150
"""Bytes of an entry in a dict, about."""


class Numbering:
    """Which flow is which life of which pair.

    Most pairs have one life, and their numbers follow from how many later lives came before them. Flows that
    are forgotten leave gaps.
    """

    def __init__(self) -> None:
        self._n = 0  # the highest number
        self._count = 0  # of those that are there: so many elements of these two
        self._number = np.zeros(1024, np.int64)
        self._pair = np.zeros(1024, np.int32)
        self._first = np.zeros(1024, np.int32)  # by pair: the number of its first life
        self._generation: dict[int, int] = {}  # by number, of later lives only
        self._later: dict[int, list[int]] = {}  # by pair

    def __len__(self) -> int:
        return self._n

    def enter(self, pair: int, packets: NDArray[np.uint32], born: list[tuple[int, int]]) -> None:
        """Number new pairs, from `pair` on, by their first packets; and between them new lives of others.

        born: (first packet, pair) of each such life; of one pair in their order.
        """
        count = len(packets) + len(born)
        if not count:
            return
        pairs = np.concatenate((np.arange(pair, pair + len(packets)), [one for _, one in born]))
        begins = np.concatenate((packets, [packet for packet, _ in born]))
        order = np.argsort(begins, kind="stable")
        numbers = np.empty(count, np.int64)
        numbers[order] = np.arange(self._n + 1, self._n + count + 1)
        begin, end = self._count, self._count + count
        self._pair, self._number = grown(self._pair, end), grown(self._number, end)
        self._pair[begin:end] = pairs[order]
        self._number[begin:end] = numbers[order]
        self._n, self._count = self._n + count, end
        self._first = grown(self._first, pair + len(packets))
        self._first[pair : pair + len(packets)] = numbers[: len(packets)]
        for (_, one), number in zip(born, numbers[len(packets) :].tolist(), strict=True):
            lives = self._later.setdefault(one, [])
            lives.append(number)
            self._generation[number] = len(lives)

    def flow(self, number: int) -> tuple[int, int]:
        """Pair and generation. IndexError when there is no such number, or not any more."""
        return int(self._pair[self.place(number)]), self._generation.get(number, 0)

    def place(self, number: int) -> int:
        """Where a flow stands in `numbers`. IndexError as above."""
        at = number - 1
        if self._count < self._n:
            at = int(np.searchsorted(self._number[: self._count], number))
        if not 0 <= at < self._count or self._number[at] != number:
            raise IndexError(number)
        return at

    def of(self, pair: int) -> list[int]:
        """The numbers of a pair's lives, in their order."""
        return [int(self._first[pair]), *self._later.get(pair, ())]

    def lives(self, pair: int) -> int:
        """How many lives a pair has had, at least one."""
        return 1 + len(self._later.get(pair, ()))

    @property
    def reused(self) -> list[int]:
        """The pairs that have more than one life."""
        return list(self._later)

    def of_pairs(self, pairs: Iterable[int]) -> list[int]:
        """The numbers of all lives of these pairs, ascending."""
        return sorted(number for pair in pairs for number in self.of(pair))

    def first(self, pairs: Ints) -> list[int]:
        """The number of each pair's first life."""
        numbers: list[int] = self._first[pairs].tolist()
        return numbers

    @property
    def numbers(self) -> Ints:
        """The numbers of all flows that are there, ascending."""
        return self._number[: self._count]

    @property
    def pairs(self) -> NDArray[np.int32]:
        """The pair of each of these flows."""
        return self._pair[: self._count]

    @property
    def nbytes(self) -> int:
        """Memory that this takes, about."""
        columns = self._number.nbytes + self._pair.nbytes + self._first.nbytes
        return columns + _NOTED * (len(self._generation) + len(self._later))

    def compact(self, pairs: Ints, pair_of: NDArray[np.int32]) -> None:
        """Only these pairs, and their flows, stay. pair_of: from old pairs to new ones, -1 for what goes."""
        pair = pair_of[self.pairs]
        stays = pair >= 0
        gone = set(self.numbers[~stays].tolist()) if self._generation else set()
        self._number, self._pair = self.numbers[stays], pair[stays]
        self._count = len(self._number)
        self._first = self._first[pairs]
        self._generation = {n: at for n, at in self._generation.items() if n not in gone}
        self._later = {int(pair_of[one]): n for one, n in self._later.items() if pair_of[one] >= 0}
