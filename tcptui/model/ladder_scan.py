"""What a ladder must know about segments before it can draw any of them.

One pass in capture order, resumed when packets are appended. What it keeps is small: a ladder of
millions of segments is mostly a few runs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from tcptui.model.tcpdump import is_anchor
from tcptui.store.analysis import Mark
from tcptui.tcp.options import sack, walk
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add, between, diff, gt
from tcptui.tcp.words import amount

SILENCE_NS = 1_000_000_000
"""A gap from which on a ladder says that nothing was sent."""

MIN_RUN = 8
"""Segments from which on a run of bulk data is worth folding."""

LOOK_BACK = 500
"""Segments in which the original of a retransmission is looked for."""

LOOK_AHEAD = 50
"""Segments in which the sender of what was acknowledged may go on from there."""

_OPEN = 1 << 62  # the end of a span that has not ended

# Plain numbers: an operation on an IntFlag takes a microsecond, and this is done for every segment.
_FIN, _SYN, _ACK = int(Flags.FIN), int(Flags.SYN), int(Flags.ACK)
_NOT_PLAIN = int(Flags.FIN | Flags.SYN | Flags.RST | Flags.URG)
_RETRANSMISSION, _ZERO_WINDOW = int(Mark.RETRANSMISSION), int(Mark.ZERO_WINDOW)
_WINDOW_UPDATE, _ACKED_UNSEEN = int(Mark.WINDOW_UPDATE), int(Mark.ACKED_UNSEEN)
_LOST_BEFORE, _FILLS = int(Mark.LOST_BEFORE), int(Mark.RETRANSMISSION | Mark.OUT_OF_ORDER)
_DUPLICATE = int(Mark.DUPLICATE)
_ENDING = int(Flags.SYN | Flags.FIN)
_AGAIN = int(Mark.RETRANSMISSION | Mark.FAST_RETRANSMISSION | Mark.SPURIOUS_RETRANSMISSION)

NEVER_SENT = 1 << 24
"""Beside the marks: it acknowledges more than the other end can have sent."""

UNSCALED = 14
"""The largest shift of a window (RFC 7323 2.3): assumed where the handshake was not seen."""


class Run(NamedTuple):
    """Segments start..stop-1: ordinary data in one direction, and the pure ACKs for it."""

    start: int
    stop: int
    sender: int


class Missing(NamedTuple):
    """Sequence numbers that `sender` used up, and that are in no captured segment.

    what: the segment that it must have been, where that is known: "SYN".
    """

    sender: int
    bytes: int
    what: str = ""

    @property
    def words(self) -> str:
        """ "SYN", "1 byte or FIN", "1,448 bytes"."""
        return self.what or ("1 byte or FIN" if self.bytes == 1 else amount(self.bytes, "byte"))


class Scan:
    """Facts by position in the flow (from 0).

    runs: of ordinary bulk data, in order.
    silences: positions before which SILENCE_NS or more passed without a segment.
    lost: position of a segment that did not arrive, to the position at which that was known.
    missing: before a position, what its acknowledgment shows that the capture has missed.
    anchors: positions of the segments from which tcpdump counts sequence numbers.
    edits: position to the bits of its mark that a ladder reads otherwise (see `mark`).
    windows: by endpoint, spans [from, to) of a zero window; the last may be open.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.silences: list[int] = []
        self.lost: dict[int, int] = {}
        self.missing: dict[int, Missing] = {}
        self.windows: tuple[list[list[int]], list[list[int]]] = ([], [])
        self.anchors = array("q")
        self.edits: dict[int, int] = {}
        self.n = 0
        self._payload = array("q", [0])  # of all segments before a position
        self._bases: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        self._known = [False, False]  # the base is the endpoint's own word
        self._lately: deque[int] = deque(maxlen=64)  # lost ones that may yet turn out to have arrived
        self._run: tuple[int, int] | None = None  # where the run that is open began, and its sender
        self._time = 0
        self._ends: list[int | None] = [None, None]  # the number behind the last that was sent
        self._holes = [0, 0]  # numbers below it that were in no segment
        self._firsts: set[tuple[int, int, int]] = set()  # sender, SYN,ACK or FIN, number
        self._opening = [False, False]  # it has sent its SYN, and nothing since
        self._offered = [0, 0]  # the largest window field
        self._shift = [UNSCALED, UNSCALED]

    def extend(self, segments: Sequence[Segment], marks: Sequence[int]) -> None:
        """Take in what is new: all of `segments` from position `n` on; `marks` has as many."""
        payload, spans, ends = self._payload, self.windows, self._ends
        for at in range(self.n, len(segments)):
            segment, mark = segments[at], int(marks[at])
            flags, length, sender = int(segment.flags), segment.length, segment.sender
            if flags & _ENDING or self._opening[sender]:
                self._read_otherwise(at, segment, mark)
                mark = self.mark(at, mark)
            if segment.window > self._offered[sender]:
                self._offered[sender] = segment.window
            if at and segment.time_ns - self._time >= SILENCE_NS and not segment.is_sum:
                self.silences.append(at)
                self._close(at)
            self._time = segment.time_ns
            payload.append(payload[-1] + length)
            if flags & _NOT_PLAIN or mark & ~_WINDOW_UPDATE:
                self._close(at)
            elif length and (self._run is None or self._run[1] != sender):
                self._close(at)
                self._run = (at, sender)
            if mark & _ZERO_WINDOW or spans[sender]:
                self._follow_window(at, segment, mark)
            if flags & _SYN or not (self._known[sender] and self.anchors):
                self._follow_base(at, segment, flags)
            if length and not mark and ends[sender] == segment.seq and not flags & _NOT_PLAIN:
                ends[sender] = add(segment.seq, length)
            elif length or flags & _ENDING or mark & (_ACKED_UNSEEN | _LOST_BEFORE):
                self._follow_end(at, segments, mark)
            if mark & _RETRANSMISSION and not mark & _DUPLICATE:
                self._find_lost(at, segments, marks)
            elif self._lately and segment.options:
                self._find_received(segment, segments)
        self.n = len(segments)

    def skip(self, sender: int, next: int, last: Segment, widest: int) -> None:
        """Segments of `sender` are left out before the next one; see Analysis.skip. widest: the largest
        window field in them."""
        self.end_run()
        self._ends[sender], self._holes[sender], self._opening[sender] = next, 0, False
        self._offered[sender] = max(self._offered[sender], widest)
        self._time = max(self._time, last.time_ns)
        self._lately.clear()
        spans = self.windows[sender]
        if spans and spans[-1][1] == _OPEN:
            spans[-1][1] = self.n
        if not last.window:
            spans.append([self.n, _OPEN])

    def end_run(self) -> None:
        """The next segment does not follow on: some are left out before it."""
        self._close(self.n)

    def open_run(self) -> Run | None:
        """The run that the next segments may continue."""
        if self._run is None or self.n - self._run[0] < MIN_RUN:
            return None
        return Run(self._run[0], self.n, self._run[1])

    def settled(self) -> int:
        """The position before which appended segments change nothing."""
        return self.n if self._run is None else self._run[0]

    def payload(self, start: int, stop: int) -> int:
        """Payload bytes of the segments start..stop-1."""
        return self._payload[stop] - self._payload[start]

    def base(self, endpoint: int, at: int) -> int:
        """The sequence number that counts as 0 for an endpoint, at a position."""
        bases = self._bases[endpoint]
        if len(bases) < 2:
            return bases[0][1] if bases else 0
        return bases[max(0, bisect_right(bases, at, key=lambda entry: entry[0]) - 1)][1]

    def zero_window(self, endpoint: int, at: int) -> bool:
        """True while the endpoint's last word was that it takes no more."""
        spans = self.windows[endpoint]
        found = bisect_right(spans, at, key=lambda span: span[0]) - 1
        return found >= 0 and at < spans[found][1]

    def _close(self, at: int) -> None:
        if self._run is not None and at - self._run[0] >= MIN_RUN:
            self.runs.append(Run(self._run[0], at, self._run[1]))
        self._run = None

    def _follow_window(self, at: int, segment: Segment, mark: int) -> None:
        spans = self.windows[segment.sender]
        is_open = bool(spans) and spans[-1][1] == _OPEN
        if mark & _ZERO_WINDOW:
            if not is_open:
                spans.append([at, _OPEN])
        elif is_open and segment.window:
            spans[-1][1] = at

    def _follow_base(self, at: int, segment: Segment, flags: int) -> None:
        """A SYN's own number counts as 0; mid-stream the first byte seen counts as 1."""
        sender, peer = segment.sender, 1 - segment.sender
        bases = self._bases[sender]
        if flags & _SYN:
            if not self._known[sender] or bases[-1][1] != segment.seq:
                bases.append((at if bases else 0, segment.seq))
        elif not bases:
            bases.append((0, add(segment.seq, -1)))
        self._known[sender] = True
        if flags & _ACK and not self._bases[peer]:
            self._bases[peer].append((0, add(segment.ack, -1)))
        if is_anchor(segment, not self.anchors):
            self.anchors.append(at)

    def _follow_end(self, at: int, segments: Sequence[Segment], mark: int) -> None:
        """Count what is in no segment, until an acknowledgment shows that it was sent."""
        segment = segments[at]
        sender, peer = segment.sender, 1 - segment.sender
        end = self._ends[sender]
        if end is not None and mark & _LOST_BEFORE:
            gap = max(0, diff(segment.seq, end))
            self._holes[sender] += gap
            if not gap:
                self._edit(at, _LOST_BEFORE)  # what was missing has been told
        elif mark & _FILLS:
            self._holes[sender] = max(0, self._holes[sender] - _space(segment))
        behind = add(segment.seq, _space(segment))
        if end is None or segment.flags & _SYN or gt(behind, end):
            self._ends[sender] = behind
        theirs = self._ends[peer]
        if mark & _ACKED_UNSEEN and theirs is not None:
            beyond = max(0, diff(segment.ack, theirs))
            if beyond > self._offered[sender] << self._shift[sender] and not self._sent(
                peer, segment.ack, segments, at
            ):
                self._edit(at, NEVER_SENT)
                return
            self._ends[peer] = add(theirs, beyond)
            count = self._holes[peer] + beyond
            self._holes[peer] = 0
            if count:
                self.missing[at] = Missing(peer, count)
            else:
                self._edit(at, _ACKED_UNSEEN)

    def _sent(self, endpoint: int, ack: int, segments: Sequence[Segment], at: int) -> bool:
        """Whether the endpoint goes on, soon after a position, from about where it was acknowledged."""
        later = (segments[i] for i in range(at + 1, min(len(segments), at + LOOK_AHEAD)))
        return any(s.sender == endpoint and abs(diff(s.seq, ack)) < 1 << 20 for s in later)

    def mark(self, at: int, mark: int) -> int:
        """A segment's marks as a ladder words them: what repeats a number need not be sent again.

        A SYN,ACK after a bare SYN of the same number is the first one; so is a FIN after one that never
        was; the ACK that completes a handshake tells a window for the first time. An acknowledgment beyond
        every window is no sign of what the capture missed, and what it missed is told once.
        """
        return mark ^ (self.edits[at] & mark | self.edits[at] & NEVER_SENT) if at in self.edits else mark

    def _read_otherwise(self, at: int, segment: Segment, mark: int) -> None:
        flags, sender = int(segment.flags), segment.sender
        edit = 0
        if flags & _SYN:
            self._shift[sender] = next(
                (body[0] for kind, body in walk(segment.options) if kind == 3 and body), 0
            )
            self._opening[sender] = True
        elif self._opening[sender]:
            self._opening[sender] = False
            edit = _WINDOW_UPDATE
        if flags & _FIN or (flags & _SYN and flags & _ACK):
            key = (sender, flags & _ENDING, add(segment.seq, segment.length))
            if key not in self._firsts and not segment.length:
                edit |= _AGAIN
            self._firsts.add(key)
        if edit & mark:
            self._edit(at, edit)

    def _edit(self, at: int, bits: int) -> None:
        self.edits[at] = self.edits.get(at, 0) | bits

    def _find_lost(self, at: int, segments: Sequence[Segment], marks: Sequence[int]) -> None:
        """What segment `at` repeats did not arrive the last time, unless it was acknowledged since.

        Nothing is said where the capture has one direction only: there may have been an ACK.
        """
        again = segments[at]
        sender, seq = again.sender, again.seq
        if not _space(again) or not (self._known[1 - sender] or again.flags & _SYN):
            return
        for before in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
            earlier = segments[before]
            if earlier.sender != sender:
                if int(earlier.flags) & _ACK and gt(earlier.ack, seq):
                    return
                continue
            behind = add(earlier.seq, _space(earlier))
            if between(earlier.seq, seq, behind):
                self.lost[before] = at
                self._lately.append(before)
                return
            if behind != earlier.seq and not marks[before] and not gt(behind, seq):
                return  # sent in order before anything that `at` could repeat

    def _find_received(self, segment: Segment, segments: Sequence[Segment]) -> None:
        """A duplicate report (DSACK, RFC 2883) shows that an original had arrived after all."""
        left = duplicate_left(segment)
        if left is None:
            return
        for at in self._lately:
            original = segments[at]
            behind = add(original.seq, _space(original))
            if original.sender != segment.sender and between(original.seq, left, behind):
                self.lost.pop(at, None)


def _space(segment: Segment) -> int:
    """Sequence numbers that the segment takes."""
    flags = int(segment.flags)
    return segment.length + (1 if flags & _SYN else 0) + (1 if flags & _FIN else 0)


def duplicate_left(segment: Segment) -> int | None:
    """The left edge of a DSACK block: a first block below the ACK, or inside the second (RFC 2883 4)."""
    blocks = sack(segment.options)
    if not blocks:
        return None
    left = blocks[0][0]
    below = gt(segment.ack, left)
    inside = len(blocks) > 1 and between(blocks[1][0], left, blocks[1][1])
    return left if below or inside else None
