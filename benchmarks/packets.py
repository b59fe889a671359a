"""Packets as columns: pieces of conversations, and what they become when played at a time and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.conversation import Path, Record
from benchmarks.endpoint import ACK, RST, SYN
from benchmarks.options import layout_of

PACKET = np.dtype(
    [
        ("time", "i8"),  # ns
        ("from_client", "?"),
        ("v6", "?"),
        ("layout", "u1"),  # of the options
        ("flags", "u1"),
        ("seq", "u4"),
        ("ack", "u4"),
        ("length", "u2"),
        ("window", "u2"),
        ("mss", "u2"),
        ("stamp", "u4"),
        ("echo", "u4"),
        ("sack", "u4", (6,)),
        ("client", "u4"),
        ("server", "u4"),
        ("client_port", "u2"),
        ("server_port", "u2"),
    ]
)
"""In a piece times, numbers and timestamps are relative and addresses are not known yet."""

INSTANCE = np.dtype(
    [
        ("start", "i8"),  # ns
        ("piece", "u4"),
        ("flow", "u4"),
        ("client_seq", "u4"),  # what is added to the piece's relative numbers
        ("server_seq", "u4"),
        ("client_stamp", "u4"),
        ("server_stamp", "u4"),
        ("client", "u4"),
        ("server", "u4"),
        ("client_port", "u2"),
        ("server_port", "u2"),
    ]
)
"""One playing of a piece."""

Packets = NDArray[np.void]
Instances = NDArray[np.void]

SYN_WINDOW = 64240
WINDOW = {True: 4096, False: 65535}
"""By whether it is scaled (by 7 bits); never filled, see MOST_FLIGHT."""


def columns(path: Path, records: Sequence[Record], v6: bool) -> Packets:
    """A piece: records as columns."""
    packets = np.zeros(len(records), PACKET)
    for place, (time, from_client, segment, stamp) in enumerate(records):
        syn = bool(segment.flags & SYN)
        packet = packets[place]
        packet["time"] = int(time * 1e9)
        packet["from_client"] = from_client
        packet["layout"] = layout_of(syn, path.stamps, path.scaled, len(segment.sack))
        packet["flags"], packet["seq"], packet["ack"] = segment.flags, segment.seq, segment.ack
        packet["length"], packet["stamp"], packet["echo"] = segment.length, stamp, segment.echo
        packet["window"] = SYN_WINDOW if syn else WINDOW[path.scaled]
        edges = [edge for block in segment.sack for edge in block]
        packet["sack"][: len(edges)] = edges
    packets["mss"], packets["v6"] = path.mss, v6
    return packets


@dataclass(frozen=True)
class Library:
    """Pieces, one behind the other. Piece k: rows first[k] to first[k] + count[k]; duration: ns."""

    rows: Packets
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    duration: NDArray[np.int64]

    @classmethod
    def of(cls, pieces: Sequence[Packets]) -> Library:
        """From pieces that have a packet each at least."""
        count = np.array([len(piece) for piece in pieces], np.int64)
        duration = np.array([piece["time"].max() for piece in pieces], np.int64)
        return cls(np.concatenate(pieces), np.cumsum(count) - count, count, duration)

    def play(self, instances: Instances) -> Packets:
        """The packets of all instances, instance by instance."""
        piece = instances["piece"]
        count = self.count[piece]
        ends = np.cumsum(count)
        which = np.repeat(np.arange(len(instances)), count)
        row = np.arange(len(which)) + np.repeat(self.first[piece] - ends + count, count)
        packets: Packets = self.rows[row]
        packets["time"] += instances["start"][which]
        for name in ("client", "server", "client_port", "server_port"):
            packets[name] = instances[name][which]
        of_client = packets["from_client"]
        client_seq, server_seq = instances["client_seq"][which], instances["server_seq"][which]
        client_stamp, server_stamp = instances["client_stamp"][which], instances["server_stamp"][which]
        acknowledges = packets["flags"] & ACK != 0
        refusal = (packets["flags"] == RST | ACK) & (
            packets["seq"] == 0
        )  # RFC 9293 3.10.7.1: its number is 0
        packets["seq"] += np.where(refusal, np.uint32(0), np.where(of_client, client_seq, server_seq))
        peer = np.where(of_client, server_seq, client_seq)
        packets["ack"] += np.where(acknowledges, peer, 0).astype(np.uint32)
        packets["sack"] += peer[:, None]
        packets["stamp"] += np.where(of_client, client_stamp, server_stamp)
        echo = np.where(of_client, server_stamp, client_stamp)
        packets["echo"] += np.where(acknowledges, echo, 0).astype(np.uint32)
        return packets
