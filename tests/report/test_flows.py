"""The table of flows."""

from __future__ import annotations

from tcptui.report.flows import lines
from tests.support.sessions import read


def test_a_flow_a_line_under_a_head_and_columns_aligned() -> None:
    head, first, second = lines(read(demo="time-wait-reuse"))
    for column in ("client", "server", "client state", "packets", "verdict"):
        assert column in head
    at = head.index("client state")
    assert first[at:].split()[:2] == ["TIME_WAIT", "CLOSED"] or second[at:].split()[0] == "TIME_WAIT"
    assert head.index("verdict") == first.index(first.split("  ")[-1])


def test_a_verdict_in_words() -> None:
    assert list(lines(read(demo="refused")))[1].endswith("refused")
