from __future__ import annotations

from pathlib import Path

import pytest

from lab import demos
from tcptui.demos import catalog
from tests.support.needs import needs_netns


def test_there_is_a_scenario_for_each_demo_of_the_catalog() -> None:
    assert (*demos.SCENARIOS, *demos.MADE_UP) == catalog.names()


@needs_netns
def test_a_demo_can_be_recorded_again(tmp_path: Path) -> None:
    demos.main(["--out", str(tmp_path), "refused"])
    recorded = (tmp_path / "refused.pcap").read_bytes()
    assert len(recorded) == catalog.load("refused").path.stat().st_size


def test_a_demo_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        demos.main(["nonsense"])
    assert "nonsense" in capsys.readouterr().err
