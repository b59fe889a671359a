"""The JSON that other programs read."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from tcptui.report.flows import lines as table
from tcptui.report.jsonlines import lines
from tcptui.session import Session
from tests.support.hosts import HALF_OPEN, attempt, away
from tests.support.packets import ethernet, ipv4, pcap, tcp
from tests.support.sessions import read


def records(demo: str) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in lines(read(demo=demo))]


def segment(src: str, dst: str, **fields: int) -> bytes:
    return ethernet(ipv4(tcp(**fields), src=src, dst=dst))  # type: ignore[arg-type]


def test_the_fields_of_a_connection() -> None:
    (record,) = records("handshake")
    assert list(record) == [
        "flow", "client", "server", "roles", "start_ns", "end_ns", "packets", "payload", "state",
        "transitions", "corrections", "diagnoses", "conn_state", "history", "zeek",
    ]  # fmt: skip
    assert record["client"] == {"ip": "192.0.2.10", "port": 40001}
    assert record["server"] == {"ip": "192.0.2.20", "port": 9502}
    assert (record["flow"], record["roles"]) == (1, "handshake")
    assert record["packets"] == {"client": 6, "server": 5}
    assert record["payload"] == {"client": 7, "server": 18}
    assert record["state"] == {"client": "TIME_WAIT", "server": "CLOSED"}
    assert record["start_ns"] < record["end_ns"]
    assert record["transitions"][0] == {
        "packet": 1,
        "time_ns": record["start_ns"],
        "endpoint": "client",
        "from": "CLOSED",
        "to": "SYN_SENT",
        "event": "active open: SYN sent",
        "evidence": "sent",
    }


def test_transitions_are_in_order_of_time_and_a_sender_moves_before_the_receiver() -> None:
    for demo in ("handshake-ack-lost", "simultaneous-close", "close-by-server"):
        steps = records(demo)[0]["transitions"]
        assert [s["time_ns"] for s in steps] == sorted(s["time_ns"] for s in steps)
        for one, other in itertools.pairwise(steps):
            if one["packet"] == other["packet"] and one["endpoint"] != other["endpoint"]:
                assert other["evidence"] != "sent"


def test_each_end_steps_from_where_it_stands() -> None:
    for end in ("client", "server"):
        steps = [s for s in records("last-ack-lost")[0]["transitions"] if s["endpoint"] == end]
        assert all(one["to"] == other["from"] for one, other in itertools.pairwise(steps))


def test_where_the_clock_was_set_back_each_end_still_steps_from_where_it_stands(tmp_path: Path) -> None:
    frames = [
        segment("10.0.0.1", "10.0.0.2", sport=5000, dport=80, seq=0, flags=0x02),
        segment("10.0.0.2", "10.0.0.1", sport=80, dport=5000, seq=9, ack=1, flags=0x12),
        segment("10.0.0.1", "10.0.0.2", sport=5000, dport=80, seq=1, ack=10, flags=0x10),
        segment("10.0.0.1", "10.0.0.2", sport=5000, dport=80, seq=1, ack=10, flags=0x11),
    ]
    seconds = (500, 400, 300, 1)
    path = tmp_path / "back.pcap"
    path.write_bytes(pcap(*((f, len(f), t * 10**9) for f, t in zip(frames, seconds, strict=True))))
    (record,) = [json.loads(line) for line in lines(read(file=str(path)))]
    for end in ("client", "server"):
        steps = [s for s in record["transitions"] if s["endpoint"] == end]
        assert len(steps) >= 3
        assert all(one["to"] == other["from"] for one, other in itertools.pairwise(steps))
    assert record["start_ns"] == record["end_ns"] == 500 * 10**9


def test_a_correction_names_what_was_taken_back() -> None:
    (record,) = records("handshake-ack-lost")
    (correction,) = record["corrections"]
    assert correction["endpoint"] == "server"
    assert correction["withdrawn"] == ["ESTABLISHED"]
    assert set(correction) == {"packet", "endpoint", "withdrawn", "reason"}


def test_a_picked_up_connection_has_guessed_roles() -> None:
    (record,) = records("mid-stream")
    assert record["roles"] == "guessed"
    assert record["transitions"][0]["evidence"] == "assumed"
    assert record["server"]["port"] == 9502


def test_diagnoses_name_their_packets() -> None:
    (record,) = records("refused")
    (diagnosis,) = [d for d in record["diagnoses"] if d["id"] == "refused"]
    assert diagnosis["severity"] == "note"
    assert diagnosis["packets"] == [1, 2]


def flooded(tmp_path: Path) -> Session:
    packets = [one for i in range(60) for one in attempt(i / 99, away(i), 1, "10.0.0.2", 80, HALF_OPEN)]
    path = tmp_path / "flood.pcap"
    path.write_bytes(pcap(*((one.frame, len(one.frame), one.time_ns) for one in packets), linktype=101))
    return read(file=str(path))


def test_findings_about_hosts_follow_the_flows(tmp_path: Path) -> None:
    *flows, last = [json.loads(line) for line in lines(flooded(tmp_path))]
    assert len(flows) == 60
    assert all("flow" in one for one in flows)
    assert last["host"] == "10.0.0.2:80"
    (diagnosis,) = last["diagnoses"]
    assert (diagnosis["id"], diagnosis["severity"]) == ("syn-flood", "error")
    assert diagnosis["packets"][0] == 1


def test_the_table_ends_with_them(tmp_path: Path) -> None:
    assert list(table(flooded(tmp_path)))[-1].startswith("error: SYN flood on 10.0.0.2:80: 60 half-open")


def test_what_packets_cannot_tell_stands_beside_the_step() -> None:
    (record,) = records("handshake")
    noted = {s["to"]: s["note"] for s in record["transitions"] if "note" in s}
    assert "lost behind us" in noted["CLOSED"]
    assert "SYN_SENT" not in noted  # sent: nothing is open about that
