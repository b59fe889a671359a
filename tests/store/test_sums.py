"""Sums: a transfer without its middle is the same transfer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tcptui.store.sums import Sums, sum_up
from tcptui.tcp.connection import Connection
from tcptui.tcp.segment import Flags, Segment

FULL = 1 << 32


def summed(rows: list[tuple[int, int, int, int, int, int]]) -> Sums:
    """rows: (pair, place, sender, seq, ack, length)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    kinds = (np.int32, np.int64, np.uint8, np.uint32, np.uint32, np.uint32)
    arrays = [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return sum_up(*arrays, wirelen=arrays[5] + np.uint32(54))  # type: ignore[arg-type]


def told(sums: Sums) -> list[tuple[int, int, int, int, int]]:
    columns = (sums.at, sums.seq, sums.ack, sums.length, sums.stands)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_transfer_and_its_acks_become_two_segments() -> None:
    rows = [(0, 4, 0, 100, 7, 10), (0, 5, 0, 110, 7, 10), (0, 6, 1, 7, 120, 0), (0, 7, 0, 120, 7, 5)]
    assert told(summed(rows)) == [(2, 7, 100, 0, 1), (3, 100, 7, 25, 3)]


def test_an_ack_does_not_come_before_what_it_acknowledges() -> None:
    rows = [(0, 0, 0, 100, 50, 10), (0, 1, 1, 50, 110, 20), (0, 2, 0, 110, 70, 10), (0, 3, 1, 70, 120, 20)]
    assert told(summed(rows)) == [(2, 100, 50, 20, 2), (3, 50, 120, 40, 2)]


def test_sums_are_added_up_again() -> None:
    rows = [(0, 0, 0, 100, 50, 1000), (0, 1, 1, 50, 1100, 0), (0, 2, 0, 1100, 50, 10)]
    assert told(summed(rows)) == [(1, 50, 100, 0, 1), (2, 100, 50, 1010, 2)]


def test_pairs_are_told_apart_and_gaps_end_a_sum() -> None:
    rows = [
        (0, 0, 0, 1, 0, 1),
        (1, 0, 0, 5, 0, 1),
        (0, 1, 0, 2, 0, 1),
        (1, 2, 0, 9, 0, 1),
        (1, 3, 0, 10, 0, 1),
    ]
    assert told(summed(rows)) == [(1, 5, 0, 1, 1), (2, 1, 0, 2, 2), (4, 9, 0, 2, 2)]


def test_a_sum_is_never_too_large() -> None:
    rows = [(0, n, 0, (n << 20) % FULL, 0, 1 << 20) for n in range(3000)]
    sums = summed(rows)
    assert sums.length.max() <= (1 << 28) + (1 << 20)
    assert int(sums.length.astype(np.int64).sum()) == 3000 << 20
    assert len(sums.at) == 12
    again = summed(
        [(0, n, 0, int(a), 0, int(b)) for n, (a, b) in enumerate(zip(sums.seq, sums.length, strict=True))]
    )
    assert again.length.max() < 1 << 30


def test_nothing_has_no_sum() -> None:
    assert told(summed([])) == []


def shortened(segments: list[Segment]) -> list[Segment]:
    sums = summed([(0, n, one.sender, one.seq, one.ack, one.length) for n, one in enumerate(segments)])
    return [replace(segments[at], seq=seq, ack=ack, length=length) for at, seq, ack, length, _ in told(sums)]


TURNS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.booleans()), min_size=1, max_size=60)


@given(TURNS, st.integers(0, FULL - 1), st.integers(0, FULL - 1), st.data())
def test_the_engine_sees_the_same_connection(
    turns: list[tuple[int, int, bool]], client: int, server: int, data: st.DataObject
) -> None:
    opening = [
        Segment(1, 1, 0, client, 0, Flags.SYN),
        Segment(2, 2, 1, server, (client + 1) % FULL, Flags.SYN | Flags.ACK),
        Segment(3, 3, 0, (client + 1) % FULL, (server + 1) % FULL, Flags.ACK),
    ]
    next_ = [(client + 1) % FULL, (server + 1) % FULL]
    middle = []
    for place, (sender, length, acks) in enumerate(turns):
        seen = next_[1 - sender] if acks else None
        before = [one.ack for one in middle if one.sender == sender] or [opening[2 - sender].ack]
        ack = before[-1] if seen is None else seen
        middle.append(Segment(4 + place, 4 + place, sender, next_[sender], ack, Flags.ACK, 9000, length))
        next_[sender] = (next_[sender] + length) % FULL
    fewer = middle
    for _ in range(data.draw(st.integers(1, 3))):  # sums are added up again, with what came after them
        begin = data.draw(st.integers(0, len(fewer)))
        end = data.draw(st.integers(begin, len(fewer)))
        fewer = [*fewer[:begin], *shortened(fewer[begin:end]), *fewer[end:]]
    last = 4 + len(turns)
    closing = [
        Segment(last, last, 0, next_[0], next_[1], Flags.FIN | Flags.ACK),
        Segment(last + 1, last + 1, 1, next_[1], (next_[0] + 1) % FULL, Flags.FIN | Flags.ACK),
        Segment(last + 2, last + 2, 0, (next_[0] + 1) % FULL, (next_[1] + 1) % FULL, Flags.ACK),
    ]
    whole, short = Connection(), Connection()
    for one in [*opening, *middle, *closing]:
        whole.feed(one)
    for one in [*opening, *fewer, *closing]:
        short.feed(one)
    steps = [
        [
            (t.packet, t.time_ns, t.endpoint, t.old, t.new, t.event, t.evidence)
            for t in one.history().standing()
        ]
        for one in (whole, short)
    ]
    assert steps[0] == steps[1]
    assert whole.states == short.states
    assert sum(one.length for one in fewer) == sum(one.length for one in middle)
