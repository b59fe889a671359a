"""What a batch tells by itself: compared with plain Python, and with the same from another process."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcptui.capture import pcapfile, scout
from tcptui.capture.pcapfile import CaptureReader
from tcptui.store.digest import SENDER, digest
from tcptui.store.segments import _KINDS, SegmentStore
from tests.support import packets as p
from tests.support.icmp import unreachable

HOSTS = ("10.0.0.1", "10.0.0.2", "2001:db8::1", "::1")
ENDS = [(host, port) for host in HOSTS for port in (80, 81)]


@st.composite
def segments(draw: st.DrawFn) -> bytes:
    """A segment between two of a few endpoints of one version of IP, on Ethernet."""
    source = draw(st.sampled_from(ENDS))
    other = draw(st.sampled_from([end for end in ENDS if (":" in end[0]) == (":" in source[0])]))
    six = ":" in source[0]
    flags = draw(st.sampled_from([0x02, 0x12, 0x10, 0x18, 0x11, 0x14]))
    options = draw(st.sampled_from([b"", b"\x02\x04\x05\xb4", bytes(8)]))
    payload = bytes(draw(st.integers(0, 40)))
    data = p.tcp(payload, sport=source[1], dport=other[1], flags=flags, options=options)
    wrap = p.ipv6 if six else p.ipv4
    return p.ethernet(wrap(data, src=source[0], dst=other[0]), 0x86DD if six else 0x0800)


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Such a segment with some bytes wrong, cut anywhere; or an ICMP error about it; or anything."""
    data = bytearray(draw(segments()))
    if draw(st.booleans()):
        return bytes(data)
    if data[12:14] == b"\x08\x00" and draw(st.booleans()):
        return p.ethernet(unreachable(bytes(data[14:])))
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=9))


@settings(deadline=None, max_examples=200)
@given(st.lists(segments(), max_size=40))
def test_pairs_are_numbered_in_order_of_their_first_rows(frames: list[bytes]) -> None:
    found = digest(p.batch(*[(frame, 1) for frame in frames]))
    ends = [_ends(frame) for frame in frames]
    pairs = list(dict.fromkeys(frozenset(both) for both in ends))
    assert found.pair.tolist() == [pairs.index(frozenset(both)) for both in ends]
    assert found.high.tolist() == [source > other for source, other in ends]
    assert found.own.tolist() == [source == other for source, other in ends]
    firsts = [found.pair.tolist().index(pair) for pair in range(len(pairs))]
    assert found.first_high.tolist() == [bool(found.high[row]) for row in firsts]
    groups = [found.order[a:b].tolist() for a, b in pairwise(found.starts.tolist())]
    assert groups == [np.flatnonzero(found.pair == pair).tolist() for pair in range(len(pairs))]
    assert not (found.columns["bits"] & SENDER).any()


def _ends(frame: bytes) -> list[tuple[bytes, int]]:
    """Source and destination, as numbers would be sorted."""
    six = frame[12:14] == b"\x86\xdd"
    at, size, end = (22, 16, 54) if six else (26, 4, 34)
    ports = [int.from_bytes(frame[place : place + 2], "big") for place in (end, end + 2)]
    return [(frame[at + n * size : at + (n + 1) * size], ports[n]) for n in (0, 1)]


def ahead(path: Path, most: int) -> SegmentStore:
    """A store of what another process has prepared, as far as it has."""
    reader = CaptureReader(path)
    reader.look_ahead(digest, most)
    store, told = SegmentStore(reader.packet), 0
    while (batch := reader.read(most)) is not None:
        told += batch.prepared is not None
        store.append(batch)
    assert told or not reader.frames
    reader.close()
    return store


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(hostile(), max_size=60), st.sampled_from([1, 5, 1000]))
def test_another_process_tells_the_same(
    monkeypatch: pytest.MonkeyPatch, frames: list[bytes], most: int
) -> None:
    monkeypatch.setattr(pcapfile, "WORTH_IT", 0)
    monkeypatch.setattr(scout, "_possible", lambda: True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.pcap"
        path.write_bytes(p.pcap(*frames))
        reader, told = CaptureReader(path), ahead(path, most)
        store = SegmentStore(reader.packet)
        while (batch := reader.read(most)) is not None:
            store.append(batch)
        assert (told.n, told.counts, told.pairs.n) == (store.n, store.counts, store.pairs.n)
        for name in _KINDS:
            assert told.column(name).tolist() == store.column(name).tolist(), name
        assert told._others == store._others
        for pair in range(store.pairs.n):
            assert told.pairs.ends(pair) == store.pairs.ends(pair)
            assert told.pairs.rows(pair).tolist() == store.pairs.rows(pair).tolist()
        reader.close()
