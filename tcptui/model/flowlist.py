"""The list of connections: its columns, one row a connection, and the orders it can stand in.

Narrower screens lose, in this order: bytes, duration, packets, the verdict's tail (to 12 columns),
the middle of long addresses (to 15), the long names of states, the verdict, the rest of the addresses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.names import short
from tcptui.model.text import clean, crop_middle, fit, merge, pad
from tcptui.model.times import duration, number, size
from tcptui.store.flows import Address
from tcptui.tcp.history import Standing
from tcptui.tcp.states import State


class FlowLike(Protocol):
    """What a row needs of a connection; session.FlowInfo is one. Tuples are by endpoint, 0 or 1."""

    @property
    def number(self) -> int: ...
    @property
    def ends(self) -> tuple[Address, Address]: ...
    @property
    def client(self) -> int: ...
    @property
    def start_ns(self) -> int: ...
    @property
    def end_ns(self) -> int: ...
    @property
    def packets(self) -> tuple[int, int]: ...
    @property
    def payload(self) -> tuple[int, int]: ...
    @property
    def states(self) -> tuple[State, State]: ...


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A connection as the list shows it: the flow, its verdict, and the time that it is now.

    standing: both ends as of the cursor, by endpoint; None shows `flow.states`. now_ns: what quiet-for
    counts to; None when nothing is live.
    """

    flow: FlowLike
    verdict: str = ""
    now_ns: int | None = None
    standing: tuple[Standing, Standing] | None = None

    @property
    def quiet_ns(self) -> int:
        """How long nothing was sent; 0 when there is no now."""
        return 0 if self.now_ns is None else max(0, self.now_ns - self.flow.end_ns)

    @property
    def duration_ns(self) -> int:
        return self.flow.end_ns - self.flow.start_ns

    def state(self, client: bool) -> State:
        """The state of the client or of the server."""
        end = self.flow.client if client else 1 - self.flow.client
        return self.standing[end].state if self.standing else self.flow.states[end]

    def address(self, client: bool) -> Address:
        return self.flow.ends[self.flow.client if client else 1 - self.flow.client]

    def is_sure(self, client: bool) -> bool:
        """False while nothing of the endpoint's own shows its state."""
        if self.standing is None:
            return True
        standing = self.standing[self.flow.client if client else 1 - self.flow.client]
        return standing.evidence.certain


@dataclass(frozen=True, slots=True)
class Layout:
    """Column widths; 0: the column is not there."""

    number: int
    address: int
    state: int
    packets: int
    bytes: int
    time: int
    verdict: int


