"""Names instead of numbers (-N), looked up behind the program's back.

A name server that does not answer must never hold up a screen, so an address is shown as a number
until its name is known.
"""

from __future__ import annotations

import queue
import socket
import threading
import time

from tcptui.dataclass import dataclass
from tcptui.store.flows import Address


@dataclass(frozen=True, slots=True)
class NamedAddress(Address):
    """An address that prints as ``host:service``; `ip` and `port` stay what they are."""

    name: str = ""

    def __str__(self) -> str:
        return self.name


MOST = 1 << 16
"""Addresses, and hosts, that are remembered: those that were asked for last."""


class Names:
    """Reverse lookups with a memory.

    `known` grows with every answer, so that a view can see that there is something new to show. services: the
    names of ports that were met.

    Limits: one lookup at a time.
    """

    def __init__(self) -> None:
        self.known = 0
        self._names: dict[Address, Address] = {}
        self._hosts: dict[str, str] = {}
        self._asked_hosts: set[str] = set()
        self.services: dict[int, str] = {}
        self._asked: queue.SimpleQueue[Address] = queue.SimpleQueue()
        self._open = 0
        threading.Thread(target=self._look_up, name="names", daemon=True).start()

    def of(self, address: Address) -> Address:
        """The address with its name where that is known; otherwise as it is, and the name is asked for."""
        found = self._names.get(address)
        if found is not None:
            return found
        while len(self._names) >= MOST:
            self._names.pop(next(iter(self._names)))
        self._names[address] = address
        self._open += 1
        self._asked.put(address)
        return address

    def host(self, ip: str) -> str:
        """The name of a host where that is known; otherwise its address, and the name is asked for."""
        found = self._hosts.get(ip)
        if found is None and ip not in self._asked_hosts:
            self._asked_hosts.add(ip)
            self.of(Address(ip, 0))
        return found or ip

    @property
    def pending(self) -> int:
        """How many answers are awaited."""
        return self._open - self.known

    def wait(self, patience: float) -> None:
        """Until nothing is pending, or no answer has come for `patience` seconds."""
        known, since = self.known, time.monotonic()
        while self.pending and time.monotonic() - since < patience:
            time.sleep(0.005)
            if self.known != known:
                known, since = self.known, time.monotonic()

    def _look_up(self) -> None:
        while True:
            address = self._asked.get()
            host, service = self._host(address.ip), self._service(address.port)
            name = f"[{host}]:{service}" if ":" in host else f"{host}:{service}"
            self._names[address] = NamedAddress(address.ip, address.port, name)
            self.known += 1

    def _host(self, ip: str) -> str:
        """Asked once for all ports of an address."""
        if ip not in self._hosts:
            if len(self._hosts) >= MOST:
                self._hosts.pop(next(iter(self._hosts)))
            try:
                self._hosts[ip] = socket.getnameinfo((ip, 0), socket.NI_NUMERICSERV)[0]
            except (OSError, UnicodeError):
                self._hosts[ip] = ip
        return self._hosts[ip]

    def _service(self, port: int) -> str:
        """Asked once for all addresses."""
        if port not in self.services:
            try:
                self.services[port] = socket.getservbyport(port, "tcp")
            except OSError:
                return str(port)
        return self.services[port]
