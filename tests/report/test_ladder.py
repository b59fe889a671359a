"""The ladder as text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tcptui.demos.catalog import load, names
from tcptui.model.times import TimeFormat
from tcptui.report.ladder import lines
from tcptui.report.options import ReportOptions
from tests.support.needs import needs_program
from tests.support.sessions import read


def test_the_handshake_with_the_states_along_its_lifelines() -> None:
    text = list(lines(read(demo="handshake"), ReportOptions(width=100)))
    assert text[0] == "flow 1: closed by client"
    syn = next(line for line in text if "[S]" in line)
    assert "SYN_SENT" in syn
    assert "▶" in syn
    assert all(len(line) <= 100 for line in text)


def test_a_correction_is_a_row() -> None:
    text = "\n".join(lines(read(demo="handshake-ack-lost"), ReportOptions(width=120)))
    assert "SYN_RCVD" in text
    assert "again" in text


def test_absolute_sequence_numbers() -> None:
    session = read(demo="handshake")
    text = "\n".join(lines(session, ReportOptions(width=120, absolute=True)))
    assert str(session.segments(1)[0].seq) in text


@needs_program("tcpdump")
@pytest.mark.parametrize("absolute", [[], ["-S"]], ids=["relative", "absolute"])
def test_a_ladder_of_tcpdumps_lines_is_what_tcpdump_prints(absolute: list[str]) -> None:
    for name in names():
        path = str(load(name).path)
        ours = [sys.executable, "-m", "tcptui", "-T", "ladder", "--tcpdump", "-t", "e", *absolute, path]
        theirs = ["tcpdump", "-n", "-tt", *absolute, "-r", path, "tcp"]
        printed, expected = (
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            for command in (ours, theirs)
        )
        printed = sorted(line for line in printed if line and not line.startswith("flow "))
        assert printed == sorted(line.partition(": HTTP")[0] for line in expected), name


def test_tcpdumps_lines_take_the_time_that_was_asked_for() -> None:
    options = ReportOptions(tcpdump=True, time_format=TimeFormat.DELTA)
    text = list(lines(read(demo="handshake"), options))
    assert text[1].startswith("+0.000000 IP ")
    assert "Flags [S]" in text[1]
