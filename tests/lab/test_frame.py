from __future__ import annotations

import struct

import pytest

from lab.frame import Frame, Side, parse, sent_by


def ethernet(bits: int, payload: bytes = b"", options: bytes = b"", protocol: int = 6) -> bytes:
    tcp = struct.pack("!HHIIBBHHH", 40001, 9502, 7, 9, (5 + len(options) // 4) << 4, bits, 63, 0, 0)
    total = 20 + len(tcp) + len(options) + len(payload)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, total, 0, 0, 64, protocol, 0, b"\xc0\0\2\n", b"\xc0\0\2\x14")
    return bytes(12) + b"\x08\x00" + ip + tcp + options + payload


def test_parse_reads_what_rules_match_on() -> None:
    frame = parse(ethernet(0x18, b"hello\r\n", options=bytes(12)), Side.A)
    assert frame == Frame(frame.data, Side.A, ".", 40001, 9502, 7, 9, 63, 7, "192.0.2.10", "192.0.2.20")


def test_parse_reads_ipv6() -> None:
    tcp = struct.pack("!HHIIBBHHH", 40001, 9502, 7, 9, 5 << 4, 0x02, 63, 0, 0) + b"abc"
    addresses = bytes.fromhex("fd99") + bytes(13) + b"\x01" + bytes.fromhex("fd99") + bytes(13) + b"\x02"
    data = bytes(12) + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + addresses + tcp
    assert parse(data, Side.B) == Frame(data, Side.B, "S", 40001, 9502, 7, 9, 63, 3, "fd99::1", "fd99::2")


def test_padding_of_short_frames_is_no_payload() -> None:
    assert parse(ethernet(0x10) + bytes(6), Side.A).length == 0


@pytest.mark.parametrize(
    ("bits", "letters"), [(0x02, "S"), (0x12, "S."), (0x10, "."), (0x19, "F."), (0x04, "R"), (0x14, "R.")]
)
def test_flags_are_tcpdumps_letters_without_p(bits: int, letters: str) -> None:
    assert parse(ethernet(bits), Side.A).flags == letters


@pytest.mark.parametrize(
    "data", [ethernet(0x02, protocol=17), bytes(12) + b"\x08\x06" + bytes(28)], ids=["UDP", "ARP"]
)
def test_what_is_not_tcp_has_no_flags_and_matches_nothing(data: bytes) -> None:
    frame = parse(data, Side.A)
    assert frame == Frame(data, Side.A)
    assert not sent_by(Side.A)(frame)


def test_sent_by_tells_sender_flags_and_payload_apart() -> None:
    bare, data = Frame(b"", Side.A, "."), Frame(b"", Side.A, ".", length=7)
    assert sent_by(Side.A)(bare) and not sent_by(Side.B)(bare)
    assert sent_by(Side.A, ".")(bare) and not sent_by(Side.A, "S")(bare)
    assert sent_by(Side.A, ".", data=False)(bare) and not sent_by(Side.A, ".", data=False)(data)
    assert sent_by(Side.A, data=True)(data) and not sent_by(Side.A, data=True)(bare)
