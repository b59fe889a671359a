"""One side of a connection as Zeek keeps it: its state, its numbers, what was counted (TCP_Endpoint.cc)."""

from __future__ import annotations

from enum import IntEnum

from tcptui.tcp.seq import MASK, add, diff
from tcptui.zeek.reassembly import Reassembly


class EndState(IntEnum):
    """Zeek's own states of an endpoint; it moves when a packet is captured, whatever becomes of it."""

    INACTIVE = 0
    SYN_SENT = 1
    SYN_ACK_SENT = 2
    PARTIAL = 3
    ESTABLISHED = 4
    CLOSED = 5
    RESET = 6


class Endpoint:
    """State and sequence numbers of one side.

    start: the number before the first byte. last, acked: the number after what was sent, and what the
    peer acknowledged, with how often they went around. fin_at: where its FIN ends, relative.
    fins: FINs, repeated ones too. repeats, zero_windows: packets. gaps, missed: so many, with so many bytes.
    last_syn, last_fin, last_rst: relative numbers, by which repeated ones are told from new ones.
    """

    __slots__ = (
        "acked", "acked_wraps", "did_close", "did_eof", "fin_at", "fins", "gaps", "heard", "is_orig", "last",
        "last_fin", "last_rst", "last_syn", "last_wraps", "missed", "packets", "payload", "prev", "repeats",
        "start", "state", "zero_windows",
    )  # fmt: skip

    def __init__(self, is_orig: bool) -> None:
        self.is_orig = is_orig
        self.state = self.prev = EndState.INACTIVE
        self.start = self.last = self.acked = 0
        self.last_wraps = self.acked_wraps = 0
        self.fins = self.fin_at = 0
        self.last_syn = self.last_fin = self.last_rst = 0
        self.did_close = self.did_eof = self.heard = False
        self.packets = self.missed = 0
        self.repeats = self.gaps = self.zero_windows = 0
        self.payload = Reassembly()

    @property
    def is_open(self) -> bool:
        """It was seen to open, and has not done anything worse than closing since."""
        return self.state is EndState.ESTABLISHED or (
            self.state is EndState.CLOSED and self.prev is EndState.ESTABLISHED
        )

    @property
    def none_acked(self) -> bool:
        """None of its payload was acknowledged."""
        return self.acked_at in (0, 1)

    @property
    def acked_at(self) -> int:
        """What of it was acknowledged, as a relative number."""
        return (self.acked_wraps << 32) + self.acked - self.start

    def move(self, state: EndState) -> None:
        """Into another state."""
        if state is not self.state:
            self.prev, self.state = self.state, state

    def place(self, syn: bool, seq: int, after: int) -> None:
        """A packet, before its effect: where the numbers begin; a SYN may say so anew."""
        if self.state is EndState.INACTIVE:
            if syn:
                self.begin(seq, after)
            else:
                self.begin(add(seq, -1), seq)
        elif syn:
            calling = self.state in (EndState.SYN_SENT, EndState.SYN_ACK_SENT)
            unsure = self.state is EndState.RESET and self.prev is EndState.INACTIVE
            going = self.state in (EndState.PARTIAL, EndState.ESTABLISHED)
            if going or unsure or (calling and seq != self.start & MASK):
                self.begin(seq, after)

    def begin(self, start: int, last: int) -> None:
        """The numbers count from here."""
        self.start = self.acked = start
        self.last = last

    def relative(self, number: int, last: int, wraps: int) -> int:
        """A number as an offset from `start`, negative before it. last, wraps: what it is near to."""
        step = diff(number, last)
        if step < 0 and wraps and number > last:
            wraps -= 1
        elif step > 0 and number < last:
            wraps += 1
        return (wraps << 32) + number - self.start if wraps else diff(number, self.start)

    def advance(self, last: int) -> None:
        """It has sent up to here."""
        self.last_wraps += last < self.last
        self.last = last

    def acknowledge(self, number: int) -> None:
        """Its peer has acknowledged up to here."""
        self.acked_wraps += number < self.acked
        self.acked = number

    def size(self, peer: Endpoint) -> int:
        """Payload bytes that it sent, by the sequence numbers alone."""
        reset = self.prev is EndState.SYN_SENT and self.state is EndState.RESET
        if reset and peer.state is EndState.INACTIVE and not self.none_acked:
            return 0
        last = (self.last_wraps << 32) + self.last
        acked = (self.acked_wraps << 32) + self.acked
        size = max(last, acked) - self.start
        size -= size != 0
        return size - (self.fins > 0 and size != 0)

    def pending(self, peer: Endpoint) -> bool:
        """Some of its payload before the end was not captured yet, or some of the peer's not acknowledged."""
        if self.payload.skipping:
            return False
        left = (self.last_wraps << 32) + self.last - self.start - self.payload.delivered
        if left < 0:
            return False
        return left > 1 or (self.state is not EndState.RESET and bool(peer.payload.begins))
