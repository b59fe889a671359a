"""Headless runs, chosen by name."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from tcptui.arguments import FORMATS
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


def test_all_that_a_report_needs_is_imported_before_the_source_is_opened() -> None:
    """Under sudo root is given up then, and its user may not be able to read where the program lies."""
    for name in FORMATS:
        code = (
            "import sys; from tcptui.report.run import ReportOptions, lines_of, run\n"
            "from tcptui.sources import Choice, open_source\n"
            f"session = open_source(Choice(demo='handshake')).session; lines_of({name!r})\n"
            "before = set(sys.modules)\n"
            f"run(session, {name!r}, ReportOptions(), open('/dev/null', 'w'))\n"
            "print(sorted(set(sys.modules) - before))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == ("[]\n", ""), name
