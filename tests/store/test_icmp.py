"""ICMP errors in frames that scapy built, and in ones that nobody would build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
)
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet

from tcptui.store.segments import SegmentStore
from tests.support.packets import batch

CALL = IP(src="10.0.0.1", dst="10.0.0.2", ttl=3) / TCP(sport=40000, dport=80, seq=4711, flags="S")
CALL6 = IPv6(src="fd00::1", dst="fd00::2") / TCP(sport=40000, dport=80, seq=4711, flags="S")


def store_of(*packets: Packet, raw: tuple[bytes, ...] = ()) -> SegmentStore:
    frames = [bytes(Ether() / packet) for packet in packets] + list(raw)
    taken = batch(*((frame, 1) for frame in frames))
    whole = taken.data.tobytes()
    store = SegmentStore(lambda offset, count: whole[offset - taken.base :][:count])
    store.append(taken)
    return store


@pytest.mark.parametrize("quoted", [28, 40, 60])
def test_an_error_finds_the_connection_that_it_quotes(quoted: int) -> None:
    error = IP(src="10.0.0.9", dst="10.0.0.1") / ICMP(type=3, code=1) / bytes(CALL)[:quoted]
    ((pair, found),) = store_of(CALL, error).icmp
    assert (pair, found.sender, found.seq, found.says) == (0, 1, 4711, "host unreachable")
    assert found.origin == "10.0.0.9, on the way"
    assert found.packet == store_of(CALL, error).segment(0).packet + 1


def test_the_peer_itself_may_say_it_and_in_a_vlan() -> None:
    error = Dot1Q(vlan=7) / IP(src="10.0.0.2", dst="10.0.0.1") / ICMP(type=3, code=13) / bytes(CALL)
    ((_, found),) = store_of(CALL, error).icmp
    assert found.says == "administratively prohibited"
    assert found.origin == "10.0.0.2 itself"


def test_of_ip_version_6() -> None:
    error = IPv6(src="fd00::9", dst="fd00::1") / ICMPv6DestUnreach(code=3) / bytes(CALL6)
    big = IPv6(src="fd00::9", dst="fd00::1") / ICMPv6PacketTooBig() / bytes(CALL6)
    (_, one), (_, other) = store_of(CALL6, error, big).icmp
    assert (one.says, one.fatal) == ("address unreachable", True)
    assert (other.says, other.fatal) == ("packet too big", False)


@pytest.mark.parametrize(
    "before, quoted",
    [
        (IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt(), None),
        (None, IPv6ExtHdrDestOpt()),
        (IPv6ExtHdrDestOpt(), IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(offset=0, m=1)),
    ],
)
def test_behind_extension_headers_of_the_error_and_of_what_it_quotes(
    before: Packet | None, quoted: Packet | None
) -> None:
    plain = IPv6(src="fd00::1", dst="fd00::2")
    about = (plain / quoted if quoted else plain) / TCP(sport=40000, dport=80, seq=4711, flags="S")
    outer = IPv6(src="fd00::9", dst="fd00::1")
    error = (outer / before if before else outer) / ICMPv6DestUnreach(code=1) / bytes(about)
    ((pair, found),) = store_of(CALL6, error).icmp
    assert (pair, found.seq, found.says) == (0, 4711, "administratively prohibited")


def test_a_later_fragment_has_no_ports() -> None:
    about = IPv6(src="fd00::1", dst="fd00::2") / IPv6ExtHdrFragment(offset=3) / bytes(CALL6[TCP])
    assert store_of(CALL6, IPv6(dst="fd00::1") / ICMPv6DestUnreach() / bytes(about)).icmp == ()


def test_how_large_a_packet_may_be() -> None:
    four = IP(src="10.0.0.9", dst="10.0.0.1") / ICMP(type=3, code=4, nexthopmtu=1400) / bytes(CALL)
    six = IPv6(src="fd00::9", dst="fd00::1") / ICMPv6PacketTooBig(mtu=1280) / bytes(CALL6)
    (_, one), (_, other) = store_of(CALL, CALL6, four, six).icmp
    assert (one.mtu, one.too_big) == (1400, True)
    assert (other.mtu, other.too_big) == (1280, True)


def test_its_frame_can_be_had_again() -> None:
    error = IP(src="10.0.0.9", dst="10.0.0.1") / ICMP(type=3, code=1) / bytes(CALL)
    store = store_of(CALL, error)
    ((_, found),) = store.icmp
    frame = store.captured(found.packet)
    assert frame is not None
    assert (frame.data, frame.wirelen, frame.linktype) == (bytes(Ether() / error), len(frame.data), 1)
    assert found.route == ("10.0.0.9", "10.0.0.1")
    assert store.captured(found.packet - 1) is None


def test_what_is_no_error_or_about_nobody() -> None:
    ping = IP() / ICMP() / bytes(CALL)
    ping6 = IPv6() / ICMPv6EchoRequest(data=bytes(CALL6))
    other = IP(src="10.0.0.1", dst="10.0.0.3") / TCP(sport=1, dport=2)
    about_another = IP() / ICMP(type=3) / bytes(other)
    about_udp = IP() / ICMP(type=3) / (bytes(CALL)[:9] + b"\x11" + bytes(CALL)[10:])
    fragment = IP() / ICMP(type=3) / (bytes(CALL)[:6] + b"\x00\x07" + bytes(CALL)[8:])
    assert store_of(CALL, CALL6, ping, ping6, about_another, about_udp, fragment).icmp == ()


@given(st.binary(max_size=80), st.integers(0, 255))
def test_arbitrary_quotes_and_cuts_raise_nothing(quoted: bytes, cut: int) -> None:
    four = bytes(Ether() / IP() / ICMP(type=3) / quoted)
    six = bytes(Ether() / IPv6() / ICMPv6DestUnreach() / quoted)
    store_of(CALL, raw=(four[:cut], six[:cut], four, six))
