"""One end of a simulated TCP connection: so much of RFC 9293, 5681, 6298 and 2018 that recordings are valid.

It retransmits after a timeout that doubles, recovers from three duplicate ACKs with selective
acknowledgements, delays ACKs, and closes or aborts as its application says. What it sends goes to a
wire, which delays, records and loses.

Limits: one connection, no simultaneous open, windows that never fill, segments that are never split
anew. It exists to make benchmarks' captures and shares nothing with the inference that is measured.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

DELAYED_ACK = 0.040
HANDSHAKE_RTO = 1.0
SHORTEST_RTO = 0.2
MOST_SYNS = 6
MOST_SYN_ACKS = 5
MOST_TRIES = 15
MOST_BLOCKS = 3


class Segment(NamedTuple):
    """What is sent. seq, ack, sack: relative to the initial sequence numbers; length: payload octets."""

    flags: int
    seq: int
    ack: int
    length: int = 0
    echo: int = 0
    sack: tuple[tuple[int, int], ...] = ()


class Wire(Protocol):
    """What an endpoint needs of the world."""

    def send(self, sender: Endpoint, segment: Segment) -> None:
        """Carry a segment to the other end."""

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it then."""


class Application(Protocol):
    """Whom the endpoint tells what happened."""

    def established(self, end: Endpoint) -> None:
        """The handshake is complete at this end."""

    def received(self, end: Endpoint, octets: int) -> None:
        """Octets in order, as many as could be read at once."""

    def ended(self, end: Endpoint) -> None:
        """The peer's FIN was received, in order."""


@dataclass(slots=True)
class _Sent:
    seq: int
    length: int
    flags: int
    sacked: bool = False
    again: bool = False

    @property
    def end(self) -> int:
        return self.seq + self.length + (self.flags & FIN)


