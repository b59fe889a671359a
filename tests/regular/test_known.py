"""What is known before each row, compared with a plain loop over the rows of each pair."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tcptui.regular.columns import PairColumns
from tcptui.regular.known import ACK, FIN, RST, SYN, Known
from tcptui.regular.rows import Rows
from tcptui.regular.sweep import sweep

PAIRS = 3


class Row(NamedTuple):
    """seq, ack: from some number that may be anywhere."""

    pair: int
    sender: int
    flags: int
    seq: int
    ack: int
    length: int

    @property
    def end(self) -> int:
        return self.seq + self.length + bool(self.flags & SYN) + bool(self.flags & FIN)


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, PAIRS - 1),
        st.integers(0, 1),
        st.sampled_from([SYN, SYN | ACK, ACK, ACK, ACK, FIN | ACK, RST, RST | ACK]),
        *[st.integers(0, 50)] * 3,
    ),
    max_size=20,
)


def rows_of(some: list[Row], base: int, first: int) -> Rows:
    """As a batch of which the first row is frame `first`."""
    pairs = sorted({row.pair for row in some})
    order = [at for pair in pairs for at, row in enumerate(some) if row.pair == pair]
    column = {name: np.array([getattr(some[at], name) for at in order], np.int64) for name in Row._fields}
    none = np.zeros(len(order), np.bool_)
    return Rows(
        pairs=np.array(pairs, np.int64),
        starts=np.cumsum([0, *(sum(row.pair == pair for row in some) for pair in pairs)]),
        sender=column["sender"].astype(np.uint8),
        flags=column["flags"].astype(np.uint16),
        seq=(column["seq"] + base).astype(np.uint32),
        ack=(column["ack"] + base).astype(np.uint32),
        length=column["length"].astype(np.uint32),
        time_ns=np.array(order, np.int64) + first,
        frame=np.array(order, np.uint32) + np.uint32(first),
        window=np.full(len(order), 100, np.uint16),
        ip_id=none.astype(np.uint16),
        version=np.full(len(order), 4, np.uint8),
        bsd=none,
        sack=none,
        own=none,
    )


@dataclass
class Loop:
    """One pair, row by row."""

    next: list[int | None] = field(default_factory=lambda: [None, None])
    acked: list[int | None] = field(default_factory=lambda: [None, None])
    fins: list[bool] = field(default_factory=lambda: [False, False])
    opened: bool = False
    reset: bool = False
    count: int = 0

    def check(self, known: Known, at: int, row: Row, base: int) -> None:
        me, peer = row.sender, 1 - row.sender
        told = (known.has_sent[at], known.peer_sent[at], known.has_acked[at], known.was_heard[at])
        ours = (self.next[me], self.next[peer], self.acked[me], self.acked[peer])
        assert told == tuple(one is not None for one in ours)
        if ours[0] is not None:
            assert int(known.next[at]) == (ours[0] + base) % 2**32
            assert known.ahead[at] == row.seq - ours[0]
        if ours[1] is not None:
            assert known.unacked[at] == ours[1] - row.ack
        if ours[2] is not None:
            assert known.news[at] == row.ack - ours[2]
        if ours[3] is not None:
            assert int(known.heard[at]) == (ours[3] + base) % 2**32
        phases = (known.opened[at], known.fins[0][at], known.fins[1][at], known.reset[at], known.place[at])
        assert phases == (self.opened, *self.fins, self.reset, self.count)
        assert known.unseen[at] == (self.count == 0 and row.flags != SYN)

    def take(self, row: Row) -> None:
        me = row.sender
        answers = me == 0 and row.flags & (SYN | RST | ACK) == ACK and self.next[1] is not None
        self.opened |= answers or (self.count == 0 and row.flags != SYN)
        if not row.flags & RST:
            self.next[me] = row.end if self.next[me] is None else max(self.next[me], row.end)  # type: ignore[type-var]
            if row.flags & ACK:
                self.acked[me] = row.ack if self.acked[me] is None else max(self.acked[me], row.ack)  # type: ignore[type-var]
        self.fins[me] |= bool(row.flags & FIN)
        self.reset |= bool(row.flags & RST)
        self.count += 1


@given(st.lists(ROWS.filter(bool), min_size=1, max_size=3), st.sampled_from([0, 1 << 31, 2**32 - 60]))
def test_every_row_sees_what_came_before_it_in_this_batch_and_earlier_ones(
    batches: list[list[Row]], base: int
) -> None:
    columns, loops, first = PairColumns(), [Loop() for _ in range(PAIRS)], 1
    columns.grow(PAIRS)
    for some in batches:
        rows = rows_of(some, base, first)
        known = Known(columns, rows)
        grouped = [row for pair in rows.pairs.tolist() for row in some if row.pair == pair]
        for at, row in enumerate(grouped):
            loops[row.pair].check(known, at, row, base)
            loops[row.pair].take(row)
        sweep(columns, rows)
        first += len(some)
