"""One connection as Zeek follows it: both ends' states, and the history string.

After Zeek's TCPSessionAdapter.cc. It takes every packet at its word when it passes, so its states are not
those of RFC 9293: tcptui.tcp has those.

Limits: checksums are not looked at, as with zeek -C. Analyzers that Zeek attaches by content, and what
scripts do (skipping the rest of a connection, other timeouts), are not there. A connection that begins with
a SYN,ACK is turned round as since Zeek 5.1, and its packets are counted as since 8.1. As there, what lies
2 GiB or more behind the first number, before numbers have gone through 0, counts as from before it: such
ACKs are not believed, and missed_bytes leaves out what they acknowledge.
"""

from __future__ import annotations

from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import MASK, add, diff
from tcptui.zeek.endpoint import Endpoint, EndState
from tcptui.zeek.history import Letters, conn_state

_FIN, _SYN, _RST, _ACK = int(Flags.FIN), int(Flags.SYN), int(Flags.RST), int(Flags.ACK)
_CONTROL = _SYN | _FIN | _RST
_UNSIGNED = (1 << 64) - 1  # a number from before the first one is a very large one there
_JUMP = 1 << 20  # a SYN or RST further away than this does not move the numbers

INACTIVE, SYN_SENT, SYN_ACK_SENT, PARTIAL, ESTABLISHED, CLOSED, RESET = EndState


