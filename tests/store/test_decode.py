"""Decoding IP and TCP, compared with two decoders that we did not write."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dpkt  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import Batch, CaptureReader
from tcptui.store.decode import Columns, Counts, decode
from tests.support import packets as p

SHARED = p.CAPTURES / "real.json"
TAGGED = (
    "mixed-vlan-mpls",
    "pppoe-over-qinq",
    "one_http_stream_rst",
)  # dpkt does not get through to their IP
FIELDS = (
    "source_port",
    "destination_port",
    "seq",
    "ack",
    "flags",
    "window",
    "length",
    "ttl",
    "ip_id",
    "version",
)


def rows(batch: Batch) -> list[dict[str, Any]]:
    """Each segment as a dict, with addresses as packed bytes and option bytes."""
    columns, *_ = decode(batch)
    data = batch.data.tobytes()
    result = []
    for i, record in enumerate(columns.record.tolist()):
        row: dict[str, Any] = {name: int(getattr(columns, name)[i]) for name in FIELDS}
        for name in ("source", "destination"):
            upper, lower = (int(word[i]) for word in getattr(columns, name))
            row[name] = struct.pack(">QQ", upper, lower) if row["version"] == 6 else struct.pack(">I", lower)
        at = int(batch.offset[record]) - batch.base + int(columns.options_at[i])
        row["options"] = data[at : at + int(columns.options[i])]
        result.append(row)
    return result


def one(data: bytes, wire: int | None = None) -> tuple[Columns, Counts]:
    columns, counts, _ = decode(
        p.batch((p.ethernet(data, 0x0800 if data[0] >> 4 == 4 else 0x86DD), 1, wire or len(data) + 14))
    )
    return columns, counts


def by_dpkt(ip: Any) -> dict[str, Any]:
    """The same by dpkt, from its IP or IP6 object."""
    tcp = ip.data
    six = isinstance(ip, dpkt.ip6.IP6)
    return {
        "source_port": tcp.sport,
        "destination_port": tcp.dport,
        "seq": tcp.seq,
        "ack": tcp.ack,
        "flags": tcp._off_flags & 0x1FF if hasattr(tcp, "_off_flags") else tcp.flags,
        "window": tcp.win,
        "length": len(tcp.data),
        "ttl": ip.hlim if six else ip.ttl,
        "ip_id": 0 if six else ip.id,
        "version": 6 if six else 4,
        "source": ip.src,
        "destination": ip.dst,
        "options": tcp.opts,
    }


@st.composite
def segments(draw: st.DrawFn, extensions: tuple[int, ...] = (0, 43, 60, 51)) -> bytes:
    """A TCP segment in IPv4 or IPv6, with whatever options, extension headers and payload."""
    u32, u16 = st.integers(0, 2**32 - 1), st.integers(0, 65535)
    options = draw(st.binary(max_size=40))
    segment = p.tcp(
        draw(st.binary(max_size=30)),
        sport=draw(u16), dport=draw(u16), seq=draw(u32), ack=draw(u32), flags=draw(st.integers(0, 511)),
        window=draw(u16), options=options[: len(options) // 4 * 4],
    )  # fmt: skip
    if draw(st.booleans()):
        extra = draw(st.binary(max_size=40))
        octets = st.integers(0, 255)
        src, dst = (".".join(str(draw(octets)) for _ in range(4)) for _ in "12")
        return p.ipv4(
            segment, src=src, dst=dst, options=extra[: len(extra) // 4 * 4], ident=draw(u16), ttl=draw(octets)
        )
    kinds = draw(st.lists(st.sampled_from(extensions), max_size=3))
    following = 6
    for kind in reversed(kinds):
        segment = p.extension(kind, following) + segment
        following = kind
    return p.ipv6(segment, proto=following, hops=draw(st.integers(0, 255)))


@settings(max_examples=150, deadline=None)
@given(st.lists(segments(), min_size=1, max_size=12))
def test_generated_segments_as_dpkt_reads_them(packets: list[bytes]) -> None:
    frames = [p.padded(p.ethernet(d, 0x0800 if d[0] >> 4 == 4 else 0x86DD)) for d in packets]
    found = rows(p.batch(*[(f, 1) for f in frames]))
    assert len(found) == len(packets)
    for row, data in zip(found, packets, strict=True):
        assert row == by_dpkt(dpkt.ip.IP(data) if data[0] >> 4 == 4 else dpkt.ip6.IP6(data))


@settings(max_examples=40, deadline=None)
@given(st.lists(segments((0, 43, 60)), min_size=1, max_size=4))  # scapy needs more than itself for AH
def test_generated_segments_as_scapy_reads_them(packets: list[bytes]) -> None:
    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6

    found = rows(p.batch(*[(d, 101) for d in packets]))
    for row, data in zip(found, packets, strict=True):
        layer = (IP if data[0] >> 4 == 4 else IPv6)(data)
        tcp = layer[TCP]
        assert (row["source_port"], row["seq"], row["ack"]) == (tcp.sport, tcp.seq, tcp.ack)
        assert (row["flags"], row["window"], row["length"]) == (int(tcp.flags), tcp.window, len(tcp.payload))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.binary(max_size=120), st.sampled_from([0, 1, 9, 12, 50, 101, 113, 228, 229, 276, 7])),
        max_size=20,
    ),
    st.integers(0, 200),
)
def test_any_bytes_are_counted_once(frames: list[tuple[bytes, int]], wire: int) -> None:
    columns, counts, _ = decode(p.batch(*[(data, link, wire) for data, link in frames]))
    assert counts.frames == len(frames) == counts.tcp + counts.cut + sum(counts.other.values())
    assert counts.tcp == len(columns.record)


@settings(max_examples=200, deadline=None)
@given(
    segments(), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4), st.integers(0, 200)
)
def test_damaged_segments_never_reach_outside(data: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    columns, counts, _ = decode(p.batch((bytes(damaged[:cut]), 101, len(data)), (p.ipv4(p.tcp()), 101)))
    assert counts.frames == 2 == counts.tcp + counts.cut + sum(counts.other.values())
    assert columns.record.tolist()[-1] == 1
    assert (columns.options_at.astype(int) + columns.options <= max(len(data), 40)).all()
    assert (columns.length <= 65535).all()


SYN = p.tcp(flags=2, options=b"\x02\x04\x05\xb4")


def test_padding_is_no_payload() -> None:
    columns, *_ = decode(p.batch((p.padded(p.ethernet(p.ipv4(SYN))), 1)))
    assert columns.length.tolist() == [0]


def test_length_is_that_of_the_ip_header_and_not_of_what_was_captured() -> None:
    columns, *_ = decode(p.batch((p.frame(bytes(1000))[:80], 1, 1054)))
    assert columns.length.tolist() == [1000]


def test_total_length_0_of_offload_is_taken_from_the_wire() -> None:
    columns, _ = one(p.ipv4(p.tcp(bytes(100)), total=0), wire=14 + 40 + 60_000)
    assert columns.length.tolist() == [60_000]
    columns, _ = one(p.ipv6(p.tcp(bytes(100)), length=0), wire=14 + 60 + 70_000)
    assert columns.length.tolist() == [70_000]


def test_options_are_kept_as_far_as_captured() -> None:
    data = p.ethernet(p.ipv4(SYN))
    columns, counts, _ = decode(p.batch((data[:-2], 1, len(data)), (data, 1)))
    assert counts.tcp == 2
    assert columns.options.tolist() == [2, 4]
    assert columns.options_at.tolist() == [54, 54]


@pytest.mark.parametrize(
    ("packet", "what"),
    [
        (p.ipv4(p.tcp(), proto=17), "UDP"),
        (p.ipv4(p.tcp(), proto=200), "IP protocol 200"),
        (p.ipv6(p.tcp(), proto=58), "ICMPv6"),
        (p.ipv4(p.tcp(bytes(16)), fragment=0x2001), "fragments"),
        (p.ipv6(struct.pack(">BBHI", 6, 0, 8 | 1, 9) + p.tcp(), proto=44), "fragments"),
        (p.ipv4(p.tcp(), first=0x44), "malformed"),
        (p.ipv4(p.tcp(), first=0x55), "malformed"),
        (p.ipv4(p.tcp(), total=19), "malformed"),
        (p.ipv4(p.tcp(), total=30), "malformed TCP"),
        (p.ipv4(p.tcp(offset=4)), "malformed TCP"),
        (p.ipv4(p.tcp(offset=0)), "malformed TCP"),
        (p.ipv4(p.tcp(offset=15)), "malformed TCP"),
        (p.ipv6(p.extension(60, 6), proto=60), "malformed TCP"),
        (p.ipv6(b"\x06\xff" + bytes(30), proto=60), "malformed"),
        (p.ipv6(p.extension(0, 59), proto=0), "IPv6 without payload"),
    ],
)
def test_what_is_no_segment_is_counted(packet: bytes, what: str) -> None:
    columns, counts = one(packet)
    assert len(columns.record) == 0
    assert (counts.cut, counts.other) == (0, {what: 1})


def test_the_first_of_several_fragments_is_a_segment() -> None:
    _, counts = one(p.ipv4(p.tcp(bytes(16)), fragment=0x2000))
    assert counts.tcp == 1
    _, counts = one(p.ipv6(p.extension(44, 6) + p.tcp(), proto=44))
    assert counts.tcp == 1


def test_extension_headers_without_end() -> None:
    _, counts = one(p.ipv6(p.extension(60, 60) * 100 + p.tcp(), proto=60))
    assert counts.tcp == 0 and sum(counts.other.values()) == 1


def test_both_versions_stay_in_order() -> None:
    columns, *_ = decode(p.batch(*[(d, 101) for d in [p.ipv6(SYN), p.ipv4(SYN), p.ipv6(SYN), p.ipv4(SYN)]]))
    assert columns.record.tolist() == [0, 1, 2, 3]
    assert columns.version.tolist() == [6, 4, 6, 4]
    assert columns.source[1].dtype == np.uint64


def ethernet_segments(path: Path) -> Iterator[dict[str, Any]]:
    """dpkt's reading of an Ethernet capture without tags."""
    with path.open("rb") as file:
        for _, data in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(data).data
            if isinstance(ip, (dpkt.ip.IP, dpkt.ip6.IP6)) and isinstance(ip.data, dpkt.tcp.TCP):
                size = ip.plen if isinstance(ip, dpkt.ip6.IP6) else ip.len - ip.hl * 4
                yield by_dpkt(ip) | {"length": size - ip.data.off * 4}  # dpkt knows what was captured only


@pytest.mark.skipif(not SHARED.exists(), reason="needs the captures beside the repository")
def test_real_segments_as_dpkt_reads_them() -> None:
    compared = 0
    for entry in json.loads(SHARED.read_text()):
        if entry["linktypes"] != ["EN10MB"] or entry["format"] != "pcap":
            continue
        path = SHARED.parent / entry["file"]
        if path.stem in TAGGED:
            continue
        reader = CaptureReader(path)
        found = [row for batch in p.read_all(reader) for row in rows(batch)]
        expected = list(ethernet_segments(path))
        assert found == expected, path.name
        compared += len(found)
    assert compared > 300


@pytest.mark.skipif(not SHARED.exists(), reason="needs the captures beside the repository")
def test_real_captures_have_as_many_segments_as_wireshark_finds() -> None:
    for entry in json.loads(SHARED.read_text()):
        counts = [decode(b)[1] for b in p.read_all(CaptureReader(SHARED.parent / entry["file"]))]
        assert (entry["file"], sum(c.tcp for c in counts)) == (entry["file"], entry["tcp_frames"])
