"""The rows of an append, grouped by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tcptui.capture.pcapfile import CaptureReader
from tcptui.regular.rows import Rows, grouped
from tcptui.store.segments import SegmentStore
from tests.support.courses import ACK, SYN, Passed, capture
from tests.support.packets import frame, pcap


def rows_of(path: Path) -> tuple[SegmentStore, Rows]:
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    batch = reader.read()
    assert batch is not None
    store.append(batch)
    return store, grouped(store.appended, store.pairs.touched())


def test_they_are_the_store_s_pair_by_pair(tmp_path: Path) -> None:
    one = [Passed(0, SYN, 0, 0, 0, 5, 1), Passed(1, SYN | ACK, 0, 1, 0, 5, 2), Passed(0, ACK, 1, 1, 9, 5, 3)]
    store, rows = rows_of(capture(tmp_path / "x.pcap", [one, one]))
    assert rows.pairs.tolist() == [0, 1]
    assert rows.starts.tolist() == [0, 3, 6]
    for name in ("sender", "flags", "seq", "ack", "length", "time_ns", "frame", "window", "ip_id", "version"):
        order = np.concatenate([store.pairs.rows(pair) for pair in (0, 1)])
        assert getattr(rows, name).tolist() == store.column(name, order).tolist(), name
    assert not rows.own.any()


def test_a_socket_that_talks_to_itself_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    own = {"sport": 80, "dport": 80}
    path.write_bytes(pcap(frame(**own), frame()))
    _, rows = rows_of(path)
    assert not rows.own.any()
    from tests.support.packets import ethernet, ipv4, tcp

    path.write_bytes(pcap(ethernet(ipv4(tcp(**own), src="10.0.0.1", dst="10.0.0.1")), frame()))
    _, rows = rows_of(path)
    assert rows.own.tolist() == [True, False]
