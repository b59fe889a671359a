"""What other programs say of the captures beside the project: compared, or left out for a reason."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tcptui.report.jsonlines import lines
from tcptui.report.zeek import ConnLog
from tcptui.session import Session
from tcptui.zeek.log import PairLog
from tests.support.agreement import section
from tests.support.packets import CAPTURES
from tests.support.sessions import pairs, read
from tests.test_session import COUNTED_OTHERWISE

Json = dict[str, Any]
REAL: list[Json] = json.loads((CAPTURES / "real.json").read_text()) if CAPTURES.exists() else []

pytestmark = pytest.mark.skipif(not REAL, reason="needs the captures beside the repository")

COMPARED = {
    "zeek-conn.log": {
        "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "conn_state", "history", "orig_pkts",
        "resp_pkts", "orig_bytes", "resp_bytes", "missed_bytes", "duration",
    },
    "zeek-history-state": {"expect"},
    "arkime-session": {"source", "destination", "network", "tcpflags"},
    "suricata-flow": {
        "event_type", "proto", "src_ip", "src_port", "dest_ip", "dest_port", "flow.pkts_toserver",
        "flow.pkts_toclient", "flow.bytes_toserver", "flow.bytes_toclient", "tcp.tcp_flags",
        "tcp.tcp_flags_ts", "tcp.tcp_flags_tc", "tcp.syn", "tcp.fin", "tcp.psh", "tcp.ack", "tcp.state",
    },
    "wireshark": {"a", "b", "frames", "bytes", "analysis", "first_frame", "last_frame"},
    "tcpdump-output": {"tcp_lines"},  # against tcpdump itself: tests/model/test_tcpdump.py
}  # fmt: skip
"""By kind of expectation: the fields that a test here or beside it looks at."""

LEFT_OUT = {
    "zeek-conn.log": {"orig_ip_bytes", "resp_ip_bytes", "service", "tunnel_parents"},
    "arkime-session": {"tcpseq", "initRTT", "length", "firstPacket", "lastPacket"},
    "suricata-flow": {
        "flow.reason", "flow.alerted", "flow.age", "app_proto", "flow.state",
        "tcp.ts_max_regions", "tcp.tc_max_regions",
    },
    "wireshark": {"completeness", "completeness_str"},
}  # fmt: skip
"""The page says why."""

GUESSED = "http-request-header-async-cli.pcap"
"""Where Suricata's tcp.state depends on its configuration."""


SAME_NAME = ("conn_state", "history", "orig_pkts", "resp_pkts", "orig_bytes", "resp_bytes", "missed_bytes")
"""Fields of conn.log that -T json has under the same names."""


def capture_of(entry: Json) -> str:
    return Path(entry["file"]).name


def expectations(kind: str) -> list[Any]:
    """Of one kind, each with its capture, as parameters."""
    found = [(entry, one) for entry in REAL for one in entry["expectations"] if one["type"] == kind]
    return [pytest.param(*pair, id=f"{capture_of(pair[0])}-{n}") for n, pair in enumerate(found)]


def session_of(entry: Json) -> Session:
    return read(file=str(CAPTURES / entry["file"]))


def records_of(entry: Json) -> list[Json]:
    return [record for record in map(json.loads, lines(session_of(entry))) if "flow" in record]


def fields(kind: str, one: Json) -> set[str]:
    """The names of what an expectation says."""
    if kind == "zeek-conn.log":
        return {name for row in one["rows"] for name in row}
    if kind == "arkime-session":
        return {name for session in one["sessions"] for name in session}
    if kind == "suricata-flow":
        return {name for check in one["flow_checks"] for name in check["match"]}
    return set(COMPARED[kind])


def test_every_field_is_compared_or_left_out_for_a_reason_that_the_page_gives() -> None:
    for entry in REAL:
        for one in entry["expectations"]:
            kind = one["type"]
            assert fields(kind, one) <= COMPARED[kind] | LEFT_OUT.get(kind, set())
        for stream in entry["wireshark_streams"]:
            assert set(stream) <= COMPARED["wireshark"] | LEFT_OUT["wireshark"]
    for kind, names in LEFT_OUT.items():
        text = section(kind.partition("-")[0].capitalize())
        assert all(name.split(".")[-1] in text or "regions" in name for name in names - {"completeness_str"})


# -- Zeek ------------------------------------------------------------------------------------------------


