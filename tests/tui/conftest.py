"""A connection that is long, and parts of it so small that a walk crosses many of their ends."""

from __future__ import annotations

import pytest

from tcptui.session import Session
from tcptui.tui import excerpt, loaded
from tests.support.longflow import long_flow
from tests.support.sessions import read


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """2,500 packets and a few more in one flow, some of them lost."""
    path = tmp_path_factory.mktemp("long") / "long.pcap"
    long_flow(path, 2500, loss=0.02, seed=1)
    return read(file=str(path))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows of more than 500 packets are held in parts."""
    monkeypatch.setattr(loaded, "WHOLE", 500)
    monkeypatch.setattr(loaded, "SHOWN", 200)
    monkeypatch.setattr(loaded, "OVERLAP", 20)
    monkeypatch.setattr(excerpt, "WARM", 100)
    monkeypatch.setattr(excerpt, "AHEAD", 100)
