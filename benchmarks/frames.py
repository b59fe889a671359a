"""Packets as columns become records of a pcap file: Ethernet, IPv4 or IPv6, TCP, with right checksums."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from benchmarks.endpoint import ACK, SYN
from benchmarks.options import LAYOUTS
from benchmarks.packets import Packets

SNAPLEN = 128
"""Octets kept of a frame: all headers, and some payload."""

LARGEST_FRAME = 1514
FILLING = 0x2E
"""Every octet of payload."""

RECORD = 16
ETHERNET = 14
PIECE = 32 << 20
"""Octets that are laid out at once."""

_CLIENT_MAC, _SERVER_MAC = bytes.fromhex("02005e000001"), bytes.fromhex("02005e000002")
PREFIX = bytes.fromhex("20010002000000000000ffff")
"""Of IPv6 addresses; the last four octets are those of an IPv4 address (RFC 5180: for benchmarks)."""


def header(snaplen: int = SNAPLEN) -> bytes:
    """The file's header: microseconds, little-endian, Ethernet."""
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, 1)


def write(packets: Packets, file: BinaryIO, snaplen: int = SNAPLEN) -> None:
    """Append packets, in their order."""
    width = RECORD + min(snaplen, LARGEST_FRAME)
    rows = max(1, PIECE // width)
    for begin in range(0, len(packets), rows):
        file.write(_records(packets[begin : begin + rows], width).data)


@dataclass(frozen=True)
class _Head:
    """All octets before the payload, the record's header included, and where its fields are."""

    octets: NDArray[np.uint8]
    fields: np.dtype[np.void]
    network: int  # where the IP header begins
    transport: int
    size: int


@cache
def _head(v6: bool, layout: int) -> _Head:
    options = LAYOUTS[layout]
    network = RECORD + ETHERNET
    transport = network + (40 if v6 else 20)
    size = transport + 20 + len(options.octets)
    if v6:
        ip = struct.pack(">IHBB", 0x60000000, 0, 6, 64) + 2 * (PREFIX + bytes(4))
        places = [("ip_length", ">u2", 4), ("source", ">u4", 20), ("target", ">u4", 36)]
    else:
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 0, 0, 0x4000, 64, 6, 0, 0, 0)
        places = [("ip_length", ">u2", 2), ("id", ">u2", 4), ("ip_sum", ">u2", 10)]
        places += [("source", ">u4", 12), ("target", ">u4", 16)]
    tcp = struct.pack(">HHIIBBHHH", 0, 0, 0, 0, (size - transport) // 4 << 4, 0, 0, 0, 0)
    octets = bytes(RECORD) + bytes(12) + (b"\x86\xdd" if v6 else b"\x08\x00") + ip + tcp + options.octets
    fields = [(name, "<u4", 4 * place) for place, name in enumerate(("seconds", "micro", "kept", "wire"))]
    fields += [("mac_target", "V6", RECORD), ("mac_source", "V6", RECORD + 6)]
    fields += [(name, kind, network + place) for name, kind, place in places]
    tcp_places = [("source_port", ">u2", 0), ("target_port", ">u2", 2), ("seq", ">u4", 4), ("ack", ">u4", 8)]
    tcp_places += [("flags", "u1", 13), ("window", ">u2", 14), ("tcp_sum", ">u2", 16)]
    fields += [(name, kind, transport + place) for name, kind, place in tcp_places]
    fields += [
        (_option(name, index), f">u{octet_count}", transport + 20 + place)
        for name, place, octet_count, index in options.fields
    ]
    names, kinds, offsets = zip(*fields, strict=True)
    dtype = np.dtype({"names": names, "formats": kinds, "offsets": offsets, "itemsize": size})
    return _Head(np.frombuffer(octets, np.uint8), dtype, network, transport, size)


def _option(name: str, index: int | None) -> str:
    return f"option_{name}" if index is None else f"option_{name}_{index}"


def _records(packets: Packets, width: int) -> NDArray[np.uint8]:
    laid = np.full((len(packets), width), FILLING, np.uint8)
    kept = np.zeros(len(packets), np.int64)
    kinds = packets["layout"].astype(np.int64) * 2 + packets["v6"]
    for kind in np.unique(kinds).tolist():
        rows = np.flatnonzero(kinds == kind)
        head = _head(bool(kind % 2), kind // 2)
        octets, kept[rows] = _heads(packets[rows], head, bool(kind % 2), LAYOUTS[kind // 2].fields, width)
        laid[rows, : head.size] = octets[:, :width]
    return laid[np.arange(width) < (RECORD + kept)[:, None]]


def _heads(
    packets: Packets, head: _Head, v6: bool, options: tuple[tuple[str, int, int, int | None], ...], width: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Octets before the payload of packets of one kind, and how many of each frame are kept."""
    octets = np.tile(head.octets, (len(packets), 1))
    fields = octets.view(head.fields)[:, 0]
    length = packets["length"].astype(np.int64)
    wire = head.size - RECORD + length
    kept = np.minimum(wire, width - RECORD)
    fields["seconds"], fields["micro"] = np.divmod(packets["time"] // 1000, 1_000_000)
    fields["kept"], fields["wire"] = kept, wire
    out = packets["from_client"]
    fields["mac_source"] = np.where(out, np.void(_CLIENT_MAC), np.void(_SERVER_MAC))
    fields["mac_target"] = np.where(out, np.void(_SERVER_MAC), np.void(_CLIENT_MAC))
    fields["source"] = np.where(out, packets["client"], packets["server"])
    fields["target"] = np.where(out, packets["server"], packets["client"])
    fields["source_port"] = np.where(out, packets["client_port"], packets["server_port"])
    fields["target_port"] = np.where(out, packets["server_port"], packets["client_port"])
    for name in ("seq", "ack", "flags", "window"):
        fields[name] = packets[name]
    for name, _, _, index in options:
        fields[_option(name, index)] = packets[name] if index is None else packets[name][:, index]
    tcp_length = wire - (head.transport - RECORD)
    if v6:
        fields["ip_length"] = tcp_length
    else:
        fields["ip_length"] = tcp_length + 20
        answer = packets["flags"] == SYN | ACK  # Linux has no socket yet that could count
        fields["id"] = np.where(answer, 0, packets["seq"] & 0xFFFF)
        fields["ip_sum"] = _checksum(_words(octets[:, head.network : head.transport]))
    addresses = octets[:, head.transport - (32 if v6 else 8) : head.transport]
    total = _words(octets[:, head.transport :]) + _words(addresses) + 6 + tcp_length
    fields["tcp_sum"] = _checksum(total + length // 2 * (FILLING * 0x101) + length % 2 * (FILLING << 8))
    return octets, kept


def _words(octets: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The sum of each row's 16-bit words."""
    words = np.ascontiguousarray(octets).view(">u2").sum(axis=1, dtype=np.int64)
    return np.asarray(words, np.int64)


def _checksum(total: NDArray[np.int64]) -> NDArray[np.int64]:
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
