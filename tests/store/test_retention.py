"""Who stays when there is not room for all."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tcptui.store.compact import compact
from tcptui.store.headers import Ints
from tcptui.store.retention import _PAIR, CONTROLS, FINISHED, FIRST, HALF_OPEN, LEAST, NOT_PLAIN, OPEN, choose
from tcptui.store.segments import ROW, SegmentStore
from tests.support.stores import File, segment

SYN, RST, ACK = 2, 4, 16


def store_of(*rows: tuple[int, int]) -> SegmentStore:
    """A store of (pair, flags), in this order."""
    store = SegmentStore(lambda offset, count: b"")
    file = File()
    for begin in range(0, len(rows), 5000):
        store.append(
            file.batch(
                [
                    segment(False, (0, 1 + pair), (1, 80), flags=flags)
                    for pair, flags in rows[begin : begin + 5000]
                ]
            )
        )
    return store


def room(store: SegmentStore, share: float) -> int:
    """A share of what the store takes but for its tables, which begin with room for a thousand pairs."""
    return int(share * (store.n * (ROW + 2) + store.pairs.n * _PAIR))


def chosen(store: SegmentStore, what: NDArray[np.uint8], room: int, of_pair: int = 0) -> tuple[Ints, Ints]:
    """The rows that stay, and the pairs that are lost; nothing can be added up in these stores."""
    kept = choose(store, what, room, np.full(store.pairs.n, of_pair))
    assert not len(kept.sums.at)
    return kept.rows, kept.lost


def of_each(store: SegmentStore, rows: Ints) -> dict[int, int]:
    pairs, counts = np.unique(store.column("flow", rows), return_counts=True)
    return dict(zip(pairs.tolist(), counts.tolist(), strict=True))


def test_of_the_finished_the_newest_stay() -> None:
    store = store_of(*((pair, ACK) for pair in range(100) for _ in range(10)))
    what = np.full(100, FINISHED, np.uint8)
    rows, lost = chosen(store, what, room(store, 1 / 2))
    pairs = of_each(store, rows)
    assert 45 <= len(pairs) <= 50 and min(pairs) == 100 - len(pairs)
    assert set(pairs.values()) == {10}
    assert lost.tolist() == []


def test_what_is_newest_is_told_by_the_last_packet() -> None:
    store = store_of((0, ACK), *((pair, ACK) for pair in range(1, 50)), (0, ACK))
    rows, _ = chosen(store, np.full(50, FINISHED, np.uint8), room(store, 1 / 10))
    assert 0 in of_each(store, rows) and 1 not in of_each(store, rows)


def test_the_unfinished_stay_before_the_finished() -> None:
    store = store_of(*((pair, ACK) for pair in range(100) for _ in range(10)))
    what = np.full(100, FINISHED, np.uint8)
    what[:20] = OPEN
    what[20:30] = HALF_OPEN
    rows, lost = chosen(store, what, room(store, 1 / 2))
    pairs = of_each(store, rows)
    assert set(range(30)) < set(pairs) and lost.tolist() == []
    assert min(set(pairs) - set(range(30))) == 100 - (len(pairs) - 30)


def test_of_a_long_unfinished_one_the_middle_goes() -> None:
    controls = {3000: SYN, 4000: RST}
    store = store_of(*((0, controls.get(n, ACK)) for n in range(10_000)), (1, ACK))
    rows, lost = chosen(store, np.array([OPEN, FINISHED], np.uint8), room(store, 1 / 2))
    assert lost.tolist() == []
    mine = rows[store.column("flow", rows) == 0]
    assert mine[:FIRST].tolist() == list(range(FIRST))
    assert {3000, 4000} < set(mine.tolist())
    newest = mine[FIRST + 2 :]
    assert newest.tolist() == list(range(10_000 - len(newest), 10_000))
    assert 3500 < len(mine) - NOT_PLAIN <= 3750 + 2 * CONTROLS and 10_000 in rows


def test_what_came_in_order_is_kept_as_its_sum() -> None:
    store = store_of(*((0, ACK | 8 * (n % 2)) for n in range(10_000)), (1, ACK))
    store.mark_plain(np.delete(np.arange(10_000), [3000, 7000]))
    kept = choose(store, np.array([OPEN, FINISHED], np.uint8), room(store, 1 / 10), np.zeros(2, np.int64))
    mine = kept.rows[store.column("flow", kept.rows) == 0]
    newest = 10_000 - (len(mine) - FIRST - 5)
    assert mine.tolist() == [*range(FIRST), 2999, 3000, 6999, 7000, newest - 1, *range(newest, 10_000)]
    assert kept.sums.at.tolist() == [2999, 6999, newest - 1]
    assert kept.sums.stands.tolist() == [3000 - FIRST, 3999, newest - 7001]
    assert kept.shorter.tolist() == [0]
    done = compact(store, kept.rows, kept.sums).store
    sums = np.flatnonzero(done.column("sum"))
    assert done.column("frame", sums).tolist() == [3000, 7000, newest]
    assert done.raw(int(sums[0])) == b""
    assert [at for at, one in enumerate(done.segments(range(done.n))) if one.is_sum] == sums.tolist()
    assert done.column("length", sums).tolist() == [0, 0, 0]
    assert done.column("wirelen", sums).tolist() == [40 * n for n in kept.sums.stands.tolist()]
    again = choose(done, np.array([OPEN, FINISHED], np.uint8), room(done, 1 / 3), np.zeros(2, np.int64))
    assert set(kept.sums.at[:2].tolist()) <= set(mine[again.rows[again.rows < len(mine)]].tolist())


def test_with_room_for_all_nothing_goes() -> None:
    store = store_of(*((n % 7, ACK) for n in range(1000)))
    for what in (FINISHED, HALF_OPEN, OPEN):
        rows, lost = chosen(store, np.full(7, what, np.uint8), room(store, 2))
        assert len(rows) == 1000 and not len(lost)


def test_nobody_keeps_more_than_a_share_of_syns() -> None:
    store = store_of(*((0, SYN) for _ in range(20_000)))
    rows, _ = chosen(store, np.array([HALF_OPEN], np.uint8), room(store, 1 / 20))
    assert len(rows) <= 2 * CONTROLS + NOT_PLAIN + 20_000 // 20


def test_too_many_unfinished_ones_go_too_the_half_open_first() -> None:
    store = store_of(*((pair, SYN) for pair in range(5000)))
    what = np.full(5000, HALF_OPEN, np.uint8)
    what[:100] = OPEN
    rows, lost = chosen(store, what, room(store, 1 / 3))
    assert set(range(100)) < set(of_each(store, rows))
    assert lost.tolist() == list(range(100, 100 + len(lost)))
    assert len(rows) + len(lost) == 5000
    assert len(lost) > 1000 and compact(store, rows).store.nbytes < room(store, 1 / 3)


def test_before_unfinished_ones_go_all_are_cut_down() -> None:
    store = store_of(*((pair, ACK) for pair in range(300) for _ in range(40)))
    store.mark_plain(np.arange(store.n))
    what = np.full(300, OPEN, np.uint8)
    rows, lost = choose(store, what, room(store, 0.6), np.zeros(300, np.int64))[:2]
    assert not len(lost)
    assert set(of_each(store, rows).values()) == {LEAST + 1}, "and the sum of what was between"
    assert len(choose(store, what, room(store, 0.2), np.zeros(300, np.int64)).lost) > 50


def test_what_others_keep_of_a_pair_counts() -> None:
    store = store_of(*((pair, ACK) for pair in range(1000)))
    what = np.full(1000, FINISHED, np.uint8)
    rows, _ = chosen(store, what, room(store, 2), 1 << 20)
    assert len(rows) == 0
    rows, _ = chosen(store, what, room(store, 1) + (100 << 20), 1 << 20)
    assert len(rows) == 100


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([SYN, RST, ACK, ACK, ACK])), max_size=400),
    st.lists(st.sampled_from([FINISHED, HALF_OPEN, OPEN]), min_size=6, max_size=6),
    st.floats(0, 2),
)
def test_a_pair_stays_whole_or_with_both_ends(
    rows: list[tuple[int, int]], what: list[int], share: float
) -> None:
    store = store_of(*rows)
    kinds = np.array(what[: store.pairs.n], np.uint8)
    kept, lost = chosen(store, kinds, room(store, share))
    assert (np.diff(kept) > 0).all()
    stayed = of_each(store, kept)
    for pair in range(store.pairs.n):
        mine = store.pairs.rows(pair)
        if pair not in stayed:
            assert (pair in lost) == (kinds[pair] != FINISHED)
        elif stayed[pair] < len(mine):
            assert kinds[pair] != FINISHED
            least = LEAST // 2
            assert {*mine[:least].tolist(), *mine[-least:].tolist()} <= set(kept.tolist())
