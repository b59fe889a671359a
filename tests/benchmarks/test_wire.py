"""A wire, and what programs say about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.cost import FailedError
from benchmarks.generate import Spec, make
from benchmarks.wire import FAR, Sent, Wire, received, sent, told
from tests.support.needs import needs_netns, needs_program

TCPREPLAY = """Actual: 300 packets (25200 bytes) sent in 1.50 seconds
Rated: 16800.0 Bps, 0.134 Mbps, 200.00 pps
Statistics for network device: send0
\tSuccessful packets:        299
\tFailed packets:            1
\tTruncated packets:         0
"""
IP = """2: listen0@send0: <BROADCAST,NOARP,PROMISC,UP,LOWER_UP> mtu 1500
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    RX:  bytes packets errors dropped  missed   mcast
         25200     300      0       0       0       0
    TX:  bytes packets errors dropped carrier collsns
             0       7      0       0       0       0
"""


def test_figures_are_found_in_what_programs_say() -> None:
    assert told(TCPREPLAY) == Sent(299, 1, 1.5)
    assert received(IP) == 300
    with pytest.raises(FailedError, match="cannot open"):
        told("Fatal Error: cannot open device")
    with pytest.raises(FailedError):
        received("Device does not exist.")


@needs_netns
@needs_program("tcpreplay")
def test_what_is_sent_arrives(tmp_path: Path) -> None:
    path = tmp_path / "web.pcap"
    make(Spec("web", 500), path)
    with Wire() as wire:
        before = wire.received()
        assert sent(wire.replay(path, None), 20).packets == 500
        assert wire.received() - before == 500


@needs_netns
@needs_program("tcpreplay")
def test_a_replay_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "web.pcap"
    make(Spec("web", 20_000), path)
    with Wire() as wire:
        before = wire.received()
        said = sent(wire.replay(path, 1000), 1)
        assert 500 < said.packets < 5000
        assert 0.5 < said.seconds < 5
        assert wire.received() - before - said.packets in (0, 1)


@needs_netns
def test_programs_run_inside() -> None:
    with Wire() as wire:
        listing = wire.start(["ip", "-o", "link"])
        out, _ = listing.communicate(timeout=10)
        assert FAR in out
        with wire.terminal(["ip", "-o", "link"]) as terminal:
            terminal.shows(FAR)
    outside = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    assert FAR not in outside
