"""The wire, between real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dpkt  # type: ignore[import-untyped]
import pytest

from lab.forge import tcp_frame
from lab.frame import Frame, Side, parse, sent_by
from lab.lab import Lab
from lab.wire import Delay, Drop, Duplicate, Follow, Gate, Hold, Link, Pass
from tests.support.needs import needs_netns

pytestmark = needs_netns


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(Link(delay=0.001)) as lab:
        yield lab


def listen(lab: Lab) -> socket.socket:
    listener = lab.b.tcp(9502)
    listener.listen(8)
    listener.settimeout(10)
    return listener


def connect(lab: Lab, port: int = 40001) -> socket.socket:
    client = lab.a.tcp(port)
    client.settimeout(10)
    client.connect((lab.b.address, 9502))
    return client


def flags(path: Path) -> list[str]:
    """What a recording holds: A's and B's flags, in order."""
    with path.open("rb") as file:
        frames = [data for _, data in dpkt.pcap.Reader(file)]
    sides = {b"\n": Side.A, b"\x14": Side.B}
    return [f"{sides[data[29:30]].value} {parse(data, sides[data[29:30]]).flags}" for data in frames]


def test_a_conversation_passes_and_is_recorded_at_both_ends(lab: Lab, tmp_path: Path) -> None:
    for side in Side:
        lab.wire.record(side, tmp_path / side.value)
    with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        client.sendall(b"hello")
        assert server.recv(100) == b"hello"
    lab.wire.stop_recording()
    assert flags(tmp_path / "A")[:4] == ["A S", "B S.", "A .", "A ."]
    assert flags(tmp_path / "B")[:4] == ["A S", "B S.", "A .", "A ."]


def test_only_tcp_is_on_the_wire(lab: Lab) -> None:
    with listen(lab), connect(lab):
        pass
    lab.wire.wait(sent_by(Side.A, "F."))
    assert all(frame.flags for frame in lab.wire.seen)


def test_frames_are_what_a_real_wire_would_carry(lab: Lab) -> None:
    """Without offloads no frame is longer than the MTU, and each has its checksum."""
    with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        client.sendall(bytes(20_000))
        received = 0
        while received < 20_000:
            received += len(server.recv(20_000))
    assert max(len(frame.data) for frame in lab.wire.seen) == 1514
    assert all(checksum_is_right(frame) for frame in lab.wire.seen)


def checksum_is_right(frame: Frame) -> bool:
    segment = frame.data[34:]
    pseudo = frame.data[26:34] + b"\0\6" + len(segment).to_bytes(2, "big")
    return bool(dpkt.in_cksum(pseudo + segment) == 0)


def test_a_dropped_frame_is_seen_where_it_was_sent_and_not_beyond(lab: Lab, tmp_path: Path) -> None:
    for side in Side:
        lab.wire.record(side, tmp_path / side.value)
    lab.wire.rule(sent_by(Side.A, "S"), Drop())
    with listen(lab), connect(lab):
        pass
    lab.wire.stop_recording()
    assert flags(tmp_path / "A")[:3] == ["A S", "A S", "B S."]
    assert flags(tmp_path / "B")[:2] == ["A S", "B S."]


def test_skip_and_times_choose_which(lab: Lab) -> None:
    with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        lab.wire.rule(sent_by(Side.A, data=True), Drop(), skip=1, times=1)
        client.sendall(b"one")
        lab.wire.wait(sent_by(Side.A, data=True), 1)
        assert server.recv(3) == b"one"
        client.sendall(b"two")
        assert server.recv(3) == b"two"
        copies = [frame for frame in lab.wire.seen if frame.sender is Side.A and frame.length]
        assert [frame.seq == copies[-1].seq for frame in copies] == [False, True, True]


def test_the_first_rule_that_matches_decides(lab: Lab) -> None:
    lab.wire.rule(sent_by(Side.A, "S"), Pass())
    lab.wire.rule(sent_by(Side.A), Drop(), times=None)
    with listen(lab), connect(lab):
        assert sum(map(sent_by(Side.A, "S"), lab.wire.seen)) == 1
        lab.wire.clear()


def test_held_frames_go_on_in_order_when_the_gate_opens(lab: Lab) -> None:
    gate = Gate()
    with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        server.settimeout(0.1)
        lab.wire.rule(sent_by(Side.A), Hold(gate), times=None)
        client.sendall(b"held")
        lab.wire.wait(sent_by(Side.A, data=True))
        with pytest.raises(TimeoutError):
            server.recv(100)
        lab.wire.open(gate)
        server.settimeout(10)
        assert server.recv(100) == b"held"
        client.sendall(b"free")
        assert server.recv(100) == b"free"


def test_a_delayed_frame_is_overtaken(lab: Lab, tmp_path: Path) -> None:
    with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        lab.wire.record(Side.B, tmp_path / "B")
        lab.wire.rule(sent_by(Side.A, data=True), Delay(0.1))
        client.sendall(b"late")
        lab.wire.wait(sent_by(Side.A, data=True))
        client.close()
        assert server.recv(100) == b"late"
    lab.wire.stop_recording()
    sent = [flag for flag in flags(tmp_path / "B") if flag in ("A .", "A F.")]
    assert sent.index("A F.") < sent.index("A .")


def test_a_duplicate_arrives_twice(lab: Lab, tmp_path: Path) -> None:
    lab.wire.record(Side.B, tmp_path / "B")
    lab.wire.rule(sent_by(Side.A, "S"), Duplicate())
    with listen(lab), connect(lab):
        pass
    lab.wire.stop_recording()
    assert flags(tmp_path / "B").count("A S") == 2


def test_the_delay_of_the_link_is_each_ways() -> None:
    with Lab(Link(delay=0.05)) as lab, listen(lab):
        began = time.monotonic()
        with connect(lab):
            assert time.monotonic() - began >= 0.1


def test_a_bad_link_loses_and_the_kernels_make_up_for_it(tmp_path: Path) -> None:
    with Lab(Link(delay=0.001, jitter=0.002, loss=0.1, duplicates=0.1, fifo=False), seed=7) as lab:
        for side in Side:
            lab.wire.record(side, tmp_path / side.value)
        with listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
            sent = bytes(range(256)) * 256
            client.sendall(sent)
            received = b""
            while len(received) < len(sent):
                received += server.recv(len(sent))
            assert received == sent
        lab.wire.stop_recording()
        assert sorted(flags(tmp_path / "A")) != sorted(flags(tmp_path / "B"))


def test_waiting_for_what_does_not_come_ends(lab: Lab) -> None:
    with pytest.raises(TimeoutError):
        lab.wire.wait(sent_by(Side.A), timeout=0.05)


def call_until_answered(lab: Lab, syn: bytes) -> None:
    """As callers do: on a machine that has much else to do a frame may get lost."""
    for patience in (1, 3, 10):
        lab.wire.inject(Side.B, syn)
        with suppress(TimeoutError):
            return lab.wire.wait(sent_by(Side.B, "S."), timeout=patience)
    raise TimeoutError("nobody answers")


def test_an_injected_frame_comes_out_at_one_end_alone(lab: Lab, tmp_path: Path) -> None:
    for side in Side:
        lab.wire.record(side, tmp_path / side.value)
    with listen(lab):
        call_until_answered(lab, tcp_frame((lab.a, 40001), (lab.b, 9502), "S", 7000))
        lab.wire.wait(sent_by(Side.A, "R"))  # A knows nothing of it
    lab.wire.stop_recording()
    assert flags(tmp_path / "B")[0] == "A S"
    assert "A S" not in flags(tmp_path / "A")


def test_a_forged_frame_follows_by_rule(lab: Lab, tmp_path: Path) -> None:
    lab.wire.record(Side.B, tmp_path / "B")
    reset = tcp_frame((lab.a, 40001), (lab.b, 9502), "R", 1)
    lab.wire.rule(sent_by(Side.A, "S"), Follow(lambda frame: reset))
    with listen(lab), connect(lab):
        pass
    lab.wire.stop_recording()
    assert flags(tmp_path / "B")[:3] == ["A S", "A R", "B S."]


def test_forgeries_by_chance_are_like_what_they_follow(tmp_path: Path) -> None:
    with Lab(Link(delay=0.001, forgeries=1.0), seed=3) as lab, listen(lab):
        lab.wire.record(Side.B, tmp_path / "B")
        lab.wire.inject(Side.A, bytes(60))  # no TCP: carried as it is
        with lab.a.tcp(40001) as client:
            client.setblocking(False)
            client.connect_ex((lab.b.address, 9502))
            lab.wire.wait(sent_by(Side.A, "S"))
            time.sleep(0.05)
        lab.wire.stop_recording()
    seen = flags(tmp_path / "B")
    assert seen[0] == "A S"
    assert seen[1] in ("A R", "A R.", "A S", "A .")


def test_a_watch_is_called_around_each_delivery(lab: Lab) -> None:
    calls: list[str] = []
    lab.wire.watch(
        lambda frame: calls.append(f"before {frame.flags}"), lambda frame: calls.append(frame.flags)
    )
    with listen(lab), connect(lab):
        pass
    lab.wire.wait(sent_by(Side.A, "F."))  # it comes in after what was delivered before it
    assert calls[:4] == ["before S", "S", "before S.", "S."]


def test_the_two_directions_can_differ() -> None:
    links = {Side.A: Link(delay=0.001), Side.B: Link(delay=0.05)}
    with Lab(links) as lab, listen(lab) as listener, connect(lab) as client, listener.accept()[0] as server:
        began = time.monotonic()
        client.sendall(b"x")
        server.recv(1)
        there = time.monotonic() - began
        server.sendall(b"y")
        client.recv(1)
        back = time.monotonic() - began - there
    assert there < 0.04 < 0.05 <= back
