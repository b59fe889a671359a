"""Frames, read by a decoder that we did not write."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import dpkt  # type: ignore[import-untyped]
import numpy as np
import pytest

from benchmarks import frames
from benchmarks.conversation import Exchange, Path, Script, play
from benchmarks.packets import INSTANCE, Library, Packets, columns


def conversation(v6: bool, stamps: bool, scaled: bool) -> Packets:
    """A lossy one, so that it has SACK blocks of all numbers, at an address and at high numbers."""
    path = Path(0.03, 0.02, 0.05, 1e8, 1440 if v6 else 1460, stamps, scaled)
    told = play(path, Script((Exchange(0.0, 2000, 0.01, 300_000),), "client", 0.01), random.Random(2))
    library = Library.of([columns(path, told.records, v6)])
    one = np.zeros(1, INSTANCE)
    one["start"] = 1_700_000_000 * 10**9 + 999_999_999
    one["client_seq"], one["server_seq"] = 0xFFFFFF00, 0xFFFFFFFF
    one["client_stamp"], one["server_stamp"] = 0xFFFFFFF0, 7
    one["client"], one["server"] = 0xC6120001, 0xC6130002
    one["client_port"], one["server_port"] = 40000, 443
    return library.play(one)


def written(packets: Packets, snaplen: int) -> Iterator[tuple[float, bytes]]:
    """What a reader gets back."""
    file = io.BytesIO()
    file.write(frames.header(snaplen))
    frames.write(packets, file, snaplen)
    file.seek(0)
    yield from dpkt.pcap.Reader(file)


@pytest.mark.parametrize("v6", [False, True])
@pytest.mark.parametrize(("stamps", "scaled"), [(True, True), (False, True), (False, False)])
def test_another_decoder_finds_each_field(v6: bool, stamps: bool, scaled: bool) -> None:
    packets = conversation(v6, stamps, scaled)
    options: set[tuple[int, int]] = set()
    for packet, (time, frame) in zip(packets, written(packets, 2000), strict=True):
        ip = dpkt.ethernet.Ethernet(frame).data
        tcp = ip.data
        assert isinstance(ip, dpkt.ip6.IP6 if v6 else dpkt.ip.IP)
        assert round(time * 1e6) == packet["time"] // 1000
        ends = ("client", "server") if packet["from_client"] else ("server", "client")
        assert (ip.src[-4:], ip.dst[-4:]) == tuple(int(packet[end]).to_bytes(4, "big") for end in ends)
        assert (tcp.sport, tcp.dport) == tuple(packet[f"{end}_port"] for end in ends)
        assert (tcp.seq, tcp.ack, tcp.flags, tcp.win) == tuple(packet[["seq", "ack", "flags", "window"]])
        assert len(tcp.data) == packet["length"]
        assert set(tcp.data) <= {frames.FILLING}
        for kind, value in dpkt.tcp.parse_opts(tcp.opts):
            options.add((kind, len(value)))
            if kind == dpkt.tcp.TCP_OPT_TIMESTAMP:
                assert value == int(packet["stamp"]).to_bytes(4, "big") + int(packet["echo"]).to_bytes(
                    4, "big"
                )
            elif kind == dpkt.tcp.TCP_OPT_SACK:
                edges = np.frombuffer(value, ">u4")
                assert np.array_equal(edges, packet["sack"][: len(edges)])
            elif kind == dpkt.tcp.TCP_OPT_MSS:
                assert value == int(packet["mss"]).to_bytes(2, "big")
    sack = {(dpkt.tcp.TCP_OPT_SACK, 8 * blocks) for blocks in (1, 2)}
    assert ((dpkt.tcp.TCP_OPT_TIMESTAMP, 8) in options) == stamps
    assert (sack <= options) == scaled


def test_frames_are_cut_and_keep_their_length() -> None:
    packets = conversation(False, True, True)
    whole = [frame for _, frame in written(packets, 2000)]
    cut = [frame for _, frame in written(packets, 90)]
    assert cut == [frame[:90] for frame in whole]
    assert max(map(len, whole)) == frames.LARGEST_FRAME
    file = io.BytesIO()
    frames.write(packets, file, 90)
    first = np.frombuffer(file.getvalue()[:16], "<u4")
    assert first[3] == len(whole[0])
