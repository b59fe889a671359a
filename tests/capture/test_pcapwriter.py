"""What is written reads back the same."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import dpkt
import pytest

from tcptui.capture.pcapwriter import Record, write_pcap
from tcptui.errors import CaptureError

FIRST = Record(1_700_000_000_123_456_789, b"abc", 60, 1)


def test_another_program_reads_it_back(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    second = Record(1_700_000_001_000_000_000, b"\x00" * 70, 70, 1)
    assert write_pcap(path, [FIRST, second]) == 2
    with path.open("rb") as file:
        reader = dpkt.pcap.Reader(file)
        assert reader.datalink() == 1
        packets = list(reader)
    assert [data for _, data in packets] == [b"abc", b"\x00" * 70]
    assert round(packets[0][0] * 10**6) == 1_700_000_000_123_457


def test_it_is_a_capture_even_without_packets(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    assert write_pcap(path, []) == 0
    assert len(path.read_bytes()) == 24


def test_only_one_link_type_stands_in_a_file(tmp_path: Path) -> None:
    assert write_pcap(tmp_path / "x.pcap", [FIRST, FIRST._replace(linktype=101), FIRST]) == 2


def test_a_file_that_exists_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_text("mine")
    with pytest.raises(CaptureError, match="exists already"):
        write_pcap(path, [FIRST])
    assert path.read_text() == "mine"


def test_a_place_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot write"):
        write_pcap(tmp_path / "no" / "x.pcap", [FIRST])


def test_what_was_begun_is_removed_when_the_disk_is_full(tmp_path: Path) -> None:
    def records() -> Iterator[Record]:
        yield Record(0, b"abc", 3, 1)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(CaptureError, match="No space left"):
        write_pcap(tmp_path / "new.pcap", records())
    assert list(tmp_path.iterdir()) == []
