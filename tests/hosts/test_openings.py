"""How handshakes went, against the same told frame by frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tcptui.hosts.openings import Openings

PAIRS = 3
NEVER = 0xFFFFFFFF


class Told(NamedTuple):
    """What is known of a pair: see Openings."""

    first: int = 0
    unasked: int = 0
    ignored: int = 0
    newest_ns: int = 0


def one_by_one(rows: list[tuple[int, bool]], spoke: list[int]) -> tuple[list[Told], list[int]]:
    """The pairs, and the frames that were a pair's first unasked one; frame n + 1 comes at n seconds."""
    told = [Told() for _ in range(PAIRS)]
    syns, answers, after = [1] * PAIRS, [0] * PAIRS, [0] * PAIRS
    first_unasked = []
    for at, (pair, answer) in enumerate(rows):
        frame = at + 1
        if not answer:
            syns[pair] += told[pair].first > 0
            continue
        answers[pair] += 1
        after[pair] += frame > spoke[pair]
        old = told[pair]
        new = old._replace(first=old.first or frame, newest_ns=at)
        if answers[pair] > syns[pair] and not old.unasked:
            new = new._replace(unasked=frame)
            first_unasked.append(frame)
        if frame > spoke[pair] and after[pair] == 2:
            new = new._replace(ignored=frame)
        told[pair] = new
    return told, first_unasked


@given(
    st.lists(st.tuples(st.integers(0, PAIRS - 1), st.booleans()), max_size=40),
    st.lists(st.integers(1, 40) | st.just(NEVER), min_size=PAIRS, max_size=PAIRS),
    st.integers(1, 40),
)
def test_batches_tell_what_frames_tell_one_by_one(
    rows: list[tuple[int, bool]], spoke: list[int], size: int
) -> None:
    openings, unasked = Openings(), []
    openings.grow(1)
    openings.grow(PAIRS - 1)
    for begin in range(0, len(rows), size):
        batch = rows[begin : begin + size]
        frames = np.arange(begin + 1, begin + 1 + len(batch), dtype=np.uint32)
        pairs = np.array([pair for pair, _ in batch], np.int32)
        answers = np.array([answer for _, answer in batch], np.bool_)
        first = openings.feed(pairs, frames, frames.astype(np.int64) - 1, answers, np.array(spoke, np.uint32))
        unasked += frames[first].tolist()
    columns = (openings.first, openings.unasked, openings.ignored, openings.newest_ns)
    told = [Told(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    assert (told, unasked) == one_by_one(rows, spoke)


def test_a_pair_takes_a_few_bytes() -> None:
    openings = Openings()
    openings.grow(1000)
    assert openings.nbytes <= 32 * 1000
