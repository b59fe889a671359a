"""A simulated conversation over a lossy path, as a recording somewhere on the path shows it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.endpoint import SYN, Endpoint, Segment

MOST_FLIGHT = 256
"""Segments in flight at most; with window scaling this never fills a window of 4096 << 7."""

MOST_FLIGHT_UNSCALED = 32

ETHERNET_IP_TCP = 66
"""Octets before the payload, for the time that a segment takes on the link."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where the segments go.

    rtt: seconds. vantage: where it is recorded, 0 at the client to 1 at the server. loss: the
    probability that a segment is lost, half before the vantage, half behind. rate: bits a second.
    mss: payload octets a segment, without options. stamps: TCP timestamps. scaled: windows are.
    """

    rtt: float
    vantage: float
    loss: float
    rate: float
    mss: int
    stamps: bool
    scaled: bool


class Exchange(NamedTuple):
    """A request and its response. think: seconds before it; service: before the response. Sizes in octets."""

    think: float
    request: int
    service: float
    response: int


@dataclass(frozen=True, slots=True)
class Script:
    """What is said, and how it ends.

    ending: "client", "server" (who closes), "client reset", "server reset" (who aborts, in the middle
    of the last response), "open", "refused" or "unanswered". lag: seconds from a FIN to the other end's
    close(); 0: at once, so that its FIN goes with the ACK.
    """

    exchanges: tuple[Exchange, ...]
    ending: str
    lag: float


class Record(NamedTuple):
    """A segment as it was recorded. time: seconds since the conversation began; stamp: milliseconds."""

    time: float
    from_client: bool
    segment: Segment
    stamp: int


class Mark(NamedTuple):
    """A moment at which nothing is in flight, just before a request. records: how many there are before it.

    client, server: their next sequence numbers.
    """

    time: float
    records: int
    client: int
    server: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was recorded. states: of client and server, at the end, by the simulation itself."""

    records: tuple[Record, ...]
    marks: tuple[Mark, ...]
    states: tuple[str, str]


def play(path: Path, script: Script, chance: random.Random) -> Conversation:
    """Let a conversation happen, from the SYN to the moment when nothing is going to happen any more."""
    return _Stage(path, script, chance).run()


class _Stage:
    """The wire and both applications."""

    def __init__(self, path: Path, script: Script, chance: random.Random) -> None:
        self.path, self.script, self.chance = path, script, chance
        self.now = 0.0
        self.records: list[Record] = []
        self.marks: list[Mark] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        mss = path.mss - (12 if path.stamps else 0)
        most = MOST_FLIGHT if path.scaled else MOST_FLIGHT_UNSCALED
        rto = 1.5 * path.rtt + 0.06
        self.client = Endpoint(self, self, mss, rto, path.scaled, most)
        self.server = Endpoint(self, self, mss, rto, path.scaled, most)
        self._free = [0.0, 0.0]
        self._turn = 0
        self._left = 0  # octets that are still to come of the request or response that is on its way

    def run(self) -> Conversation:
        if self.script.ending not in ("refused", "unanswered"):
            self.server.listen()
        self.client.connect()
        while self._due:
            self.now, _, action = heapq.heappop(self._due)
            action()
        self.records.sort(key=lambda record: record.time)
        return Conversation(tuple(self.records), tuple(self.marks), (self.client.state, self.server.state))

    # -- the wire --------------------------------------------------------------------------------

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._due, (self.now + seconds, self._order, action))

    def send(self, sender: Endpoint, segment: Segment) -> None:
        path, from_client = self.path, sender is self.client
        leaves = max(self.now, self._free[from_client]) + 8 * (segment.length + ETHERNET_IP_TCP) / path.rate
        self._free[from_client] = leaves
        one_way = path.rtt / 2
        to_vantage = one_way * (path.vantage if from_client else 1 - path.vantage)
        before, behind = self._lost(), self._lost()
        stamp = int(self.now * 1000)
        if not before:
            self.records.append(Record(leaves + to_vantage, from_client, segment, stamp))
        if before or behind or (self.script.ending == "unanswered" and segment.flags & SYN):
            return
        receiver = self.server if from_client else self.client
        self.after(leaves + one_way - self.now, lambda: receiver.receive(segment, stamp))

    def _lost(self) -> bool:
        return self.path.loss > 0 and self.chance.random() < self.path.loss / 2

    # -- the applications ------------------------------------------------------------------------

    def established(self, end: Endpoint) -> None:
        if end is self.client:
            self._next()

    def _next(self) -> None:
        """The client's next step: another request, or the end."""
        if self._turn < len(self.script.exchanges):
            self.after(self.script.exchanges[self._turn].think, self._request)
        elif self.script.ending == "client":
            self.after(self.script.lag, self.client.close)

    def _request(self) -> None:
        if self.client.state != "ESTABLISHED":
            return
        if self.client.quiet and self.server.quiet:
            self.marks.append(Mark(self.now, len(self.records), self.client.nxt, self.server.nxt))
        self._left = self.script.exchanges[self._turn].request
        self.client.write(self._left)

    def received(self, end: Endpoint, octets: int) -> None:
        exchange = self.script.exchanges[self._turn]
        self._left -= octets
        last = self._turn + 1 == len(self.script.exchanges)
        if end is self.server:
            if not self._left:
                self.after(exchange.service, self._respond)
            return
        if last and self.script.ending.endswith("reset") and self._left < exchange.response / 2:
            self._abort()
        elif not self._left:
            self._turn += 1
            self._next()

    def _abort(self) -> None:
        end = self.client if self.script.ending == "client reset" else self.server
        end.abort()

    def _respond(self) -> None:
        if self.server.state != "ESTABLISHED":
            return
        last = self._turn + 1 == len(self.script.exchanges)
        self._left = self.script.exchanges[self._turn].response
        self.server.write(self._left)
        if last and self.script.ending == "server":
            self.server.close()

    def ended(self, end: Endpoint) -> None:
        if self.script.lag:
            self.after(self.script.lag, end.close)
        else:
            end.close()