def zeek_rows(record: Json) -> Iterator[tuple[str, ...]]:
    """A record's connections as lines of conn.log."""
    for one in record["zeek"]:
        resp = "server" if one["orig"] == "client" else "client"
        ends = [str(record[end][what]) for end in (one["orig"], resp) for what in ("ip", "port")]
        names = (
            "conn_state",
            "history",
            "orig_pkts",
            "resp_pkts",
            "orig_bytes",
            "resp_bytes",
            "missed_bytes",
        )
        yield (*ends, *(str(one[name]) for name in names), f"{one['duration_ns'] / 1e9:.6f}")


def their_rows(one: Json) -> list[tuple[str, ...]]:
    names = ("id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", *SAME_NAME, "duration")
    return [tuple(row[name] for name in names) for row in one["rows"]]


def excepted() -> dict[str, tuple[str, str, list[int]]]:
    """By capture: our history, Zeek's, and the frames that make the difference."""
    said = r"^- `(\S+)`, frames ([\d, ]+): \*\*ours is `(\S+)`, Zeek's is `(\S+)`"
    found = re.findall(said, section("Zeek"), re.MULTILINE)
    return {name: (ours, theirs, [*map(int, frames.split(", "))]) for name, frames, ours, theirs in found}


@pytest.mark.parametrize(("entry", "one"), expectations("zeek-conn.log"))
def test_zeeks_conn_log(entry: Json, one: Json) -> None:
    records = records_of(entry)
    mine = sorted(row for record in records for row in zeek_rows(record))
    expected = sorted(their_rows(one))
    if capture_of(entry) in excepted():
        ours, theirs, _ = excepted()[capture_of(entry)]
        mine = [tuple(theirs if value == ours else value for value in row) for row in mine]
    assert mine == expected
    for record in records:
        assert set(record["conn_state"].split(",")) <= {row[4] for row in expected}


def test_the_page_counts_what_was_compared() -> None:
    compared = [param.values for param in expectations("zeek-conn.log") + expectations("zeek-history-state")]
    rows = sum(len(one.get("rows", "1")) for _, one in compared)
    captures = {capture_of(entry) for entry, _ in compared}
    assert f"| {rows} in {len(captures)} captures |" in section("Zeek")


def test_the_history_that_differs_is_zeeks_where_the_padding_is_counted() -> None:
    for name, (ours, theirs, frames) in excepted().items():
        (entry,) = [entry for entry in REAL if capture_of(entry) == name]
        session = session_of(entry)
        assert [one.history for one in ConnLog(session, pairs(session)).of(session.flow(1))] == [ours]
        one, other = session.flow(1).ends
        log = PairLog((one.port, other.port))
        for segment in session.segments(1):
            object.__setattr__(segment, "length", segment.length + 6 * (segment.packet in frames))
            log.feed(segment, whole=True)
        assert [one.history for one in log.entries()] == [theirs]


@pytest.mark.parametrize(("entry", "one"), expectations("zeek-history-state"))
def test_zeeks_states_of_single_tests(entry: Json, one: Json) -> None:
    session = session_of(entry)
    (found,) = ConnLog(session, pairs(session)).of(session.flow(1))
    told = f"history {found.history}, conn_state {found.conn_state}"
    if "orig.state" in one["expect"]:  # CLOSED and RESET together are RSTR
        assert found.conn_state == "RSTR"
        told = "orig.state=5 (CLOSED), resp.state=6 (RESET), "
        told += f"orig.num_pkts={found.orig_pkts}, resp.num_pkts={found.resp_pkts}"
    assert told == one["expect"]


# -- the others --------------------------------------------------------------------------------------------


class Pair:
    """What passed between two sockets, by socket: packets, bytes of frames, flags; and flags counted."""

    def __init__(self) -> None:
        self.packets: Counter[tuple[str, int]] = Counter()
        self.bytes: Counter[tuple[str, int]] = Counter()
        self.seen: dict[tuple[str, int], int] = defaultdict(int)
        self.flags: Counter[str] = Counter()


def pairs_of(session: Session) -> dict[frozenset[tuple[str, int]], Pair]:
    """All flows of the same sockets together."""
    found: dict[frozenset[tuple[str, int]], Pair] = defaultdict(Pair)
    for flow in session.flows():
        ends = [(end.ip, end.port) for end in flow.ends]
        pair = found[frozenset(ends)]
        rows = session.rows(flow.number)
        sizes = session.store.column("wirelen", rows).tolist()
        for size, segment in zip(sizes, session.segments(flow.number), strict=True):
            end = ends[segment.sender]
            pair.packets[end] += 1
            pair.bytes[end] += size
            pair.seen[end] |= int(segment.flags)
            pair.flags.update(arkimes_flags(segment.flags))
    return found


