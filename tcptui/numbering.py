"""The numbers of flows: from 1, in order of the first packet as far as that is known, and for good."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Ints
from tcptui.store.rowindex import grown


class Numbering:
    """Which flow is which life of which pair.

    Most pairs have one life, and their numbers follow from how many later lives came before them.
    """

    def __init__(self) -> None:
        self._n = 0
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
        self._pair = grown(self._pair, self._n + count)
        self._pair[numbers - 1] = pairs
        self._n += count
        self._first = grown(self._first, pair + len(packets))
        self._first[pair : pair + len(packets)] = numbers[: len(packets)]
        for (_, one), number in zip(born, numbers[len(packets) :].tolist(), strict=True):
            lives = self._later.setdefault(one, [])
            lives.append(number)
            self._generation[number] = len(lives)

    def flow(self, number: int) -> tuple[int, int]:
        """Pair and generation. IndexError when there is no such number."""
        if not 1 <= number <= self._n:
            raise IndexError(number)
        return int(self._pair[number - 1]), self._generation.get(number, 0)

    def of(self, pair: int) -> list[int]:
        """The numbers of a pair's lives, in their order."""
        return [int(self._first[pair]), *self._later.get(pair, ())]

    def of_pairs(self, pairs: Iterable[int]) -> list[int]:
        """The numbers of all lives of these pairs, ascending."""
        return sorted(number for pair in pairs for number in self.of(pair))

    def first(self, pairs: Ints) -> list[int]:
        """The number of each pair's first life."""
        numbers: list[int] = self._first[pairs].tolist()
        return numbers

    @property
    def pairs(self) -> NDArray[np.int32]:
        """The pair of each flow, by number from 1."""
        return self._pair[: self._n]
