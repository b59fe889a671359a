"""ICMP errors in a batch, and the connections whose segments they quote (RFC 792, RFC 4443).

Limits: an error about a connection of which no segment was captured is left out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from tcptui.capture.pcapfile import Batch
from tcptui.store.decode import EXTENSIONS, TCP, Icmp
from tcptui.store.flows import PairTable
from tcptui.tcp.icmp import IcmpError, is_error

_PORTS_AND_SEQ = 8  # what every error quotes of the segment
_MOST_EXTENSIONS = 16
_AH, _FRAGMENT = 51, 44


def errors(batch: Batch, icmp: tuple[Icmp, ...], pairs: PairTable) -> Iterator[tuple[int, int, IcmpError]]:
    """(record, pair, error) of the messages that are errors about a known pair. Never raises.

    In capture order within each version of IP.
    """
    for one in icmp:
        columns = (one.record, one.at, one.message, one.end, one.size)
        for record, at, message, end, size in zip(*(column.tolist() for column in columns), strict=True):
            if message + 8 > end or not is_error(one.version, int(batch.data[message])):
                continue
            outer = batch.data[at:message].tobytes()
            found = _error(outer, batch.data[message:end].tobytes(), one.version, pairs)
            if found is not None:
                pair, error = found
                frame, time_ns = batch.first_frame + record, int(batch.time_ns[record])
                yield record, pair, replace(error, packet=frame, time_ns=time_ns, size=size)


def _error(outer: bytes, icmp: bytes, version: int, pairs: PairTable) -> tuple[int, IcmpError] | None:
    """(pair, error) of a message, whose frame and time are yet to be filled in."""
    quoted = icmp[8:]
    size = _before_tcp(quoted, version)
    segment = quoted[size : size + _PORTS_AND_SEQ]
    if len(segment) < _PORTS_AND_SEQ:
        return None
    source, destination = _addresses(quoted, version)
    ports = int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big")
    found = pairs.find(
        version, (int.from_bytes(source, "big"), ports[0]), (int.from_bytes(destination, "big"), ports[1])
    )
    if found is None:
        return None
    reporter, told = _addresses(outer, version)
    name = str(ipaddress.ip_address(reporter))
    return found[0], IcmpError(
        0,
        0,
        1 - found[1],
        int.from_bytes(segment[4:], "big"),
        0,
        0,
        version=version,
        kind=icmp[0],
        code=icmp[1],
        origin=f"{name} itself" if reporter == destination else f"{name}, on the way",
        route=(name, str(ipaddress.ip_address(told))),
        rest=icmp[4:8],
    )


def _before_tcp(packet: bytes, version: int) -> int:
    """The size of the headers before TCP's in a quoted packet; more than there is where TCP is not found."""
    nowhere = 1 << 16
    if len(packet) < (20 if version == 4 else 40) or packet[0] >> 4 != version:
        return nowhere
    if version == 4:
        later = int.from_bytes(packet[6:8], "big") & 0x1FFF  # such a fragment has no ports
        return nowhere if later or packet[9] != TCP else (packet[0] & 15) * 4
    protocol, size = packet[6], 40
    for _ in range(_MOST_EXTENSIONS):
        if protocol not in EXTENSIONS or size + 8 > len(packet):
            break
        if protocol == _FRAGMENT and int.from_bytes(packet[size + 2 : size + 4], "big") >> 3:
            return nowhere
        units, kind, protocol = packet[size + 1], protocol, packet[size]
        size += 8 if kind == _FRAGMENT else (units + 2) * 4 if kind == _AH else (units + 1) * 8
    return size if protocol == TCP else nowhere


def _addresses(packet: bytes, version: int) -> tuple[bytes, bytes]:
    return (packet[12:16], packet[16:20]) if version == 4 else (packet[8:24], packet[24:40])
