"""The ladder as text."""

from __future__ import annotations

from tcptui.report.ladder import lines
from tcptui.report.options import ReportOptions
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
