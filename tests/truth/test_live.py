"""The engine against the kernel, live: real sockets in namespaces, recorded and compared here and now.

All short scripts, and random applications of fixed seeds. Most of the time is waiting: many labs run at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.tracing import needs_tracing
from tests.truth import cuts, leave_one_out, live, recorded
from tests.truth.known import KNOWN

pytestmark = needs_tracing

SCRIPTS = [name for name, script in live.SCRIPTS.items() if not script.long]
SEEDS = {"noloss": (3, 6, 11), "noloss-reorder": (1, 2, 3), "loss": (1, 2, 3), "loss-reorder": (1, 2, 3)}
FLOOR = {
    "random, no loss, reordering": 96.0,
    "random, loss, FIFO": 84.0,
    "random, loss, reordering": 84.0,
}
Miss = tuple[str, str, str, str]


class Take:
    """What was recorded in this run of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        sets = [("", kind, seed) for kind, seeds in SEEDS.items() for seed in seeds]
        self.names = live.record([*((name, "", 0) for name in SCRIPTS), *sets], folder, at_once=16)
        self.verdicts = [one for name in self.names for one in recorded.verdicts(name, folder)]

    def truth(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"{name}.truth.json").read_text())
        return found

    def of(self, group: str) -> list[recorded.Verdict]:
        return [one for one in self.verdicts if one.group == group and not one.u1]


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    return Take(tmp_path_factory.mktemp("live"))


def missed(verdicts: Iterable[recorded.Verdict]) -> dict[Miss, recorded.Verdict]:
    """Those that do not agree, and are not listed: by recording, place and ports."""
    found = {}
    for one in verdicts:
        own, peer = (end.rpartition(":")[2] for end in (one.endpoint, one.peer))
        if not one.agrees and not one.u1 and (one.scenario, own) not in KNOWN:
            found[one.scenario, one.vantage, own, peer] = one
    return found


def missed_again(first: dict[Miss, recorded.Verdict], folder: Path) -> list[tuple[Miss, str, str]]:
    """Record what was missed once more; what is missed in both takes.

    The seeds are fixed, the kernels' timing is not: a segment under way at the wrong moment hides
    what no rule can find (U3, U4), and that does not come twice. A fault does.
    """
    jobs = []
    for name in sorted({miss[0] for miss in first}):
        kind, _, seed = name.rpartition("-")
        jobs.append((name, "", 0) if name in live.SCRIPTS else ("", kind, int(seed)))
    folder.mkdir(exist_ok=True)
    names = live.record(jobs, folder, at_once=8) if jobs else []
    second = missed(one for name in names for one in recorded.verdicts(name, folder))
    return [
        (miss, " ".join(one.expected), " ".join(one.found)) for miss, one in second.items() if miss in first
    ]


def test_the_kernel_s_word_is_complete(take: Take) -> None:
    """No event and no frame was lost, and of hardly any endpoint is the truth unsure."""
    truths = [take.truth(name) for name in take.names]
    assert len(truths) == len(SCRIPTS) + sum(map(len, SEEDS.values()))
    assert all(truth["lost"] == {"events": 0, "frames": 0} for truth in truths)
    unsure = [f"{truth['scenario']}: {truth['unsure_why']}" for truth in truths if truth["unsure"]]
    assert len(unsure) <= 2, unsure


def test_scripts_have_their_effect(take: Take) -> None:
    """Some, by what they do and others do not: else they would agree by doing nothing."""
    told = {name: {one["new"] for one in take.truth(name)["transitions"]} for name in SCRIPTS}
    assert "CLOSING" in told["simul_close"]
    assert "SYN_RCVD" in told["simul_open"]
    assert "TIME_WAIT" in told["self_connect"]
    assert "LISTEN" in told["syn_recv_expires"]
    assert told["refused"] == {"SYN_SENT", "CLOSED"}
    assert all(told.values())


def test_scripted_sequences_agree_but_those_listed(take: Take, tmp_path: Path) -> None:
    assert len(take.of("scripted")) > 500
    assert missed_again(missed(take.of("scripted")), tmp_path) == []


def test_random_sequences_agree_where_nothing_is_lost(take: Take, tmp_path: Path) -> None:
    assert len(take.of("random, no loss, FIFO")) > 200
    assert missed_again(missed(take.of("random, no loss, FIFO")), tmp_path) == []


@pytest.mark.parametrize("group", FLOOR)
def test_random_sequences_agree_elsewhere(take: Take, group: str) -> None:
    right, count = recorded.tally(take.of(group))[group]
    assert count > 200
    assert 100 * right / count >= FLOOR[group], f"{right} of {count}"


def test_what_is_missed_with_losses_no_packet_tells(take: Take) -> None:
    """But for one in a hundred at most: segments that cross just when both ends change."""
    verdicts = take.of("random, loss, FIFO")
    unexplained = [one for one in missed(verdicts).values() if recorded.explain(one) == "engine"]
    assert len(unexplained) <= len(verdicts) / 100, unexplained


def test_a_capture_with_a_hole(take: Take) -> None:
    figures = leave_one_out.tally(
        hole
        for name in ("close_client", "half_close", "simul_open", "noloss-3")
        for hole in leave_one_out.holes(name, ("A", "MA"), folder=take.folder)
    )
    right, count = (sum(figure) for figure in zip(*figures.values(), strict=True))
    assert count > 500
    assert right / count > 0.85, figures


def test_a_capture_that_begins_late(take: Take) -> None:
    figures = cuts.tally(
        cut
        for name in ("close_client", "half_close", "bulk", "noloss-3")
        for cut in cuts.cuts(name, take.folder)
    )
    right, count = (sum(figure) for figure in zip(*figures.values(), strict=True))
    assert count > 200
    assert right / count > 0.85, figures
