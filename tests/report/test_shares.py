"""Lines that several processes make."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.generate import Spec, make
from tcptui.model.times import TimeFormat
from tcptui.report import flows, jsonlines, shares, transitions
from tcptui.session import FlowInfo, Session
from tests.support.sessions import read


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mixed capture, some of whose sockets are used again."""
    path = tmp_path_factory.mktemp("mixed") / "web.pcap"
    make(Spec("web", 8000, seed=3, reuse=0.2), path)
    return path


@pytest.fixture
def _three_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcptui.processes.cores", lambda: 3)
    monkeypatch.setattr(shares, "AT_ONCE", 10)


@pytest.mark.usefixtures("_three_cores")
def test_all_processes_tell_something_and_the_flows_keep_their_order(path: Path) -> None:
    def tell(some: list[FlowInfo]) -> Iterator[tuple[int, int]]:
        return ((os.getpid(), flow.number) for flow in some)

    session = read(file=str(path))
    told = list(shares.of_flows(session, tell))
    assert [number for _, number in told] == session.numbers().tolist()
    assert len({pid for pid, _ in told}) == 3


def formats(session: Session) -> Iterator[list[str]]:
    """What is printed of all flows."""
    yield list(flows.lines(session, zeek=True))
    yield list(jsonlines.lines(session))
    yield list(transitions.lines(session, TimeFormat.RELATIVE))


def test_it_does_not_matter_who_makes_the_lines(path: Path, request: pytest.FixtureRequest) -> None:
    alone = list(formats(read(file=str(path))))
    request.getfixturevalue("_three_cores")
    assert list(formats(read(file=str(path)))) == alone
    assert all(len(lines) > 100 for lines in alone)
