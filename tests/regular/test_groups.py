"""What came before each row in its group, compared with plain loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tcptui.regular.groups import Groups

SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=8)


def groups_of(sizes: list[int]) -> Groups:
    return Groups(np.concatenate(([0], np.cumsum(sizes))))


@given(st.data(), SIZES)
def test_markers(data: st.DataObject, sizes: list[int]) -> None:
    groups = groups_of(sizes)
    marker = np.array(data.draw(st.lists(st.booleans(), min_size=sum(sizes), max_size=sum(sizes))))
    carried = np.array(data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes))))
    before, first, some = groups.before(marker, carried), groups.first(marker), groups.any(marker)
    last = groups.last(marker)
    row = 0
    for number, size in enumerate(sizes):
        seen = bool(carried[number])
        mine = marker[row : row + size].tolist()
        assert bool(some[number]) == any(mine)
        assert first[number] == (row + mine.index(True) if any(mine) else groups.rows)
        assert last[number] == (row + size - 1 - mine[::-1].index(True) if any(mine) else -1)
        for at in range(row, row + size):
            assert bool(before[at]) == seen
            seen = seen or bool(marker[at])
        row += size


@given(st.data(), SIZES, st.integers(0, 2**32 - 1))
def test_the_highest_number_so_far(data: st.DataObject, sizes: list[int], base: int) -> None:
    """Of numbers modulo 2**32, wherever they wrap."""
    groups, rows = groups_of(sizes), sum(sizes)
    ahead = data.draw(st.lists(st.integers(-1000, 1 << 30), min_size=rows, max_size=rows))
    mine = data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    known = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    number = np.array([(base + one) % 2**32 for one in ahead], np.uint32)
    bases = np.full(len(sizes), base, np.uint32)
    found = groups.highest(number, np.array(mine), bases, np.array(known))
    has, at_end = found.at_end
    row = 0
    for group, size in enumerate(sizes):
        highest = 0 if known[group] else None
        for at in range(row, row + size):
            assert bool(found.known[at]) == (highest is not None)
            assert highest is None or found.before[at] == (base + highest) % 2**32
            if mine[at]:
                highest = ahead[at] if highest is None else max(highest, ahead[at])
        assert bool(has[group]) == (highest is not None)
        assert highest is None or at_end[group] == (base + highest) % 2**32
        row += size
