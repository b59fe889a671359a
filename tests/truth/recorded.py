"""Compare the engine with what kernels recorded: captures next to the project, with their truth.

    python -m tests.truth.recorded            the table of agreement
    python -m tests.truth.recorded NAME…      the merged timelines of what does not agree
    python -m tests.truth.recorded --in DIR … the same for other recordings, as tests.truth.live makes them

Hindsight: for each endpoint of each connection the sequence of states, as it stands at the end.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Flags, Segment
from tests.support.recorded import SHARED, Key, connections

KERNEL = SHARED / "kernel"
VANTAGES = ("A", "B", "MA", "MB")
U1_NS = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """One endpoint of one connection seen at one place."""

    scenario: str
    vantage: str
    endpoint: str
    peer: str
    group: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    u1: bool
    folder: Path = KERNEL

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def take(connection: Connection, one: Segment) -> None:
    """A segment, or an ICMP error about one."""
    if isinstance(one, IcmpError):
        connection.hear(one)
    else:
        connection.feed(one)


def infer(segments: list[Segment], *, same_socket: bool = False, until_ns: int = 0) -> Connection:
    connection = Connection(same_socket=same_socket)
    for segment in segments:
        take(connection, segment)
    if until_ns:
        connection.advance(until_ns)
    return connection


def sequence(histories: tuple[History, ...], endpoint: int) -> tuple[str, ...]:
    """The states that an endpoint went through, in hindsight, over all lives."""
    return tuple(str(t.new) for history in histories for t in history.standing() if t.endpoint == endpoint)


def group_of(network: dict[str, object] | None) -> str:
    if network is None:
        return "scripted"
    if network.get("forged"):
        return "random, forged segments"
    loss = "loss" if network["loss"] else "no loss"
    return f"random, {loss}, {'FIFO' if network['fifo'] or not network['dmax'] else 'reordering'}"


def verdicts(name: str, folder: Path = KERNEL) -> Iterator[Verdict]:
    """Every endpoint of a recording at each of its places."""
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    expected: dict[tuple[str, str], list[dict[str, object]]] = {}
    for one in truth["transitions"]:
        expected.setdefault((one["endpoint"], one["peer"]), []).append(one)
    fins = _own_fins(truth, folder)
    for vantage, file in truth["pcaps"].items():
        flows = connections(folder / file)
        for (a, b), segments in flows.items():
            same = a == b
            connection = infer(segments, same_socket=same, until_ns=truth["end_ns"])
            for number, (own, peer) in enumerate([(a, b)] if same else [(a, b), (b, a)]):
                if f"{own}>{peer}" in truth["unsure"] or (own, peer) not in expected:
                    continue
                changes = expected[own, peer]
                yield Verdict(
                    name,
                    vantage,
                    own,
                    peer,
                    group_of(truth["network"]),
                    tuple(str(one["new"]) for one in changes),
                    sequence(connection.histories(), number),
                    _hidden_fin(changes, fins.get((own, peer), [])),
                    folder,
                )


def _hidden_fin(changes: list[dict[str, object]], fins: list[int]) -> bool:
    """Class U1: the application closed more than 1 ms before its FIN left its host, or none ever left."""
    closes = [int(str(c["t_ns"])) for c in changes if c["new"] in ("FIN_WAIT_1", "LAST_ACK")]
    return any(not any(abs(fin - close) <= U1_NS for fin in fins) for close in closes)


def _own_fins(truth: dict[str, Any], folder: Path) -> dict[tuple[str, str], list[int]]:
    """When each endpoint's FINs left its own host, by (endpoint, peer)."""
    found: dict[tuple[str, str], list[int]] = {}
    for host in ("A", "B"):
        for ends, segments in connections(folder / truth["pcaps"][host]).items():
            for one in segments:
                own, peer = ends[one.sender], ends[1 - one.sender]
                if one.flags & Flags.FIN and own.rpartition(":")[0] in truth["hosts"][host]:
                    found.setdefault((own, peer), []).append(one.time_ns)
    return found


def names(folder: Path = KERNEL) -> list[str]:
    return sorted(path.name.removesuffix(".truth.json") for path in folder.glob("*.truth.json"))


