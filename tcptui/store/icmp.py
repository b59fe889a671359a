"""ICMP errors in a batch, and the connections whose segments they quote (RFC 792, RFC 4443).

Limits: behind IPv6 extension headers no ICMPv6 is looked for, and none is followed in the quoted packet. An
error about a connection of which no segment was captured is left out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import numpy as np

from tcptui.capture.pcapfile import Batch
from tcptui.store import linktypes
from tcptui.store.flows import PairTable
from tcptui.store.headers import Bytes, Ints
from tcptui.tcp.icmp import IcmpError, is_error

_ICMP, _ICMP6, _TCP = 1, 58, 6
_PORTS_AND_SEQ = 8  # what every error quotes of the segment


def errors(batch: Batch, pairs: PairTable) -> Iterator[tuple[int, IcmpError]]:
    """(pair, error), in capture order. Never raises, whatever the bytes are."""
    data = Bytes(batch.data)
    start = batch.offset - batch.base
    end = start + batch.caplen
    at, kind, _ = linktypes.network(data, start, end, batch.linktype)
    octets = batch.data
    for version, ethertype in ((4, linktypes.IPV4), (6, linktypes.IPV6)):
        for record in _candidates(data, at, end, kind, version, ethertype).tolist():
            packet = octets[int(at[record]) : int(end[record])].tobytes()
            found = _error(packet, version, pairs)
            if found is not None:
                pair, sender, seq, icmp, origin = found
                yield (
                    pair,
                    IcmpError(
                        batch.first_frame + record,
                        int(batch.time_ns[record]),
                        sender,
                        seq,
                        0,
                        0,
                        version=version,
                        kind=icmp[0],
                        code=icmp[1],
                        origin=origin,
                    ),
                )


def _candidates(data: Bytes, at: Ints, end: Ints, kind: Ints, version: int, ethertype: int) -> Ints:
    size, place, protocol = (20, 9, _ICMP) if version == 4 else (40, 6, _ICMP6)
    rows = np.flatnonzero((kind == ethertype) & (at + size <= end))
    found: Ints = rows[data.header(at[rows], size).u8(place) == protocol]
    return found


def _error(packet: bytes, version: int, pairs: PairTable) -> tuple[int, int, int, bytes, str] | None:
    """(pair, who would have sent it, quoted SEQ, the ICMP message, its origin in words)."""
    icmp = packet[_header_size(packet, version) :]
    if len(icmp) < 8 or not is_error(version, icmp[0]):
        return None
    quoted = icmp[8:]
    size = _header_size(quoted, version)
    protocol = quoted[9:10] if version == 4 else quoted[6:7]
    segment = quoted[size : size + _PORTS_AND_SEQ]
    if protocol != bytes([_TCP]) or len(segment) < _PORTS_AND_SEQ:
        return None
    if version == 4 and int.from_bytes(quoted[6:8], "big") & 0x1FFF:
        return None  # a later fragment has no ports
    source, destination = _addresses(quoted, version)
    ports = int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big")
    found = pairs.find(
        version, (int.from_bytes(source, "big"), ports[0]), (int.from_bytes(destination, "big"), ports[1])
    )
    if found is None:
        return None
    reporter = _addresses(packet, version)[0]
    name = str(ipaddress.ip_address(reporter))
    origin = f"{name} itself" if reporter == destination else f"{name}, on the way"
    return found[0], 1 - found[1], int.from_bytes(segment[4:], "big"), icmp, origin


def _header_size(packet: bytes, version: int) -> int:
    """Of the IP header; more than there is where there is none."""
    if not packet or packet[0] >> 4 != version:
        return 1 << 16
    return (packet[0] & 15) * 4 if version == 4 else 40


def _addresses(packet: bytes, version: int) -> tuple[bytes, bytes]:
    return (packet[12:16], packet[16:20]) if version == 4 else (packet[8:24], packet[24:40])
