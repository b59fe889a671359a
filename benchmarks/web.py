"""Mixed web-like traffic: see webscripts for the kinds of flows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.conversation import play
from benchmarks.packets import INSTANCE, Instances, Library, Packets, columns
from benchmarks.traffic import BATCH, CLIENTS, EPOCH, FIRST_PORT, PORTS, SERVERS, number
from benchmarks.webscripts import KINDS, path, script


@dataclass(frozen=True)
class WebOptions:
    """What to make.

    packets: how many will be taken, about. shares: by kind of flow. reuse: the share of flows that take
    a finished flow's addresses and ports, a second after its end at the earliest. patterns: conversations
    that are simulated; flows repeat them at other times and places. v6: the share of IPv6.
    """

    packets: int
    shares: Mapping[str, float] = field(default_factory=dict)
    reuse: float = 0.0
    patterns: int = 2048
    clients: int = 400
    servers: int = 64
    v6: float = 0.33


PER_FLOW = 34
SHORTEST_CAPTURE, MOST_FLOWS_A_SECOND = 60.0, 400.0


class Web:
    """Mixed web-like flows, for ever: see webscripts."""

    def __init__(self, options: WebOptions, seed: int) -> None:
        self._options, self._random = options, np.random.default_rng(seed)
        shares = {**{name: kind.share for name, kind in KINDS.items()}, **options.shares}
        if set(shares) != set(KINDS) or min(shares.values()) < 0 or not sum(shares.values()):
            raise ValueError(f"shares are numbers from 0 on, of: {', '.join(KINDS)}")
        self.kinds = tuple(KINDS)
        total = sum(shares.values())
        self._shares = np.array([shares[name] / total for name in self.kinds])
        flows = max(1, options.packets // PER_FLOW)
        patterns = min(options.patterns, max(64, flows))
        chance = random.Random(seed)
        pieces: list[Packets] = []
        kind_of: list[int] = []
        states: list[tuple[str, str]] = []
        for place, (name, share) in enumerate(zip(self.kinds, self._shares.tolist(), strict=True)):
            for nth in range(max(2, round(share * patterns)) if share else 0):
                # A known share of each kind is IPv6, however few there are of it.
                v6 = int((nth + 1) * options.v6) > int(nth * options.v6)
                way = path(KINDS[name], v6, chance)
                told = play(way, script(KINDS[name], chance), chance)
                if told.records:
                    pieces.append(columns(way, told.records, v6))
                    kind_of.append(place)
                    states.append(told.states)
        self.library = Library.of(pieces)
        self.kind_of = np.array(kind_of, np.uint8)
        self.states = tuple(states)
        self._rate = min(MOST_FLOWS_A_SECOND, flows / SHORTEST_CAPTURE)

    def batches(self) -> Iterator[Instances]:
        start, flow = EPOCH, 0
        weight = self._shares / np.maximum(1, np.bincount(self.kind_of, minlength=len(self.kinds)))
        odds = weight[self.kind_of] / weight[self.kind_of].sum()
        again = _Again(self._options.reuse, self._random)
        while True:
            made = np.zeros(BATCH, INSTANCE)
            made["flow"] = np.arange(flow, flow + BATCH)
            made["start"] = start + np.cumsum(self._random.exponential(1e9 / self._rate, BATCH)).astype(
                np.int64
            )
            made["piece"] = self._random.choice(len(odds), BATCH, p=odds)
            number(made, self._random)
            _stamp(made)
            self._address(made)
            again.take(made, self.library)
            yield made
            start, flow = int(made["start"][-1]), flow + BATCH

    def _address(self, made: Instances) -> None:
        options, flow = self._options, made["flow"]
        made["client"] = CLIENTS + 1 + flow % options.clients
        made["client_port"] = FIRST_PORT + flow // options.clients % PORTS
        popular = 1 / np.arange(1, options.servers + 1)
        server = self._random.choice(options.servers, len(made), p=popular / popular.sum())
        made["server"] = SERVERS + 1 + server
        made["server_port"] = np.array([443, 443, 443, 80, 8080])[server % 5]


def _stamp(made: Instances) -> None:
    """Timestamps go with time, from an offset that a pair of hosts keeps (RFC 7323 5.4)."""
    milliseconds = (made["start"] // 1_000_000).astype(np.uint32)
    made["client_stamp"] += milliseconds
    made["server_stamp"] += milliseconds


class _Again:
    """Gives flows the addresses and ports of flows that have ended; sequence numbers and timestamps go on."""

    GAP = 10**9
    NUMBERS = 1 << 28
    """What a sequence number is ahead of the former connection's first: more than any flow sends."""

    def __init__(self, share: float, chance: np.random.Generator) -> None:
        self._share, self._random = share, chance
        self._former = np.zeros(0, INSTANCE)
        self._ends = np.zeros(0, np.int64)
        self._v6 = np.zeros(0, np.bool_)

    def take(self, made: Instances, library: Library) -> None:
        """Readdress a share of `made`."""
        if not self._share:
            return
        v6 = library.rows["v6"][library.first[made["piece"]]]
        wanted = self._random.random(len(made)) < self._share
        used = np.zeros(len(self._former), np.bool_)
        for family in (False, True):
            ready = np.flatnonzero((self._v6 == family) & (self._ends + self.GAP < made["start"][0]))
            takers = np.flatnonzero(wanted & (v6 == family))[: len(ready)]
            givers = ready[: len(takers)]
            former = self._former[givers]
            passed = (made["start"][takers] // 1_000_000 - former["start"] // 1_000_000).astype(np.uint32)
            for name in ("client", "server", "client_port", "server_port"):
                made[name][takers] = former[name]
            for name in ("client_seq", "server_seq"):
                made[name][takers] = former[name] + np.uint32(self.NUMBERS)
            for name in ("client_stamp", "server_stamp"):
                made[name][takers] = former[name] + passed
            used[givers] = True
        self._former = np.concatenate([self._former[~used], made])
        ends = made["start"] + library.duration[made["piece"]]
        self._ends = np.concatenate([self._ends[~used], ends])
        self._v6 = np.concatenate([self._v6[~used], v6])