def explain(one: Verdict) -> str:
    """Why packets cannot tell, for a sequence that does not agree: U2, U3 or U4; "engine" where they can.

    U4: the endpoint sent something that never came to the place of the capture. U3: something passed
    there that never came to the endpoint. U2: it moved last, with nothing said.
    """
    truth = json.loads((one.folder / f"{one.scenario}.truth.json").read_text())
    host = "A" if one.endpoint.rpartition(":")[0] in truth["hosts"]["A"] else "B"
    here, there = (_traffic(truth["pcaps"][place], one) for place in (one.vantage, host))
    if any(key[0] and key not in here for key in there):
        return "U4"
    if any(not key[0] and key not in there for key in here):
        return "U3"
    silent = one.expected[:-1] == one.found and one.expected[-1] in ("CLOSED", "LISTEN")
    return "U2" if silent else "engine"


def _traffic(file: str, one: Verdict) -> set[tuple[bool, int, int, int, int, int | None]]:
    """The segments between these two: whether the endpoint sent it, and what tells it from others."""
    return {
        (
            (key[segment.sender] == one.endpoint),
            segment.flags,
            segment.seq,
            segment.ack,
            segment.length,
            segment.ip_id,
        )
        for key, segments in connections(one.folder / file).items()
        if {one.endpoint, one.peer} == set(key)
        for segment in segments
    }


