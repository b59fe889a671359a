"""Holes: room is given back, everything else stays where it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.capture import holes

MIB = 1 << 20


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    number = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    yield number
    os.close(number)


def content(fd: int) -> bytes:
    return os.pread(fd, os.fstat(fd).st_size, 0)


def test_a_hole_takes_no_room_and_moves_nothing(fd: int) -> None:
    data = os.urandom(4 * MIB)
    os.write(fd, data)
    os.fsync(fd)
    before = os.fstat(fd)
    holes.punch(fd, 65536, 3 * MIB + 5)
    after = os.fstat(fd)
    assert after.st_size == before.st_size == len(data)
    assert (before.st_blocks - after.st_blocks) * 512 >= 2 * MIB
    begin, end = 65536, 3 * MIB
    assert content(fd) == data[:begin] + bytes(end - begin) + data[end:]


@pytest.mark.parametrize("begin, end", [(1, 4095), (1, 8191), (4096, 8191), (0, 0), (9000, 100)])
def test_only_whole_blocks_go(fd: int, begin: int, end: int) -> None:
    os.write(fd, b"x" * 10000)
    holes.punch(fd, begin, end)
    assert content(fd) == b"x" * 10000


def test_where_it_does_not_work_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fd: int
) -> None:
    os.write(fd, b"x" * 10000)
    reading = os.open(tmp_path / "file", os.O_RDONLY)
    with pytest.raises(OSError, match="Bad file descriptor"):
        holes.punch(reading, 0, 8192)
    os.close(reading)
    monkeypatch.setattr(holes, "_fallocate", lambda: None)
    with pytest.raises(OSError, match="not supported"):
        holes.punch(fd, 0, 8192)
    assert content(fd) == b"x" * 10000


@given(st.binary(max_size=300), st.data(), st.integers(1, 50))
def test_closing_up_leaves_the_beginning_and_the_end(data: bytes, draw: st.DataObject, piece: int) -> None:
    begin = draw.draw(st.integers(0, len(data)))
    to = draw.draw(st.integers(0, begin))
    fd = os.memfd_create("file")
    try:
        os.write(fd, data)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(holes, "_PIECE", piece)
            holes.close_up(fd, to, begin)
        assert content(fd) == data[:to] + data[begin:]
    finally:
        os.close(fd)


def test_a_large_end_is_moved_in_pieces(fd: int) -> None:
    data = os.urandom(9 * MIB + 17)
    os.write(fd, data)
    holes.close_up(fd, 24, 100_000)
    assert content(fd) == data[:24] + data[100_000:]
    holes.close_up(fd, 24, 8 * MIB)
    assert content(fd) == data[:24] + data[100_000 - 24 + 8 * MIB :]
