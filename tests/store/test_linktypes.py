"""Every link type, and every layer between the link and IP."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tcptui.store import linktypes
from tcptui.store.decode import decode
from tcptui.store.headers import Bytes
from tests.support import packets as p

FOUR = p.ipv4(p.tcp(b"four"))
SIX = p.ipv6(p.tcp(b"sixsix"))
TAG = struct.pack(">HH", 7, 0x0800)


def label(bottom: bool) -> bytes:
    return struct.pack(">I", 100 << 12 | bottom << 8 | 64)


def session(protocol: bytes, ip: bytes) -> bytes:
    return struct.pack(">BBHH", 0x11, 0, 1, len(protocol) + len(ip)) + protocol + ip


CASES = {
    "NULL, little-endian": (0, b"\x02\0\0\0" + FOUR),
    "NULL, big-endian": (0, b"\0\0\0\x02" + FOUR),
    "NULL, Linux IPv6": (0, b"\x0a\0\0\0" + SIX),
    "NULL, BSD IPv6": (0, b"\x18\0\0\0" + SIX),
    "NULL, FreeBSD IPv6": (0, b"\x1c\0\0\0" + SIX),
    "NULL, macOS IPv6": (0, b"\0\0\0\x1e" + SIX),
    "LOOP": (108, b"\0\0\0\x02" + FOUR),
    "LOOP, IPv6": (108, b"\0\0\0\x18" + SIX),
    "RAW": (101, FOUR),
    "RAW, IPv6": (101, SIX),
    "RAW as 12": (12, FOUR),
    "RAW as 14": (14, SIX),
    "IPV4": (228, FOUR),
    "IPV6": (229, SIX),
    "Ethernet": (1, p.ethernet(FOUR)),
    "Ethernet, IPv6": (1, p.ethernet(SIX, 0x86DD)),
    "Ethernet, padded": (1, p.padded(p.ethernet(FOUR))),
    "802.1Q": (1, p.ethernet(TAG + FOUR, 0x8100)),
    "QinQ": (1, p.ethernet(struct.pack(">HH", 5, 0x8100) + TAG + FOUR, 0x88A8)),
    "old QinQ": (
        1,
        p.ethernet(struct.pack(">HH", 5, 0x9100) + struct.pack(">HH", 5, 0x8100) + TAG + FOUR, 0x9100),
    ),
    "SNAP": (1, p.ethernet(b"\xaa\xaa\x03\0\0\0\x08\0" + FOUR, len(FOUR) + 8)),
    "802.1Q with SNAP": (1, p.ethernet(b"\0\x07\0\x40\xaa\xaa\x03\0\0\0\x08\0" + FOUR, 0x8100)),
    "PPPoE": (1, p.ethernet(session(b"\0\x21", FOUR), 0x8864)),
    "PPPoE, padded": (1, p.ethernet(session(b"\0\x21", FOUR) + bytes(6), 0x8864)),
    "PPPoE, IPv6": (1, p.ethernet(session(b"\0\x57", SIX), 0x8864)),
    "PPPoE, compressed protocol": (1, p.ethernet(session(b"\x21", FOUR), 0x8864)),
    "PPP_ETHER": (51, session(b"\0\x21", FOUR)),
    "MPLS": (1, p.ethernet(label(True) + FOUR, 0x8847)),
    "MPLS, IPv6": (1, p.ethernet(label(False) * 3 + label(True) + SIX, 0x8848)),
    "MPLS pseudowire": (1, p.ethernet(label(True) + bytes(4) + p.ethernet(FOUR), 0x8847)),
    "VLAN, MPLS": (1, p.ethernet(struct.pack(">HH", 5, 0x8847) + label(True) + FOUR, 0x8100)),
    "LINUX_SLL": (113, struct.pack(">HHH8sH", 0, 1, 6, p.MACS[:8], 0x0800) + FOUR),
    "LINUX_SLL with VLAN": (113, struct.pack(">HHH8sH", 0, 1, 6, p.MACS[:8], 0x8100) + TAG + FOUR),
    "LINUX_SLL2": (276, struct.pack(">HHIHBB8s", 0x86DD, 0, 3, 1, 0, 6, p.MACS[:8]) + SIX),
    "PPP": (9, b"\xff\x03\0\x21" + FOUR),
    "PPP without framing": (9, b"\0\x57" + SIX),
    "PPP_HDLC": (50, b"\xff\x03\0\x21" + FOUR),
    "PPP_HDLC as Cisco": (50, b"\x0f\0\x08\0" + FOUR),
    "PPP with MPLS": (9, b"\xff\x03\x02\x81" + label(True) + FOUR),
    "C_HDLC": (104, b"\x0f\0\x86\xdd" + SIX),
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_segment_behind_every_link(name: str) -> None:
    linktype, data = CASES[name]
    columns, counts, _ = decode(p.batch((data, linktype)))
    assert (counts.tcp, counts.cut, counts.other) == (1, 0, {})
    six = SIX in data
    assert columns.version.tolist() == [6 if six else 4]
    assert columns.length.tolist() == [6 if six else 4]
    assert columns.destination_port.tolist() == [80]


def test_all_link_types_in_one_batch() -> None:
    columns, counts, _ = decode(p.batch(*[(data, link) for link, data in CASES.values()]))
    assert counts.tcp == counts.frames == len(CASES)
    assert columns.record.tolist() == list(range(len(CASES)))
    assert columns.length.tolist() == [6 if SIX in data else 4 for _, data in CASES.values()]


@pytest.mark.parametrize("name", list(CASES))
def test_a_header_cut_anywhere_is_counted_as_cut(name: str) -> None:
    linktype, data = CASES[name]
    needed = data.index(SIX) + 60 if SIX in data else data.index(FOUR) + 40
    columns, counts, _ = decode(p.batch(*[(data[:n], linktype, len(data)) for n in range(len(data) + 1)]))
    assert counts.frames == counts.tcp + counts.cut + sum(counts.other.values())
    assert columns.record.tolist() == list(range(needed, len(data) + 1))
    assert counts.cut >= needed - 8, counts  # a few bytes may look like another protocol


@pytest.mark.parametrize(
    ("linktype", "data", "what"),
    [
        (1, p.ethernet(bytes(46), 0x0806), "ARP"),
        (1, p.ethernet(b"\x42\x42\x03" + bytes(40), 43), "LLC"),
        (1, p.ethernet(bytes(46), 0x88CC), "LLDP"),
        (1, p.ethernet(bytes(46), 0x1234), "EtherType 0x1234"),
        (1, p.ethernet(bytes(20), 0x8863), "PPPoE discovery"),
        (1, p.ethernet(session(b"\xc0\x21", bytes(10)), 0x8864), "not IP"),
        (0, b"\x07\0\0\0" + bytes(40), "not IP"),
        (101, bytes(40), "not IP"),
        (105, bytes(40), "link type 105"),
        (65535, bytes(40), "link type 65535"),
    ],
)
def test_what_is_not_ip_is_counted_by_kind(linktype: int, data: bytes, what: str) -> None:
    _, counts, _ = decode(p.batch((data, linktype)))
    assert (counts.frames, counts.tcp, counts.cut, counts.other) == (1, 0, 0, {what: 1})


def test_tags_without_end_are_given_up() -> None:
    deep = p.ethernet(struct.pack(">HH", 1, 0x8100) * 40 + TAG + FOUR, 0x8100)
    _, counts, _ = decode(p.batch((deep, 1)))
    assert counts.tcp == 0 and sum(counts.other.values()) == 1


def test_the_limit_is_that_of_pppoe() -> None:
    batch = p.batch((p.ethernet(session(b"\0\x21", FOUR[:-2]), 0x8864), 1), (p.ethernet(FOUR), 1))
    start = batch.offset - batch.base
    limit = linktypes.network(Bytes(batch.data), start, start + batch.caplen, batch.linktype)[2]
    assert limit.tolist() == [14 + 8 + len(FOUR) - 2, linktypes.NO_LIMIT]
    assert decode(batch)[0].length.tolist() == [2, 4]


def test_an_empty_batch() -> None:
    columns, counts, _ = decode(p.batch())
    assert (counts.frames, counts.tcp) == (0, 0)
    assert columns.seq.tolist() == []
    assert columns.record.dtype == np.int64
