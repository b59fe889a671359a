"""The generator against readers that we did not write, and against the states that it meant."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks import frames
from benchmarks.generate import Made, Spec, make, size
from benchmarks.webscripts import KINDS
from tests.support.needs import needs_program

CLEAN = tuple((name, 0.0) for name, kind in KINDS.items() if kind.lossy)
LOSSY = tuple((name, 1.0 if kind.lossy else 0.0) for name, kind in KINDS.items())
ANALYSIS = "tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"


def made(folder: Path, spec: Spec) -> tuple[Path, Made]:
    """A capture in a folder."""
    path = folder / f"{spec.name}.pcap"
    return path, make(spec, path)


def tshark(path: Path, *arguments: str) -> list[str]:
    """Lines that tshark prints of a capture; it checks checksums."""
    checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    command = ["tshark", "-n", "-r", str(path), *checked, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_seed_makes_a_file_and_another_seed_another(tmp_path: Path) -> None:
    files = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make(Spec("web", 3000, seed), tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


def test_it_has_the_packets_and_kinds_that_were_asked_for(tmp_path: Path) -> None:
    _, web = made(tmp_path, Spec("web", 60_000))
    assert web.packets == 60_000
    assert 24 < web.packets / web.flows < 48
    for kind, flows in web.count().items():
        assert flows / web.flows == pytest.approx(KINDS[kind].share, abs=0.03)
        assert flows
    only = (*((name, 0.0) for name in KINDS if name != "refused"), ("refused", 1.0))
    _, refused = made(tmp_path, Spec("web", 2000, shares=only))
    assert +Counter(refused.count()) == {"refused": 1000}


@needs_program("tshark")
def test_flows_that_lose_nothing_have_nothing_to_analyse(tmp_path: Path) -> None:
    path, web = made(tmp_path, Spec("web", 6000, snaplen=2000, shares=(*CLEAN, ("unanswered", 0.0))))
    assert tshark(path, "-Y", ANALYSIS, "-T", "fields", "-e", "frame.number") == []
    streams = tshark(path, "-T", "fields", "-e", "tcp.stream")
    assert len(streams) == web.packets
    assert len(set(streams)) == web.flows


@needs_program("tshark")
def test_lossy_flows_are_repaired(tmp_path: Path) -> None:
    path, _ = made(tmp_path, Spec("web", 6000, snaplen=2000, shares=LOSSY))
    flags = "retransmission", "fast_retransmission", "lost_segment", "duplicate_ack"
    for flag in flags:
        assert tshark(path, "-Y", f"tcp.analysis.{flag}"), flag
    again = "tcp.analysis.retransmission && "
    for what in ("tcp.flags.syn == 1", "tcp.flags.fin == 1", "tcp.len > 0"):
        assert tshark(path, "-Y", again + what), what
    assert tshark(path, "-Y", "tcp.checksum.status == 0 || tcp.analysis.ack_lost_segment") == []


@needs_program("tshark")
def test_an_unanswered_syn_is_repeated_after_doubling_times(tmp_path: Path) -> None:
    shares = tuple((name, float(name == "unanswered")) for name in KINDS)
    path, _ = made(tmp_path, Spec("web", 700, shares=shares))
    lines = tshark(path, "-T", "fields", "-e", "tcp.stream", "-e", "tcp.time_delta")
    gaps: dict[str, list[int]] = {}
    for stream, gap in (line.split("\t") for line in lines):
        gaps.setdefault(stream, []).append(round(float(gap)))
    assert max(gaps.values(), key=len) == [0, 1, 2, 4, 8, 16, 32]


def test_the_states_are_those_of_the_simulation(tmp_path: Path) -> None:
    path, web = made(tmp_path, Spec("web", 8000))
    command = [sys.executable, "-m", "tcptui", "-T", "json", str(path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    inferred = {}
    for flow in map(json.loads, out.splitlines()):
        if "state" in flow:
            ends = flow["client"]["ip"], flow["client"]["port"], flow["server"]["ip"], flow["server"]["port"]
            inferred[ends] = flow["state"]["client"], flow["state"]["server"]
    assert len(inferred) == web.flows
    agree: dict[bool, list[bool]] = {False: [], True: []}
    kinds = set()
    for instance, ended in zip(web.instances, web.ended, strict=True):
        name = web.traffic.kinds[web.traffic.kind_of[instance["piece"]]]
        if not ended or name == "unanswered":
            continue
        found = inferred[addresses(web, instance)]
        meant = web.traffic.states[instance["piece"]]
        same = all(
            now == then or (now, then) == ("CLOSED", "TIME_WAIT")
            for now, then in zip(found, meant, strict=True)
        )
        agree[KINDS[name].lossy].append(same)
        kinds.add(name)
    assert kinds == set(KINDS) - {"unanswered"}
    assert all(agree[False])
    assert sum(agree[True]) >= 0.9 * len(agree[True]) > 0


def addresses(web: Made, instance: np.void) -> tuple[str, int, str, int]:
    """A flow's ends, as JSON has them."""
    library = web.traffic.library
    v6 = library.rows["v6"][library.first[instance["piece"]]]
    ends = []
    for host in ("client", "server"):
        number = int(instance[host])
        whole = (
            ipaddress.IPv6Address(frames.PREFIX + number.to_bytes(4, "big"))
            if v6
            else ipaddress.IPv4Address(number)
        )
        ends.append(str(whole))
    return ends[0], int(instance["client_port"]), ends[1], int(instance["server_port"])