class Endpoint:
    """One end. mss: payload octets a segment; rto: seconds, before any back-off; sack: blocks are sent."""

    def __init__(
        self, wire: Wire, application: Application, mss: int, rto: float, sack: bool, most_flight: int
    ) -> None:
        self.state = "CLOSED"
        self.nxt = 0
        self.received = 0  # the next sequence number that is expected of the peer
        self.latest = 0  # its newest timestamp
        self._wire, self._application = wire, application
        self._mss, self._sack, self._most_flight = mss, sack, most_flight
        self._base_rto = max(SHORTEST_RTO, rto)
        self._rto = self._base_rto
        self._una = 0
        self._end = 1  # behind everything the application wrote
        self._closing = False
        self._fin: int | None = None
        self._sent: deque[_Sent] = deque()
        self._held: list[tuple[int, int, bool]] = []  # out of order: begin, end, with a FIN
        self._window, self._threshold = 10.0, float(most_flight)
        self._duplicates, self._tries = 0, 0
        self._recovery: int | None = None
        self._timer, self._ack_timer = 0, 0  # the number of the timer that is valid
        self._unacknowledged = 0

    # -- what the application does ---------------------------------------------------------------

    def listen(self) -> None:
        """Wait for a SYN."""
        self.state = "LISTEN"

    def connect(self) -> None:
        """Send a SYN, and again until it is answered."""
        self.state = "SYN_SENT"
        self._rto = HANDSHAKE_RTO
        self._send_syn()

    def write(self, octets: int) -> None:
        """Send so many octets."""
        self._end += octets
        self._push()

    def close(self) -> None:
        """Send a FIN behind what is written."""
        self._closing = True
        self._push()

    def abort(self) -> None:
        """Send a RST and forget the connection."""
        if self.state != "CLOSED":
            self._emit(Segment(RST | ACK, self.nxt, self.received))
            self._forget()

    @property
    def quiet(self) -> bool:
        """Nothing is on its way from here, and no ACK is due."""
        return not self._sent and not self._unacknowledged and self._una == self.nxt

    # -- what arrives ----------------------------------------------------------------------------

    def receive(self, segment: Segment, stamp: int) -> None:
        """Take a segment; stamp: its timestamp."""
        if self.state == "CLOSED":
            self._deny(segment)
        elif segment.flags & RST:
            self._forget()
        elif self.state == "LISTEN":
            self._accept(segment, stamp)
        elif self.state == "SYN_SENT":
            self._open(stamp)
        elif segment.flags & SYN:
            self._emit_syn_ack() if self.state == "SYN_RCVD" else self._acknowledge()
        else:
            self._take(segment, stamp)

    def _deny(self, segment: Segment) -> None:
        if segment.flags & RST:
            return
        if segment.flags & ACK:
            self._emit(Segment(RST, segment.ack, 0))
        else:
            self._emit(Segment(RST | ACK, 0, segment.seq + 1))

    def _accept(self, segment: Segment, stamp: int) -> None:
        if segment.flags & SYN:
            self.received, self.latest, self.state = 1, stamp, "SYN_RCVD"
            self._rto = HANDSHAKE_RTO
            self._emit_syn_ack()
            self._start_timer()

    def _open(self, stamp: int) -> None:
        self.received, self.latest, self._una = 1, stamp, 1
        self._established()
        self._acknowledge()
        self._application.established(self)

    def _established(self) -> None:
        self.state, self._tries, self._rto = "ESTABLISHED", 0, self._base_rto
        self.nxt = max(self.nxt, 1)
        self._timer += 1

    def _take(self, segment: Segment, stamp: int) -> None:
        if self.state == "SYN_RCVD" and segment.ack >= 1:
            self._una = 1
            self._established()
            self._application.established(self)
        if segment.seq <= self.received:
            self.latest = max(self.latest, stamp)
        if segment.ack > self._una:
            self._advance(segment)
        elif self._sent and segment.ack == self._una and not segment.length and not segment.flags & FIN:
            self._duplicate(segment)
        if segment.length or segment.flags & FIN:
            self._accept_data(segment)
        self._push()

    # -- acknowledgements of what was sent -------------------------------------------------------

    def _advance(self, segment: Segment) -> None:
        self._una = segment.ack
        acknowledged = 0
        while self._sent and self._sent[0].end <= self._una:
            self._sent.popleft()
            acknowledged += 1
        self._duplicates, self._tries, self._rto = 0, 0, self._base_rto
        self._mark(segment)
        if self._recovery is not None and self._una >= self._recovery:
            self._recovery = None
        if self._recovery is not None:
            self._send_hole()
        elif self._window < self._threshold:
            self._window += acknowledged
        else:
            self._window += acknowledged / self._window
        self._window = min(self._window, self._most_flight)
        self._start_timer()
        if self._fin is not None and self._una > self._fin:
            after = {"FIN_WAIT_1": "FIN_WAIT_2", "CLOSING": "TIME_WAIT", "LAST_ACK": "CLOSED"}
            self.state = after.get(self.state, self.state)

    def _duplicate(self, segment: Segment) -> None:
        self._duplicates += 1
        self._mark(segment)
        if self._recovery is None and self._duplicates == 3:
            self._recovery = self.nxt
            self._threshold = max(2.0, self._window / 2)
            self._window = self._threshold
            self._send_hole()
        elif self._recovery is not None and self._duplicates > 3:
            self._send_hole()

    def _mark(self, segment: Segment) -> None:
        for begin, end in segment.sack:
            for sent in self._sent:
                if begin <= sent.seq and sent.end <= end:
                    sent.sacked = True

    def _send_hole(self) -> None:
        """Retransmit the first segment that is missing and was not retransmitted in this recovery."""
        highest = max((sent.seq for sent in self._sent if sent.sacked), default=self._una + 1)
        for sent in self._sent:
            if sent.seq >= highest:
                return
            if not sent.sacked and not sent.again:
                self._send_again(sent)
                return

    def _send_again(self, sent: _Sent) -> None:
        sent.again = True
        self._emit(Segment(sent.flags, sent.seq, self.received, sent.length))

    # -- what was received -----------------------------------------------------------------------

    def _accept_data(self, segment: Segment) -> None:
        end = segment.seq + segment.length
        fin = bool(segment.flags & FIN)
        if segment.seq != self.received:
            if segment.seq > self.received:
                self._hold((segment.seq, end, fin))
            self._acknowledge()
            return
        self._unacknowledged += 1
        filled = bool(self._held)
        before, self.received = self.received, end
        while self._held and self._held[0][0] <= self.received and not fin:
            _, held_end, held_fin = self._held.pop(0)
            self.received = max(self.received, held_end)
            fin = fin or held_fin
        octets = self.received - before
        if fin:
            self.received += 1
            after = {"ESTABLISHED": "CLOSE_WAIT", "FIN_WAIT_1": "CLOSING", "FIN_WAIT_2": "TIME_WAIT"}
            self.state = after.get(self.state, self.state)
        if octets:
            self._application.received(self, octets)
        if fin:
            self._application.ended(self)
        if self._unacknowledged and (fin or filled or self._unacknowledged >= 2):
            self._acknowledge()
        elif self._unacknowledged:
            self._ack_timer += 1
            number = self._ack_timer
            self._wire.after(DELAYED_ACK, lambda: self._ack_due(number))

    def _hold(self, part: tuple[int, int, bool]) -> None:
        if part not in self._held:
            self._held.append(part)
            self._held.sort()

    def _blocks(self) -> tuple[tuple[int, int], ...]:
        if not (self._sack and self._held):
            return ()
        blocks: list[tuple[int, int]] = []
        for begin, end, fin in self._held:
            if blocks and begin <= blocks[-1][1]:
                blocks[-1] = (blocks[-1][0], max(end + fin, blocks[-1][1]))
            else:
                blocks.append((begin, end + fin))
        return tuple(reversed(blocks[-MOST_BLOCKS:]))

    def _ack_due(self, number: int) -> None:
        if number == self._ack_timer and self._unacknowledged and self.state != "CLOSED":
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._emit(Segment(ACK, self.nxt, self.received, sack=self._blocks()))

    # -- sending ---------------------------------------------------------------------------------

    def _push(self) -> None:
        while self.state in ("ESTABLISHED", "CLOSE_WAIT"):
            length = min(self._mss, self._end - self.nxt)
            last = self.nxt + length == self._end
            fin = self._closing and last and self._fin is None
            if not (length or fin) or len(self._sent) >= self._window:
                return
            flags = ACK | (PSH if length and last else 0) | (FIN if fin else 0)
            sent = _Sent(self.nxt, length, flags)
            if not self._sent:
                self._start_timer()
            self._sent.append(sent)
            self.nxt = sent.end
            if fin:
                self._fin = sent.end - 1
                self.state = "FIN_WAIT_1" if self.state == "ESTABLISHED" else "LAST_ACK"
            self._emit(Segment(flags, sent.seq, self.received, length))

    def _emit(self, segment: Segment) -> None:
        if segment.flags & ACK:
            self._unacknowledged = 0
            self._ack_timer += 1
        self._wire.send(self, segment._replace(echo=self.latest if segment.flags & ACK else 0))

    def _send_syn(self) -> None:
        self.nxt = 1
        self._emit(Segment(SYN, 0, 0))
        self._start_timer()

    def _emit_syn_ack(self) -> None:
        self.nxt = 1
        self._emit(Segment(SYN | ACK, 0, 1))

    # -- the retransmission timer ----------------------------------------------------------------

    def _start_timer(self) -> None:
        self._timer += 1
        number = self._timer
        self._wire.after(self._rto, lambda: self._timed_out(number))

    def _timed_out(self, number: int) -> None:
        handshake = self.state in ("SYN_SENT", "SYN_RCVD")
        if number != self._timer or self.state == "CLOSED" or not (handshake or self._sent):
            return
        most = {"SYN_SENT": MOST_SYNS, "SYN_RCVD": MOST_SYN_ACKS}.get(self.state, MOST_TRIES)
        if self._tries == most:
            self._forget()
            return
        self._tries += 1
        self._rto *= 2
        if self.state == "SYN_SENT":
            self._send_syn()
            return
        if self.state == "SYN_RCVD":
            self._emit_syn_ack()
        else:
            self._recovery, self._window, self._duplicates = self.nxt, 1.0, 0
            self._threshold = max(2.0, len(self._sent) / 2)
            for sent in self._sent:
                sent.again = False
            self._send_again(next(sent for sent in self._sent if not sent.sacked))
        self._start_timer()

    def _forget(self) -> None:
        self.state = "CLOSED"
        self._sent.clear()
        self._timer += 1
        self._ack_timer += 1
