"""Clocks of pcapng interfaces."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.capture.interfaces import Interface, Interfaces, parse_interface
from tests.support import packets as p


def nanoseconds(ticks: int, resolution: int, offset: int = 0) -> int:
    table = Interfaces()
    table.add(Interface(1, 0, resolution, offset), 0)
    which, known = table.resolve(np.zeros(1, np.int64))
    assert known.all()
    return int(table.nanoseconds(which, np.array([ticks], np.uint64))[0])


@given(st.integers(0, 2**33), st.one_of(st.integers(0, 20), st.integers(128, 190)), st.integers(-100, 10**9))
def test_every_resolution(seconds: int, resolution: int, offset: int) -> None:
    """The time is that of the ticks, rounded down to nanoseconds."""
    unit = 2 ** (resolution & 127) if resolution & 128 else 10**resolution
    ticks = min(seconds * unit + unit // 3, 2**64 - 1)
    exact = Fraction(ticks * 10**9, unit)
    if not 0 <= exact < 2**63:
        return
    assert nanoseconds(ticks, resolution) == int(exact)
    if exact + offset * 10**9 < 2**63:
        assert nanoseconds(ticks, resolution, offset) == int(exact) + offset * 10**9


def test_senseless_clocks_give_numbers() -> None:
    for resolution in (*range(0, 128, 9), 127, *range(128, 256, 9), 255):
        assert isinstance(nanoseconds(2**64 - 1, resolution, -(2**63)), int)


@pytest.mark.parametrize("order", ["<", ">"])
def test_options(order: str) -> None:
    block = p.interface(113, order, snaplen=96, resolution=0x8A, offset=-5)
    assert parse_interface(block, order) == Interface(113, 96, 0x8A, -5)
    assert parse_interface(p.interface(1, order), order) == Interface(1, 0)


def test_options_that_are_no_options() -> None:
    body = struct.pack("<HHI", 1, 0, 0)
    for options in (b"\x09\0\xff\xff", b"\x09\0\0\0", b"\x0e\0\x01\0\x07\0\0\0", b"\x09", b"\xff" * 7):
        assert parse_interface(p.block(1, body + options), "<") == Interface(1, 0)


def test_a_number_means_what_was_described_before_it() -> None:
    table = Interfaces()
    table.begin_piece()
    table.add(Interface(1, 0), 0)
    table.add(Interface(2, 0), 2)  # before packet 2
    table.begin_section(4)
    table.add(Interface(3, 0), 5)
    which, known = table.resolve(np.array([0, 1, 0, 1, 0, 0]))
    assert known.tolist() == [True, False, True, True, False, True]
    assert table.linktypes(which)[known].tolist() == [1, 1, 2, 3]