@lru_cache(maxsize=64)
def layout(width: int, address: int = 21, numbers: int = 4) -> Layout:
    """The columns for a row of `width`. address: the longest address to show (see `address_width`);
    numbers: columns for the flow numbers."""
    wish = {
        "address": max(15, min(address, 27)),
        "state": 12,
        "packets": 8,
        "bytes": 7,
        "time": 9,
        "verdict": 22,
    }

    def used() -> int:
        columns = [wish["address"], wish["address"], wish["state"], wish["state"]]
        columns += [wish[name] for name in ("packets", "bytes", "time", "verdict")]
        return 2 + numbers + sum(column + 1 for column in columns if column)

    steps: tuple[tuple[str, int], ...] = (
        ("bytes", 0), ("time", 0), ("packets", 0), ("verdict", 12),
        ("address", 15), ("state", 9), ("verdict", 0), ("address", 7),
    )  # fmt: skip
    for name, least in steps:
        over = used() - width
        if over <= 0:
            break
        if least == 0:
            wish[name] = 0
        else:
            ends = 2 if name in ("address", "state") else 1
            wish[name] = max(min(least, wish[name]), wish[name] - -(-over // ends))
    left = width - used()
    grow = min(max(0, left // 2), max(0, address - wish["address"]))
    wish["address"] += grow if wish["verdict"] else max(0, left // 2)
    if wish["verdict"]:
        wish["verdict"] = max(1, wish["verdict"] + width - used())
    return Layout(
        numbers, wish["address"], wish["state"], wish["packets"], wish["bytes"], wish["time"], wish["verdict"]
    )


def address_width(flows: Iterable[FlowLike]) -> int:
    """Columns that the longest address of some flows takes."""
    return max((len(clean(str(end))) for flow in flows for end in flow.ends), default=15)


def header(columns: Layout, width: int, sort: str = "", *, live: bool = False, reverse: bool = False) -> Row:
    """The row of column heads; the one that the list is sorted by carries an arrow."""

    def head(key: str, text: str, room: int, *, right: bool = False) -> str:
        arrow = ("▼" if reverse else "▲") if key == sort else ""
        return pad(text + arrow, room, right=right) + " " if room else ""

    address, state = columns.address, columns.state
    time = (
        head("quiet", "quiet", columns.time, right=True)
        if live
        else head("duration", "duration", columns.time, right=True)
    )
    text = (
        "  "
        + head("number", "#", columns.number - 1, right=True)
        + head("client", "client", address)
        + head("server", "server", address)
        + head("state", "client is", state)
        + head("server state", "server is", state)
        + head("packets", "packets", columns.packets, right=True)
        + head("bytes", "bytes", columns.bytes, right=True)
        + time
        + head("verdict", "verdict", columns.verdict)
    )
    return fit((Cell(text, Role.HEAD),), width)


def row(item: FlowRow, columns: Layout, width: int, *, gutter: str = " ") -> Row:
    """One connection in exactly `width` columns. gutter: one column at the left, ``▌`` for the selected."""
    flow = item.flow
    cells = [
        Cell(gutter + " ", Role.KEY if gutter.strip() else Role.TEXT),
        Cell(pad(str(flow.number), columns.number - 1, right=True) + " ", Role.DIM),
        Cell(_address(item, True, columns), Role.TEXT),
        Cell(_address(item, False, columns), Role.TEXT),
        *_state(item, True, columns),
        *_state(item, False, columns),
        Cell(_counts(item, columns), Role.TEXT),
        Cell(clean(item.verdict) if columns.verdict else "", Role.NOTE),
    ]
    return fit(merge(cells), width)


def _address(item: FlowRow, client: bool, columns: Layout) -> str:
    return pad(crop_middle(clean(str(item.address(client))), columns.address), columns.address) + " "


def _state(item: FlowRow, client: bool, columns: Layout) -> Row:
    state = item.state(client)
    name = str(state) if columns.state >= 12 else short(state)
    role = Role.CLIENT if client else Role.SERVER
    room = columns.state + 1
    if item.is_sure(client):
        return (Cell(pad(name, room), role),)
    return (Cell(name, role), Cell(pad("?", room - len(name)), Role.ASSUMED))


def _counts(item: FlowRow, columns: Layout) -> str:
    flow, text = item.flow, ""
    if columns.packets:
        text += pad(number(sum(flow.packets)), columns.packets, right=True) + " "
    if columns.bytes:
        text += pad(size(sum(flow.payload)), columns.bytes, right=True) + " "
    if columns.time:
        span = item.duration_ns if item.now_ns is None else item.quiet_ns
        text += pad(duration(span), columns.time, right=True) + " "
    return text


def _host(address: Address) -> tuple[int, int, str, int]:
    """Addresses in the order of their numbers, names behind them."""
    try:
        parsed = ipaddress.ip_address(address.ip)
    except ValueError:
        return (9, 0, address.ip, address.port)
    return (parsed.version, int(parsed), "", address.port)


SORT_KEYS: dict[str, Callable[[FlowRow], Any]] = {
    "number": lambda item: item.flow.number,
    "client": lambda item: _host(item.address(True)),
    "server": lambda item: _host(item.address(False)),
    "state": lambda item: (item.state(True), item.state(False)),
    "server state": lambda item: (item.state(False), item.state(True)),
    "packets": lambda item: -sum(item.flow.packets),
    "bytes": lambda item: -sum(item.flow.payload),
    "duration": lambda item: -item.duration_ns,
    "quiet": lambda item: -item.quiet_ns,
    "verdict": lambda item: item.verdict,
}
"""What the list can be sorted by. Counts and spans begin with the largest; ties stay in order of number."""


def sort(items: Iterable[FlowRow], key: str, *, reverse: bool = False) -> list[FlowRow]:
    """`items` in the order of one of SORT_KEYS (KeyError for another); flow numbers decide ties."""
    value = SORT_KEYS[key]
    ordered = sorted(items, key=lambda item: item.flow.number)
    ordered.sort(key=value, reverse=reverse)
    return ordered
