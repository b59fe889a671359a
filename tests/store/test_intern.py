"""Numbers for keys, compared with a dict."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tcptui.store.intern import Interner

KEYS = st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40), max_size=6)


def columns(keys: list[tuple[int, int]]) -> list[NDArray[np.uint64]]:
    return [np.array([key[n] for key in keys], np.uint64) for n in range(2)]


@settings(deadline=None)
@given(KEYS)
def test_numbers_as_a_dict_gives_them(batches: list[list[tuple[int, int]]]) -> None:
    interner, known = Interner(2), dict[tuple[int, int], int]()
    for keys in batches:
        first = [row for row, key in enumerate(keys) if key not in known and key not in keys[:row]]
        expected = [known.setdefault(key, len(known)) for key in keys]
        numbers, rows = interner.numbers(columns(keys))
        assert (numbers.tolist(), rows.tolist()) == (expected, first)
    assert [interner.key(n) for n in range(interner.n)] == list(known)


def test_growth_keeps_every_number() -> None:
    rng = np.random.default_rng(1)
    interner, known = Interner(2), dict[tuple[int, int], int]()
    for _ in range(20):
        key = [rng.integers(0, 200, 2000).astype(np.uint64), rng.integers(0, 200, 2000).astype(np.uint64)]
        pairs = list(zip(key[0].tolist(), key[1].tolist(), strict=True))
        expected = [known.setdefault(pair, len(known)) for pair in pairs]
        assert interner.numbers(key)[0].tolist() == expected
    assert interner.n == len(known) > 20_000


def test_all_new_and_all_the_same() -> None:
    interner = Interner(1)
    assert interner.numbers([np.arange(5000, dtype=np.uint64)])[0].tolist() == list(range(5000))
    assert interner.numbers([np.full(3, 77, np.uint64)])[0].tolist() == [77, 77, 77]
    assert interner.numbers([np.zeros(0, np.uint64)])[0].tolist() == []


def test_numbers_do_not_depend_on_the_seed() -> None:
    key = [np.random.default_rng(3).integers(0, 2**63, 500).astype(np.uint64)]
    assert Interner(1).numbers(key)[0].tolist() == Interner(1).numbers(key)[0].tolist() == list(range(500))
