"""What is unusual about a segment, as Wireshark's tcp.analysis marks it.

The marks look at one direction's numbers and the other direction's acknowledgments, in capture order, once.
They do not say what state an endpoint is in, and the states do not depend on them: the ladder draws them,
and who knows Wireshark finds the same words for the same frames.

After Wireshark 4.0.17 (packet-tcp.c, tcp_analyze_sequence_number), with its order of tests and its
thresholds, and two differences: the numbers of a SYN,ACK that does not repeat the one before begin anew, and
what stands in the acknowledgment field without the ACK bit is no acknowledgment (docs/agreement.md).
DUPLICATE is not Wireshark's: the same frame captured twice, which is no retransmission of anybody.

Limits: where several explanations fit the first in Wireshark's order is taken, so OUT_OF_ORDER against
RETRANSMISSION rests on timing. As there, the byte of a window probe is never thought to have been taken, so
what follows such a one seems to have a gap before it (later versions know better). Fast Open, Multipath TCP
and bytes in flight are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import IntFlag

from tcptui.dataclass import dataclass
from tcptui.tcp.options import WSCALE, walk
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import HALF, MASK, add, gt, le, lt

_SYN, _ACK, _RST = int(Flags.SYN), int(Flags.ACK), int(Flags.RST)
_COUNTED = int(Flags.SYN | Flags.FIN)  # they take a sequence number each
_ENDS = _COUNTED | _RST
_FAST_NS = 20_000_000  # a fast retransmission follows the last duplicate ACK within this time
_OUT_OF_ORDER_NS = 3_000_000  # where the round trip of the handshake is not known
_SAME_FRAME_NS = 50_000_000  # with an IP identification; without one:
_SAME_BYTES_NS = 1_000_000
_REMEMBERED = 1024
_UNSCALED = -1
_STALLED = 0xFFFFFFFF  # -1 in an unsigned number there, so it passes for many duplicates


class Mark(IntFlag):
    """Marks of one segment. Fast and spurious retransmissions carry RETRANSMISSION too."""

    RETRANSMISSION = 1 << 0
    FAST_RETRANSMISSION = 1 << 1
    SPURIOUS_RETRANSMISSION = 1 << 2  # all of it had been acknowledged
    OUT_OF_ORDER = 1 << 3
    LOST_BEFORE = 1 << 4  # segments before this one were not captured (or not yet)
    ACKED_UNSEEN = 1 << 5  # acknowledges what was not captured
    DUP_ACK = 1 << 6
    ZERO_WINDOW = 1 << 7
    ZERO_WINDOW_PROBE = 1 << 8
    ZERO_WINDOW_PROBE_ACK = 1 << 9
    WINDOW_UPDATE = 1 << 10
    WINDOW_FULL = 1 << 11  # the payload reaches the end of the receiver's window
    KEEP_ALIVE = 1 << 12
    KEEP_ALIVE_ACK = 1 << 13
    REUSED_PORT = 1 << 14  # a SYN with another initial sequence number: a new life of the 4-tuple
    DUPLICATE = 1 << 15  # the same frame again


# Plain numbers from here on: an IntFlag's operators take a microsecond each.
(
    _RETRANSMISSION, _FAST_RETRANSMISSION, _SPURIOUS_RETRANSMISSION, _OUT_OF_ORDER,
    _LOST_BEFORE, _ACKED_UNSEEN, _DUP_ACK, _ZERO_WINDOW, _ZERO_WINDOW_PROBE, _ZERO_WINDOW_PROBE_ACK,
    _WINDOW_UPDATE, _WINDOW_FULL, _KEEP_ALIVE, _KEEP_ALIVE_ACK, _REUSED_PORT, _DUPLICATE,
) = map(int, Mark)  # fmt: skip


_NONE = Mark(0)


@dataclass(slots=True)
class _Side:
    """What one endpoint has sent: its next number, the end of the unbroken part, its last window and ACK.

    scale: the shift of its windows; _UNSCALED where the handshake agreed on none, None before. plain_window:
    it has sent a SYN, whose window is never scaled, and nothing since. dup_acks: duplicates of its last ACK;
    _STALLED where it is known that they acknowledge what was not captured.
    """

    base: int | None = None
    next: int | None = None
    next_time: int = 0
    unbroken: int | None = None
    window: int | None = None
    scale: int | None = None
    plain_window: bool = False
    ack: int | None = None
    ack_time: int = 0
    dup_acks: int = 0
    last: int = 0
    recent: dict[tuple[int | None, ...], tuple[int, bytes]] = field(default_factory=dict)

    @property
    def edge(self) -> int | None:
        """Where its receive window ends, in the peer's numbers; None while the scale is not known."""
        if self.ack is None or self.window is None or self.scale is None:
            return None
        return add(self.ack, self.window << (0 if self.plain_window else max(self.scale, 0)))


