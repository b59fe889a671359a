"""The connections that Zeek would log of one pair of sockets.

Where one ends and the next begins: a SYN may use a closed or half-open one's ports again, and Zeek forgets a
connection some seconds after it has closed, an attempt that nobody answers, and one that is silent for long
(scripts/base/init-bare.zeek). Packets after that are another connection's, and logged as such.

Limits: Zeek's tcp_session_timer is not there: what it would end, another of its timers ends as soon. That a
RST behind a FIN ends a connection is so since 8.1.
"""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp.segment import Flags, Segment
from tcptui.zeek.connection import Connection
from tcptui.zeek.endpoint import EndState
from tcptui.zeek.ports import INTERACTIVE, starts_at_server

SECOND = 1_000_000_000
ATTEMPT = CLOSE = RESET = 5 * SECOND
INACTIVITY, INTERACTIVE_INACTIVITY = 300 * SECOND, 3600 * SECOND
_SYN, _ACK = int(Flags.SYN), int(Flags.ACK)


@dataclass(frozen=True, slots=True)
class Entry:
    """One connection, with conn.log's names for its fields.

    orig: which sender (0, 1) is the originator. packets: frame numbers of the first and the last packet.
    duration_ns: without what passed after both sides had closed. orig_bytes, resp_bytes: by sequence numbers.
    """

    orig: int
    packets: tuple[int, int]
    duration_ns: int
    conn_state: str
    history: str
    orig_pkts: int
    resp_pkts: int
    orig_bytes: int
    resp_bytes: int
    missed_bytes: int


class _Kept:
    """A connection in Zeek's table. port: the responder's."""

    __slots__ = ("connection", "first", "last", "port")

    def __init__(self, connection: Connection, packet: int, port: int) -> None:
        self.connection = connection
        self.first = self.last = packet
        self.port = port

    def feed(self, segment: Segment, whole: bool) -> None:
        """The next packet of the connection."""
        self.connection.feed(segment, whole=whole)
        self.last = segment.packet

    @property
    def deadline(self) -> int:
        """When Zeek forgets it if nothing more comes."""
        one = self.connection
        interactive = one.established and self.port in INTERACTIVE
        silent = one.last_ns + (INTERACTIVE_INACTIVITY if interactive else INACTIVITY)
        if one.close_ns is not None:
            return min(silent, one.close_ns + CLOSE)
        if not one.active:
            return silent
        if one.reset_ns is not None:
            return min(silent, one.reset_ns + RESET)
        if one.attempt_ns is not None and one.responder.state is EndState.INACTIVE:
            return min(silent, one.attempt_ns + ATTEMPT)
        return silent

    def entry(self) -> Entry:
        """Its line in the log."""
        one = self.connection
        orig_bytes, resp_bytes = one.sizes
        return Entry(
            orig=one.orig,
            packets=(self.first, self.last),
            duration_ns=one.last_ns - one.start_ns,
            conn_state=one.conn_state,
            history=one.history,
            orig_pkts=one.originator.packets,
            resp_pkts=one.responder.packets,
            orig_bytes=orig_bytes,
            resp_bytes=resp_bytes,
            missed_bytes=one.originator.missed + one.responder.missed,
        )


class PairLog:
    """The connections of one pair of sockets, as its packets come.

    ports: of senders 0 and 1.
    """

    __slots__ = ("_done", "_kept", "_now", "_ports")

    def __init__(self, ports: tuple[int, int]) -> None:
        self._ports = ports
        self._done: list[Entry] = []
        self._kept: _Kept | None = None
        self._now = 0

    def feed(self, segment: Segment, whole: bool) -> None:
        """The next packet. whole: its payload was captured to the end."""
        self._now = max(self._now, segment.time_ns)
        kept = self._kept
        reused = segment.flags & _SYN and kept is not None and kept.connection.is_reused_by(segment)
        if kept is not None and (reused or self._now >= kept.deadline):
            self._done.append(kept.entry())
            kept = None
        if kept is None:
            kept = self._kept = self._begin(segment)
        kept.feed(segment, whole)

    def entries(self) -> list[Entry]:
        """All connections so far, in order of their first packets."""
        return [*self._done, self._kept.entry()] if self._kept else self._done

    def _begin(self, segment: Segment) -> _Kept:
        source, destination = self._ports[segment.sender], self._ports[1 - segment.sender]
        syn = bool(segment.flags & _SYN)
        called = syn and not segment.flags & _ACK
        flipped = not called and starts_at_server(source, destination, syn=syn)
        orig = 1 - segment.sender if flipped else segment.sender
        connection = Connection(orig, segment.time_ns, flipped=flipped)
        return _Kept(connection, segment.packet, self._ports[1 - orig])
