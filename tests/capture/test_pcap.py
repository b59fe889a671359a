"""Classic pcap: headers and lengths."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tcptui.capture.pcap import PcapWalker
from tests.support import packets as p


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("claimed", [262_145, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_absurd_length_stops_there(tmp_path: Path, order: str, claimed: int) -> None:
    good = p.pcap(p.frame(), p.frame(b"abc"), order=order)
    bad = struct.pack(order + "IIII", 1, 1, claimed, claimed)
    reader = p.open_bytes(tmp_path, good + bad + bytes(2 << 20))
    assert len(p.packets(p.read_all(reader))) == 2
    assert reader.done
    assert reader.notices == [
        f"a record claims {claimed:,} bytes at byte {len(good):,}: read up to there (2 packets)"
    ]


def test_an_absurd_length_is_seen_before_its_bytes_come(tmp_path: Path) -> None:
    data = p.pcap(p.frame()) + struct.pack("<IIII", 1, 1, 1 << 30, 1 << 30)
    reader = p.open_bytes(tmp_path, data, growing=True)
    assert len(p.packets(p.read_all(reader))) == 1
    assert reader.done and len(reader.notices) == 1


def test_a_large_snaplen_permits_large_packets() -> None:
    walker = PcapWalker(p.pcap_header(snaplen=1 << 20))
    piece = struct.pack("<IIII", 0, 0, 300_000, 300_000) + bytes(300_000)
    assert walker.walk(piece, 10).caplen.tolist() == [300_000]


def test_the_link_type_without_the_length_of_the_check_sequence() -> None:
    assert PcapWalker(p.pcap_header(linktype=0x14000001)).linktype == 1


def test_an_incomplete_record_says_what_it_needs() -> None:
    walker = PcapWalker(p.pcap_header())
    data = p.pcap(bytes(100), bytes(200))[24:]
    run = walker.walk(data[:150], 10)
    assert (len(run.at), run.consumed, run.need) == (1, 116, 216)


def test_times_after_2038() -> None:
    walker = PcapWalker(p.pcap_header())
    run = walker.walk(struct.pack("<IIII", 0xFFFFFFFF, 999_999, 0, 0), 1)
    assert run.time_ns.tolist() == [0xFFFFFFFF * 10**9 + 999_999_000]