class Analysis:
    """Marks of one pair's segments, fed in capture order.

    rtt_ns: the handshake's round trip, SYN to the ACK that completes it; None until it is known.
    """

    def __init__(self) -> None:
        self.rtt_ns: int | None = None
        self._sides = (_Side(), _Side())
        self._syn_time: int | None = None

    @property
    def bases(self) -> tuple[int | None, int | None]:
        """By endpoint, the sequence number that is 0 in relative numbers: that of the SYN.

        Without a SYN one less than the first number seen, so that the first byte seen is number 1.
        """
        return self._sides[0].base, self._sides[1].base

    def skip(self, sender: int, next: int, last: Segment) -> None:
        """Segments of `sender` are left out: nothing was missing in them, the number behind them is `next`,
        and `last` is the last of them."""
        side = self._sides[sender]
        side.next = side.unbroken = next
        side.next_time = side.ack_time = last.time_ns
        side.window, side.ack = last.window, last.ack if last.flags & _ACK else None
        side.plain_window, side.dup_acks, side.last = False, 0, 0
        side.recent.clear()

    def feed(self, segment: Segment) -> Mark:
        """The marks of the next segment. Never raises."""
        mine, theirs = self._sides[segment.sender], self._sides[1 - segment.sender]
        if self._goes_on(segment, mine, theirs):
            return _go_on(segment, mine)
        mark = self._restart(segment)
        mine, theirs = self._sides[segment.sender], self._sides[1 - segment.sender]
        mark |= _duplicate(mine, segment)
        if segment.flags & _SYN:
            mine.base = segment.seq
        elif mine.base is None:
            mine.base = add(segment.seq, -1)
        mark |= _forward(segment, mine, theirs)
        if segment.ack != mine.ack:
            mine.dup_acks = 0
        mark |= _acked_unseen(segment, theirs)
        mark |= self._repeated(segment, mine, theirs, mark)
        _remember(mine, segment, mark)
        self._handshake(segment, mine, theirs)
        return Mark(mark)

    def _goes_on(self, segment: Segment, mine: _Side, theirs: _Side) -> bool:
        """Whether a segment only goes on from the last, and acknowledges what was seen: nine in ten do, and
        the marks of these are none, whichever way one looks. (Comparisons are spelled out: twice as fast.)"""
        flags, seq, ack = segment.flags, segment.seq, segment.ack
        if flags & _ENDS or not flags & _ACK or seq != mine.next or seq != mine.unbroken:
            return False
        seen, last = theirs.unbroken, theirs.ack
        if seen is None or last is None or not segment.window or not theirs.window or not mine.window:
            return False
        if mine.base is None or (self.rtt_ns is None and self._syn_time is not None):
            return False
        if (seen - ack) & MASK >= HALF:
            return False
        if not segment.length:
            return ack != mine.ack
        end = seq + segment.length & MASK
        return 0 < (end - last) & MASK < HALF and end != theirs.edge

    def _restart(self, segment: Segment) -> int:
        """A SYN, or SYN,ACK, with an initial number that is not this life's begins another."""
        mine = self._sides[segment.sender]
        if not segment.flags & _SYN or mine.base is None:
            return 0
        if mine.base == segment.seq:
            if not segment.flags & _ACK:
                mine.next = mine.unbroken  # a RST may have taken it anywhere
            return 0
        if segment.flags & _ACK:
            self._sides = tuple(  # type: ignore[assignment]
                _Side() if n == segment.sender else side for n, side in enumerate(self._sides)
            )
        else:
            self._sides = (_Side(), _Side())
            self.rtt_ns = None
        return _REUSED_PORT

    def _handshake(self, segment: Segment, mine: _Side, theirs: _Side) -> None:
        """Window scale and round trip, for the segments after this one."""
        flags = segment.flags
        if flags & _SYN:
            mine.plain_window = True
            _agree_on_scale(segment, mine, theirs)
            if not flags & _ACK:
                self._syn_time = segment.time_ns
        elif flags & _ACK:
            mine.plain_window = False
            if self.rtt_ns is None and self._syn_time is not None:
                self.rtt_ns = segment.time_ns - self._syn_time

    def _repeated(self, segment: Segment, mine: _Side, theirs: _Side, mark: int) -> int:
        """Which kind of repetition a segment is that brings nothing new."""
        seq, length = segment.seq, segment.length
        if not (length or segment.flags & _COUNTED) or mark & _KEEP_ALIVE:
            return 0
        if length and theirs.ack is not None and le(add(seq, length), theirs.ack):
            return _RETRANSMISSION | _SPURIOUS_RETRANSMISSION
        if mine.next is None or not lt(seq, mine.next):
            return 0
        if length > 1 and seq == add(mine.next, -1):  # new data behind the byte of a window probe
            return 0
        now = segment.time_ns
        if theirs.dup_acks >= 2 and theirs.ack == seq and 0 <= now - theirs.ack_time < _FAST_NS:
            return _RETRANSMISSION | _FAST_RETRANSMISSION
        threshold = _OUT_OF_ORDER_NS if not self.rtt_ns else self.rtt_ns
        if 0 <= now - mine.next_time < threshold and mine.next != _end(segment):
            return _OUT_OF_ORDER
        return _RETRANSMISSION


