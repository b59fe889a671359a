"""Names instead of numbers (-N), looked up behind the program's back.

A name server that does not answer must never hold up a screen, so an address is shown as a number
until its name is known.
"""

from __future__ import annotations

import queue
import socket
import threading
from dataclasses import dataclass

from tcptui.store.flows import Address


@dataclass(frozen=True, slots=True)
class NamedAddress(Address):
    """An address that prints as ``host:service``; `ip` and `port` stay what they are."""

    name: str = ""

    def __str__(self) -> str:
        return self.name


class Names:
    """Reverse lookups with a memory.

    `known` grows with every answer, so that a view can see that there is something new to show.

    Limits: one lookup at a time; a service name is looked up as TCP's.
    """

    def __init__(self) -> None:
        self.known = 0
        self._names: dict[Address, Address] = {}
        self._asked: queue.SimpleQueue[Address] = queue.SimpleQueue()
        self._open = 0
        threading.Thread(target=self._look_up, name="names", daemon=True).start()

    def of(self, address: Address) -> Address:
        """The address with its name where that is known; otherwise as it is, and the name is asked for."""
        found = self._names.get(address)
        if found is not None:
            return found
        self._names[address] = address
        self._open += 1
        self._asked.put(address)
        return address

    @property
    def pending(self) -> int:
        """How many answers are awaited."""
        return self._open - self.known

    def _look_up(self) -> None:
        while True:
            address = self._asked.get()
            try:
                host, service = socket.getnameinfo((address.ip, address.port), 0)
            except (OSError, UnicodeError):
                host, service = address.ip, str(address.port)
            name = f"[{host}]:{service}" if ":" in host else f"{host}:{service}"
            self._names[address] = NamedAddress(address.ip, address.port, name)
            self.known += 1
