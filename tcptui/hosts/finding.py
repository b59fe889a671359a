"""A diagnosis about a host, or about one of its ports."""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp.diagnosis import Diagnosis

SHOWN = 10
"""Frames that a finding names, at most: the first ones that prove it."""


@dataclass(frozen=True, slots=True)
class HostFinding:
    """host: "10.0.0.2" or "10.0.0.2:80". title: some words for a status bar. diagnosis: as those of flows."""

    host: str
    title: str
    diagnosis: Diagnosis
