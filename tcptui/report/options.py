"""What a report can be told."""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.model.times import TimeFormat


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """time_format: of -t. absolute: sequence numbers as on the wire (-S). width: columns of a ladder.
    tcpdump: the ladder as tcpdump's lines. zeek: the flows with Zeek's conn_state and history.
    """

    time_format: TimeFormat = TimeFormat.RELATIVE
    absolute: bool = False
    width: int = 100
    tcpdump: bool = False
    zeek: bool = False
