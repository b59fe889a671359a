"""All findings about hosts, as of the newest packet."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tcptui.hosts.attempts import Attempts, floods, scans
from tcptui.hosts.finding import SHOWN, HostFinding
from tcptui.hosts.isn import Isns, blind_spoofing, predictable
from tcptui.store.flows import Address
from tcptui.store.segments import SegmentStore
from tcptui.tcp.diagnosis import Diagnosis, Severity
from tcptui.tcp.timers import SECOND

LEAK = 5
"""Connections of one port in CLOSE_WAIT that are a leak rather than a slow program."""

STUCK = 10 * SECOND

Waiting = tuple[Address, int, int]
"""An endpoint in CLOSE_WAIT: its address, the number of its flow, and for how long (ns)."""


class HostBook:
    """Fed by batches, asked now and then. It has no lock: the session has one."""

    def __init__(self, store: SegmentStore) -> None:
        self._attempts, self._isns = Attempts(store), Isns(store)

    def feed(self) -> None:
        """Take in the store's rows since the last call."""
        self._attempts.feed()
        self._isns.feed()

    def findings(self, leaks: Iterable[HostFinding] = ()) -> tuple[HostFinding, ...]:
        """All there is to say, the most severe first. leaks: those of the function of that name."""
        found = [*floods(self._attempts), *scans(self._attempts), *predictable(self._isns)]
        found += blind_spoofing(self._attempts, self._isns, found)
        found += leaks
        return tuple(sorted(found, key=lambda one: (one.diagnosis.severity.rank, one.diagnosis.packets)))


def leaks(waiting: Iterable[Waiting], frame_of: Callable[[int], int]) -> list[HostFinding]:
    """D10, many of one port: five connections or more in CLOSE_WAIT for 10 s or more.

    frame_of: from a flow's number to the frame of the FIN; asked of those flows only that are named.
    """
    by_port: dict[Address, list[tuple[int, int]]] = {}
    for address, number, age in waiting:
        if age >= STUCK:
            by_port.setdefault(address, []).append((number, age))
    found = []
    for address, stuck in by_port.items():
        if len(stuck) < LEAK:
            continue
        longest = max(age for _, age in stuck) // SECOND
        text = (
            f"{len(stuck)} connections of {address} are stuck in CLOSE_WAIT, for up to {longest} s: the "
            "program does not close its sockets, and will run out of file descriptors. "
            "`ss -tanp state close-wait` names it"
        )
        frames = tuple(frame_of(number) for number, _ in stuck[:SHOWN])
        diagnosis = Diagnosis("close-wait-leak", Severity.ERROR, frames, text)
        found.append(HostFinding(str(address), "CLOSE_WAIT leak", diagnosis))
    return found
