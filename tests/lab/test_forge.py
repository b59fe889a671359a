from __future__ import annotations

import struct
from collections.abc import Iterator

import dpkt  # type: ignore[import-untyped]
import pytest

from lab.forge import checksum, tcp_frame
from lab.frame import Side, parse
from lab.lab import Lab
from tests.support.needs import needs_netns


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.mark.parametrize(
    ("data", "expected"),
    [(bytes.fromhex("0001f203f4f5f6f7"), 0x220D), (b"", 0xFFFF), (b"\x01", 0xFEFF)],
    ids=["RFC 1071", "empty", "odd"],
)
def test_checksum(data: bytes, expected: int) -> None:
    assert checksum(data) == expected


def test_checksum_of_what_has_its_checksum_is_0() -> None:
    data = b"whatever"
    assert checksum(data + struct.pack("!H", checksum(data))) == 0


@needs_netns
def test_a_forged_segment_is_what_was_asked_for(lab: Lab) -> None:
    made = tcp_frame((lab.a, 40000), (lab.b, 80), "P.", 2**32 - 1, 7, b"abc", 99)
    frame = parse(made, Side.A)
    assert (frame.source, frame.destination) == (lab.a.address, lab.b.address)
    assert (frame.source_port, frame.destination_port, frame.flags) == (40000, 80, ".")
    assert (frame.seq, frame.ack, frame.length, frame.window) == (2**32 - 1, 7, 3, 99)
    packet = dpkt.ethernet.Ethernet(made)
    sums = packet.ip.sum, packet.ip.tcp.sum
    packet.ip.sum = packet.ip.tcp.sum = 0
    again = dpkt.ethernet.Ethernet(bytes(packet))
    assert (again.ip.sum, again.ip.tcp.sum) == sums
