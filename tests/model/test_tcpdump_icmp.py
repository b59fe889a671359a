"""The printed line of an ICMP error against the real tcpdump's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6PacketTooBig,
    ICMPv6ParamProblem,
    ICMPv6TimeExceeded,
    IPv6,
)
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from tcptui.model.tcpdump_icmp import icmp_line
from tcptui.store.segments import SegmentStore
from tests.support.needs import needs_program
from tests.support.packets import batch, pcap

CALL = IP(src="10.0.0.1", dst="10.0.0.2") / TCP(sport=40000, dport=80, seq=4711, flags="S")
CALL6 = IPv6(src="fd00::1", dst="fd00::2") / TCP(sport=40000, dport=80, seq=4711, flags="S")
FOUR, SIX = IP(src="10.0.0.9", dst="10.0.0.1"), IPv6(src="fd00::9", dst="fd00::1")
ERRORS: list[tuple[Packet, Packet]] = [
    *((CALL, FOUR / ICMP(type=3, code=code) / bytes(CALL)) for code in range(18)),
    (CALL, FOUR / ICMP(type=3, code=4, nexthopmtu=1400) / bytes(CALL)[:28]),
    *(
        (CALL, FOUR / ICMP(type=kind, code=code, ptr=6) / bytes(CALL))
        for kind in (11, 12)
        for code in range(4)
    ),
    *((CALL6, SIX / ICMPv6DestUnreach(code=code) / bytes(CALL6)) for code in range(9)),
    *((CALL6, SIX / ICMPv6PacketTooBig(code=code, mtu=1280) / bytes(CALL6)) for code in range(2)),
    *((CALL6, SIX / ICMPv6TimeExceeded(code=code) / bytes(CALL6)) for code in range(3)),
    *((CALL6, SIX / ICMPv6ParamProblem(code=code, ptr=7) / bytes(CALL6)) for code in range(5)),
]


@needs_program("tcpdump")
@pytest.mark.parametrize("about, error", ERRORS, ids=[str(n) for n in range(len(ERRORS))])
def test_it_prints_as_tcpdump_prints_it(about: Packet, error: Packet, tmp_path: Path) -> None:
    frames = [bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / one) for one in (about, error)]
    store = SegmentStore(lambda offset, count: b"")
    store.append(batch(*((frame, 1) for frame in frames)))
    ((pair, found),) = store.icmp
    ends = store.pairs.ends(pair)
    source, target = ends[1 - found.sender], ends[found.sender]
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(frames[1]))
    command = ["tcpdump", "-tnr", str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert icmp_line(found, source.ip, (target.ip, target.port)) == printed[0]
