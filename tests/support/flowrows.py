"""Connections as the flow list needs them."""

from __future__ import annotations

from dataclasses import dataclass

from tcptui.store.flows import Address
from tcptui.tcp.states import State


@dataclass(frozen=True)
class Flow:
    """A connection as the list needs it."""

    number: int
    ends: tuple[Address, Address]
    client: int = 0
    start_ns: int = 0
    end_ns: int = 43_100_000_000
    packets: tuple[int, int] = (5, 4)
    payload: tuple[int, int] = (7, 0)
    states: tuple[State, State] = (State.FIN_WAIT_2, State.CLOSE_WAIT)
