"""What of a header is read from its bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tcptui.capture.pcapfile import CaptureReader
from tcptui.store.rest import Rest, cut_headers, rest
from tcptui.store.segments import SegmentStore
from tests.support.packets import Record, ethernet, ipv4, padded, pcap, read_all, tcp

OPTIONS = bytes.fromhex("0101080a0000000100000002")
HEADERS = 14 + 20 + 20
PLAIN = ethernet(ipv4(tcp(b"payload", options=OPTIONS)))
URGENT = bytearray(ethernet(ipv4(tcp(b"payload", flags=0x30))))
URGENT[HEADERS - 2 : HEADERS] = b"\x01\x02"


def store_of(tmp_path: Path, *records: Record) -> tuple[SegmentStore, np.ndarray]:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(*records))
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    for batch in read_all(reader):
        store.append(batch)
    return store, np.arange(store.n)


def test_most_segments_have_no_more_than_their_columns(tmp_path: Path) -> None:
    short = padded(ethernet(ipv4(tcp())))
    assert rest(*store_of(tmp_path, PLAIN, short, ethernet(ipv4(tcp(options=OPTIONS))))) == {}


def test_an_urgent_pointer(tmp_path: Path) -> None:
    assert rest(*store_of(tmp_path, PLAIN, bytes(URGENT))) == {1: Rest(0x0102, 0, 7)}


def test_what_the_capture_cut_off(tmp_path: Path) -> None:
    cuts = [HEADERS, HEADERS + 5, HEADERS + 12, HEADERS + 15]
    store, rows = store_of(tmp_path, *((PLAIN[:cut], len(PLAIN)) for cut in cuts))
    assert rest(store, rows) == {0: Rest(0, 12, 0), 1: Rest(0, 12, 0), 2: Rest(0, 12, 0), 3: Rest(0, 12, 3)}
    assert cut_headers(store, rows) == [0, 1]
    assert cut_headers(store, rows[2:]) == []
