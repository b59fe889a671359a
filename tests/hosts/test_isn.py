"""Sequence numbers that can be guessed, and those that only look so."""

from __future__ import annotations

import random
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.hosts.attempts import Attempts, floods
from tcptui.hosts.isn import NARROW, Isns, _unwrapped, blind_spoofing, predictable, rule_of
from tcptui.tcp.diagnosis import Severity
from tcptui.tcp.timers import SECOND
from tests.support.hosts import FULL, HALF_OPEN, TAKEN_BACK, attempt, away, store_of
from tests.support.recorded import SHARED, connections

TIMES = [SECOND * i + (i * 7919 % 1000) * 1_000_000 for i in range(10)]


@pytest.mark.parametrize("step", [64_000, 128_000, 1])
def test_a_constant_step_is_a_rule(step: int) -> None:
    numbers = [(2**32 - 100_000 + step * i) % 2**32 for i in range(8)]
    rule = rule_of(TIMES[:8], numbers)
    assert rule is not None
    assert rule.next_isn == (numbers[-1] + step) % 2**32
    assert ("4.2BSD" in rule.words) is (step > 1)


@pytest.mark.parametrize("slope", [250_000, 15_625_000, 5_000_000_000])
def test_a_clock_is_a_rule_also_when_it_wraps(slope: int) -> None:
    noise = random.Random(slope)
    numbers = [(4_000_000_000 + slope * t // SECOND + noise.randrange(100_000)) % 2**32 for t in TIMES]
    rule = rule_of(TIMES, numbers)
    assert rule is not None
    assert abs((rule.next_isn - numbers[-1] + 2**31) % 2**32 - 2**31) < 1 << 20


def test_random_numbers_and_few_of_them_have_none() -> None:
    for seed in range(300):
        noise = random.Random(seed)
        assert rule_of(TIMES, [noise.randrange(2**32) for _ in TIMES]) is None
    assert rule_of(TIMES[:5], [64_000 * i for i in range(5)]) is None


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(1, 5000), min_size=9, max_size=9),
    st.lists(st.integers(-(2**20), 2**20) | st.integers(0, 2**32), min_size=10, max_size=10),
    st.integers(0, 10**8),
    st.sampled_from([1, 10, 1000]),
)
def test_what_is_given_up_early_is_on_no_line(
    steps: list[int], noise: list[int], slope: int, calm: int
) -> None:
    times = [1_000_000 * at for at in accumulate(steps, initial=0)]
    numbers = [(slope * t // SECOND + off // calm) % 2**32 for t, off in zip(times, noise, strict=True)]
    t = [time / SECOND for time in times]
    for turns in range(4):
        if _unwrapped(t, numbers, turns) is None:
            slope_, base, line = _to_the_end(t, numbers, turns)
            rest = [value - base - slope_ * when for when, value in zip(t, line, strict=True)]
            assert max(rest) - min(rest) >= NARROW


def _to_the_end(t: list[float], numbers: list[int], turns: int) -> tuple[float, float, list[float]]:
    """The same, by NumPy, and never given up."""
    line = [0.0, float((numbers[1] - numbers[0]) % 2**32 + turns * 2**32)]
    for at in range(2, len(t)):
        slope, base = np.polyfit(t[:at], line, 1)
        actual = (numbers[at] - numbers[0]) % 2**32
        line.append(actual + round((base + slope * t[at] - actual) / 2**32) * 2**32)
    slope, base = np.polyfit(t, line, 1)
    return float(slope), float(base), line


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings are not beside the project")
def test_linux_is_not_taken_for_predictable() -> None:
    for path in sorted((SHARED / "kernel").glob("s1*.A.pcap.gz")):
        by_server: dict[str, list[tuple[int, int]]] = {}
        for ends, segments in connections(path).items():
            answer = next((one for one in segments if one.flags & 0x12 == 0x12), None)
            if answer is not None:
                host = ends[answer.sender].rpartition(":")[0]
                by_server.setdefault(host, []).append((answer.time_ns, answer.seq))
        for samples in by_server.values():
            times, numbers = zip(*sorted(samples), strict=True)
            assert rule_of(list(times), list(numbers)) is None


def test_the_whole_attack_is_told_and_its_beginning_is_a_warning() -> None:
    probes = [
        one for i in range(8) for one in attempt(i, "10.9.9.9", i, "10.0.0.2", 514, TAKEN_BACK, 128_000 * i)
    ]
    flood = [one for i in range(60) for one in attempt(10 + i / 99, away(i), 1, "10.0.0.1", 513, HALF_OPEN)]
    forged = attempt(12, "10.0.0.1", 1023, "10.0.0.2", 514, ("S", "A", "PA"), 128_000 * 8, ttl=52)
    for packets, severity in ((probes + flood + forged, Severity.ERROR), (probes + flood, Severity.WARNING)):
        store = store_of(packets)
        attempts, isns = Attempts(store), Isns(store)
        attempts.feed()
        isns.feed()
        found = [*floods(attempts), *predictable(isns)]
        assert {one.diagnosis.id for one in found} == {"syn-flood", "isn-predictable"}
        (attack,) = blind_spoofing(attempts, isns, found)
        assert (attack.host, attack.diagnosis.severity) == ("10.0.0.2", severity)
    ordinary = store_of(
        [one for i in range(8) for one in attempt(i, "10.9.9.9", 1000 + i, "10.0.0.2", 80, FULL, 64_000 * i)]
    )
    attempts, isns = Attempts(ordinary), Isns(ordinary)
    attempts.feed()
    isns.feed()
    weak = list(predictable(isns))
    assert len(weak) == 1
    assert list(blind_spoofing(attempts, isns, weak)) == []
