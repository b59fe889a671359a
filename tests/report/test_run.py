"""Headless runs, chosen by name."""

from __future__ import annotations

import io
import json

import pytest

from tcptui.cli import FORMATS
from tcptui.report.options import ReportOptions
from tcptui.report.run import run
from tcptui.sources import Choice, open_source


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_of_the_command_line_is_known(name: str) -> None:
    out = io.StringIO()
    run(open_source(Choice(demo="handshake")).session, name, ReportOptions(), out)
    assert "TIME_WAIT" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_one_object_a_line() -> None:
    out = io.StringIO()
    run(open_source(Choice(demo="time-wait-reuse")).session, "json", ReportOptions(), out)
    assert [json.loads(line)["flow"] for line in out.getvalue().splitlines()] == [1, 2]
