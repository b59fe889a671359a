"""Captures without an end: short connections one after another, long ones among them, floods of SYNs.

All of it raw IPv4, a few microseconds of time a packet; made by whole columns, a million packets in a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.support.packets import pcap_header

FIN, SYN, PSH, ACK = 1, 2, 8, 16
SERVER = 0x0A000001
OPTIONS = bytes([1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8])
PAYLOAD = 100
STEP_NS = 20_000

# who sends, flags, payload, what it has sent and what it has seen of the other before
SHORT = (
    (0, SYN, 0, 0, 0),
    (1, SYN | ACK, 0, 0, 1),
    (0, ACK, 0, 1, 1),
    (0, PSH | ACK, PAYLOAD, 1, 1),
    (1, ACK, 0, 1, 1 + PAYLOAD),
    (1, PSH | ACK, PAYLOAD, 1, 1 + PAYLOAD),
    (0, ACK, 0, 1 + PAYLOAD, 1 + PAYLOAD),
    (0, FIN | ACK, 0, 1 + PAYLOAD, 1 + PAYLOAD),
    (1, FIN | ACK, 0, 1 + PAYLOAD, 2 + PAYLOAD),
    (0, ACK, 0, 2 + PAYLOAD, 2 + PAYLOAD),
)


@dataclass
class Weeks:
    """Makes a capture piece by piece. packets, flows: made so far."""

    packets: int = 0
    flows: int = 0
    now_ns: int = 1_700_000_000_000_000_000
    _sent: dict[int, list[int]] = field(default_factory=dict)

    @staticmethod
    def header() -> bytes:
        return pcap_header(linktype=101, magic=0xA1B23C4D)

    def short(self, count: int) -> bytes:
        """Connections of ten packets that come and go."""
        client = self._clients(count)
        parts = [self._records(client, *step) for step in SHORT]
        return self._in_time(np.concatenate(parts, axis=1), [part.shape[1] for part in parts])

    def flood(self, count: int) -> bytes:
        """SYNs that nobody answers."""
        part = self._records(self._clients(count), 0, SYN, 0, 0, 0)
        return self._in_time(part, [part.shape[1]])

    def open(self, count: int) -> list[int]:
        """Connections that stay: what `opening` and `transfer` are given."""
        clients = self._clients(count).tolist()
        self._sent.update((one, [0, 0]) for one in clients)
        return clients

    def opening(self, clients: list[int]) -> bytes:
        """Their handshakes."""
        parts = [self._records(np.array(clients, np.int64), *step) for step in SHORT[:3]]
        for one in clients:
            self._sent[one] = [1, 1]
        return self._in_time(np.concatenate(parts, axis=1), [part.shape[1] for part in parts])

    def transfer(self, client: int, count: int) -> bytes:
        """So many data packets of one of them, each acknowledged."""
        sent, seen = self._sent[client]
        each = np.arange(count) * PAYLOAD
        clients = np.full(count, client, np.int64)
        data = self._records(clients, 0, PSH | ACK, PAYLOAD, sent + each, seen)
        acks = self._records(clients, 1, ACK, 0, seen, sent + each + PAYLOAD)
        self._sent[client][0] = sent + count * PAYLOAD
        return self._in_time(np.concatenate((data, acks), axis=1), [data.shape[1], acks.shape[1]])

    def _clients(self, count: int) -> NDArray[np.int64]:
        """Addresses and ports that were not there before: address << 16 | port."""
        numbers = np.arange(self.flows, self.flows + count, dtype=np.int64)
        self.flows += count
        return (0x0B000000 + numbers // 50_000) << 16 | (1024 + numbers % 50_000)

    def _records(
        self,
        client: NDArray[np.int64],
        sender: int,
        flags: int,
        payload: int,
        sent: int | NDArray[np.int64],
        seen: int | NDArray[np.int64],
    ) -> NDArray[np.uint8]:
        """A record a row, its time left out."""
        size = 40 + len(OPTIONS) + payload
        rows = np.zeros((len(client), 16 + size), np.uint8)
        rows[:, 8:12] = rows[:, 12:16] = np.frombuffer(size.to_bytes(4, "little"), np.uint8)
        packet = rows[:, 16:]
        packet[:, 0], packet[:, 3], packet[:, 8], packet[:, 9] = 0x45, size, 64, 6
        isn = client * 2654435761 + sender * 12345
        other = client * 2654435761 + (1 - sender) * 12345
        ends = [(client >> 16, client & 0xFFFF), (np.full(len(client), SERVER), np.full(len(client), 80))]
        source, destination = ends[sender], ends[1 - sender]
        _put(packet, 12, 4, source[0])
        _put(packet, 16, 4, destination[0])
        _put(packet, 20, 2, source[1])
        _put(packet, 22, 2, destination[1])
        _put(packet, 24, 4, isn + sent)
        _put(packet, 28, 4, other + seen if flags & ACK else 0 * client)
        packet[:, 32], packet[:, 33], packet[:, 34] = (20 + len(OPTIONS)) // 4 << 4, flags, 0x20
        packet[:, 40 : 40 + len(OPTIONS)] = np.frombuffer(OPTIONS, np.uint8)
        return rows

    def _in_time(self, rows: NDArray[np.uint8], sizes: list[int]) -> bytes:
        """One record after another, each a step later."""
        count = len(rows) * len(sizes)
        times = self.now_ns + STEP_NS * np.arange(count, dtype=np.int64).reshape(len(rows), -1)
        at = 0
        for column, size in enumerate(sizes):
            for place, value in ((0, times[:, column] // 10**9), (4, times[:, column] % 10**9)):
                bytes_ = value.astype("<u4").view(np.uint8).reshape(-1, 4)
                rows[:, at + place : at + place + 4] = bytes_
            at += size
        self.packets += count
        self.now_ns += STEP_NS * count
        return rows.tobytes()


def _put(packet: NDArray[np.uint8], at: int, size: int, value: NDArray[np.int64]) -> None:
    for n in range(size):
        packet[:, at + n] = value >> 8 * (size - 1 - n) & 0xFF