def _go_on(segment: Segment, mine: _Side) -> Mark:
    """Remember a segment that goes on."""
    mark = _duplicate(mine, segment)
    if segment.ack != mine.ack:
        mine.dup_acks = 0
    if segment.length:
        mine.next = mine.unbroken = segment.seq + segment.length & MASK
        mine.next_time = segment.time_ns
    mine.window, mine.ack, mine.ack_time = segment.window, segment.ack, segment.time_ns
    mine.plain_window, mine.last = False, mark
    return Mark(mark) if mark else _NONE


def _forward(segment: Segment, mine: _Side, theirs: _Side) -> int:
    """Marks from the sender's own numbers: gaps, windows, keep-alives, duplicate ACKs."""
    seq, ack, length, window = segment.seq, segment.ack, segment.length, segment.window
    at_next = seq == mine.next
    if length == 1 and at_next and theirs.window == 0:
        return _ZERO_WINDOW_PROBE
    plain = not segment.flags & _ENDS
    mark = 0
    if window == 0 and plain:
        mark |= _ZERO_WINDOW
    if mine.next is not None and gt(seq, mine.next) and not segment.flags & _RST:
        mark |= _LOST_BEFORE
    if not plain:
        return mark
    if length <= 1 and mine.next is not None and seq == add(mine.next, -1):
        mark |= _KEEP_ALIVE
    if length and add(seq, length) == theirs.edge:
        mark |= _WINDOW_FULL
    if length or not at_next or ack != mine.ack:
        return mark
    if window != mine.window:
        return mark | _WINDOW_UPDATE if window else mark
    if window == 0:
        return mark | _ZERO_WINDOW_PROBE_ACK if theirs.last & _ZERO_WINDOW_PROBE else mark
    if theirs.last & _KEEP_ALIVE:
        return mark | _KEEP_ALIVE_ACK
    mine.dup_acks = 1 if mine.dup_acks == _STALLED else mine.dup_acks + 1
    return mark | _DUP_ACK


def _acked_unseen(segment: Segment, theirs: _Side) -> int:
    """Acknowledges more than was captured without a gap; said once for each gap."""
    if not segment.flags & _ACK or theirs.unbroken is None or not gt(segment.ack, theirs.unbroken):
        return 0
    if theirs.next is not None and lt(theirs.unbroken, theirs.next):
        theirs.unbroken = theirs.next
        return _ACKED_UNSEEN
    told, theirs.dup_acks = theirs.dup_acks != 0, _STALLED
    return 0 if told else _ACKED_UNSEEN


def _agree_on_scale(segment: Segment, mine: _Side, theirs: _Side) -> None:
    """Windows are scaled where both SYNs say so (RFC 7323 2.2)."""
    shift = _window_scale(segment.options)
    if shift is not None:
        mine.scale = shift
    if mine.scale is None:
        mine.scale = theirs.scale = _UNSCALED
    elif segment.flags & _ACK and theirs.scale == _UNSCALED:
        mine.scale = _UNSCALED


def marks(segments: Iterable[Segment]) -> list[Mark]:
    """The marks of each of one pair's segments, given in capture order."""
    return list(map(Analysis().feed, segments))


def _remember(mine: _Side, segment: Segment, mark: int) -> None:
    """What later segments are compared with."""
    end = _end(segment)
    if not mark & _ZERO_WINDOW_PROBE:
        if mine.next is None or gt(end, mine.next):
            mine.next, mine.next_time = end, segment.time_ns
        if mine.unbroken is None or mine.unbroken == segment.seq:
            mine.unbroken = mine.next
    mine.window, mine.ack, mine.ack_time = segment.window, segment.ack, segment.time_ns
    if not segment.flags & _ACK:
        mine.ack = None
    mine.last = mark


def _end(segment: Segment) -> int:
    """The number after the segment."""
    return add(segment.seq, segment.length + (1 if segment.flags & _COUNTED else 0))


def _duplicate(mine: _Side, segment: Segment) -> int:
    """Captured twice: equal in all but the TTL, and too soon after for the sender to have repeated it.

    Without an IP identification (IPv6, or 0) equal duplicate ACKs are no proof.
    """
    key = (segment.seq, segment.ack, segment.flags, segment.window, segment.length, segment.ip_id)
    seen = mine.recent.get(key)
    if len(mine.recent) >= _REMEMBERED:
        mine.recent.clear()
    mine.recent[key] = (segment.time_ns, segment.options)
    if seen is None or seen[1] != segment.options:
        return 0
    apart = segment.time_ns - seen[0]
    if segment.ip_id:
        return _DUPLICATE if 0 <= apart < _SAME_FRAME_NS else 0
    countable = segment.length or segment.flags & _COUNTED
    return _DUPLICATE if countable and 0 <= apart < _SAME_BYTES_NS else 0


def _window_scale(options: bytes) -> int | None:
    """The shift that a SYN announces."""
    for kind, body in walk(options):
        if kind == WSCALE and len(body) == 1:
            return min(body[0], 14)
    return None
