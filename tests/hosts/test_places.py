"""Where keys stand in a column that grows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.hosts import places
from tcptui.hosts.places import AT_ONCE, Log, Places

KEYS = st.integers(0, 3) | st.just(2**31 - 2)


@pytest.mark.parametrize("least", [0, 4096])
@given(st.lists(st.lists(KEYS, max_size=12), max_size=8))
def test_every_key_is_found_wherever_it_stands(least: int, batches: list[list[int]]) -> None:
    column: list[int] = []
    known = Places()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "LEAST", least)
        for batch in batches:
            column += batch
            known.add(np.array(batch, np.int32))
            for key in {*column, 5}:
                assert known.of(key).tolist() == [at for at, one in enumerate(column) if one == key]


def log_of(keys: Sequence[int]) -> Log:
    """A frame for each key, from 1 on, a nanosecond each."""
    log = Log()
    frames = np.arange(1, len(keys) + 1, dtype=np.uint32)
    nothing = np.zeros(len(keys), np.uint8)
    log.add(
        np.array(keys, np.int32),
        frames,
        frames.astype(np.int64),
        frames.astype(np.int32) + 100,
        nothing,
        nothing > 0,
    )
    return log


def test_a_log_tells_of_one_key_in_either_order_up_to_a_frame() -> None:
    count = 2 * AT_ONCE + 3
    log = log_of([n % 2 for n in range(2 * count)])
    odd = list(range(2, 2 * count + 1, 2))
    assert [one.frame for one in log.of(1, 2 * count)] == odd
    assert [one.frame for one in log.of(1, 2 * count, newest_first=True)] == odd[::-1]
    assert [one.frame for one in log.of(1, 7)] == [2, 4, 6]
    assert [one.frame for one in log.of(1, 7, newest_first=True)] == [6, 4, 2]
    assert [*log.of(7, 2 * count)] == []
    first = next(log.of(0, 9))
    assert first == (1, 1, 101, 0, False)
