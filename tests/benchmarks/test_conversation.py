"""Simulated conversations: what is said arrives, whatever is lost, and ends as it was meant."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.conversation import Exchange, Path, Record, Script, play
from benchmarks.endpoint import ACK, FIN, RST, SYN

PATH = Path(rtt=0.03, vantage=0.5, loss=0.0, rate=1e8, mss=1460, stamps=True, scaled=True)
TALK = (Exchange(0.0, 400, 0.02, 20_000), Exchange(0.5, 300, 0.2, 3_000))
ENDS = {
    "client": ("TIME_WAIT", "CLOSED"),
    "server": ("CLOSED", "TIME_WAIT"),
    "client reset": ("CLOSED", "CLOSED"),
    "server reset": ("CLOSED", "CLOSED"),
    "open": ("ESTABLISHED", "ESTABLISHED"),
    "refused": ("CLOSED", "CLOSED"),
    "unanswered": ("CLOSED", "CLOSED"),
}

paths = st.builds(
    Path,
    rtt=st.floats(0.0003, 0.4),
    vantage=st.floats(0, 1),
    loss=st.floats(0, 0.05),
    rate=st.sampled_from((2e7, 1e9)),
    mss=st.sampled_from((536, 1440, 1460)),
    stamps=st.booleans(),
    scaled=st.booleans(),
)
talks = st.lists(
    st.builds(Exchange, st.floats(0, 3), st.integers(1, 5000), st.floats(0, 1), st.integers(1, 60_000)),
    min_size=1,
    max_size=3,
).map(tuple)


def sent(records: tuple[Record, ...], from_client: bool) -> set[int]:
    """The octets of one direction that were recorded."""
    return {
        octet
        for record in records
        if record.from_client == from_client
        for octet in range(record.segment.seq, record.segment.seq + record.segment.length)
    }


def test_each_ending_ends_so() -> None:
    for ending, states in ENDS.items():
        assert play(PATH, Script(TALK, ending, 0.01), random.Random(1)).states == states, ending


def test_without_loss_each_octet_is_sent_once() -> None:
    records = play(PATH, Script(TALK, "client", 0.01), random.Random(1)).records
    for from_client, octets in ((True, 700), (False, 23_000)):
        of_side = [record.segment for record in records if record.from_client == from_client]
        assert sum(segment.length for segment in of_side) == octets
        assert sent(records, from_client) == set(range(1, octets + 1))


def test_both_fins_take_three_segments_when_there_is_no_lag() -> None:
    for lag, number in ((0.0, 3), (0.02, 4)):
        records = play(PATH, Script(TALK, "client", lag), random.Random(1)).records
        first = next(place for place, record in enumerate(records) if record.segment.flags & FIN)
        assert len(records) - first == number


def test_a_syn_is_repeated_after_doubling_times() -> None:
    records = play(PATH, Script(TALK, "unanswered", 0.0), random.Random(1)).records
    assert [round(b.time - a.time) for a, b in pairwise(records)] == [1, 2, 4, 8, 16, 32]
    assert {record.segment.flags for record in records} == {SYN}


def test_a_refusal_acknowledges_the_syn() -> None:
    _, answer = play(PATH, Script(TALK, "refused", 0.0), random.Random(1)).records
    assert (answer.segment.flags, answer.segment.seq, answer.segment.ack) == (RST | ACK, 0, 1)


def test_a_loss_behind_the_vantage_is_seen_twice() -> None:
    lossy = replace(PATH, loss=0.1, vantage=0.02)
    records = play(lossy, Script(TALK, "client", 0.01), random.Random(3)).records
    responses = [r.segment for r in records if not r.from_client and r.segment.length]
    requests = [r.segment for r in records if r.from_client and r.segment.length]
    assert len(responses) > len({segment.seq for segment in responses})
    assert any(record.segment.sack for record in records if record.from_client)
    assert requests


@settings(max_examples=60, deadline=None)
@given(paths, talks, st.sampled_from(["client", "server"]), st.sampled_from([0.0, 0.03]), st.integers())
def test_everything_arrives_whatever_is_lost(
    path: Path, talk: tuple[Exchange, ...], ending: str, lag: float, seed: int
) -> None:
    told = play(path, Script(talk, ending, lag), random.Random(seed))
    assert told.states == ENDS[ending]
    for from_client, octets in ((True, "request"), (False, "response")):
        end = 1 + sum(getattr(exchange, octets) for exchange in talk)
        assert sent(told.records, from_client) == set(range(1, end))
    for record in told.records:
        assert record.segment.length <= path.mss
        assert len(record.segment.sack) <= 3
        assert all(begin < end for begin, end in record.segment.sack)
    assert list(told.records) == sorted(told.records, key=lambda record: record.time)


@settings(max_examples=40, deadline=None)
@given(paths, st.integers())
def test_at_a_mark_nothing_is_in_flight(path: Path, seed: int) -> None:
    talk = (Exchange(2.0, 500, 0.01, 30_000),) * 4
    told = play(path, Script(talk, "client", 0.01), random.Random(seed))
    for mark in told.marks:
        before, behind = told.records[: mark.records], told.records[mark.records :]
        assert all(record.time < mark.time for record in before)
        assert all(record.time >= mark.time for record in behind)
        for record in before:
            end = record.segment.seq + record.segment.length
            assert end <= (mark.client if record.from_client else mark.server)
        fresh = [record.segment.seq for record in behind if record.segment.length and record.from_client]
        assert min(fresh, default=mark.client) == mark.client