def test_addresses_are_taken_again_only_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.web.BATCH", 256)
    ends = ["client", "client_port", "server", "server_port"]
    _, plain = made(tmp_path, Spec("web", 60_000))
    assert len(np.unique(plain.instances[ends])) == plain.flows
    _, again = made(tmp_path, Spec("web", 60_000, reuse=0.5))
    different, where = np.unique(again.instances[ends], return_inverse=True)
    assert 0.1 * again.flows < again.flows - len(different) < 0.5 * again.flows
    library = again.traffic.library
    order = np.lexsort((again.instances["start"], where))
    flows, which = again.instances[order], where[order]
    former, later = flows[:-1][which[1:] == which[:-1]], flows[1:][which[1:] == which[:-1]]
    assert np.all(later["start"] > former["start"] + library.duration[former["piece"]] + 10**9)
    ahead = later["client_seq"] - former["client_seq"]
    assert np.all((ahead > 0) & (ahead < 1 << 31))
    family = library.rows["v6"][library.first]
    assert np.all(family[later["piece"]] == family[former["piece"]])


@needs_program("tshark")
@pytest.mark.parametrize(("name", "flows"), [("long", 1), ("few", 100)])
def test_long_flows_are_repeated_without_a_seam(tmp_path: Path, name: str, flows: int) -> None:
    path, long = made(tmp_path, Spec(name, 10_000))
    assert (long.packets, long.flows) == (10_000, flows)
    assert len(set(tshark(path, "-T", "fields", "-e", "tcp.stream"))) == flows
    seam = "tcp.analysis.ack_lost_segment || tcp.analysis.window_full || tcp.analysis.reused_ports"
    assert tshark(path, "-Y", f"{seam} || tcp.options.timestamp.tsecr == 0 && tcp.flags.syn == 0") == []
    lost = len(tshark(path, "-Y", "tcp.analysis.lost_segment"))
    assert lost < 0.01 * long.packets


def test_a_long_flow_goes_around_the_sequence_numbers() -> None:
    traffic = Spec("long", 10_000_000).traffic()
    instances = next(traffic.batches())
    octets = np.diff(instances["server_seq"][1:-1].astype(np.int64)) % 2**32
    assert octets.min() == octets.max()
    assert octets.sum() > 2**32


def test_a_flood_has_a_source_for_each_connection(tmp_path: Path) -> None:
    path, flood = made(tmp_path, Spec("flood", 30_000))
    assert (flood.packets, flood.flows) == (60_000, 30_000)
    assert len(np.unique(flood.instances["client"])) == 30_000
    assert path.stat().st_size == 24 + 60_000 * (16 + 58)


def test_laying_out_in_pieces_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = made(tmp_path, Spec("web", 3000))
    whole = path.read_bytes()
    monkeypatch.setattr(frames, "PIECE", 10_000)
    path, _ = made(tmp_path, Spec("web", 3000))
    assert path.read_bytes() == whole


@pytest.mark.parametrize("name", ["web", "long", "few", "flood"])
def test_time_never_goes_back(tmp_path: Path, name: str) -> None:
    path, traffic = made(tmp_path, Spec(name, 20_000))
    times = record_times(path.read_bytes())
    assert len(times) == traffic.packets
    assert times == sorted(times)


def record_times(data: bytes) -> list[tuple[int, int]]:
    """Seconds and microseconds of each record."""
    times, place = [], 24
    while place < len(data):
        seconds, micro, kept, _ = np.frombuffer(data, "<u4", 4, place).tolist()
        times.append((seconds, micro))
        place += 16 + kept
    assert place == len(data)
    return times


def test_sizes_are_numbers_with_a_letter() -> None:
    assert [size(text) for text in ("34", "100k", "5M")] == [34, 100_000, 5_000_000]
    for text in ("", "0", "1G", "-1", "1.5M"):
        with pytest.raises(ValueError, match="not a number"):
            size(text)


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    for spec in (
        Spec("nonsense", 10),
        Spec("web", 10, shares=(("nonsense", 1.0),)),
        Spec("flood", 1 << 25),
        Spec("web", 9, snaplen=0),
    ):
        with pytest.raises(ValueError):
            make(spec, tmp_path / "none.pcap")
