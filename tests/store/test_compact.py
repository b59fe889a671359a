"""A compacted store holds what was chosen, all of it and nothing else, and goes on as the old one would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import Batch
from tcptui.store import segments as module
from tcptui.store.compact import Compacted, compact
from tcptui.store.segments import SegmentStore
from tests.support.icmp import unreachable
from tests.support.stores import File, segment

NAMES = ("frame", "time_ns", "sender", "seq", "ack", "flags", "window", "length", "ip_id", "ttl", "version",
         "offset", "caplen", "wirelen", "linktype", "options", "options_at")  # fmt: skip
END = st.tuples(st.integers(0, 2), st.sampled_from([0, 80, 65535]))
ONE = st.builds(
    segment,
    st.booleans(),
    END,
    END,
    seq=st.integers(0, 2**32 - 1),
    flags=st.integers(0, 511),
    options=st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
)
BATCHES = st.lists(st.lists(ONE, max_size=15), min_size=1, max_size=6)


def check(old: SegmentStore, done: Compacted) -> None:
    """Everything that a store can be asked for is the same of the rows that stayed."""
    new, rows, pairs = done.store, done.rows, done.pairs
    assert new.n == len(rows) and new.pairs.n == len(pairs)
    for name in NAMES:
        assert new.column(name).tolist() == old.column(name, rows).tolist()
    assert pairs[new.column("flow")].tolist() == old.column("flow", rows).tolist()
    assert new.segments(range(new.n)) == old.segments(rows)
    assert [new.raw(row) for row in range(new.n)] == [old.raw(int(row)) for row in rows]
    stayed = set(rows.tolist())
    for pair, before in enumerate(pairs.tolist()):
        assert done.pair_of[before] == pair
        assert new.pairs.ends(pair) == old.pairs.ends(before)
        expected = [row for row in old.pairs.rows(before).tolist() if row in stayed]
        assert rows[new.pairs.rows(pair)].tolist() == expected
        assert new.pairs.count(pair) == len(expected) == new.pairs.counts()[pair]
        assert rows[new.pairs.lasts()[pair]] == expected[-1]
        assert new.pairs.same_socket(pair) == old.pairs.same_socket(before)
    assert sorted(set(range(old.pairs.n)) - set(pairs.tolist())) == np.flatnonzero(done.pair_of < 0).tolist()


@settings(deadline=None)
@given(st.data(), BATCHES, BATCHES, st.sampled_from([2, 16]))
def test_what_stays_is_as_it_was(
    data: st.DataObject, before: list[list[bytes]], after: list[list[bytes]], bits: int
) -> None:
    file = File()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BITS", bits)
        patch.setattr(module, "_CHUNK", 1 << bits)
        store = SegmentStore(file.packet)
        for frames in before:
            store.append(file.batch(frames))
        whole = store.segments(range(store.n))
        file.kept_from = data.draw(st.sampled_from([0, *store.column("offset").tolist()]))
        begin, file.kept_from = file.kept_from, 0
        store.keep_options(begin)
        file.kept_from = begin
        store._recent = (0, memoryview(b""))
        assert store.segments(range(store.n)) == whole
        stays = data.draw(st.lists(st.booleans(), min_size=store.n, max_size=store.n))
        done = compact(store, np.flatnonzero(stays))
        check(store, done)
        assert len(done.store.pairs.touched()) == 0
        goes_on(store, done, [file.batch(frames) for frames in after])


def goes_on(old: SegmentStore, done: Compacted, batches: list[Batch]) -> None:
    """New rows find the pairs that stayed; those of others get new pairs, in which who sends now is first."""
    new, known = done.store, {int(before): pair for pair, before in enumerate(done.pairs)}
    for batch in batches:
        mine, theirs = new.append(batch), old.append(batch)
        pairs = new.column("flow", np.array(mine, np.int64)).tolist()
        befores = old.column("flow", np.array(theirs, np.int64)).tolist()
        for pair, before in zip(pairs, befores, strict=True):
            assert known.setdefault(before, pair) == pair
            assert pair >= len(done.pairs) or new.pairs.ends(pair) == old.pairs.ends(before)
            assert set(new.pairs.ends(pair)) == set(old.pairs.ends(before))
        turned = [new.pairs.ends(a) != old.pairs.ends(b) for a, b in zip(pairs, befores, strict=True)]
        assert new.segments(mine) == [
            replace(one, sender=one.sender ^ other)
            for one, other in zip(old.segments(theirs), turned, strict=True)
        ]
    rows = [row for pair in range(new.pairs.n) for row in new.pairs.rows(pair).tolist()]
    assert sorted(rows) == list(range(new.n))
    assert new.counts == old.counts


def test_icmp_errors_go_with_their_pairs() -> None:
    file = File()
    store = SegmentStore(file.packet)
    one = segment(False, (0, 40000), (1, 80), flags=2)
    two = segment(False, (0, 40001), (1, 80), flags=2)
    store.append(file.batch([one, two, unreachable(one), unreachable(two)]))
    assert store.captured(3) and store.captured(4)
    done = compact(store, np.array([1]))
    assert done.store.captured(3) is None
    assert done.store.captured(4) == store.captured(4)
    done.store.append(file.batch([unreachable(two), unreachable(one)]))
    assert [pair for pair, _ in done.store.icmp] == [0]


def test_what_goes_leaves_no_memory_behind() -> None:
    file = File()
    store = SegmentStore(file.packet)
    for n in range(20):
        frames = [segment(bool(i % 2), (0, n * 1000 + i), (1, 80), options=bytes(12)) for i in range(1000)]
        store.append(file.batch(frames))
    store.keep_options(len(file.data))
    before = store.nbytes
    done = compact(store, np.arange(19_000, 20_000))
    assert done.store.nbytes < before / 10
    empty = compact(store, np.zeros(0, np.int64)).store
    assert (empty.n, empty.pairs.n) == (0, 0)
    assert empty.nbytes < 200_000
