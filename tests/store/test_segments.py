"""The store: rows, chunks, many readers."""

from __future__ import annotations

import json
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.store import segments as module
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Flags, Segment
from tests.support import packets as p

SHARED = p.CAPTURES / "real.json"
OPTIONS = b"\x02\x04\x05\xb4"


def store_of(reader: CaptureReader, most: int = 65536) -> SegmentStore:
    store = SegmentStore(reader.packet)
    while (batch := reader.read(most)) is not None:
        store.append(batch)
    return store


def conversation(directory: Path, most: int = 65536) -> SegmentStore:
    client = {"src": "10.0.0.1", "dst": "10.0.0.2"}
    frames = [
        p.ethernet(p.ipv4(p.tcp(seq=5, flags=2, options=OPTIONS, window=100), ident=9, ttl=63, **client)),  # type: ignore[arg-type]
        p.ethernet(bytes(40), 0x0806),
        p.ethernet(p.ipv6(p.tcp(b"six", sport=1, dport=2, flags=0x118, options=b"\0\0\1\1")), 0x86DD),
        p.ethernet(p.ipv4(p.tcp(sport=80, dport=40000, ack=6, flags=0x12), src="10.0.0.2", dst="10.0.0.1")),
    ]
    return store_of(p.open_bytes(directory, p.pcap(*frames)), most)


def test_when_all_is_read_the_last_batch_is_not_kept(tmp_path: Path) -> None:
    store = conversation(tmp_path)
    before = store.segments(range(3))
    batch = weakref.ref(store.appended.own)
    store.let_go()
    store.let_go()
    assert batch() is None and not len(store.pairs.touched())
    assert store.segments(range(3)) == before
    assert before[0].options == OPTIONS


@pytest.mark.parametrize("most", [1, 65536])
def test_rows_as_segments(tmp_path: Path, most: int) -> None:
    store = conversation(tmp_path, most)
    assert store.segments(range(3)) == [
        Segment(1, p.START, 0, 5, 0, Flags.SYN, 100, 0, OPTIONS, 9, 63),
        Segment(3, p.START + 2_000_000, 0, 1000, 0, 0x118, 8192, 3, b"\0\0\1\1", None, 64),
        Segment(4, p.START + 3_000_000, 1, 1000, 6, 0x12, 8192, 0, b"", 7, 64),
    ]
    assert store.segment(2) == store.segments([2])[0]
    assert store.segments([]) == []
    assert store.column("version").tolist() == [4, 6, 4]
    assert store.column("flags", slice(1, 3)).tolist() == [0x118, 0x12]
    assert (store.counts.frames, store.counts.tcp, store.counts.other) == (4, 3, {"ARP": 1})


def test_rows_as_bytes(tmp_path: Path) -> None:
    store = conversation(tmp_path)
    assert store.raw(0)[14:34] == p.ipv4(p.tcp(options=OPTIONS), ident=9, ttl=63)[:20]
    assert len(store.raw(2)) == 54
    assert store.linktype(1) == 1


def test_options_are_the_same_from_the_last_batch_and_from_the_file(tmp_path: Path) -> None:
    frames = [p.frame(options=bytes([2, 4, n >> 8, n & 255]), seq=n) for n in range(300)]
    store = store_of(p.open_bytes(tmp_path, p.pcap(*frames)), most=70)
    assert [s.options for s in store.segments(range(300))] == [
        bytes([2, 4, n >> 8, n & 255]) for n in range(300)
    ]


def test_options_of_rows_in_any_order_near_and_far_apart(tmp_path: Path) -> None:
    frames = [p.frame(bytes(n % 5 * 1200), options=bytes([2, 4, 0, n]), seq=n) for n in range(200)]
    store = store_of(p.open_bytes(tmp_path, p.pcap(*frames)), most=30)
    rows = [150, 3, 199, 4, 4, 77, 0, 78, 198, 2, 121]
    assert [s.options[3] for s in store.segments(rows)] == rows


