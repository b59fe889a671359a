"""The ladder's rows, drawn: time, the client's lifeline, the arrow, the server's lifeline.

Shapes carry the meaning, roles repeat it: ``┄`` sent again, ``╌`` out of order, ``┈`` a duplicate or a
probe, ``━`` reset, ``═`` folded, ``╳`` did not arrive, ``║`` a lifeline whose window is zero, ``?`` a state
that is assumed. Labels shorten in a fixed order: options (last first), window, bytes, ACK, the word
``seq``, what is unusual, the sequence numbers; the flags stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.ladder_scan import MOD, Scan
from tcptui.model.names import short
from tcptui.model.tcpdump import flag_letters
from tcptui.model.tcpdump_options import option_list
from tcptui.model.text import clean, crop, crop_middle, dim, fit, merge, pad, width
from tcptui.model.times import TimeFormat, duration, number, seconds, signed, size, stamp
from tcptui.store.analysis import Mark
from tcptui.tcp.history import Correction, History, Moment, Transition
from tcptui.tcp.options import walk
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence

NEAR = 1 << 16
"""How far below its base a sequence number is shown as negative."""

_UNUSUAL = (
    (Mark.DUPLICATE, "same frame twice", "┈"),
    (Mark.ZERO_WINDOW_PROBE, "window probe", "┈"),
    (Mark.KEEP_ALIVE_ACK, "keep-alive answered", "┈"),
    (Mark.KEEP_ALIVE, "keep-alive", "┈"),
    (Mark.RETRANSMISSION, "again", "┄"),
    (Mark.OUT_OF_ORDER, "out of order", "╌"),
    (Mark.DUP_ACK, "dup ack", "┈"),
    (Mark.LOST_BEFORE, "gap before", "┈"),
    (Mark.ZERO_WINDOW, "zero window", "─"),
    (Mark.WINDOW_FULL, "fills window", "─"),
    (Mark.WINDOW_UPDATE, "window update", "─"),
)
"""What a mark is called, and the line that it is drawn with; the first that holds counts."""

# Plain numbers: an operation on an IntFlag takes a microsecond, and a search looks at every segment.
_SYN, _ACK = int(Flags.SYN), int(Flags.ACK)
_NUMBERED = int(Flags.SYN | Flags.FIN | Flags.RST)
_PROBE = int(Mark.KEEP_ALIVE | Mark.ZERO_WINDOW_PROBE)
_WINDOW = int(Mark.ZERO_WINDOW | Mark.WINDOW_UPDATE)


@dataclass(frozen=True, slots=True)
class LadderOptions:
    """How a ladder is shown.

    absolute: sequence numbers as on the wire. live: as seen live, not in hindsight. mark_time_ns:
    the time column counts from here. folded: runs of bulk data are one row each.
    """

    absolute: bool = False
    time_format: TimeFormat = TimeFormat.RELATIVE
    live: bool = False
    mark_time_ns: int | None = None
    folded: bool = True


class Columns(NamedTuple):
    """Widths: time (0: none), the label columns left and right of the lifelines, the arrow between them."""

    time: int
    left: int
    arrow: int
    right: int
    short: bool

    @classmethod
    def of(cls, total: int, time: int, *, roomy: bool) -> Columns:
        """The layout for `total` columns: names shorten below 64, the time goes below 46."""
        if total >= 64:
            label = 23 if roomy and total >= 110 else 12
            return cls(time, label, total - time - 1 - 2 * label - 3, label + 1, False)
        if total >= 46:
            return cls(8, 9, total - 8 - 1 - 2 * 9 - 3, 10, True)
        label = max(0, min(9, (total - 12) // 2))
        return cls(0, label, total - 2 * label - 3, label + 1, True)


@dataclass(slots=True)
class Drawing:
    """A ladder's data, and its rows drawn from it."""

    segments: Sequence[Segment]
    marks: Sequence[int]
    history: History
    ends: tuple[str, str]
    options: LadderOptions
    scan: Scan
    _steps: dict[tuple[int, int], list[Transition]] = field(init=False)
    _refused: dict[tuple[int, int], int] = field(init=False)
    _roomy: bool = field(init=False)

    def __post_init__(self) -> None:
        self._steps = {}
        for step in self.shown_steps():
            if step.packet is not None:
                self._steps.setdefault((self.packet_of(step), step.endpoint), []).append(step)
        self._refused = _withdrawn(self.history)
        self._roomy = any(len(steps) > 1 for steps in self._steps.values())

    def shown_steps(self) -> tuple[Transition, ...]:
        """The transitions that have a place in the ladder."""
        return self.history.log if self.options.live else self.history.standing()

    def states(self, packet: int) -> str:
        """The states that are entered at a frame, each after a blank."""
        steps = (step for end in (0, 1) for step in self._steps.get((packet, end), ()))
        return "".join(f" {step.new}" for step in steps)

    def packet_of(self, step: Transition) -> int:
        """The frame at whose row a transition stands: the one that caused it, or at which it was believed."""
        return step.shown if self.options.live or step.packet is None else step.packet

    # -- rows ------------------------------------------------------------------------------------

    def segment(self, at: int, total: int, moment: Moment) -> Row:
        """The row of one segment."""
        segment = self.segments[at]
        columns = self.columns(total)
        rightward = segment.sender == self.history.client
        parts = words(self, at)
        lost = self._lost(at, moment)
        line = "━" if segment.flags & Flags.RST else _line(int(self.marks[at]))
        body = _arrow(parts, columns.arrow, rightward, line, lost)
        role = _role(segment, self.marks[at], lost)
        future = segment.packet > moment.packet
        row = (
            self._time(at, columns),
            *self._left(segment.packet, at, columns, moment, future),
            *self._lifelines(at, body, rightward, lost, role),
            *self._right(segment.packet, at, columns, moment, future),
        )
        return _finish(row, total, future)

    def fold(self, start: int, stop: int, total: int, moment: Moment) -> Row:
        """The row of a run of bulk data."""
        columns = self.columns(total)
        first = self.segments[start]
        rightward = first.sender == self.history.client
        count, payload = stop - start, self.scan.payload(start, stop)
        text = f" {number(count)} segments, {size(payload)} "
        if width(text) > columns.arrow - 3:
            text = f" {number(count)}×, {size(payload)} "
        text = crop(text, max(0, columns.arrow - 2))
        body = ("═" + text).ljust(columns.arrow, "═")
        body = body[:-1] + "▶" if rightward else "◀" + body[:-1]
        line = self._lifelines(start, body, rightward, False, Role.DATA)
        row = (self._time(start, columns), Cell(" " * columns.left), *line)
        return _finish(row, total, first.packet > moment.packet)

    def silence(self, when: Moment, silence_ns: int, total: int, moment: Moment) -> Row:
        """The row of a second or more without a segment."""
        columns = self.columns(total)
        time = pad(f"+{silence_ns / 1e9:.2f}s", columns.time)
        return self._across(time, f"{duration(silence_ns)} of silence", Role.NOTE, total, when > moment)

    def timer(self, when: Moment, step: Transition, total: int, moment: Moment) -> Row:
        """The row of a state change that no packet caused."""
        columns = self.columns(total)
        client = step.endpoint == self.history.client
        label = self._label((step,), columns, moment, when > moment)
        text = crop(f"{_side(client)}: {step.event}", max(0, columns.arrow - 2))
        body = f" {text} ".center(columns.arrow, "┄") if columns.arrow > 2 else "┄" * columns.arrow
        left = _padded(label if client else (), columns.left, self._state_role(client))
        right = _padded(label if not client else (), columns.right - 1, self._state_role(client))
        time = self._time_cell(when.time_ns, None, columns)
        row = (time, *left, Cell("│" + body + "│", Role.NOTE), Cell(" "), *right)
        return _finish(row, total, when > moment)

    def correction(self, when: Moment, correction: Correction, total: int, moment: Moment) -> Row:
        """The row of an assumption taken back."""
        columns = self.columns(total)
        side = _side(correction.endpoint == self.history.client)
        states = ", ".join(str(state) for state in correction.withdrawn)
        text = (
            f"{side} was not {states}: {clean(correction.reason)}"
            if states
            else f"{side}: {clean(correction.reason)}"
        )
        time = " " * columns.time
        return self._across(time, text, Role.CORRECTION, total, when.packet > moment.packet)

    def columns(self, total: int) -> Columns:
        """The layout for a width."""
        form = self.options.time_format
        if self.options.mark_time_ns is not None:
            time = 11
        else:
            time = {TimeFormat.ABSOLUTE: 15, TimeFormat.EPOCH: 17, TimeFormat.DELTA: 10}.get(form, 0)
        if not time:
            span = self.segments[-1].time_ns - self.segments[0].time_ns if self.segments else 0
            time = max(9, len(seconds(span)))
        return Columns.of(total, time, roomy=self._roomy)

    # -- parts -----------------------------------------------------------------------------------

    def _across(self, time: str, text: str, role: Role, total: int, future: bool) -> Row:
        """A row that goes across all columns but the time's."""
        time = time + " " * bool(time)
        room = max(0, total - width(time))
        text = crop(text, max(0, room - 4))
        line = f" {text} " if text else ""
        dashes = room - width(line)
        lead = min(3, dashes) if role is Role.CORRECTION else dashes // 2
        row = (Cell(time, Role.DIM), Cell("┄" * lead + line + "┄" * (dashes - lead), role))
        return _finish(row, total, future)

    def _time(self, at: int, columns: Columns) -> Cell:
        before_ns = self.segments[at - 1].time_ns if at else None
        return self._time_cell(self.segments[at].time_ns, before_ns, columns)

    def _time_cell(self, time_ns: int, before_ns: int | None, columns: Columns) -> Cell:
        if not columns.time:
            return Cell("")
        text = self._when(time_ns, before_ns)
        if text.find(".") < columns.time:
            text = text[: columns.time]  # the places after the point are the ones to do without
        return Cell(pad(text, columns.time, right=True) + " ", Role.DIM)

    def _when(self, time_ns: int, before_ns: int | None) -> str:
        if self.options.mark_time_ns is not None:
            return "Δ" + signed(time_ns - self.options.mark_time_ns)
        first = self.segments[0].time_ns if self.segments else time_ns
        previous = time_ns if before_ns is None else before_ns
        return stamp(time_ns, self.options.time_format, first_ns=first, previous_ns=previous)

    def _left(self, packet: int, at: int, columns: Columns, moment: Moment, future: bool) -> Row:
        steps = self._steps.get((packet, self.history.client), ())
        return _padded(self._label(steps, columns, moment, future), columns.left, Role.CLIENT)

    def _right(self, packet: int, at: int, columns: Columns, moment: Moment, future: bool) -> Row:
        steps = self._steps.get((packet, 1 - self.history.client), ())
        label = self._label(steps, columns, moment, future)
        return (Cell(" "), *_padded(label, columns.right - 1, Role.SERVER))

    def _label(
        self, steps: Sequence[Transition], columns: Columns, moment: Moment, future: bool
    ) -> tuple[str, ...]:
        """A lifeline's label: the state entered, and ``?`` when it is assumed."""
        if not steps:
            return ()
        room = columns.left
        sure = "" if _is_sure(steps[-1], moment, future) else "?"
        names = [short(s.new) if columns.short else str(s.new) for s in steps]
        for text in ("▸".join(names), "▸" * (len(names) > 1) + names[-1], names[-1]):
            if len(text) + len(sure) <= room:
                return (text, sure)
        return (crop(names[-1], room - len(sure)), sure)

    def _state_role(self, client: bool) -> Role:
        return Role.CLIENT if client else Role.SERVER

    def _lifelines(self, at: int, body: str, rightward: bool, lost: bool, role: Role) -> Row:
        client = self.history.client
        zero = (self.scan.zero_window(client, at), self.scan.zero_window(1 - client, at))
        left = "║" if zero[0] else "├" if rightward else "│"
        right = "║" if zero[1] else "│" if rightward and lost else "┤"
        return (
            Cell(left, Role.WARN if zero[0] else role),
            Cell(body, role),
            Cell(right, Role.WARN if zero[1] else role),
        )

    def _lost(self, at: int, moment: Moment) -> bool:
        """True when the segment did not arrive: at all, or (as seen live) as far as was known at `moment`."""
        segment = self.segments[at]
        known = self._refused.get((segment.packet, 1 - segment.sender))
        later = self.scan.lost.get(at)
        if later is not None:
            known = self.segments[later].packet
        return known is not None and (not self.options.live or known <= moment.packet)


