"""The defaults of a report."""

from __future__ import annotations

from tcptui.model.times import TimeFormat
from tcptui.report.options import ReportOptions


def test_a_report_is_relative_unless_told_otherwise() -> None:
    options = ReportOptions()
    assert options.time_format is TimeFormat.RELATIVE
    assert not options.absolute
