"""Where the boxes and edges of the state diagram lie: three drawings of one machine, as data.

Coordinates are cells, x to the right and y down, from the drawing's upper left corner. An edge is a
route of corner points that begins on the box it leaves (so that the two join) and ends where its
arrowhead is: on the upper border of the box it leads to, or right beside it. What an edge means stands
in the rule table; here is only how it runs.

CLOSED stands twice, where a life begins and where it ends: one box would need lines all around the
drawing. FIN_WAIT_1 → TIME_WAIT has no edge of its own, it goes through FIN_WAIT_2. What can happen
in many states (a reset, giving up, the capture's beginning) has no edge either: it is a *jump*, drawn
beside the box that it leads to, and only when it has happened.

Source: RFC 9293 figure 5.
"""

from __future__ import annotations

from typing import NamedTuple

from tcptui.dataclass import dataclass
from tcptui.tcp.events import Event
from tcptui.tcp.states import State

Edge = tuple[State, Event]


class Box(NamedTuple):
    """A state's place: with its border where the layout is framed, else the name alone."""

    x: int
    y: int
    width: int
    height: int


class Label(NamedTuple):
    """Where an edge's label begins. `text` is for where the rule's own is too long."""

    x: int
    y: int
    text: str = ""


class Route(NamedTuple):
    """The way of an edge: the points at which it turns, and where its words stand."""

    points: tuple[tuple[int, int], ...]
    label: Label | None = None


