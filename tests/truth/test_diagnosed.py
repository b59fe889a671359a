"""The diagnoses of the recordings: those of the scripts as they are listed, those of the random ones by the
kernel's own records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.session import FlowInfo, Session
from tcptui.tcp.diagnosis import Diagnosis, Severity
from tests.support.recorded import SHARED
from tests.truth.diagnosed import EXPECTED

KERNEL = SHARED / "kernel"
MS = 1_000_000
LATE = 300 * MS
"""How long after the kernel's record its segment may pass a vantage: the link's delay and jitter."""

SAMPLED = 20 * MS
"""How late a record may be that comes from looking at the sockets now and then."""

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the recordings are not there")


@dataclass(frozen=True)
class Said:
    """A diagnosis and the flow that it is about. time_ns: of its last frame."""

    flow: FlowInfo
    diagnosis: Diagnosis
    sender: int
    time_ns: int


def said(name: str, vantage: str) -> tuple[list[Said], list[str]]:
    """All diagnoses of a recording, and the ids of what is said of hosts."""
    reader = CaptureReader(KERNEL / f"{name}.{vantage}.pcap.gz")
    session = Session(reader)
    session.start()
    while session.wait(5).running:
        pass
    found = []
    for flow in session.flows():
        frames = {one.packet: one for one in session.segments(flow.number)}
        for one in session.diagnoses(flow.number):
            last = frames.get(one.packets[-1])
            found.append(Said(flow, one, last.sender if last else 0, last.time_ns if last else 0))
    hosts = [one.diagnosis.id for one in session.snapshot().findings]
    session.stop()
    reader.close()
    return found, hosts


@pytest.mark.parametrize("name", EXPECTED)
def test_scripts(name: str) -> None:
    for vantages, ids in EXPECTED[name].items():
        for vantage in vantages.split():
            found, hosts = said(name, vantage)
            assert " ".join(sorted({one.diagnosis.id for one in found} | set(hosts))) == ids, vantage


def lossless() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The random recordings in which nothing is lost, and the kernels' transitions in them."""
    for path in sorted(KERNEL.glob("s1??.truth.json")):
        truth = json.loads(path.read_text())
        if truth["network"]["loss"] == 0:
            yield path.name.partition(".")[0], truth["transitions"]


def test_all_that_is_serious_without_loss_is_true() -> None:
    """Nothing else than aborts and what follows from them, and those are in the kernels' own records."""
    seen: dict[str, int] = {}
    for name, transitions in lossless():
        for vantage in ("A", "B", "MA"):
            found, hosts = said(name, vantage)
            assert hosts == []
            for one in found:
                if one.diagnosis.severity is not Severity.NOTE:
                    seen[one.diagnosis.id] = seen.get(one.diagnosis.id, 0) + 1
                    assert holds(one, transitions), (name, vantage, one.diagnosis)
    assert set(seen) == {"abort", "dead-socket", "time-wait-assassination"}
    assert seen["abort"] > 100 and seen["dead-socket"] > 100


def holds(one: Said, transitions: list[dict[str, Any]]) -> bool:
    """Whether the kernel closed the socket that an abort, a dead socket or an assassination is about."""
    killed = one.diagnosis.id == "time-wait-assassination"
    end = 1 - one.sender if killed else one.sender
    names = str(one.flow.ends[end]), str(one.flow.ends[1 - end])
    ended = [
        step["t_ns"]
        for step in transitions
        if (step["endpoint"], step["peer"]) == names
        and step["new"] == "CLOSED"
        and (step["old"] == "TIME_WAIT") == killed
    ]
    if one.diagnosis.id == "dead-socket":
        return any(when <= one.time_ns + SAMPLED for when in ended)
    early = LATE if killed else SAMPLED  # the RST that kills TIME_WAIT has passed before the kernel has it
    return any(-early <= one.time_ns - when <= LATE for when in ended)
