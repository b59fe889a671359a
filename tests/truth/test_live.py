"""The engine against the kernel, live: real sockets in namespaces, recorded and compared here and now.

All short scripts, and sets of random applications. Most of the time is waiting, so many labs run at once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.tracing import needs_tracing
from tests.truth import cuts, leave_one_out, live, recorded
from tests.truth.known import KNOWN

pytestmark = needs_tracing

SCRIPTS = [name for name, script in live.SCRIPTS.items() if not script.long]
SETS = [(kind, seed) for kind in live.CLASSES for seed in (1, 2)]
FLOOR = {"random, loss, FIFO": 88.0, "random, loss, reordering": 86.0}


class Take:
    """What was recorded in this run of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        jobs = [(name, "", 0) for name in SCRIPTS] + [("", kind, seed) for kind, seed in SETS]
        self.names = live.record(jobs, folder, at_once=16)
        self.verdicts = [one for name in self.names for one in recorded.verdicts(name, folder)]

    def truth(self, name: str) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / f"{name}.truth.json").read_text())
        return found

    def missed(self, scripted: bool) -> list[recorded.Verdict]:
        return [
            one
            for one in self.verdicts
            if not one.agrees and not one.u1 and (one.group == "scripted") is scripted
        ]


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    return Take(tmp_path_factory.mktemp("live"))


def test_the_kernel_s_word_is_complete(take: Take) -> None:
    """No event and no frame was lost, and of hardly any endpoint is the truth unsure."""
    truths = [take.truth(name) for name in take.names]
    assert len(truths) == len(SCRIPTS) + len(SETS)
    assert all(truth["lost"] == {"events": 0, "frames": 0} for truth in truths)
    unsure = [f"{truth['scenario']}: {truth['unsure_why']}" for truth in truths if truth["unsure"]]
    assert len(unsure) <= 2, unsure


def test_scripts_have_their_effect(take: Take) -> None:
    """A few, by what only they do: else the scripts would agree by doing nothing."""
    told = {name: {one["new"] for one in take.truth(name)["transitions"]} for name in SCRIPTS}  # type: ignore[attr-defined]
    assert "CLOSING" in told["simul_close"]
    assert "SYN_RCVD" in told["simul_open"]
    assert "TIME_WAIT" in told["self_connect"]
    assert "LISTEN" in told["syn_recv_expires"]
    assert told["refused"] == {"SYN_SENT", "CLOSED"}
    assert all(told.values())


def test_scripted_sequences_agree_but_those_listed(take: Take) -> None:
    wrong = {
        (one.scenario, one.endpoint.rpartition(":")[2], one.vantage, one.expected, one.found)
        for one in take.missed(scripted=True)
    }
    assert [one for one in sorted(wrong) if one[:2] not in KNOWN] == []
    assert len([one for one in take.verdicts if one.group == "scripted"]) > 500


def test_random_sequences_agree_where_nothing_is_lost(take: Take) -> None:
    wrong = [one for one in take.missed(scripted=False) if "no loss" in one.group]
    assert [(one.scenario, one.vantage, one.endpoint, one.expected, one.found) for one in wrong] == []
    assert len([one for one in take.verdicts if "no loss" in one.group]) > 300


@pytest.mark.parametrize("group", FLOOR)
def test_random_sequences_agree_with_losses(take: Take, group: str) -> None:
    right, count = recorded.tally(take.verdicts)[group]
    assert count > 150
    assert 100 * right / count >= FLOOR[group], f"{right} of {count}"


def test_what_is_missed_with_losses_no_packet_tells(take: Take) -> None:
    wrong = [one for one in take.missed(scripted=False) if recorded.explain(one) == "engine"]
    assert [(one.scenario, one.vantage, one.endpoint, one.expected, one.found) for one in wrong] == []


def test_a_capture_with_a_hole(take: Take) -> None:
    figures = leave_one_out.tally(
        hole
        for name in ("close_client", "half_close", "simul_open", "noloss-1")
        for hole in leave_one_out.holes(name, ("A", "MA"), folder=take.folder)
    )
    assert all(100 * right / count >= 85 for right, count in figures.values()), figures


def test_a_capture_that_begins_late(take: Take) -> None:
    figures = cuts.tally(
        cut
        for name in ("close_client", "half_close", "bulk", "noloss-1")
        for cut in cuts.cuts(name, take.folder)
    )
    assert sum(count for _, count in figures.values()) > 100
    assert all(100 * right / count >= 80 for right, count in figures.values()), figures
