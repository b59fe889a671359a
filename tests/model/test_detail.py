from __future__ import annotations

from dataclasses import replace

import pytest

from tcptui.model.detail import detail, heading
from tcptui.model.text import plain, row_width
from tcptui.tcp.segment import Flags, Segment
from tests.support.packets import frame

SEGMENT = Segment(3, 1_464_000_000_000_000_000, 0, 1000, 0, Flags.ACK, length=5)
ENDS = ("10.0.0.1:40000", "10.0.0.2:80")


def test_heading_line_layers_and_bytes() -> None:
    rows = [
        plain(row).rstrip() for row in detail(frame(b"hello"), 1, SEGMENT, ENDS, "IP a > b: Flags [.]", 80)
    ]
    assert rows[0].startswith("#3  10.0.0.1:40000 → 10.0.0.2:80  59 bytes  ")
    assert rows[1] == "IP a > b: Flags [.]"
    assert [row for row in rows if row in ("Ethernet", "IP", "TCP", "Raw")] == [
        "Ethernet",
        "IP",
        "TCP",
        "Raw",
    ]
    assert rows[-1].endswith("hello")


def test_a_cut_packet_says_so() -> None:
    assert "60 of 1,514 bytes" in plain(heading(60, SEGMENT, ENDS, 1514))


@pytest.mark.parametrize("width", [1, 10, 30, 80, 300])
def test_every_row_has_exactly_its_width(width: int) -> None:
    rows = detail(frame(b"\x1b[31m" * 20), 1, SEGMENT, ("\x1b", "[bold]"), "line\x1b" * 20, width)
    assert {row_width(row) for row in rows} == {width}
    assert all(plain(row).isprintable() for row in rows)


def test_a_packet_whose_bytes_are_gone_says_so() -> None:
    rows = [plain(row).rstrip() for row in detail(b"", 1, SEGMENT, ENDS, "IP a > b: Flags [.]", 80, 60)]
    assert rows[0].startswith("#3  10.0.0.1:40000 → 10.0.0.2:80  0 of 60 bytes")
    assert rows[1:3] == ["IP a > b: Flags [.]", ""] and "(see --max-spool)" in rows[3] and len(rows) == 4
    summed = [plain(row) for row in detail(b"", 1, replace(SEGMENT, is_sum=True), ENDS, "IP a > b", 99)]
    assert summed[-1].startswith("the sum of many packets up to this one")
