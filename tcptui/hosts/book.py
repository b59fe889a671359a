"""All findings about hosts, as of the newest packet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from tcptui.hosts.around import Neighbours
from tcptui.hosts.attempts import Attempts, floods, scans
from tcptui.hosts.finding import SHOWN, HostFinding
from tcptui.hosts.isn import Isns, blind_spoofing, predictable
from tcptui.store.compact import Compacted
from tcptui.store.flows import Address
from tcptui.store.segments import SegmentStore
from tcptui.tcp.diagnoses.catalog import KINDS
from tcptui.tcp.timers import SECOND

LEAK = 5
"""Connections of one port in CLOSE_WAIT that are a leak rather than a slow program."""

LOOKED_AT = 100
"""Of so many connections five must be in CLOSE_WAIT for certain."""

STUCK = 10 * SECOND

Waiting = tuple[Address, int, int]
"""An endpoint in CLOSE_WAIT: its address, the number of its flow, and for how long (ns)."""


class HostBook:
    """Fed by batches, asked now and then. It has no lock: the session has one.

    neighbours: what connections tell of each other's hosts; they feed themselves, when they are asked.
    """

    def __init__(self, store: SegmentStore) -> None:
        self._attempts, self._isns = Attempts(store), Isns(store)
        self.neighbours = Neighbours(store)
        self._store, self._fed = store, 0

    @property
    def nbytes(self) -> int:
        """Memory that all this takes, about; what is kept of sequence numbers never takes more than 40 MB."""
        return self._attempts.nbytes + self.neighbours.nbytes

    def compacted(self, done: Compacted) -> HostBook:
        """The book of a store that was compacted; this one is done with."""
        self.feed()
        new = HostBook(done.store)
        new._fed = done.store.n
        new._attempts, new._isns = self._attempts.compacted(done), self._isns.compacted(done)
        new.neighbours = self.neighbours.compacted(done)
        return new

    def feed(self, least: int = 1) -> None:
        """Take in the store's rows since the last time, if there are so many."""
        if self._store.n - self._fed < least:
            return
        self._fed = self._store.n
        self._attempts.feed()
        self._isns.feed()

    def findings(self, leaks: Iterable[HostFinding] = ()) -> tuple[HostFinding, ...]:
        """All there is to say, the most severe first. leaks: those of the function of that name."""
        self.feed()
        found = [*floods(self._attempts), *scans(self._attempts), *predictable(self._isns)]
        found += blind_spoofing(self._attempts, self._isns, found)
        found += leaks
        return tuple(sorted(found, key=lambda one: (one.diagnosis.severity.rank, one.diagnosis.packets)))


def leaks(waiting: Iterable[Waiting], frame_of: Callable[[int], int]) -> list[HostFinding]:
    """D10, many of one port: five connections or more in CLOSE_WAIT for 10 s or more.

    frame_of: from a flow's number to the frame of the FIN, 0 where no ACK proves that it came; asked of no
    more flows than are needed.
    """
    by_port: dict[Address, list[tuple[int, int]]] = {}
    for address, number, age in waiting:
        if age >= STUCK:
            by_port.setdefault(address, []).append((number, age))
    found = []
    for address, stuck in by_port.items():
        fins = (frame for number, _ in stuck[:LOOKED_AT] if (frame := frame_of(number)))
        frames = tuple(islice(fins, SHOWN)) if len(stuck) >= LEAK else ()
        if len(frames) < LEAK:
            continue
        longest = max(age for _, age in stuck) // SECOND
        text = (
            f"{len(stuck)} connections of {address} are stuck in CLOSE_WAIT, for up to {longest} s: the "
            "program does not close its sockets, and will run out of file descriptors"
        )
        diagnosis = KINDS["close-wait-leak"].diagnosis(frames, text)
        found.append(HostFinding(str(address), "CLOSE_WAIT leak", diagnosis))
    return found
