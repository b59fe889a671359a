"""The hex dump against xxd's."""

from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.hexdump import hexdump
from tcptui.model.text import plain, row_width
from tests.support.needs import needs_program


def test_a_row_as_xxd_prints_it() -> None:
    rows = [plain(row) for row in hexdump(b"GET / HTTP/1.1\r\n\x1b", 80)]
    assert rows == [
        "00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..",
        "00000010: 1b                                       .",
    ]


@needs_program("xxd")
def test_all_bytes_against_xxd() -> None:
    data = bytes(range(256)) + b"odd"
    out = subprocess.run(["xxd"], input=data, capture_output=True, check=True).stdout.decode()
    assert [plain(row) for row in hexdump(data, 67)] == out.splitlines()


@given(st.binary(max_size=100), st.integers(25, 120))
def test_rows_fit_and_are_plain_ascii(data: bytes, width: int) -> None:
    for row in hexdump(data, width):
        assert row_width(row) <= width
        assert plain(row).isascii() and plain(row).isprintable()
