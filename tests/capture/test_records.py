"""Runs of records."""

from __future__ import annotations

from tcptui.capture.records import no_records


def test_a_run_without_a_packet_has_columns_of_nothing() -> None:
    run = no_records(7, need=3, trouble="bad")
    assert (len(run.at), len(run.time_ns), run.consumed, run.need, run.trouble) == (0, 0, 7, 3, "bad")
    assert run.at.dtype == "int64" and run.caplen.dtype == "uint32"