def header_row(drawing: Drawing, total: int) -> Row:
    """Who stands left and who right."""
    columns = drawing.columns(total)
    client = drawing.history.client
    head = "since mark" if drawing.options.mark_time_ns is not None else "time"
    time = Cell(pad(head, columns.time, right=True) + " " if columns.time else "", Role.HEAD)
    room = total - width(time.text)
    left, right = f"client {drawing.ends[client]}", f"server {drawing.ends[1 - client]}"
    if width(left) + width(right) + 2 > room:
        left, right = drawing.ends[client], drawing.ends[1 - client]
    half = max(0, (room - 2) // 2)
    left_room = max(half, room - 2 - width(right))
    left = crop_middle(left, left_room)
    right = crop_middle(right, max(0, room - 2 - width(left)))
    gap = max(0, room - width(left) - width(right))
    return fit((time, Cell(left, Role.CLIENT), Cell(" " * gap), Cell(right, Role.SERVER)), total)


# -- the label of an arrow -------------------------------------------------------------------------


class Words(NamedTuple):
    """The parts of an arrow's label; an empty one is not there."""

    flags: str
    seq: str = ""
    ack: str = ""
    payload: str = ""
    unusual: str = ""
    window: str = ""
    options: tuple[str, ...] = ()

    def full(self) -> str:
        """All of it."""
        return self._join(len(self.options), True, True, True, "seq ", True, True)

    def within(self, room: int) -> str:
        """The longest form of at most `room` columns; the flags, cropped, when nothing fits."""
        forms = [(count, True, True, True, "seq ", True, True) for count in range(len(self.options), -1, -1)]
        forms += [
            (0, False, True, True, "seq ", True, True),
            (0, False, False, True, "seq ", True, True),
            (0, False, False, False, "seq ", True, True),
            (0, False, False, False, "", True, True),
            (0, False, False, False, "", False, True),
            (0, False, False, False, "", False, False),
        ]
        for form in forms:
            text = self._join(*form)
            if len(text) <= room:
                return text
        return crop(self.flags, room)

    def _join(
        self, count: int, window: bool, payload: bool, ack: bool, prefix: str, unusual: bool, seq: bool
    ) -> str:
        head = [self.flags]
        if seq and self.seq:
            head.append(prefix + self.seq)
        if ack and self.ack:
            head.append(self.ack)
        text = " ".join(head)
        if payload and self.payload:
            text += f", {self.payload}"
        tail = [text]
        if unusual and self.unusual:
            tail.append(self.unusual)
        if window and self.window:
            tail.append(self.window)
        return " ".join((*tail, *self.options[:count]))


def words(drawing: Drawing, at: int) -> Words:
    """What there is to say about the segment at a position."""
    segment, mark = drawing.segments[at], int(drawing.marks[at])
    flags, length = int(segment.flags), segment.length
    absolute = drawing.options.absolute
    seq = _relative(segment.seq, 0 if absolute else drawing.scan.base(segment.sender, at))
    ack_base = 0 if absolute else drawing.scan.base(1 - segment.sender, at)
    shown_seq = ""
    if length:
        shown_seq = f"{seq}:{seq + length}"
    elif flags & _NUMBERED or mark & _PROBE:
        shown_seq = str(seq)
    return Words(
        f"[{flag_letters(flags)}]",
        shown_seq,
        f"ack {_relative(segment.ack, ack_base)}" if flags & _ACK else "",
        _bytes(length),
        _unusual(mark),
        f"win {segment.window}" if flags & _SYN or mark & _WINDOW else "",
        tuple(_interesting(segment.options, ack_base)) if segment.options else (),
    )


def segment_words(drawing: Drawing, at: int) -> str:
    """All that can be searched for in a segment's row."""
    packet = drawing.segments[at].packet
    return f"#{packet} {words(drawing, at).full()}{drawing.states(packet)}"


def _relative(value: int, base: int) -> int:
    """A sequence number counted from `base` (0: as on the wire); a little below it is negative."""
    distance = (value - base) % MOD
    return distance - MOD if base and distance >= MOD - NEAR else distance


def _bytes(length: int) -> str:
    return "" if not length else "1 byte" if length == 1 else f"{length} bytes"


@lru_cache(maxsize=512)
def _unusual(mark: int) -> str:
    """What the marks say, in words."""
    return next((word for bit, word, _ in _UNUSUAL if mark & bit), "")


@lru_cache(maxsize=512)
def _line(mark: int) -> str:
    return next((line for bit, _, line in _UNUSUAL if mark & bit), "─")


def _interesting(raw: bytes, ack_base: int) -> list[str]:
    """The options that a reader of a ladder wants: no padding, no timestamps."""
    if len(raw) == 12 and raw[:4] == b"\x01\x01\x08\x0a":
        return []  # timestamps alone: what almost every segment has
    texts = [text for kind, body in walk(raw) if (text := _option(kind, body, ack_base))]
    return texts if option_list(raw)[1] else [*texts, "bad option"]


def _option(kind: int, body: bytes, ack_base: int) -> str:
    if kind == 2 and len(body) == 2:
        return f"mss {int.from_bytes(body)}"
    if kind == 3 and len(body) == 1:
        return f"ws {body[0]}"
    if kind == 5:
        edges = [_relative(int.from_bytes(body[at : at + 4]), ack_base) for at in range(0, len(body) & ~7, 4)]
        return " ".join(f"sack {a}:{b}" for a, b in zip(edges[::2], edges[1::2], strict=True))
    if kind == 34:
        return "tfo cookie" if body else "tfo request"
    return {4: "sackOK", 19: "md5", 29: "tcp-ao", 30: "mptcp"}.get(kind, "")


# -- shapes ----------------------------------------------------------------------------------------


def _arrow(parts: Words, room: int, rightward: bool, line: str, lost: bool) -> str:
    """What stands between the lifelines, in exactly `room` columns."""
    if room <= 0:
        return ""
    reach = room - max(1, room // 6) if lost and room >= 6 else room
    label = parts.within(max(0, reach - 2)).ljust(0)
    tip = "╳" if lost else "▶" if rightward else "◀"
    shaft = (line + label)[: max(0, reach - 1)].ljust(max(0, reach - 1), line)
    gap = " " * (room - reach)
    return shaft + tip + gap if rightward else gap + tip + shaft


def _role(segment: Segment, mark: int, lost: bool) -> Role:
    """The colour of an arrow: what is unusual first."""
    if segment.flags & Flags.RST:
        return Role.RST
    if mark & (Mark.ZERO_WINDOW | Mark.WINDOW_FULL | Mark.LOST_BEFORE):
        return Role.WARN
    if lost or mark & (Mark.RETRANSMISSION | Mark.OUT_OF_ORDER | Mark.DUP_ACK | Mark.DUPLICATE):
        return Role.AGAIN
    if mark & (Mark.KEEP_ALIVE | Mark.KEEP_ALIVE_ACK | Mark.ZERO_WINDOW_PROBE):
        return Role.NOTE
    if segment.flags & Flags.SYN:
        return Role.SYN
    if segment.flags & Flags.FIN:
        return Role.FIN
    return Role.DATA if segment.length else Role.ACK


def _is_sure(step: Transition, moment: Moment, future: bool) -> bool:
    evidence = step.evidence if future else step.evidence_at(moment)
    if step.withdrawn is not None:
        return False
    return evidence not in (Evidence.PASSED, Evidence.ASSUMED)


def _side(client: bool) -> str:
    return "client" if client else "server"


def _padded(label: tuple[str, ...], room: int, role: Role) -> Row:
    """A label in its column: the state in its side's role, the doubt in its own."""
    if not label:
        return (Cell(" " * room),)
    text, doubt = label
    space = " " * max(0, room - len(text) - len(doubt))
    if doubt:
        return (Cell(text, role), Cell(doubt + space, Role.ASSUMED))
    return (Cell(text + space, role),)


def _finish(row: Row, total: int, future: bool) -> Row:
    row = fit(merge(row), total)
    return dim(row) if future else row


def _withdrawn(history: History) -> dict[tuple[int, int], int]:
    """(frame, endpoint) that the frame did not reach after all, to the frame that showed it."""
    standing = {(t.packet, t.endpoint) for t in history.standing()}
    return {
        (t.packet, t.endpoint): t.withdrawn
        for t in history.log
        if t.withdrawn is not None and t.packet is not None and (t.packet, t.endpoint) not in standing
    }