def arkimes_flags(flags: int) -> Iterator[str]:
    """Which of Arkime's counters a segment is for (capture/parsers/tcp.c)."""
    if flags & 2:
        yield "syn-ack" if flags & 16 else "syn"
        return
    for name, bit in (("rst", 4), ("fin", 1), ("psh", 8), ("urg", 32)):
        if flags & bit:
            yield name
    if flags & 0x1F == 16:
        yield "ack"


@pytest.mark.parametrize(("entry", "one"), expectations("arkime-session"))
def test_arkimes_sessions(entry: Json, one: Json) -> None:
    pairs = pairs_of(session_of(entry))
    assert len(pairs) == len(one["sessions"])
    for session in one["sessions"]:
        ends = [(session[side]["ip"], session[side]["port"]) for side in ("source", "destination")]
        pair = pairs[frozenset(ends)]
        for side, end in zip(("source", "destination"), ends, strict=True):
            assert (session[side]["packets"], session[side]["bytes"]) == (pair.packets[end], pair.bytes[end])
        assert session["network"] == {"packets": pair.packets.total(), "bytes": pair.bytes.total()}
        assert {name: n for name, n in session["tcpflags"].items() if n} == dict(pair.flags)


@pytest.mark.parametrize(("entry", "one"), expectations("suricata-flow"))
def test_suricatas_flows(entry: Json, one: Json) -> None:
    session = session_of(entry)
    (check,) = one["flow_checks"]
    assert session.snapshot().flows == check["count"]
    if check["count"] > 1:
        return  # nothing but their number
    match, flow = check["match"], session.flow(1)
    client, server = ((end.ip, end.port) for end in (flow.client_address, flow.server_address))
    (pair,) = pairs_of(session).values()
    seen = {"ts": pair.seen[client], "tc": pair.seen[server]}
    ours: Json = {
        "event_type": "flow", "proto": "TCP", "src_ip": client[0], "src_port": client[1],
        "dest_ip": server[0], "dest_port": server[1],
        "flow.pkts_toserver": pair.packets[client], "flow.pkts_toclient": pair.packets[server],
        "flow.bytes_toserver": pair.bytes[client], "flow.bytes_toclient": pair.bytes[server],
        "tcp.tcp_flags": f"{seen['ts'] | seen['tc']:02x}",
        "tcp.tcp_flags_ts": f"{seen['ts']:02x}", "tcp.tcp_flags_tc": f"{seen['tc']:02x}",
        "tcp.state": str(flow.client_state).lower(),
    }  # fmt: skip
    bits = {"syn": 2, "fin": 1, "psh": 8, "ack": 16}
    ours |= {f"tcp.{name}": bool(bit & (seen["ts"] | seen["tc"])) for name, bit in bits.items()}
    compared = COMPARED["suricata-flow"] - ({"tcp.state"} if capture_of(entry) == GUESSED else set())
    assert {name: ours[name] for name in match if name in compared} == {
        name: value for name, value in match.items() if name in compared
    }


@pytest.mark.parametrize("entry", REAL, ids=capture_of)
def test_wiresharks_conversations(entry: Json) -> None:
    """Frames and payload of each side, and the first and last frame."""
    session = session_of(entry)
    mine, theirs = [], []
    for flow in session.flows():
        frames = session.store.column("frame", session.rows(flow.number))
        sides = zip(((end.ip, end.port) for end in flow.ends), flow.packets, flow.payload, strict=True)
        mine.append((int(frames[0]), int(frames[-1]), sorted(sides)))
    for stream in entry["wireshark_streams"]:
        sides = zip((tuple(stream["a"]), tuple(stream["b"])), stream["frames"], stream["bytes"], strict=True)
        theirs.append((stream["first_frame"], stream["last_frame"], sorted(sides)))
    if entry["file"] in COUNTED_OTHERWISE:
        only_theirs = [one for one in theirs if one not in mine]
        only_mine = [one for one in mine if one not in theirs]
        assert len(only_theirs) == 2 and len(only_mine) == 1  # theirs together are ours
        mine = [one for one in mine if one not in only_mine]
        theirs = [one for one in theirs if one not in only_theirs]
    assert sorted(mine) == sorted(theirs)
