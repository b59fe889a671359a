"""From a packet's first byte to its network header, for every link type that can carry IP.

All packets of a batch move together: first the link header of each link type, then layer by layer the VLAN
tags, PPPoE and MPLS labels, each step over those packets that have such a header.

Link types are those of the IANA registry "PCAP LinkType List"; EtherTypes those of IEEE 802.

Limits: at most 16 layers of tags and labels. A pseudowire (Ethernet in MPLS) is entered only behind a control
word (RFC 4448), by the same guess that Wireshark makes. 802.11 and others are not entered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tcptui.store.headers import Bytes, Ints, among, distinct

IPV4, IPV6, ARP = 0x0800, 0x86DD, 0x0806
VLAN, QINQ, QINQ_OLD = 0x8100, 0x88A8, 0x9100
PPPOE_DISCOVERY, PPPOE = 0x8863, 0x8864
MPLS, MPLS_UPSTREAM = 0x8847, 0x8848
# Below 0x600 an EtherType is a length; these numbers are free for what has no EtherType.
UNKNOWN, CUT, NO_LINK, LLC = 0, 1, 2, 3
_PPP_TO_ETHERTYPE = {0x0021: IPV4, 0x0057: IPV6, 0x0281: MPLS, 0x0283: MPLS_UPSTREAM}
_IPV6_FAMILIES = (10, 23, 24, 28, 30)  # AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS
_LAYERS = 16
NO_LIMIT = 1 << 62

# A link layer: from places and ends of the captured bytes to (places of the next header, its EtherType).
Layer = Callable[[Bytes, Ints, Ints], tuple[Ints, NDArray[np.int64]]]


def network(data: Bytes, start: Ints, end: Ints, linktype: NDArray[np.uint16]) -> tuple[Ints, Ints, Ints]:
    """Where the network header of each packet is, its EtherType, and where its packet ends at the latest.

    start, end: the captured bytes of each packet in `data`. The EtherType is CUT where the capture ends
    before it is known, NO_LINK for link types that are not entered, LLC for 802.3 frames without one.
    The latest end is a PPPoE header's word, NO_LIMIT without one.
    """
    limit = np.full(len(start), NO_LIMIT, np.int64)
    if len(linktype) and (linktype == linktype[0]).all():
        at, kind = _link(data, start, end, int(linktype[0]))
    else:
        at, kind = start.copy(), np.zeros(len(start), np.int64)
        for number in distinct(linktype):
            rows = np.flatnonzero(linktype == number)
            at[rows], kind[rows] = _link(data, start[rows], end[rows], number)
    for _ in range(_LAYERS):
        if not _unwrap(data, at, end, kind, limit):
            break
    kind[(at > end) & (kind != NO_LINK)] = CUT
    return at, kind, limit


def _link(data: Bytes, start: Ints, end: Ints, linktype: int) -> tuple[Ints, NDArray[np.int64]]:
    layer = LINKS.get(linktype)
    if layer is None:
        return start.copy(), np.full(len(start), NO_LINK, np.int64)
    return layer(data, start, end)


def _unwrap(data: Bytes, at: Ints, end: Ints, kind: Ints, limit: Ints) -> bool:
    """Moves every packet behind one tag or label; False where there was none."""
    unusual = np.flatnonzero((kind != IPV4) & (kind != IPV6))
    if not unusual.size:
        return False
    moved = False
    for kinds, layer in _INNER:
        rows = unusual[among(kind[unusual], kinds)]
        if rows.size:
            if layer is _pppoe:
                limit[rows] = at[rows] + 6 + data.header(at[rows], 6).u16(4)
            at[rows], kind[rows] = layer(data, at[rows], end[rows])
            moved = True
    return moved


def _typed(size: int, field: int) -> Layer:
    """A header of `size` bytes with an EtherType at `field`."""

    def layer(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
        kind = data.header(at + field, 2).u16(0).astype(np.int64)
        after = at + size
        return _checked(data, after, end, kind)

    return layer


def _checked(data: Bytes, at: Ints, end: Ints, kind: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int64]]:
    """Looks behind a length field (802.3) for LLC/SNAP, and notes what is cut."""
    rows = np.flatnonzero(kind < 0x600)
    if rows.size:
        head = data.header(at[rows], 8)
        snap = (head.u16(0) == 0xAAAA) & (head.u8(2) == 3) & (end[rows] - at[rows] >= 8)
        inner = head.u16(6).astype(np.int64)
        kind[rows] = np.where(snap & (inner >= 0x600), inner, LLC)
        at[rows] += np.where(snap, 8, 0)
    kind[at > end] = CUT
    return at, kind


def _family(order: str) -> Layer:
    """The BSD loopback header: an address family in the writer's byte order, or big-endian."""

    def layer(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
        number = data.header(at, 4).u32(0)
        if order == "any":  # a family is a small number, so its order shows
            number = np.where(number > 0xFFFF, number.byteswap(), number)
        kind = np.where(number == 2, IPV4, np.where(among(number, _IPV6_FAMILIES), IPV6, UNKNOWN))
        kind[at + 4 > end] = CUT
        return at + 4, kind.astype(np.int64)

    return layer


def _raw(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """An IP header, of the version that it says."""
    version = data.header(at, 1).u8(0) >> 4
    kind = np.where(version == 4, IPV4, np.where(version == 6, IPV6, UNKNOWN)).astype(np.int64)
    kind[at >= end] = CUT
    return at.copy(), kind


def _constant(ethertype: int, size: int = 0) -> Layer:
    def layer(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
        return at + size, np.full(len(at), ethertype, np.int64)

    return layer


def _ppp(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """PPP (RFC 1661), with or without the framing of RFC 1662, the protocol field compressed or not."""
    head = data.header(at, 4)
    framed = head.u16(0) == 0xFF03
    cisco = (head.u16(0) == 0x0F00) | (head.u16(0) == 0x8F00)
    at = at + np.where(framed | cisco, 2, 0)
    protocol = data.header(at, 2).u16(0).astype(np.int64)
    short = ((protocol & 0x0100) != 0) & ~cisco
    protocol = np.where(short, protocol >> 8, protocol)
    kind = np.where(cisco, protocol, UNKNOWN)
    for number, ethertype in _PPP_TO_ETHERTYPE.items():
        kind[(protocol == number) & ~cisco] = ethertype
    at = at + np.where(short, 1, 2)
    kind[at > end] = CUT
    return at, kind


def _pppoe(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """A PPPoE session header (RFC 2516), then PPP without framing."""
    return _ppp(data, at + 6, end)


def _mpls(data: Bytes, at: Ints, end: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """One label stack entry (RFC 3032); behind the last one the first nibble tells what follows."""
    head = data.header(at, 8)
    bottom = (head.u8(2) & 1) != 0
    nibble = head.u8(4) >> 4
    kind = np.where(nibble == 4, IPV4, np.where(nibble == 6, IPV6, UNKNOWN)).astype(np.int64)
    kind = np.where(bottom, kind, MPLS)
    at = at + 4
    rows = np.flatnonzero(bottom & (nibble == 0))
    if rows.size:
        at[rows], kind[rows] = _typed(14, 12)(data, at[rows] + 4, end[rows])
    kind[at >= end] = CUT
    return at, kind


_ethernet = _typed(14, 12)
LINKS: dict[int, Layer] = {
    0: _family("any"),  # NULL
    1: _ethernet,
    9: _ppp,
    12: _raw,  # DLT_RAW as most systems number it
    14: _raw,  # DLT_RAW of OpenBSD
    50: _ppp,  # PPP_HDLC
    51: _pppoe,  # PPP_ETHER
    101: _raw,
    104: _typed(4, 2),  # C_HDLC
    108: _family("network"),  # LOOP
    113: _typed(16, 14),  # LINUX_SLL
    228: _constant(IPV4),
    229: _constant(IPV6),
    276: _typed(20, 0),  # LINUX_SLL2
}
_INNER: tuple[tuple[tuple[int, ...], Layer], ...] = (
    ((VLAN, QINQ, QINQ_OLD), _typed(4, 2)),
    ((PPPOE,), _pppoe),
    ((MPLS, MPLS_UPSTREAM), _mpls),
)
