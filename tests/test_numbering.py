"""Numbers of flows."""

from __future__ import annotations

import numpy as np
import pytest

from tcptui.numbering import Numbering


def entered() -> Numbering:
    """Pairs 0 to 2 begin with frames 1, 2 and 5; pair 0 begins again with 4, and, seen later, with 7."""
    numbers = Numbering()
    numbers.enter(0, np.array([1, 2], np.uint32), [])
    numbers.enter(2, np.array([5], np.uint32), [(4, 0)])
    numbers.enter(3, np.zeros(0, np.uint32), [(7, 0)])
    return numbers


def test_they_follow_the_first_packets() -> None:
    numbers = entered()
    assert len(numbers) == 5
    assert [numbers.flow(number) for number in range(1, 6)] == [(0, 0), (1, 0), (0, 1), (2, 0), (0, 2)]
    assert (numbers.of(0), numbers.of(2)) == ([1, 3, 5], [4])
    assert [numbers.lives(pair) for pair in (0, 1, 2)] == [3, 1, 1]
    assert numbers.of_pairs([2, 0]) == [1, 3, 4, 5]
    assert numbers.first(np.array([2, 0])) == [4, 1]
    assert numbers.pairs.tolist() == [0, 1, 0, 2, 0]


@pytest.mark.parametrize("number", [0, 6, -1])
def test_there_are_no_others(number: int) -> None:
    with pytest.raises(IndexError):
        entered().flow(number)
