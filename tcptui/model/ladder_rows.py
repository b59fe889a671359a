"""The ladder's rows, drawn: frame number, time, the client's lifeline, the arrow, the server's lifeline.

Shapes carry the meaning, roles repeat it: ``┄`` sent again, ``╌`` out of order, ``┈`` a duplicate, a probe,
or what was not captured, ``━`` reset, ``═`` folded, ``╳`` did not arrive, ``║`` a lifeline whose window is
zero, ``?`` a state that is assumed, ``*`` one about which packets leave something open,
``×`` one that was taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from tcptui.dataclass import dataclass
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.correction import in_words, instead
from tcptui.model.ladder_arrow import (
    CONTROL,
    KEEP_ALIVE,
    NO_EFFECT,
    PROBE,
    RST,
    Words,
    arrow,
    line_of,
    role,
    words,
)
from tcptui.model.ladder_layout import Columns, LadderOptions
from tcptui.model.ladder_scan import Missing, Scan
from tcptui.model.ladder_time import Clock
from tcptui.model.names import flag_names, short, spellings
from tcptui.model.text import crop, crop_middle, dim, fit, merge, pad, width
from tcptui.model.times import duration, number, size
from tcptui.tcp.history import Correction, History, Moment, Transition, has_no_effect, mark_of
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.why import happened


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
    _clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self._steps = {}
        for step in self.shown_steps():
            if not step.apart:
                self._steps.setdefault((self.packet_of(step), step.endpoint), []).append(step)
        self._refused = _withdrawn(self.history)
        first, last = (self.segments[0].time_ns, self.segments[-1].time_ns) if self.segments else (0, 0)
        self._clock = Clock(self.options.time_format, first, last - first, self.options.mark_time_ns)
        self._roomy = any(len(steps) > 1 for steps in self._steps.values())

    def shown_steps(self) -> tuple[Transition, ...]:
        """The transitions that have a place in the ladder."""
        return self.history.log if self.options.live else self.history.standing()

    def mark(self, at: int) -> int:
        """A segment's marks; towards a closed window, what looks like a keep-alive is a probe of it."""
        mark = self.scan.mark(at, int(self.marks[at]))
        if self.segments[at].flags & RST and has_no_effect(self.history, self.segments[at]):
            return mark | NO_EFFECT
        if mark & KEEP_ALIVE and self.scan.zero_window(1 - self.segments[at].sender, at):
            return mark & ~KEEP_ALIVE | PROBE
        return mark

    def words(self, at: int) -> Words:
        """The label of the segment at a position."""
        segment = self.segments[at]
        own = peer = 0
        if not self.options.absolute:
            own, peer = self.scan.base(segment.sender, at), self.scan.base(1 - segment.sender, at)
        return words(segment, self.mark(at), own, peer)

    def has_step(self, packet: int) -> bool:
        """True when a state is entered at a frame."""
        return (packet, 0) in self._steps or (packet, 1) in self._steps

    def searched(self, at: int) -> str:
        """All that can be searched for in a segment's row: number, whole label, flags by name, states
        entered, in each of their spellings."""
        segment = self.segments[at]
        steps = (step for end in (0, 1) for step in self._steps.get((segment.packet, end), ()))
        said = (self.words(at).full(), flag_names(int(segment.flags)), *(spellings(s.new) for s in steps))
        return f"#{segment.packet} {' '.join(said)}"

    def packet_of(self, step: Transition) -> int:
        """The frame at whose row a transition stands: the one that caused it, or at which it was believed."""
        return step.shown if self.options.live or step.packet is None else step.packet

    # -- rows ------------------------------------------------------------------------------------

    def segment(self, at: int, total: int, moment: Moment) -> Row:
        """The row of one segment."""
        segment = self.segments[at]
        columns = self.columns(total)
        rightward = segment.sender == self.history.client
        flags, mark = int(segment.flags), self.mark(at)
        lost = self._lost(at, moment)
        body = arrow(self.words(at), columns.arrow, rightward, line_of(flags, mark), lost)
        colour = role(flags, mark, segment.length, lost)
        future = segment.packet > moment.packet
        row = (
            self._lead(at, columns),
            *self._left(segment.packet, at, columns, moment, future),
            *self._lifelines(at, body, rightward, lost, colour),
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
        row = (self._lead(start, columns), Cell(" " * columns.left), *line)
        return _finish(row, total, first.packet > moment.packet)

    def silence(self, when: Moment, silence_ns: int, total: int, moment: Moment) -> Row:
        """The row of a second or more without a segment."""
        columns = self.columns(total)
        time = f"+{silence_ns / 1e9:.2f}s"
        lead = _lead("", time if width(time) <= columns.time else "", columns)
        return self._across(lead, f"{duration(silence_ns)} of silence", Role.NOTE, total, when > moment)

    def beyond(self, count: int, where: str, total: int, future: bool) -> Row:
        """The row at an end of what is loaded of a long flow."""
        text = f"{number(count)} segments {where}"
        return self._across(Cell(" " * self.columns(total).lead), text, Role.NOTE, total, future)

    def missing(self, when: Moment, missing: Missing, total: int, moment: Moment) -> Row:
        """The dotted row of what the capture does not have, drawn before the ACK that shows it."""
        columns = self.columns(total)
        rightward = missing.sender == self.history.client
        what = missing.words
        room = max(0, columns.arrow - 2)
        forms = (f" {what} not captured ", f" {what} unseen ", f" {what}? ", f" {what.split(' or ')[-1]}? ")
        text = next((form for form in forms if len(form) <= room), crop(forms[-1], room))
        body = ("┈" + text).ljust(columns.arrow, "┈")
        body = body[:-1] + "▶" if rightward else "◀" + body[:-1]
        row = (
            Cell(" " * (columns.lead + columns.left)),
            Cell(("├" if rightward else "│") + body + "┤", Role.WARN),
        )
        return _finish(row, total, when > moment)

    def timer(self, when: Moment, step: Transition, total: int, moment: Moment) -> Row:
        """The row of a state change that no segment caused: a timer's, or an ICMP error's."""
        client = step.endpoint == self.history.client
        columns = self.columns(total)
        label = self._label((step,), columns, moment, when > moment)
        frame = step.packet is not None
        what = (
            step.why.removeprefix("received ").partition(" (#")[0]
            if frame
            else happened(step.old, step.event)
        )
        # an ICMP error's frame stands before its words, so its number need not be in them
        return self._apart(
            when, step.packet, client, (what, what.partition(" from ")[0]), total, moment, label
        )

    def icmp(self, when: Moment, error: IcmpError, total: int, moment: Moment) -> Row:
        """The row of an ICMP error that changes no state."""
        what = f"ICMP {'too big' if error.too_big else error.says}" + f", MTU {error.mtu}" * bool(error.mtu)
        client = error.sender != self.history.client
        return self._apart(when, error.packet, client, (f"{what} from {error.origin}", what), total, moment)

    def _apart(
        self,
        when: Moment,
        packet: int | None,
        client: bool,
        words: tuple[str, ...],
        total: int,
        moment: Moment,
        label: tuple[str, ...] = (),
    ) -> Row:
        """A row of no segment that concerns one end, in words between the lifelines: the first that fit."""
        columns = self.columns(total)
        room = max(0, columns.arrow - 2)
        forms = [f"{_side(client)}: {what}" for what in words] + [words[-1]]
        forms += ["ICMP error"] if packet is not None else []
        text = next((form for form in forms if len(form) <= room), crop(forms[-1], room))
        body = f" {text} ".center(columns.arrow, "┄") if columns.arrow > 2 else "┄" * columns.arrow
        left = _padded(label if client else (), columns.left, self._state_role(client))
        right = _padded(label if not client else (), columns.right - 1, self._state_role(client))
        time = self._clock.text(when.time_ns, None, columns.detail)
        frame = f"#{packet}" if packet is not None else ""
        row = (_lead(frame, time, columns), *left, Cell("│" + body + "│", Role.NOTE), Cell(" "), *right)
        return _finish(row, total, when > moment)

    def correction(self, when: Moment, correction: Correction, total: int, moment: Moment) -> Row:
        """The row of an assumption taken back."""
        columns = self.columns(total)
        lead = Cell(" " * (columns.frame + bool(columns.frame)))  # the time's column is needed for words
        side = _side(correction.endpoint == self.history.client)
        now = instead(self.history, correction)
        text = in_words(side, correction, now, max(0, total - width(lead.text) - 4))
        return self._across(lead, text, Role.CORRECTION, total, when.packet > moment.packet)

    def columns(self, total: int) -> Columns:
        """The layout for a width."""
        frame = len(f"#{self.segments[-1].packet}") if self.segments else 2
        absolute = self.options.absolute
        return Columns.of(total, frame, self._clock.width, roomy=self._roomy, absolute=absolute)

    def time_head(self, columns: Columns) -> str:
        """What stands above the times."""
        return self._clock.head(columns.detail)

    # -- parts -----------------------------------------------------------------------------------

    def _across(self, lead: Cell, text: str, role: Role, total: int, future: bool) -> Row:
        """A row that goes across all columns but the time's."""
        room = max(0, total - width(lead.text))
        text = crop(text, max(0, room - 4))
        line = f" {text} " if text else ""
        dashes = room - width(line)
        left = min(3, dashes) if role is Role.CORRECTION else dashes // 2
        row = (lead, Cell("┄" * left + line + "┄" * (dashes - left), role))
        return _finish(row, total, future)

    def _lead(self, at: int, columns: Columns) -> Cell:
        """Frame number and time of a segment."""
        before_ns = self.segments[at - 1].time_ns if at else None
        time = self._clock.text(self.segments[at].time_ns, before_ns, columns.detail)
        return _lead(f"#{self.segments[at].packet}", time, columns)

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
        """A lifeline's label: the state entered, and the mark of doubt beside it."""
        if not steps:
            return ()
        room = columns.left
        sure = _doubt(steps[-1], moment, future)
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
        """True when the segment did not arrive: at all, or (as seen live) as far as was known at `moment`.

        A segment that changed its receiver's state did arrive, whatever was sent again.
        """
        segment = self.segments[at]
        known = None
        if not (segment.length or int(segment.flags) & CONTROL):  # of a pure ACK only the states tell
            known = self._refused.get((segment.packet, 1 - segment.sender))
        later = self.scan.lost.get(at)
        if later is not None and (segment.packet, 1 - segment.sender) not in self._steps:
            known = self.segments[later].packet
        return known is not None and (not self.options.live or known <= moment.packet)


def header_row(drawing: Drawing, total: int) -> Row:
    """Who stands left and who right."""
    columns = drawing.columns(total)
    client = drawing.history.client
    lead = _lead("#" if columns.frame else "", drawing.time_head(columns), columns)._replace(role=Role.HEAD)
    room = total - width(lead.text)
    left, right = f"client {drawing.ends[client]}", f"server {drawing.ends[1 - client]}"
    if width(left) + width(right) + 2 > room:
        left, right = drawing.ends[client], drawing.ends[1 - client]
    half = max(0, (room - 2) // 2)
    left_room = max(half, room - 2 - width(right))
    left = crop_middle(left, left_room)
    right = crop_middle(right, max(0, room - 2 - width(left)))
    gap = max(0, room - width(left) - width(right))
    return fit((lead, Cell(left, Role.CLIENT), Cell(" " * gap), Cell(right, Role.SERVER)), total)


def _doubt(step: Transition, moment: Moment, future: bool) -> str:
    if step.withdrawn is not None:
        return "×" if step.withdrawn <= moment.packet else "?"
    return mark_of(step.evidence if future else step.evidence_at(moment), step.note)


def _lead(frame: str, time: str, columns: Columns) -> Cell:
    """What stands before the left label."""
    number = pad(frame, columns.frame, right=True) + " " if columns.frame else ""
    return Cell(number + (pad(time, columns.time, right=True) + " " if columns.time else ""), Role.DIM)


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
