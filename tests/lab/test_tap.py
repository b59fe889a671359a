from __future__ import annotations

import socket
import time

from lab.frame import Side, parse
from lab.lab import Lab
from lab.net import Namespace
from lab.tap import Tap
from lab.wire import Link
from tests.support.needs import needs_netns

pytestmark = needs_netns


def test_a_tap_sees_both_directions_with_the_kernel_s_times() -> None:
    with Lab(Link(delay=0.01)) as lab, lab.b.tcp(80) as listener, lab.a.tcp(40000) as client:
        taps = {"A": Tap(lab.a.namespace, "eth0"), "MB": Tap(lab.middle, lab.PORTS[Side.B])}
        listener.listen()
        before = time.time_ns()
        client.connect((lab.b.address, 80))
        time.sleep(0.1)
        for tap in taps.values():
            tap.read()
            tap.close()
        seen = {place: [parse(data, Side.A).flags for _, data in tap.frames] for place, tap in taps.items()}
        times = {place: [when for when, _ in tap.frames] for place, tap in taps.items()}
    assert seen == {"A": ["S", "S.", "."], "MB": ["S", "S.", "."]}
    assert before < times["A"][0] <= times["MB"][0] - 10_000_000
    assert times["A"] == sorted(times["A"])
    assert not any(tap.lost for tap in taps.values())


def test_on_loopback_each_frame_is_seen_once() -> None:
    with Lab() as lab:
        tap = Tap(lab.a.namespace, "lo")
        with lab.a.tcp(40000) as client:
            client.connect((lab.a.address, 40000))  # itself
        time.sleep(0.05)
        tap.read()
        tap.close()
    assert [parse(data, Side.A).flags for _, data in tap.frames][:2] == ["S", "S."]


def test_what_finds_no_room_is_counted() -> None:
    namespace = Namespace()
    tap = Tap(namespace, "lo")
    with namespace.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender:
        for _ in range(60_000):
            sender.sendto(bytes(1000), ("127.0.0.1", 9))
    tap.read()
    tap.close()
    namespace.close()
    assert tap.lost > 0
