"""Reading fields of many packets at once."""

from __future__ import annotations

import numpy as np

from tcptui.store.headers import Bytes


def test_fields_are_big_endian_and_at_any_place() -> None:
    data = Bytes(np.arange(100, dtype=np.uint8))
    head = data.header(np.array([0, 1, 33]), 20)
    assert head.u8(3).tolist() == [3, 4, 36]
    assert head.u16(0).tolist() == [0x0001, 0x0102, 0x2122]
    assert head.u32(1).tolist() == [0x01020304, 0x02030405, 0x22232425]
    assert head.u64(12).tolist() == [0x0C0D0E0F10111213, 0x0D0E0F1011121314, 0x2D2E2F3031323334]


def test_behind_the_end_there_are_zeros() -> None:
    data = Bytes(np.full(10, 255, np.uint8))
    assert data.header(np.array([8, 10, 1 << 40]), 4).u32(0).tolist() == [0xFFFF0000, 0, 0]


def test_no_places_and_no_bytes() -> None:
    head = Bytes(np.zeros(0, np.uint8)).header(np.zeros(0, np.int64), 40)
    assert head.u16(0).tolist() == head.u64(8).tolist() == []
