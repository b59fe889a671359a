from __future__ import annotations

from pathlib import Path

import dpkt  # type: ignore[import-untyped]

from lab.pcap import PcapWriter


def test_another_reader_gets_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "two.pcap"
    with PcapWriter(path) as writer:
        writer.write(1_000_000_000, b"first")
        writer.write(1_500_000_001, b"second")
        assert writer.frames == 2
    with path.open("rb") as file:
        reader = dpkt.pcap.Reader(file)
        assert reader.datalink() == dpkt.pcap.DLT_EN10MB
        assert [(round(float(time), 9), data) for time, data in reader] == [
            (1.0, b"first"),
            (1.500000001, b"second"),
        ]


def test_each_frame_is_in_the_file_at_once(tmp_path: Path) -> None:
    with PcapWriter(tmp_path / "growing.pcap") as writer:
        before = (tmp_path / "growing.pcap").stat().st_size
        writer.write(0, b"frame")
        assert (tmp_path / "growing.pcap").stat().st_size == before + 16 + 5


def test_longer_frames_are_cut_to_the_snaplen(tmp_path: Path) -> None:
    with PcapWriter(tmp_path / "cut.pcap", snaplen=4) as writer:
        writer.write(0, b"123456")
    assert (tmp_path / "cut.pcap").read_bytes()[24:] == bytes(8) + b"\4\0\0\0\6\0\0\0" + b"1234"
