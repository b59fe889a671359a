"""The list of connections: its columns, and one row a connection.

The verdict is what one looks for. Narrower screens lose, in this order: bytes, duration, packets, the
long names of states, the middle of long addresses (to 15), the verdict's tail (from 24 columns to 16),
more of the addresses, the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from tcptui.dataclass import dataclass
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

    def mark(self, client: bool) -> str:
        """What stands beside the state: `?` if it is not proven, `*` if it is and something is open."""
        if self.standing is None:
            return ""
        return self.standing[self.flow.client if client else 1 - self.flow.client].mark


@dataclass(frozen=True, slots=True)
class Layout:
    """Column widths; 0: the column is not there. client, server: of their addresses."""

    number: int
    client: int
    server: int
    state: int
    packets: int
    bytes: int
    time: int
    verdict: int


LONG_STATE, SHORT_STATE = 12, 9
LEAST_ADDRESS, LEAST_VERDICT = 7, 12

_STEPS: tuple[tuple[str, int], ...] = (
    ("bytes", 0), ("time", 0), ("packets", 0), ("state", SHORT_STATE), ("address", 15),
    ("verdict", 16), ("address", 9), ("verdict", LEAST_VERDICT), ("verdict", 0), ("address", LEAST_ADDRESS),
)  # fmt: skip
"""What shrinks, and how far, until a row fits."""


@lru_cache(maxsize=64)
def layout(width: int, client: int = 21, server: int | None = None, numbers: int = 4) -> Layout:
    """The columns for a row of `width`. client, server: the longest address of each to show (see
    `address_widths`); numbers: columns for the flow numbers."""
    server = client if server is None else server
    wish = {"client": min(client, 27), "server": min(server, 27), "state": LONG_STATE}
    wish |= {"packets": 8, "bytes": 7, "time": 9, "verdict": 24}

    def spare() -> int:
        columns = [*wish.values(), wish["state"]]
        return width - 2 - numbers - sum(column + 1 for column in columns if column) + bool(wish["verdict"])

    for name, least in _STEPS:
        while name == "address" and spare() < 0 and max(wish["client"], wish["server"]) > least:
            wish["client" if wish["client"] >= wish["server"] else "server"] -= 1
        if name == "state" and spare() < 0:
            wish["state"] = least
        elif name != "address" and spare() < 0:
            wish[name] = min(wish[name], max(least, wish[name] + spare()) if least else 0)
    for side, longest in (("client", client), ("server", server)):
        wish[side] += min(max(0, spare()), longest - wish[side])
    if wish["verdict"]:
        wish["verdict"] += max(0, spare())
    return Layout(number=numbers, **wish)


def address_widths(flows: Iterable[FlowLike]) -> tuple[int, int]:
    """Columns that the longest client's and the longest server's address of some flows take."""
    widest = [15, 15]
    for flow in flows:
        for end, address in enumerate(flow.ends):
            side = end != flow.client
            widest[side] = max(widest[side], len(clean(str(address))))
    return widest[0], widest[1]


def header(columns: Layout, width: int, sort: str = "", *, live: bool = False, reverse: bool = False) -> Row:
    """The row of column heads; the one that the list is sorted by carries an arrow."""

    def head(key: str, text: str, room: int, *, right: bool = False) -> str:
        arrow = ("▼" if reverse else "▲") if key == sort else ""
        return pad(text + arrow, room, right=right) + " " if room else ""

    state = columns.state
    time = (
        head("quiet", "quiet", columns.time, right=True)
        if live
        else head("duration", "duration", columns.time, right=True)
    )
    text = (
        head("number", "#", columns.number + 1, right=True)
        + head("client", "client", columns.client)
        + head("server", "server", columns.server)
        + head("state", "client is" if state >= LONG_STATE else "C state", state)
        + head("server state", "server is" if state >= LONG_STATE else "S state", state)
        + head("packets", "packets", columns.packets, right=True)
        + head("bytes", "bytes", columns.bytes, right=True)
        + time
        + head("verdict", "verdict", columns.verdict)
    )
    return fit((Cell(text.rstrip(), Role.HEAD),), width)


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
    room = columns.client if client else columns.server
    text = clean(str(item.address(client)))
    host, colon, port = text.rpartition(":")
    left = room - len(colon + port)
    if len(text) > room and left >= 3:
        text = crop_middle(host, left) + colon + port
    return pad(crop_middle(text, room), room) + " "


def _state(item: FlowRow, client: bool, columns: Layout) -> Row:
    state = item.state(client)
    name = str(state) if columns.state >= LONG_STATE else short(state)
    role = Role.CLIENT if client else Role.SERVER
    room = columns.state + 1
    mark = item.mark(client)
    if not mark:
        return (Cell(pad(name, room), role),)
    return (Cell(name, role), Cell(pad(mark, room - len(name)), Role.ASSUMED))


def _counts(item: FlowRow, columns: Layout) -> str:
    flow, text = item.flow, ""
    if columns.packets:
        text += pad(number(sum(flow.packets), columns.packets), columns.packets, right=True) + " "
    if columns.bytes:
        text += pad(size(sum(flow.payload)), columns.bytes, right=True) + " "
    if columns.time:
        span = item.duration_ns if item.now_ns is None else item.quiet_ns
        text += pad(duration(span), columns.time, right=True) + " "
    return text
