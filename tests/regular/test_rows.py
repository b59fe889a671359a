"""The rows of an append, grouped by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import CaptureReader
from tcptui.regular.rows import grouped
from tcptui.regular.sweep import Rows
from tcptui.store.segments import SegmentStore
from tcptui.tcp.options import is_bsd
from tests.support.courses import ACK, BSD, LINUX, SYN, Passed, capture
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


@pytest.mark.parametrize(
    "options",
    [
        LINUX,
        BSD,
        b"",
        BSD + bytes(4),
        BSD + b"\1\1\1\1",
        bytes.fromhex("020405b404020000"),
        bytes.fromhex("020405b404020101"),
        bytes.fromhex("020405b4040200000000"),
        bytes.fromhex("020405b40103030801010402"),
        bytes.fromhex("020405b4010303060101080a000000010000000004020000"),
        bytes.fromhex("020405b4"),
        bytes.fromhex("0205aabbcc0103030604020101"),
    ],
)
def test_freebsd_is_told_from_others_by_the_options_of_its_syns(options: bytes, tmp_path: Path) -> None:
    options += b"\1" * (-len(options) % 4)
    _, rows = rows_of(capture(tmp_path / "x.pcap", [[Passed(0, SYN, 0, 0, 0, 5, 1, options=options)]]))
    assert rows.bsd.tolist() == [is_bsd(options)]


PIECES = [
    b"\0",
    b"\1",
    b"\2\4\5\xb4",
    b"\2\3\5",
    b"\3\3\6",
    b"\4\2",
    b"\x08\x0a" + bytes(8),
    b"\x02",
    b"\x22\x02",
]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=9))
def test_however_options_are_laid_out(pieces: list[bytes], tmp_path: Path) -> None:
    options = b"".join(pieces)[:40]
    test_freebsd_is_told_from_others_by_the_options_of_its_syns(options, tmp_path)


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
