"""What the engine says of one is what becomes of all of its signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tcptui.regular.census import Census
from tcptui.regular.kinds import NEVER, Kinds
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.states import State
from tcptui.tcp.timers import LINUX, SECOND
from tests.regular.test_rows import rows_of
from tests.support.courses import ACK, FIN, MILLISECOND, SYN, Script, capture


def closed(pauses: int) -> Script:
    """A connection that its client closes; so many ms between its segments."""
    script = Script(b"")
    for sender, flags in ((0, SYN), (1, SYN | ACK), (0, ACK), (0, FIN | ACK), (1, FIN | ACK), (0, ACK)):
        script.send(sender, flags, after=pauses * MILLISECOND)
    return script


class Asked:
    """An engine for each pair, and how many were asked for."""

    def __init__(self, store: SegmentStore) -> None:
        self.store, self.count = store, 0

    def __call__(self, pairs: Sequence[int]) -> list[Connection]:
        self.count += len(pairs)
        return [self._fed(pair) for pair in pairs]

    def _fed(self, pair: int) -> Connection:
        engine = Connection()
        for segment in self.store.segments(self.store.pairs.rows(pair)):
            engine.feed(segment)
        return engine


def test_one_engine_tells_of_many_each_by_its_own_clock(tmp_path: Path) -> None:
    store, _ = rows_of(capture(tmp_path / "x.pcap", [closed(pause).segments for pause in (1, 5, 90)]))
    census, asked, pairs = Census(LINUX, lambda pairs: []), Asked(store), np.arange(3)
    census.take(store)
    kinds = Kinds(LINUX)
    newest = int(store.column("time_ns").max())
    found = kinds.standing(census.columns, pairs, newest, asked)
    assert asked.count == 1
    assert found.states.tolist() == [[State.TIME_WAIT, State.CLOSED]] * 3
    fins = [store.column("time_ns", store.pairs.rows(pair))[4] for pair in range(3)]
    assert found.due_ns.tolist() == [fin + 60 * SECOND for fin in fins]
    later = kinds.standing(census.columns, pairs, int(fins[1]) + 60 * SECOND, asked)
    assert later.states[:, 0].tolist() == [State.CLOSED, State.CLOSED, State.TIME_WAIT]
    assert later.due_ns.tolist() == [NEVER, NEVER, fins[2] + 60 * SECOND]
    assert asked.count == 1


def test_where_it_does_not_tell_since_when_the_engine_must_be_asked_of_each(tmp_path: Path) -> None:
    """All at one time: nobody can say by which segment TIME_WAIT counts."""
    store, _ = rows_of(capture(tmp_path / "x.pcap", [closed(0).segments]))
    census = Census(LINUX, lambda pairs: [])
    census.take(store)
    found = Kinds(LINUX).standing(census.columns, np.arange(1), 0, Asked(store))
    assert found.kind.tolist() == [-1]
    assert not census.is_regular(0)