def tally(found: list[Verdict]) -> dict[str, tuple[int, int]]:
    """Per class: (endpoint sequences that agree, all of them); U1 left out."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for one in found:
        if not one.u1:
            count[one.group] += 1
            right[one.group] += one.agrees
    return {group: (right[group], count[group]) for group in sorted(count)}


def live_samples(name: str, folder: Path = KERNEL) -> Iterator[bool]:
    """On each host's own capture: after each packet, whether the state of that host's end is the kernel's.

    The kernel is asked just before the next packet of the connection, at most 3 ms later.
    """
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    for host in ("A", "B"):
        for ends, segments in connections(folder / truth["pcaps"][host]).items():
            for number, own in enumerate(ends):
                changes = [
                    (one["t_ns"], one["old"], one["new"])
                    for one in truth["transitions"]
                    if (one["endpoint"], one["peer"]) == (own, ends[1 - number])
                ]
                unsure = f"{own}>{ends[1 - number]}" in truth["unsure"]
                if changes and not unsure and own.rpartition(":")[0] in truth["hosts"][host]:
                    yield from _live_agreement(changes, segments, number)


def _live_agreement(
    changes: list[tuple[int, str, str]], segments: list[Segment], number: int
) -> Iterator[bool]:
    connection = Connection()
    for index, segment in enumerate(segments):
        take(connection, segment)
        later = segments[index + 1].time_ns if index + 1 < len(segments) else segment.time_ns + 3_000_000
        asked = min(segment.time_ns + 3_000_000, later - 1)
        past = [new for when, _, new in changes if when <= asked]
        truth = past[-1] if past else changes[0][1]
        found = str(connection.states[number])
        yield found == truth or {found, truth} <= {"CLOSED", "LISTEN"}


# -- captures/states.json ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """ "After frame n this endpoint is in this state", and what we say."""

    file: str
    frame: int
    endpoint: str
    via: str
    expected: str
    found: str
    note: str = ""
    policy: str = ""

    @property
    def agrees(self) -> bool:
        if self.expected.startswith("NOT "):
            return self.found != self.expected[4:]
        if not self.frame and self.expected == "LISTEN":
            return self.found in ("CLOSED", "LISTEN")  # the same before the first frame
        return self.found == self.expected


def points() -> Iterator[Point]:
    from tcptui.tcp.history import Moment

    for one in json.loads((SHARED / "states.json").read_text()):
        flows = connections(SHARED / one["file"])
        runs = {key: infer(segments) for key, segments in flows.items()}
        for point in one["points"]:
            own = point["endpoint"]
            key = _flow(runs, own, point.get("peer"))
            if key is None:
                found, note = "no such flow", ""
            else:
                number = 0 if own in (key[0], key[0].rpartition(":")[0]) else 1
                histories = runs[key].histories()
                frame = point["after_frame"]
                life = max(
                    (h for h in histories if h.first_packet <= frame),
                    key=lambda h: h.first_packet,
                    default=None,
                )
                found, note = "CLOSED", ""
                if life is not None:
                    last = [s.time_ns for s in flows[key] if s.packet <= frame][-1]
                    standing = life.at(Moment(frame, last))[number]
                    found, note = str(standing.state), standing.since.note if standing.since else ""
            policy = (one.get("event") or {}).get("policy") or ""
            yield Point(
                one["file"], point["after_frame"], own, point["via"], point["state"], found, note, policy
            )


def _flow(flows: dict[Key, Connection], own: str, peer: str | None) -> Key | None:
    """The pair of sockets that a point speaks of; some name a host alone."""
    for a, b in flows:
        if peer is None and own in (a.rpartition(":")[0], b.rpartition(":")[0]):
            return a, b
        if peer is not None and {own, peer} == {a, b}:
            return a, b
    return None


# -- command line --------------------------------------------------------------------------------------


def timeline(name: str, folder: Path = KERNEL) -> None:
    """The disagreements of one recording (or NAME.VANTAGE), with packets and kernel transitions."""
    name, _, only = name.partition(".")
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    for one in verdicts(name, folder):
        if one.agrees or one.u1 or only not in ("", one.vantage):
            continue
        print(f"\n== {name}.{one.vantage} {one.endpoint} > {one.peer}")
        print("   kernel:", " ".join(one.expected))
        print("   engine:", " ".join(one.found))
        flows = connections(folder / truth["pcaps"][one.vantage])
        key = next(k for k in flows if k in ((one.endpoint, one.peer), (one.peer, one.endpoint)))
        segments = flows[key]
        rows = [(s.time_ns, _segment_text(s, segments)) for s in segments]
        for t in truth["transitions"]:
            if (t["endpoint"], t["peer"]) in ((key[0], key[1]), (key[1], key[0])):
                who = 0 if t["endpoint"] == key[0] else 1
                rows.append((t["t_ns"], f"                                  K{who} {t['old']} > {t['new']}"))
        connection = infer(segments, same_socket=key[0] == key[1], until_ns=truth["end_ns"])
        for history in connection.histories():
            for t2 in history.standing():
                rows.append(
                    (
                        t2.time_ns,
                        f"            {' ' * 40} E{t2.endpoint} {t2.old} > {t2.new} [{t2.evidence}] {t2.why}",
                    )
                )
            for c in history.corrections:
                rows.append(
                    (
                        c.time_ns,
                        f"            {' ' * 40} !{c.endpoint} {[str(s) for s in c.withdrawn]} {c.reason}",
                    )
                )
        rows.sort(key=lambda row: row[0])
        start = rows[0][0]
        for when, text in rows:
            print(f"{(when - start) / 1e9:10.4f} {text}")


def _segment_text(s: Segment, all_segments: list[Segment]) -> str:
    def base(sender: int) -> int:
        for one in all_segments:
            if one.sender == sender:
                return one.seq
            if one.flags & Flags.ACK:
                return one.ack - 1
        return 0

    names_ = "".join(c for bit, c in ((1, "F"), (2, "S"), (4, "R"), (8, "P"), (16, ".")) if s.flags & bit)
    rel = (s.seq - base(s.sender)) & 0xFFFFFFFF
    ack = (s.ack - base(1 - s.sender)) & 0xFFFFFFFF if s.flags & Flags.ACK else "-"
    arrow = "  >" if s.sender == 0 else "<  "
    return f"#{s.packet} {arrow} {names_} seq {rel}+{s.length} ack {ack} id {s.ip_id}"


def main() -> None:
    if sys.argv[1:2] == ["points"]:
        found_points = list(points())
        for point in found_points:
            if not point.agrees:
                print(
                    point.file,
                    point.frame,
                    point.endpoint,
                    point.via,
                    "expected",
                    point.expected,
                    "found",
                    point.found,
                )
        print(sum(p.agrees for p in found_points), "of", len(found_points))
        return
    folder, only = which(sys.argv[1:])
    if only:
        for name in only:
            timeline(name, folder)
        return
    report([one for name in names(folder) for one in verdicts(name, folder)])


def which(arguments: list[str]) -> tuple[Path, list[str]]:
    """The folder after --in, and the names that follow."""
    if arguments[:1] == ["--in"]:
        if not arguments[1:] or not names(Path(arguments[1])):
            sys.exit("--in DIR: a folder with NAME.truth.json and the captures that it names")
        return Path(arguments[1]), arguments[2:]
    return KERNEL, arguments


def report(found: list[Verdict]) -> None:
    """How many disagree in each recording, and how many agree in each class."""
    wrong = Counter((one.scenario, one.group) for one in found if not one.agrees and not one.u1)
    for (scenario, group), count in sorted(wrong.items(), key=lambda item: item[0][1]):
        print(f"{group:28} {scenario:32} {count}")
    for group, (right, count) in tally(found).items():
        print(f"{group:28} {right:5} of {count:5}  {100 * right / count:6.2f} %")


if __name__ == "__main__":
    main()
