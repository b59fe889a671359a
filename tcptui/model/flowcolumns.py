"""What filter and order of the list go by: a table of flows, their addresses, and the time that it is now."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cached_property, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.flowtable import NOT_YET, UNKNOWN, FlowTable
from tcptui.model.sought import LONGEST, Reading, Sought
from tcptui.store.flows import Address, Endpoints
from tcptui.store.headers import Ints

Bools = NDArray[np.bool_]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WORD = (1 << 64) - 1


class Shown(Protocol):
    """How addresses are shown by name."""

    def host(self, ip: str) -> str:
        """The name of a host, or its address."""

    @property
    def services(self) -> dict[int, str]:
        """The names of ports, as far as they are known."""


class End:
    """The clients, or the servers, of all flows of a table: an element each.

    upper, lower: words of the address, IPv4 mapped into IPv6. names: None where none are shown.
    """

    def __init__(
        self,
        upper: NDArray[np.uint64],
        lower: NDArray[np.uint64],
        port: NDArray[np.uint16],
        names: Shown | None = None,
    ) -> None:
        self.upper, self.lower, self.port = upper, lower, port
        self._names = names

    @cached_property
    def is_four(self) -> Bools:
        """It is an IPv4 address."""
        mapped: Bools = (self.lower >> np.uint64(32) == 0xFFFF) & (self.upper == 0)
        return mapped

    @cached_property
    def all_four(self) -> bool:
        """There are no others."""
        return bool(self.is_four.all())

    def inside(self, network: Network) -> Bools:
        """The address is in the network; those of the other version never are."""
        first, last = int(network.network_address), int(network.broadcast_address)
        if network.version == 4:
            first, last = first | 0xFFFF << 32, last | 0xFFFF << 32
        within = _between(self.upper, first >> 64, last >> 64)
        within &= _between(self.lower, first & _WORD, last & _WORD)
        within &= self.is_four == (network.version == 4)
        return within

    def begins(self, text: str) -> Bools:
        """The address begins so, as it is or as it is shown."""
        found = self.shows(text, at_start=True)
        if self._names is not None:
            found |= End(self.upper, self.lower, self.port).begins(text)
        elif not self.all_four:
            found |= self._hosts.look_up([ip.startswith(text) for ip in self._hosts.ips], False)
        return found

    def shows(self, text: str, *, at_start: bool = False) -> Bools:
        """The text is in what is shown of address and port; at_start: that begins with it."""
        if len(text) > LONGEST:
            return np.zeros(len(self.port), np.bool_)
        sought = Sought(text, at_start=at_start)
        spelt = self._names is not None or not self.all_four
        reading = self._spelt(sought) if spelt else Reading(sought, np.zeros(len(self.port), np.uint16))
        if self._names is None:
            self._octets(reading)
        ports = sought.decimals(reading.reachable, 1 << 16)
        for port, service in list((self._names.services if self._names else {}).items()):
            ports[:, port] = [sought.after(state, service.casefold()) for state in reading.reachable]
        reading.go_on(ports, lambda: self.port)
        return reading.found

    def _spelt(self, sought: Sought) -> Reading:
        """Once the hosts that are put into words, each once, have been read."""
        named = self._names.host if self._names else str
        heads = (str(Address(named(ip), 0))[:-1].casefold() for ip in self._hosts.ips)
        states = sought.of_texts(heads)
        reachable = sorted({0, *states.tolist()})
        return Reading(sought, self._hosts.look_up(states, 0).astype(np.uint16), reachable)

    def _octets(self, reading: Reading) -> None:
        """Read the IPv4 addresses, with the colon; nothing comes by of the others."""
        sought, dot, colon = reading.sought, reading.sought.after_char("."), reading.sought.after_char(":")
        for at, separator in enumerate((dot, dot, dot, colon)):
            table = separator[sought.decimals(reading.reachable, 256)]
            if not self.all_four:
                table = np.column_stack((table, np.array(reading.reachable, np.uint16)))
            reading.go_on(table, partial(self._octet, at))

    @cached_property
    def _octets_by_place(self) -> NDArray[np.uint8]:
        """A row a flow, the first octet of its IPv4 address in the first column."""
        return self.lower.astype(">u4").view(np.uint8).reshape(-1, 4)

    def _octet(self, at: int) -> NDArray[np.unsignedinteger]:
        """One of the four octets; 256 where it is no IPv4 address."""
        octets = self._octets_by_place[:, at]
        return octets if self.all_four else np.where(self.is_four, octets, np.uint16(256))

    @cached_property
    def _hosts(self) -> _Hosts:
        """The distinct hosts that are put into words: those of IPv6, or all where names are shown."""
        rows = np.arange(len(self.port)) if self._names is not None else np.flatnonzero(~self.is_four)
        upper, lower = self.upper[rows], self.lower[rows]
        order = np.lexsort((lower, upper))
        upper, lower = upper[order], lower[order]
        new = np.ones(len(rows), np.bool_)
        new[1:] = (upper[1:] != upper[:-1]) | (lower[1:] != lower[:-1])
        place = np.full(len(self.port), -1, np.int32)
        place[rows[order]] = np.cumsum(new) - 1
        one = Endpoints([upper[new], lower[new], np.zeros(int(new.sum()), np.uint64)], [])
        return _Hosts([one.client_text(at, port=False) for at in range(int(new.sum()))], place)


@dataclass(slots=True)
class _Hosts:
    """Distinct addresses in words. place: by flow, -1 for those that are not put into words."""

    ips: list[str]
    place: NDArray[np.int32]

    def look_up(self, values: list[bool] | NDArray[np.uint16], other: int) -> NDArray:  # type: ignore[type-arg]
        """By flow what is said of its host; `other` where nothing is."""
        return np.append(values, [other])[self.place]


class FlowColumns:
    """All flows of a table. ends: their addresses, by endpoint, asked for when they are needed.

    now_ns: what quiet-for counts to; None when nothing is live. names: how addresses are shown by name.
    orders: the numbers in an order of all flows that has been worked out. last: of the other orders of all
    flows the last, with its key and how many verdicts were known: a filter that lets all through keeps it.
    """

    def __init__(
        self,
        table: FlowTable,
        ends: Callable[[], Endpoints],
        now_ns: int | None = None,
        names: Shown | None = None,
    ) -> None:
        self.table = table
        self.now_ns = now_ns
        self.orders: dict[str, NDArray[np.int64]] = {}
        self.last: tuple[tuple[str, int], NDArray[np.int64]] | None = None
        self._ends = ends
        self._names = names

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def client(self) -> End:
        """Who opened each connection."""
        return self._end(0)

    @cached_property
    def server(self) -> End:
        """The other one."""
        return self._end(1)

    @cached_property
    def _both(self) -> Endpoints:
        return self._ends()

    def _end(self, at: int) -> End:
        one, other = (self._both.client, self._both.server)[:: 1 - 2 * at]
        if self.table.client.any():
            swapped = self.table.client != 0
            one = [np.where(swapped, b, a) for a, b in zip(one, other, strict=True)]
        return End(one[0], one[1], one[2].astype(np.uint16), self._names)

    @cached_property
    def client_state(self) -> NDArray[np.uint8]:
        """Of State, or NOT_YET."""
        return self.table.state(True)

    @cached_property
    def server_state(self) -> NDArray[np.uint8]:
        """Of State, or NOT_YET."""
        return self.table.state(False)

    @property
    def quiet_ns(self) -> Ints:
        """How long nothing was sent; 0 when there is no now."""
        if self.now_ns is None:
            return np.zeros(len(self), np.int64)
        return np.maximum(self.now_ns - self.table.end_ns, 0)

    @property
    def duration_ns(self) -> Ints:
        """From the first packet to the latest."""
        return self.table.end_ns - self.table.start_ns

    @property
    def stands(self) -> Bools:
        """The engines have got to it: its states are known."""
        known: Bools = (self.client_state != NOT_YET) & (self.server_state != NOT_YET)
        return known

    @property
    def judged(self) -> Bools:
        """Its verdict is known."""
        known: Bools = self.table.verdict != UNKNOWN
        return known

    def by_verdict(self, test: Callable[[str], bool]) -> Bools:
        """The verdict is known, and passes; each text is tested once."""
        passes = np.array([*map(test, list(self.table.verdicts)), False])  # the last one: not known
        found: Bools = passes[self.table.verdict]
        return found


def _between(words: NDArray[np.uint64], least: int, most: int) -> Bools:
    within: Bools = words >= np.uint64(least)
    within &= words <= np.uint64(most)
    return within