class Connection:
    """Takes the packets of one connection in order; what Zeek knows of it then can be read at any time.

    ends: by sender (0, 1). orig: which of them Zeek takes for the originator. start_ns, last_ns: of its first
    packet, and of the last one that counts for its duration. active: Zeek still expects something.
    attempt_ns: when the originator's SYN, if any, began to wait. close_ns: last_ns of when all was closed.
    reset_ns: of a RST behind a FIN. established: a SYN was answered.
    """

    __slots__ = (
        "_letters", "active", "attempt_ns", "close_deferred", "close_ns", "ends", "established",
        "last_ns", "orig", "partial", "reset_ns", "start_ns",
    )  # fmt: skip

    def __init__(self, orig: int, time_ns: int, *, flipped: bool = False) -> None:
        self.orig = orig
        self.ends = (Endpoint(orig == 0), Endpoint(orig == 1))
        self.start_ns = self.last_ns = time_ns
        self._letters = Letters(flipped=flipped)
        self.partial = self.close_deferred = self.established = False
        self.active = True
        self.attempt_ns: int | None = None
        self.close_ns: int | None = None
        self.reset_ns: int | None = None

    # -- what it says --------------------------------------------------------------------------------

    @property
    def history(self) -> str:
        """``ShADadFf``: upper case for the originator's packets."""
        return self._letters.text

    @property
    def originator(self) -> Endpoint:
        """Who is believed to have opened the connection."""
        return self.ends[self.orig]

    @property
    def responder(self) -> Endpoint:
        """The other side."""
        return self.ends[1 - self.orig]

    @property
    def sizes(self) -> tuple[int, int]:
        """Payload bytes of originator and responder, by sequence numbers: orig_bytes, resp_bytes."""
        orig, resp = self.originator, self.responder
        return orig.size(resp), resp.size(orig)

    @property
    def conn_state(self) -> str:
        """S0, S1, SF, REJ, …"""
        return conn_state(self.originator.state, self.responder.state, self.sizes, self.history)

    def is_reused_by(self, segment: Segment) -> bool:
        """Whether a packet with the same addresses and ports begins another connection."""
        flags = segment.flags
        if not flags & _SYN:
            return False
        first = orig = self.originator
        resp = self.responder
        if flags & _ACK:
            if orig.state is not INACTIVE:
                return False
            first = resp
        if orig.did_close or resp.did_close:
            return True
        if segment.seq == first.start & MASK:
            return False
        late_syn = not flags & _ACK and orig.state is SYN_ACK_SENT and resp.state is INACTIVE
        return not (late_syn and segment.seq == resp.start & MASK)

    # -- a packet ------------------------------------------------------------------------------------

    def feed(self, segment: Segment, *, whole: bool = True) -> None:
        """The next packet. whole: its payload was captured to the end."""
        end, peer = self.ends[segment.sender], self.ends[1 - segment.sender]
        flags, seq, length = segment.flags, segment.seq, segment.length
        if self._letters.text == "H" and not flags & _CONTROL and (length or flags & _ACK):
            self._flip_unseen()
        if not end.heard:
            self._begin_side(end, flags)
        taken = bool(flags & _SYN) + bool(flags & _FIN) + (0 if flags & _RST else length)
        after = add(seq, taken)
        end.place(bool(flags & _SYN), seq, after)
        at = end.relative(seq, end.last, end.last_wraps)
        self._letters.note(end, flags, at, length)
        if not segment.window and not flags & _RST and peer.state is not CLOSED and end.state is not RESET:
            end.zero_windows += 1
            self._letters.count(end, "W", end.zero_windows)
        if not (end.did_close and peer.did_close):
            self.last_ns = segment.time_ns
        if flags & _FIN:
            end.fins += 1
            end.fin_at = (at + taken) & _UNSIGNED
        acked = self._take_ack(peer, flags, segment.ack) if flags & _ACK else 0
        self._advance(end, after, flags, length)
        close = self._move(end, peer, segment)
        if flags & _ACK:
            self._acknowledged(peer, end, acked)
        end.heard = True
        if length and whole and not flags & _RST and at >= 0:
            self._payload(end, peer, at + bool(flags & _SYN), length)
        self._check_end(end, peer)
        if close:
            self._close(end, peer)
        end.packets += 1

    def _begin_side(self, end: Endpoint, flags: int) -> None:
        if end.is_orig:
            self.partial = not flags & _SYN or bool(flags & _ACK)
        elif not self.partial:
            self.partial = not flags & _SYN

    def _advance(self, end: Endpoint, after: int, flags: int, length: int) -> None:
        """What was sent is known up to here, or this was sent before."""
        step = diff(after, end.last)
        if flags & (_SYN | _RST) and not -_JUMP <= step <= _JUMP:
            return
        if flags & _FIN and end.last == add(end.start, 1):
            end.advance(after)
        elif end.state is RESET:
            return
        elif step > 0:
            end.advance(after)
        elif length:
            end.repeats += 1
            self._letters.count(end, "T", end.repeats)

    def _take_ack(self, peer: Endpoint, flags: int, ack: int) -> int:
        """The acknowledgment as an offset in the peer's numbers; 0 for one from before they begin."""
        if peer.state is INACTIVE:
            start = add(ack, -1)
            peer.begin(start, start)
            return 1
        at = peer.relative(ack, peer.acked, peer.acked_wraps)
        if at < 0:
            return 0
        step = diff(ack, peer.acked)
        if not flags & _RST and step > 0 and (ack or step <= _JUMP):
            peer.acknowledge(ack)
        return at

    # -- payload ---------------------------------------------------------------------------------------

    def _payload(self, end: Endpoint, peer: Endpoint, at: int, length: int) -> None:
        acked = end.acked_at
        if acked < at + length and not end.payload.skipping:
            end.payload.insert(max(at, acked), at + length, 0 if acked > 1 else end.size(peer))

    def _acknowledged(self, end: Endpoint, other: Endpoint, upto: int) -> None:
        """Payload of `end` was acknowledged; what of it was not captured is a gap."""
        if end.fins and upto >= end.fin_at:
            upto = end.fin_at - 1
        if upto <= end.payload.trimmed:
            return
        for size in end.payload.trim(upto, partial=self.partial):
            if end.is_open and other.is_open:
                end.missed += size
                end.gaps += 1
                self._letters.count(end, "G", end.gaps)
        self._check_end(end, other)

    def _check_end(self, end: Endpoint, peer: Endpoint) -> None:
        if end.did_eof or not (end.fins or end.state in (CLOSED, RESET)) or end.pending(peer):
            return
        end.did_eof = True
        if self.close_deferred:
            self._close(end, peer)
            self.close_deferred = False

    # -- states ----------------------------------------------------------------------------------------

    def _move(self, end: Endpoint, peer: Endpoint, segment: Segment) -> bool:
        """The sender's next state. Whether it is through."""
        flags = segment.flags
        if end.state is INACTIVE:
            return self._wake(end, peer, segment)
        if not flags & _CONTROL:
            return False
        if end.state in (SYN_SENT, SYN_ACK_SENT):
            if flags & _FIN:
                end.move(CLOSED)
            if flags & _RST:
                end.move(RESET)
                self.active = False
            return bool(flags & (_FIN | _RST))
        if end.state in (PARTIAL, ESTABLISHED):
            return self._leave(end, peer, flags)
        if end.state is CLOSED and flags & _RST and peer.state is not CLOSED:
            end.move(RESET)
            self.reset_ns = segment.time_ns
            return not end.did_close
        return False

    def _wake(self, end: Endpoint, peer: Endpoint, segment: Segment) -> bool:
        """The first packet of a side."""
        flags = segment.flags
        if flags & _SYN:
            self._opens(end, peer, segment)
        if flags & _FIN:
            end.move(CLOSED)
        if flags & _RST:
            end.move(RESET)
        if end.state is INACTIVE:
            if not end.is_orig and not segment.length and peer.state is SYN_SENT:
                pass  # acknowledges a SYN before answering it
            elif flags & _ACK and peer.state is ESTABLISHED:
                end.move(ESTABLISHED)
                self.partial = False
                end.heard = True
            else:
                end.move(PARTIAL)
        return bool(flags & (_FIN | _RST))

    def _opens(self, end: Endpoint, peer: Endpoint, segment: Segment) -> None:
        """A side's first packet is a SYN."""
        if end.is_orig:
            end.move(SYN_ACK_SENT if segment.flags & _ACK else SYN_SENT)
            self.attempt_ns = segment.time_ns
            return
        late = peer.state is SYN_ACK_SENT and segment.seq == end.start & MASK
        if late and not segment.flags & _ACK:
            self._flip()  # the SYN,ACK was captured before its SYN
            peer.move(ESTABLISHED)
        if peer.state is SYN_SENT:
            peer.move(ESTABLISHED)
        end.move(ESTABLISHED)
        self.established |= peer.state is not PARTIAL

    def _leave(self, end: Endpoint, peer: Endpoint, flags: int) -> bool:
        if flags & _SYN and end.state is PARTIAL and peer.state is INACTIVE and not flags & _ACK:
            end.move(SYN_SENT)
        if flags & _FIN and not flags & _RST:
            end.move(CLOSED)
            if peer.state is RESET and peer.prev is CLOSED:
                peer.move(CLOSED)  # a FIN, then a RST, answered with a FIN: a normal end
        if flags & _RST:
            end.move(RESET)
            if peer.state is not RESET or peer.prev is not ESTABLISHED:
                self.active = False
        return bool(flags & (_FIN | _RST))

    def _flip(self) -> None:
        self.orig = 1 - self.orig
        for end in self.ends:
            end.is_orig = not end.is_orig
        self.partial = False
        self._letters.flip()

    def _flip_unseen(self) -> None:
        """A SYN,ACK came first; what follows shows that it was no scan, so its SYN was missed."""
        self._flip()
        self._letters.text = "^h"
        self.responder.move(ESTABLISHED)

    def _close(self, end: Endpoint, peer: Endpoint) -> None:
        """A side is through; the connection is when both are, or after a RST."""
        if end.pending(peer):
            self.close_deferred = True
            return
        self.close_deferred = False
        if end.did_close:
            return
        end.did_close = True
        if end.state is RESET or peer.did_close or peer.state is INACTIVE:
            self.close_ns = self.last_ns
