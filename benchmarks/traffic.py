"""What is played, when and between whom: what all traffic has, long flows, a SYN flood.

Each kind of traffic has a library of pieces and yields batches of instances, in the order of their starts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.conversation import Conversation, Exchange, Path, Script, play
from benchmarks.packets import INSTANCE, Instances, Library, Packets, columns

CLIENTS, SERVERS, SOURCES = 0xC6120000, 0xC6130000, 0x0A000000
"""198.18.0.0 and 198.19.0.0 (RFC 2544); a flood comes from 10.0.0.0/8."""

EPOCH = 1_700_000_000 * 10**9
FIRST_PORT, PORTS = 32768, 28232
BATCH = 8192


class Traffic(Protocol):
    """kinds: names of what a flow can be; kind_of: by piece, which one.

    states: by piece, of client and server at its end ("" where the piece is not a whole conversation).
    """

    kinds: tuple[str, ...]
    states: tuple[tuple[str, str], ...]

    @property
    def library(self) -> Library:
        """Its pieces."""

    @property
    def kind_of(self) -> NDArray[np.uint8]:
        """The kind of each piece."""

    def batches(self) -> Iterator[Instances]:
        """Instances by start, without an end where the traffic has none."""


def number(made: Instances, chance: np.random.Generator) -> None:
    """Draw initial sequence numbers and timestamps."""
    for name in ("client_seq", "server_seq", "client_stamp", "server_stamp"):
        made[name] = chance.integers(0, 2**32, len(made), np.uint32)


class Long:
    """Flows of many packets each, all at once: downloads in requests of 2 MB, with little loss.

    A conversation is simulated, and what lies between two of its moments of silence is repeated.
    """

    kinds: tuple[str, ...] = ("long",)
    PATTERNS = 8
    REQUESTS = 10
    LOSS = 0.0005

    def __init__(self, flows: int, packets: int, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._flows = flows
        chance = random.Random(seed)
        per_flow = max(1, packets // flows)
        size = max(3000, min(2_000_000, per_flow * 300))
        pieces: list[Packets] = []
        self._tiles: list[_Tile] = []
        for place in range(min(flows, self.PATTERNS)):
            v6 = place % 3 == 2
            way = Path(0.004 * (1 + place), 0.3, self.LOSS, 1e9, 1440 if v6 else 1460, place % 2 == 0, True)
            pause = 0.1 + 3 * way.rtt
            exchanges = (Exchange(pause, 500, 0.002, size),) * self.REQUESTS
            told = play(way, Script(exchanges, "client", 0.01), chance)
            parts, tile = _cut(told, way, v6, first=len(pieces))
            pieces += parts
            self._tiles.append(tile)
        self.library = Library.of(pieces)
        self.kind_of = np.zeros(len(pieces), np.uint8)
        self.states = (("", ""),) * len(pieces)
        self._per_flow = per_flow

    def batches(self) -> Iterator[Instances]:
        """All instances of all flows; a flow has at least its share of the packets."""
        made = np.concatenate([self._flow(flow) for flow in range(self._flows)])
        yield made[np.argsort(made["start"], kind="stable")]

    def _flow(self, flow: int) -> Instances:
        tile = self._tiles[flow % len(self._tiles)]
        counts = self.library.count[tile.first : tile.first + 3]
        # Flows do not go equally fast; whoever is fast goes on until the last one has its share.
        times = max(1, -(-(3 * self._per_flow if self._flows > 1 else self._per_flow) // int(counts[1])))
        made = np.zeros(times + 2, INSTANCE)
        one = np.zeros(1, INSTANCE)
        number(one, self._random)
        made[:] = one
        step = np.concatenate([[0], np.arange(times), [times - 1]])
        made["piece"] = tile.first + np.concatenate([[0], np.ones(times), [2]])
        made["flow"] = flow
        made["start"] = EPOCH + 3_000_000 * flow + step * tile.duration
        made["client_seq"] += (step * tile.client).astype(np.uint32)
        made["server_seq"] += (step * tile.server).astype(np.uint32)
        for name in ("client_stamp", "server_stamp"):
            made[name] += (step * tile.duration // 1_000_000).astype(np.uint32)
        made["client"], made["server"] = CLIENTS + 1 + flow % 50, SERVERS + 1 + flow % 10
        made["client_port"], made["server_port"] = FIRST_PORT + flow % PORTS, 443
        return made


@dataclass(frozen=True, slots=True)
class _Tile:
    """Three pieces from `first` on. The second can be repeated: what it moves on by, in ns and octets."""

    first: int
    duration: int
    client: int
    server: int


def _cut(told: Conversation, way: Path, v6: bool, first: int) -> tuple[list[Packets], _Tile]:
    begin, end = told.marks[min(1, len(told.marks) - 2)], told.marks[-1]
    whole = columns(way, told.records, v6)
    parts = [whole[: begin.records], whole[begin.records : end.records], whole[end.records :]]
    duration = int((end.time - begin.time) * 1e9)
    return parts, _Tile(first, duration, end.client - begin.client, end.server - begin.server)


class Flood:
    """A SYN flood: half-open connections, each from an address of its own; the server answers once each."""

    kinds: tuple[str, ...] = ("half-open",)
    states: tuple[tuple[str, str], ...] = (("SYN_SENT", "SYN_RCVD"),)
    MOST = 1 << 24

    def __init__(self, connections: int, seed: int, rate: float = 100_000.0) -> None:
        if connections > self.MOST:
            raise ValueError(f"no more than {self.MOST} sources")
        self._random = np.random.default_rng(seed)
        self._connections, self._rate = connections, rate
        way = Path(0.0002, 0.98, 0.0, 1e9, 1460, False, False)
        told = play(way, Script((), "unanswered", 0.0), random.Random(seed))
        # The first SYN, and the SYN,ACK that a source that does not exist never answers.
        syn = columns(way, told.records[:1], False)
        answer = syn.copy()
        answer["from_client"], answer["flags"], answer["ack"] = False, 0x12, 1
        answer["time"] += 20_000
        self.library = Library.of([np.concatenate([syn, answer])])
        self.kind_of = np.zeros(1, np.uint8)

    def batches(self) -> Iterator[Instances]:
        start = EPOCH
        key = 2 * int(self._random.integers(1 << 20, 1 << 22)) + 1  # odd: a permutation of the addresses
        for begin in range(0, self._connections, BATCH):
            made = np.zeros(min(BATCH, self._connections - begin), INSTANCE)
            flow = np.arange(begin, begin + len(made))
            made["flow"] = flow
            made["start"] = start + np.cumsum(self._random.exponential(1e9 / self._rate, len(made))).astype(
                np.int64
            )
            number(made, self._random)
            made["client"] = SOURCES + (flow * key + 1) % self.MOST
            made["client_port"] = self._random.integers(1024, 65536, len(made))
            made["server"], made["server_port"] = SERVERS + 1, 443
            yield made
            start = int(made["start"][-1])
