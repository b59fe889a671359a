"""The filters: what libpcap lets through with the words that are ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6MLReport2,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    RouterAlert,
)
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from tcptui.capture.filtered import filter_file
from tcptui.capture.words import ERRORS, TCP_FILTERS, leaves_icmp_out
from tests.support.feeds import run_to_end
from tests.support.needs import needs_libpcap
from tests.support.packets import pcap

CALL = bytes(IP() / TCP())
CALL6 = bytes(IPv6() / TCP())
WANTED = {
    "TCP": IP() / TCP(),
    "TCP on IPv6": IPv6() / TCP(),
    "TCP behind an extension header": IPv6() / IPv6ExtHdrDestOpt() / TCP(),
    "an error": IP() / ICMP(type=3) / CALL,
    "an error on IPv6": IPv6() / ICMPv6DestUnreach() / CALL6,
    "an error behind an extension header": IPv6() / IPv6ExtHdrHopByHop() / ICMPv6DestUnreach() / CALL6,
}
OTHER = {
    "a ping": IP() / ICMP(type=8),
    "a ping on IPv6": IPv6() / ICMPv6EchoRequest(),
    "an announcement of groups": IPv6() / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLReport2(),
}


def passes(packet: Packet, words: str, folder: Path) -> bool:
    path = folder / "x.pcap"
    path.write_bytes(pcap(bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet)))
    return bool(run_to_end(filter_file(path, words)))


@needs_libpcap
@pytest.mark.parametrize("words", TCP_FILTERS[:2])
@pytest.mark.parametrize("what", [*WANTED, *OTHER])
def test_without_a_filter_tcp_and_errors_are_kept(what: str, words: str, tmp_path: Path) -> None:
    packet = WANTED.get(what) or OTHER[what]
    assert passes(packet, words, tmp_path) is (what in WANTED)


@needs_libpcap
def test_errors_are_no_pings(tmp_path: Path) -> None:
    found = {what for what, packet in (WANTED | OTHER).items() if passes(packet, ERRORS, tmp_path)}
    assert found == {"an error", "an error on IPv6"}


@pytest.mark.parametrize(
    "words, left_out",
    [
        ("port 80", True), ("tcp", True), ("portrange 1-9", True), ("", False), ("host 10.0.0.1", False),
        ("port 80 or icmp", False), ("tcp or icmp6", False), ("host port.example", True),
    ],
)  # fmt: skip
def test_what_asks_for_ports_leaves_icmp_out(words: str, left_out: bool) -> None:
    assert leaves_icmp_out(words) is left_out