def test_options_that_the_file_has_lost_are_empty_and_those_before_are_there(tmp_path: Path) -> None:
    frames = [p.frame(options=bytes([2, 4, 0, n]), seq=n) for n in range(60)]
    reader = p.open_bytes(tmp_path, p.pcap(*frames))
    store = store_of(reader, most=20)
    (file,) = (each for each in tmp_path.iterdir() if each.is_file())
    with file.open("r+b") as cut:
        cut.truncate(int(store.column("offset")[10]))
    assert [len(s.options) for s in store.segments(range(20))] == [4] * 10 + [0] * 10


@pytest.mark.parametrize("bits", [1, 3, 16])
def test_columns_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    monkeypatch.setattr(module, "_BITS", bits)
    monkeypatch.setattr(module, "_CHUNK", 1 << bits)
    frames = [p.frame(seq=n * n, sport=n % 3 + 1) for n in range(50)]
    store = store_of(p.open_bytes(tmp_path, p.pcap(*frames)), most=7)
    expected = np.arange(50) ** 2
    assert store.n == 50
    assert store.column("seq").tolist() == expected.tolist()
    for rows in ([0], [49, 0, 7, 7], list(range(50)), [3, 12, 30], []):
        assert store.column("seq", np.array(rows, np.int64)).tolist() == expected[rows].tolist()
    for part in (slice(0, 0), slice(5, 9), slice(40, 99), slice(8, 16)):
        assert store.column("seq", part).tolist() == expected[part].tolist()
    assert [s.seq for s in store.segments(store.pairs.rows(1))] == expected[1::3].tolist()


@pytest.mark.parametrize("bits", [2, 16])
def test_the_first_row_of_a_later_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    monkeypatch.setattr(module, "_BITS", bits)
    monkeypatch.setattr(module, "_CHUNK", 1 << bits)
    other = p.ethernet(bytes(40), 0x0806)
    frames = [other if n % 3 == 0 else p.frame(seq=n) for n in range(20)]
    store = store_of(p.open_bytes(tmp_path, p.pcap(*frames)), 7)
    numbers = store.column("frame").tolist()
    for frame in (*range(23), 1 << 40):
        assert store.first_after(frame) == sum(number <= frame for number in numbers)


def test_a_row_takes_less_than_64_bytes() -> None:
    store_bytes = sum(np.dtype(kind).itemsize for kind in module._KINDS.values())
    index_bytes = 2
    assert store_bytes + index_bytes <= 64


def test_readers_never_see_half_a_row(tmp_path: Path) -> None:
    frames = [p.frame(seq=n, ack=n, sport=n % 5 + 1) for n in range(3000)]
    reader = p.open_bytes(tmp_path, p.pcap(*frames))
    store = SegmentStore(reader.packet)
    trouble: list[str] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            rows = np.arange(store.n)
            if (
                store.column("seq", rows).tolist() != rows.tolist()
                or (store.column("flow", rows) != rows % 5).any()
            ):
                trouble.append(f"at {len(rows)}")
            for pair in range(min(store.pairs.n, 5)):
                mine = store.pairs.rows(pair)
                if (mine % 5 != pair).any() or (np.diff(mine) != 5).any():
                    trouble.append(f"pair {pair}: {mine}")

    thread = threading.Thread(target=watch)
    thread.start()
    while (batch := reader.read(most=3)) is not None:
        store.append(batch)
    ended.set()
    thread.join()
    assert trouble == [] and store.n == 3000


@pytest.mark.skipif(not SHARED.exists(), reason="needs the captures beside the repository")
def test_pairs_of_real_captures_are_those_of_wireshark() -> None:
    """Wireshark's streams tell lives of a 4-tuple apart, pairs do not, so the lives are summed."""
    for entry in json.loads(SHARED.read_text()):
        store = store_of(CaptureReader(SHARED.parent / entry["file"]))
        expected: dict[frozenset[tuple[str, int]], int] = {}
        for stream in entry["wireshark_streams"]:
            key = frozenset((str(ip), int(port)) for ip, port in (stream["a"], stream["b"]))
            expected[key] = expected.get(key, 0) + sum(stream["frames"])
        found = {
            frozenset((end.ip, end.port) for end in store.pairs.ends(pair)): store.pairs.count(pair)
            for pair in range(store.pairs.n)
        }
        assert (entry["file"], found) == (entry["file"], expected)
