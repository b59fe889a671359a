"""A finding is plain data."""

from __future__ import annotations

from tcptui.hosts.finding import HostFinding
from tcptui.tcp.diagnosis import Diagnosis, Severity


def test_equal_findings_are_equal() -> None:
    one = Diagnosis("port-scan", Severity.WARNING, (3, 1, 3), "text")
    assert HostFinding("10.0.0.9", "port scan by", one) == HostFinding("10.0.0.9", "port scan by", one)
    assert one.packets == (1, 3)
