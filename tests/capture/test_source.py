"""Bytes of a file: plain, gzipped."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tcptui.capture.source import GzipSource, open_source
from tcptui.errors import CaptureError
from tests.support import packets as p


def test_plain_bytes_by_offset(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    source = open_source(str(tmp_path / "file"), "file")
    assert source.read_at(3, 4) == b"3456"
    assert source.read_at(8, 100) == b"89"
    assert (source.position, source.size) == (10, 10)
    assert source.stored(0, 2) == b"01"
    source.close()
    source.close()
    assert source.stored(0, 2) == b""


def test_gzip_is_expanded_no_further_than_asked(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(content, 1))
    source = GzipSource(os.open(path, os.O_RDONLY))
    source.finish()
    assert source.read_at(1000, 1000) == content[1000:2000]
    assert source.position < 200_000
    assert source.read_at(2_999_990, 100) == content[-10:]
    assert source.position == source.size == path.stat().st_size
    assert source.trouble == ""
    source.close()


def test_a_disk_that_fails_is_as_if_the_file_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = p.open_bytes(tmp_path, p.pcap(p.frame(), p.frame()))

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    assert reader.read() is None
    assert reader.done
    assert reader.notices == ["reading failed (input/output error) at byte 24: read up to there (0 packets)"]


def test_no_room_to_expand_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", fail)
    with pytest.raises(CaptureError, match="no space left on device; make room in"):
        p.open_bytes(tmp_path, gzip.compress(p.pcap(p.frame())))


def test_a_source_that_is_let_go_of_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"1")
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        open_source(str(path), "x").read_at(0, 1)
    assert len(os.listdir("/dev/fd")) == before