class Jump(NamedTuple):
    """The arrow of a jump, and `room` columns for its word."""

    points: tuple[tuple[int, int], ...]
    x: int
    y: int
    room: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One drawing of `width` by `height`.

    framed: boxes around the names; else names only. closed_at_end: the second CLOSED.
    notes: the column from which the words on the step just taken may be written, 0 for none; such a
    drawing may be made wider. dwell: whether boxes have a line for the time spent in them.
    legend: the row of the legend, if there is one.
    """

    width: int
    height: int
    framed: bool
    boxes: dict[State, Box]
    closed_at_end: Box
    routes: dict[Edge, Route]
    jumps: dict[State, Jump]
    notes: int = 0
    dwell: bool = False
    legend: int | None = None


def _route(*points: tuple[int, int], label: tuple[int, int] | tuple[int, int, str] | None = None) -> Route:
    return Route(points, Label(*label) if label else None)


_S, _E = State, Event

COMPACT = Layout(
    width=34,
    height=13,
    framed=False,
    boxes={
        _S.CLOSED: Box(9, 0, 6, 1),
        _S.LISTEN: Box(2, 2, 6, 1),
        _S.SYN_SENT: Box(19, 2, 8, 1),
        _S.SYN_RCVD: Box(2, 4, 8, 1),
        _S.ESTABLISHED: Box(14, 5, 11, 1),
        _S.FIN_WAIT_1: Box(2, 7, 10, 1),
        _S.CLOSE_WAIT: Box(19, 7, 10, 1),
        _S.FIN_WAIT_2: Box(2, 9, 10, 1),
        _S.LAST_ACK: Box(19, 9, 8, 1),
        _S.CLOSING: Box(12, 10, 7, 1),
        _S.TIME_WAIT: Box(7, 12, 9, 1),
    },
    closed_at_end=Box(26, 12, 6, 1),
    routes={
        (_S.CLOSED, _E.PASSIVE_OPEN): _route((6, 0), (4, 0), (4, 1), label=(6, 1, "listen()")),
        (_S.CLOSED, _E.ACTIVE_OPEN): _route((17, 0), (19, 0), (19, 1), label=(21, 1, "connect()/SYN")),
        (_S.LISTEN, _E.RECV_SYN): _route((4, 2), (4, 3), label=(6, 3, "SYN/SYN,ACK")),
        (_S.SYN_SENT, _E.RECV_SYN_IN_SYN_SENT): _route((19, 2), (19, 4), (12, 4), label=(14, 4, "SYN")),
        (_S.SYN_SENT, _E.RECV_SYN_ACK): _route((21, 2), (21, 4), label=(23, 4, "SYN,ACK/ACK")),
        (_S.SYN_RCVD, _E.RECV_ACK_OF_SYN): _route((6, 4), (6, 5), (11, 5), label=(7, 5, "ACK")),
        (_S.SYN_RCVD, _E.CLOSE): _route((4, 4), (4, 6), label=(5, 6, "close()/FIN")),
        (_S.ESTABLISHED, _E.CLOSE): _route((16, 5), (16, 7), (14, 7)),
        (_S.ESTABLISHED, _E.RECV_FIN): _route((21, 5), (21, 6), label=(23, 6, "FIN/ACK")),
        (_S.FIN_WAIT_1, _E.RECV_ACK_OF_FIN): _route((4, 7), (4, 8), label=(6, 8, "ACK")),
        (_S.FIN_WAIT_1, _E.RECV_FIN): _route((11, 7), (11, 8), (15, 8), (15, 9), label=(12, 8, "FIN")),
        (_S.CLOSE_WAIT, _E.CLOSE): _route((21, 7), (21, 8), label=(23, 8, "close()/FIN")),
        (_S.FIN_WAIT_2, _E.RECV_FIN): _route((8, 9), (8, 11), label=(10, 11, "FIN")),
        (_S.CLOSING, _E.RECV_ACK_OF_FIN): _route((14, 10), (14, 11), label=(16, 11, "ACK")),
        (_S.LAST_ACK, _E.RECV_ACK_OF_FIN): _route((26, 9), (26, 11), label=(22, 11, "ACK")),
        (_S.TIME_WAIT, _E.TIMEOUT_2MSL): _route((17, 12), (23, 12), label=(19, 12, "2MSL")),
    },
    jumps={
        _S.CLOSED: Jump(((30, 10), (30, 11)), 27, 10, 7),
        _S.LISTEN: Jump(((15, 2), (10, 2)), 11, 2, 5),
        _S.ESTABLISHED: Jump(((33, 5), (27, 5)), 28, 5, 6),
    },
)

LARGE = Layout(
    width=52,
    height=26,
    framed=True,
    boxes={
        _S.CLOSED: Box(21, 0, 12, 3),
        _S.LISTEN: Box(11, 3, 12, 3),
        _S.SYN_SENT: Box(32, 3, 14, 3),
        _S.SYN_RCVD: Box(10, 7, 14, 3),
        _S.ESTABLISHED: Box(29, 10, 17, 3),
        _S.FIN_WAIT_1: Box(8, 14, 16, 3),
        _S.CLOSE_WAIT: Box(32, 14, 16, 3),
        _S.FIN_WAIT_2: Box(0, 18, 16, 3),
        _S.CLOSING: Box(17, 18, 13, 3),
        _S.LAST_ACK: Box(32, 18, 14, 3),
        _S.TIME_WAIT: Box(8, 22, 16, 3),
    },
    closed_at_end=Box(32, 22, 12, 3),
    routes={
        (_S.CLOSED, _E.PASSIVE_OPEN): _route((21, 1), (16, 1), (16, 3), label=(12, 0)),
        (_S.CLOSED, _E.ACTIVE_OPEN): _route((32, 1), (37, 1), (37, 3), label=(34, 0)),
        (_S.LISTEN, _E.RECV_SYN): _route((16, 5), (16, 7), label=(2, 6)),
        (_S.SYN_SENT, _E.RECV_SYN_IN_SYN_SENT): _route((34, 5), (34, 8), (24, 8), label=(20, 6)),
        (_S.SYN_SENT, _E.RECV_SYN_ACK): _route((37, 5), (37, 10), label=(39, 7)),
        (_S.SYN_RCVD, _E.RECV_ACK_OF_SYN): _route((20, 9), (20, 11), (28, 11), label=(22, 10, "ACK")),
        (_S.SYN_RCVD, _E.CLOSE): _route((14, 9), (14, 14), label=(0, 12)),
        (_S.ESTABLISHED, _E.CLOSE): _route((30, 12), (30, 15), (24, 15), label=(16, 13)),
        (_S.ESTABLISHED, _E.RECV_FIN): _route((37, 12), (37, 14), label=(39, 13)),
        (_S.FIN_WAIT_1, _E.RECV_ACK_OF_FIN): _route((12, 16), (12, 18), label=(1, 17)),
        (_S.FIN_WAIT_1, _E.RECV_FIN): _route((20, 16), (20, 18), label=(22, 17)),
        (_S.CLOSE_WAIT, _E.CLOSE): _route((37, 16), (37, 18), label=(39, 17)),
        (_S.FIN_WAIT_2, _E.RECV_FIN): _route((12, 20), (12, 22), label=(2, 21)),
        (_S.CLOSING, _E.RECV_ACK_OF_FIN): _route((20, 20), (20, 22), label=(22, 21)),
        (_S.LAST_ACK, _E.RECV_ACK_OF_FIN): _route((37, 20), (37, 22), label=(39, 21)),
        (_S.TIME_WAIT, _E.TIMEOUT_2MSL): _route((23, 23), (31, 23), label=(26, 22, "2MSL")),
    },
    jumps={
        _S.CLOSED: Jump(((51, 23), (44, 23)), 45, 22, 7),
        _S.LISTEN: Jump(((3, 4), (10, 4)), 3, 3, 7),
        _S.ESTABLISHED: Jump(((51, 11), (46, 11)), 46, 10, 6),
    },
    legend=25,
)

_W, _H = 18, 4

PROJECTOR = Layout(
    width=100,
    height=44,
    framed=True,
    dwell=True,
    notes=68,
    legend=43,
    boxes={
        _S.CLOSED: Box(26, 0, _W, _H),
        _S.LISTEN: Box(10, 6, _W, _H),
        _S.SYN_SENT: Box(42, 6, _W, _H),
        _S.SYN_RCVD: Box(10, 12, _W, _H),
        _S.ESTABLISHED: Box(42, 18, _W, _H),
        _S.FIN_WAIT_1: Box(10, 25, _W, _H),
        _S.CLOSE_WAIT: Box(42, 25, _W, _H),
        _S.FIN_WAIT_2: Box(0, 32, _W, _H),
        _S.CLOSING: Box(20, 32, _W, _H),
        _S.LAST_ACK: Box(42, 32, _W, _H),
        _S.TIME_WAIT: Box(10, 39, _W, _H),
    },
    closed_at_end=Box(42, 39, _W, _H),
    routes={
        (_S.CLOSED, _E.PASSIVE_OPEN): _route((26, 2), (18, 2), (18, 6), label=(17, 1)),
        (_S.CLOSED, _E.ACTIVE_OPEN): _route((43, 2), (51, 2), (51, 6), label=(45, 1)),
        (_S.LISTEN, _E.RECV_SYN): _route((18, 9), (18, 12), label=(4, 10)),
        (_S.SYN_SENT, _E.RECV_SYN_IN_SYN_SENT): _route((45, 9), (45, 14), (28, 14), label=(30, 13)),
        (_S.SYN_SENT, _E.RECV_SYN_ACK): _route((51, 9), (51, 18), label=(53, 13)),
        (_S.SYN_RCVD, _E.RECV_ACK_OF_SYN): _route((24, 15), (24, 20), (41, 20), label=(28, 19)),
        (_S.SYN_RCVD, _E.CLOSE): _route((14, 15), (14, 25), label=(0, 20)),
        (_S.ESTABLISHED, _E.CLOSE): _route((45, 21), (45, 23), (22, 23), (22, 25), label=(28, 22)),
        (_S.ESTABLISHED, _E.RECV_FIN): _route((51, 21), (51, 25), label=(53, 23)),
        (_S.FIN_WAIT_1, _E.RECV_ACK_OF_FIN): _route((14, 28), (14, 32), label=(3, 30)),
        (_S.FIN_WAIT_1, _E.RECV_FIN): _route((24, 28), (24, 32), label=(26, 30)),
        (_S.CLOSE_WAIT, _E.CLOSE): _route((51, 28), (51, 32), label=(53, 30)),
        (_S.FIN_WAIT_2, _E.RECV_FIN): _route((14, 35), (14, 39), label=(4, 37)),
        (_S.CLOSING, _E.RECV_ACK_OF_FIN): _route((24, 35), (24, 39), label=(26, 37)),
        (_S.LAST_ACK, _E.RECV_ACK_OF_FIN): _route((51, 35), (51, 39), label=(53, 37)),
        (_S.TIME_WAIT, _E.TIMEOUT_2MSL): _route((27, 41), (41, 41), label=(29, 40)),
    },
    jumps={
        _S.CLOSED: Jump(((66, 41), (60, 41)), 60, 40, 7),
        _S.LISTEN: Jump(((2, 8), (9, 8)), 2, 7, 7),
        _S.ESTABLISHED: Jump(((66, 20), (60, 20)), 60, 19, 7),
    },
)

LAYOUTS = {"compact": COMPACT, "large": LARGE, "projector": PROJECTOR}

JUMP_WORDS = {
    Event.RECV_RST: "RST",
    Event.SEND_RST: "RST",
    Event.REPLIED_RST: "RST",
    Event.RECV_RST_PASSIVE: "RST",
    Event.RECV_ICMP: "ICMP",
    Event.RECV_ICMP_PASSIVE: "ICMP",
    Event.CLOSE: "close()",
    Event.FORGOTTEN: "new SYN",
    Event.TIMEOUT_USER: "gave up",
    Event.REQUEST_EXPIRED: "timer",
    Event.PICKED_UP: "joined",
}
"""What a jump is called."""

NOT_DRAWN: dict[Event | Edge, str] = {
    Event.RECV_RST: "from any state: a jump to CLOSED",
    Event.SEND_RST: "from any state: a jump to CLOSED",
    Event.REPLIED_RST: "from any state: a jump to CLOSED",
    Event.RECV_ICMP: "not in the figure: a jump to CLOSED",
    Event.FORGOTTEN: "from any state: a jump to CLOSED",
    Event.TIMEOUT_USER: "from any state: a jump to CLOSED",
    Event.PICKED_UP: "no edge of the machine: the capture began late; a jump to ESTABLISHED",
    Event.RECV_RST_PASSIVE: "a request is dropped: a jump back to LISTEN",
    Event.RECV_ICMP_PASSIVE: "a request is dropped: a jump back to LISTEN",
    Event.REQUEST_EXPIRED: "a request is dropped: a jump back to LISTEN",
    (State.LISTEN, Event.CLOSE): "not seen in packets: a jump to CLOSED",
    (State.SYN_SENT, Event.CLOSE): "not seen in packets: a jump to CLOSED",
    (State.LISTEN, Event.ACTIVE_OPEN): "no common system sends from LISTEN",
    (State.SYN_RCVD, Event.RECV_FIN): "passes ESTABLISHED by within one segment, and is rare",
}
"""Rules of the table that have no edge in any layout, by event or by edge, and why."""
