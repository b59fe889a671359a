"""Zeek's connections of each flow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tcptui.report import flows
from tcptui.report.jsonlines import lines
from tcptui.report.zeek import ConnLog, by_flow, summary
from tcptui.session import Session
from tcptui.zeek.log import PairLog
from tests.support.packets import START, Record, ethernet, ipv4, pcap, tcp
from tests.support.sessions import pairs, read

TIMESTAMPS = b"\x01\x01\x08\x0a" + bytes(8)
SECOND = 10**9


def session_of(tmp_path: Path, *records: Record) -> Session:
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap(*records))
    return read(file=str(path))


def frame(at: float, sport: int, dport: int, seq: int, ack: int, flags: int, payload: bytes = b"") -> Record:
    segment = tcp(payload, sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, options=TIMESTAMPS)
    src, dst = ("10.0.0.1", "10.0.0.2") if sport > dport else ("10.0.0.2", "10.0.0.1")
    packet = ethernet(ipv4(segment, src=src, dst=dst))
    return packet, len(packet), START + round(at * SECOND)


def refused(at: float) -> tuple[Record, Record]:
    return frame(at, 5000, 80, 99, 0, 2), frame(at + 0.1, 80, 5000, 0, 100, 20)


OPEN = (
    frame(0, 5000, 80, 99, 0, 2), frame(0.1, 80, 5000, 299, 100, 18), frame(0.2, 5000, 80, 100, 300, 16),
)  # fmt: skip


def test_a_demo_as_zeek_would_log_it() -> None:
    session = read(demo="handshake")
    (entry,) = ConnLog(session, pairs(session)).of(session.flow(1))
    assert (entry.conn_state, entry.history) == ("SF", "ShADadFf")
    assert (entry.orig_pkts, entry.resp_pkts) == (6, 5)


def test_tries_of_a_refused_call_are_connections_of_their_own_and_one_in_the_summary(tmp_path: Path) -> None:
    session = session_of(tmp_path, *refused(0), *refused(1))
    entries = ConnLog(session, pairs(session)).of(session.flow(1))
    assert [entry.packets for entry in entries] == [(1, 2), (3, 4)]
    assert summary(entries) == ("REJ", "Sr")


def test_different_connections_of_one_flow_stand_side_by_side(tmp_path: Path) -> None:
    session = session_of(tmp_path, frame(-8, 5000, 80, 99, 0, 2), *OPEN)
    assert session.snapshot().flows == 1
    assert summary(ConnLog(session, pairs(session)).of(session.flow(1))) == ("S0,S1", "S,ShA")


def test_of_nothing_there_is_nothing_to_say() -> None:
    assert summary([]) == ("-", "-")


def test_lives_of_the_same_sockets_have_their_own(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        *OPEN,
        frame(1, 5000, 80, 100, 300, 20),
        *(
            frame(at + 2, *rest)
            for at, rest in ((0, (5000, 80, 9099, 0, 2)), (0.1, (80, 5000, 9299, 9100, 18)))
        ),
        frame(2.2, 5000, 80, 9100, 9300, 16),
    )
    log = ConnLog(session, pairs(session))
    assert [summary(log.of(flow)) for flow in session.flows()] == [("RSTO", "ShAR"), ("S1", "ShA")]
    alone = ConnLog(session, [session.flow(2).pair])
    assert summary(alone.of(session.flow(2))) == ("S1", "ShA")


def test_sockets_that_are_used_again_and_again_are_gone_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = [
        frame(10 * at + after, *ports, 10_000 * at + seq, ack and 10_000 * at + ack, flags)
        for at in range(1, 21)
        for after, ports, seq, ack, flags in (
            (0, (5000, 80), 99, 0, 2),
            (0.1, (80, 5000), 299, 100, 18),
            (0.2, (5000, 80), 100, 300, 16),
            (0.3, (5000, 80), 100, 300, 20),
        )
    ]
    session, fed, feed = session_of(tmp_path, *lives), [], PairLog.feed
    monkeypatch.setattr("tcptui.processes.cores", lambda: 1)
    monkeypatch.setattr("tcptui.report.shares.AT_ONCE", 2)
    monkeypatch.setattr(PairLog, "feed", lambda *given: fed.append(given) or feed(*given))
    told = [entry for entries in by_flow(session, lambda _, entries: entries) for entry in entries]
    assert (session.snapshot().flows, session.reused()) == (20, [0])
    assert [entry.history for entry in told] == ["ShAR"] * 20
    assert len(fed) == session.store.n == 80 == sum(entry.orig_pkts + entry.resp_pkts for entry in told)


def test_payload_that_was_cut_is_a_gap_and_a_cut_header_is_nothing(tmp_path: Path) -> None:
    packet, size, time = frame(0.3, 5000, 80, 100, 300, 24, b"x" * 100)
    answer = frame(0.4, 80, 5000, 300, 200, 16)
    cut = session_of(tmp_path, *OPEN, (packet[:80], size, time), answer)
    assert summary(ConnLog(cut, pairs(cut)).of(cut.flow(1))) == ("S1", "ShADaG")
    headless = session_of(tmp_path, *OPEN, (packet[:60], size, time), answer)
    (entry,) = ConnLog(headless, pairs(headless)).of(headless.flow(1))
    assert (entry.history, entry.orig_pkts) == ("ShAaG", 2)


def test_columns_of_the_table_stand_before_the_verdict() -> None:
    head, *rows = flows.lines(read(demo="time-wait-reuse"), zeek=True)
    assert head.split()[-3:] == ["conn_state", "history", "verdict"]
    at, after = head.index("history"), head.index("verdict")
    assert all(row[at:after].strip().startswith("ShA") for row in rows)
    assert "history" not in next(iter(flows.lines(read(demo="time-wait-reuse"))))


def test_json_has_the_summary_and_every_connection(tmp_path: Path) -> None:
    session = session_of(tmp_path, *refused(0), *refused(1))
    (record,) = [json.loads(line) for line in lines(session)]
    assert (record["conn_state"], record["history"]) == ("REJ", "Sr")
    first, second = record["zeek"]
    assert first == {
        "orig": "client", "first_packet": 1, "last_packet": 2, "duration_ns": SECOND // 10,
        "conn_state": "REJ", "history": "Sr", "orig_pkts": 1, "resp_pkts": 1, "orig_bytes": 0,
        "resp_bytes": 0, "missed_bytes": 0,
    }  # fmt: skip
    assert second["first_packet"] == 3
