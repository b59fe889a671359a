"""The ladder: one connection's segments between two lifelines, as a list of items.

An item is a segment, a run of them folded into one, a state change that no packet caused, an
assumption taken back, what the capture missed, an ICMP error, or a silence. Items are kept as blocks of
consecutive segments, so that a ladder of millions has few of them, and item i is found by bisection;
ladder_rows.py draws it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from tcptui.model.cells import Row
from tcptui.model.ladder_blocks import Block, Item, Kind, gap, in_order, pieces, spans
from tcptui.model.ladder_layout import LadderOptions
from tcptui.model.ladder_rows import Drawing, header_row
from tcptui.model.ladder_scan import Missing, Scan
from tcptui.model.ladder_search import Search
from tcptui.model.text import plain
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Moment, Transition
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence

__all__ = ["Item", "Kind", "Ladder", "LadderOptions"]

Entry = TypeVar("Entry")

_UNSEEN = {Event.ACTIVE_OPEN: "SYN", Event.RECV_SYN: "SYN,ACK"}


MOST_ROWS = 1000
"""Rows that are kept as they were drawn: a step of the cursor changes one or two of those on the screen."""


class Ladder:
    """The rows of one flow.

    segments, marks: in capture order, marks[i] belonging to segments[i]; both are only read, and may
    be lazy sequences. ends: the names of endpoints 0 and 1 ("127.0.0.1:39870"), already clean.
    errors: the ICMP errors about the segments, in capture order. scan: one that has begun with them.

    Building costs one pass over the segments; `extend` one over the new ones; `item`, `render` and
    `find` a bisection.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        marks: Sequence[int],
        history: History,
        ends: tuple[str, str],
        options: LadderOptions | None = None,
        errors: Sequence[IcmpError] = (),
        scan: Scan | None = None,
    ) -> None:
        self.options = options or LadderOptions()
        self.ends = ends
        self._segments = segments
        self._marks = marks
        self._history = history
        self._errors = errors
        self._scan = scan or Scan()
        self._scan.extend(segments, marks)
        self._toggled: set[int] = set()  # runs that are not as the option says, by where they start
        self._blocks: list[Block] = []
        self._firsts: list[int] = []  # item number of each block's first row
        self._rows: dict[tuple[int, int, bool], Row] = {}  # as drawn, by what they depend on
        self._drawing = self._draw()
        self._assemble(0)

    # -- growing and changing --------------------------------------------------------------------

    def extend(
        self,
        segments: Sequence[Segment],
        marks: Sequence[int],
        history: History,
        errors: Sequence[IcmpError] = (),
    ) -> None:
        """The flow has grown: all its segments, marks and errors (the old ones first), and its log as of now.

        Item numbers before the first change stay; selection should be kept as a Moment.
        """
        settled = min(self._scan.settled(), self._scan.n)
        self._segments, self._marks = segments, marks
        self._scan.extend(segments, marks)
        changed = self._first_difference(history, errors)
        self._history, self._errors = history, errors
        self._drawing = self._draw()
        self._assemble(min(settled, changed))

    def update(self, history: History) -> None:
        """The log has changed, the segments have not: a timer, or a proof."""
        self.extend(self._segments, self._marks, history, self._errors)

    def set_options(self, options: LadderOptions) -> None:
        """Another way of showing the same."""
        rebuild = options.folded != self.options.folded or options.live != self.options.live
        self.options = options
        self._drawing = self._draw()
        if rebuild:
            self._assemble(0)

    def toggle_fold(self, i: int) -> bool:
        """Unfold the run at item i, or fold the one that its segment is in. False when there is none."""
        item = self.item(i)
        if item.index is None or item.kind not in (Kind.FOLD, Kind.SEGMENT):
            return False
        run = next((r for r in self._runs(item.index) if r[0] <= item.index < r[1]), None)
        if run is None:
            return False
        self._toggled ^= {run[0]}
        self._assemble(0)
        return True

    # -- reading ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._firsts[-1] + self._blocks[-1].rows if self._blocks else 0

    @property
    def history(self) -> History:
        return self._history

    def item(self, i: int) -> Item:
        """Row i, 0 <= i < len(self). IndexError beyond."""
        if not 0 <= i < len(self):
            raise IndexError(i)
        number = bisect_right(self._firsts, i) - 1
        block = self._blocks[number]
        if block.kind is Kind.SEGMENT:
            at = block.start + i - self._firsts[number]
            return Item(block.kind, self._moment(at), at, 1)
        if block.kind is Kind.FOLD:
            return Item(block.kind, self._moment(block.stop - 1), block.start, block.stop - block.start)
        before = block.start - 1 if block.start else None
        packet = self._segments[before].packet if before is not None else 0
        moment = Moment(packet, block.time_ns)
        return Item(block.kind, moment, before, 0, block.cause, block.silence_ns)

    def header(self, width: int) -> list[Row]:
        """The rows above the ladder: who stands left and right."""
        return [header_row(self._drawing, width)]

    def beyond(self, count: int, where: str, width: int, *, future: bool) -> Row:
        """A row that says how many segments are before or behind those that are loaded."""
        return self._drawing.beyond(count, where, width, future)

    def render(self, i: int, width: int, moment: Moment) -> Row:
        """Row i in exactly `width` columns as seen at `moment`; later ones are dim."""
        key = self._look(i, width, moment)
        if key is None:
            return self._render(i, width, moment)
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            row = self._rows[key] = self._render(i, width, moment)
        return row

    def _look(self, i: int, width: int, moment: Moment) -> tuple[int, int, bool] | None:
        """What the row of a segment or a fold depends on; None where there is more to it: states, losses
        that were not known at the moment, other rows."""
        if not 0 <= i < len(self):
            raise IndexError(i)
        number = bisect_right(self._firsts, i) - 1
        block = self._blocks[number]
        at = block.start + (i - self._firsts[number] if block.kind is Kind.SEGMENT else 0)
        if block.kind not in (Kind.SEGMENT, Kind.FOLD) or self.options.live:
            return None
        packet = self._segments[at].packet
        if block.kind is Kind.SEGMENT and self._drawing.has_step(packet):
            return None
        return i, width, packet > moment.packet

    def _render(self, i: int, width: int, moment: Moment) -> Row:
        item = self.item(i)
        drawing = self._drawing
        match item.kind:
            case Kind.SEGMENT:
                assert item.index is not None
                return drawing.segment(item.index, width, moment)
            case Kind.FOLD:
                assert item.index is not None
                return drawing.fold(item.index, item.index + item.count, width, moment)
            case Kind.SILENCE:
                return drawing.silence(item.moment, item.silence_ns, width, moment)
            case Kind.TIMER:
                assert isinstance(item.cause, Transition)
                return drawing.timer(item.moment, item.cause, width, moment)
            case Kind.MISSING:
                assert isinstance(item.cause, Missing)
                return drawing.missing(item.moment, item.cause, width, moment)
            case Kind.ICMP:
                assert isinstance(item.cause, IcmpError)
                return drawing.icmp(item.moment, item.cause, width, moment)
            case Kind.CORRECTION:
                assert isinstance(item.cause, Correction)
                return drawing.correction(item.moment, item.cause, width, moment)

    def find(self, moment: Moment) -> int:
        """The row at which the world is as at `moment`: the last not later one, or the fold it falls in.

        0 when all rows are later, and for an empty ladder.
        """
        at = bisect_right(self._segments, moment.packet, key=lambda segment: segment.packet) - 1
        if at < 0:
            return 0
        number = bisect_right(self._blocks, at, key=lambda block: block.stop)
        block = self._blocks[number]
        if block.kind is Kind.SEGMENT and at + 1 < block.stop:
            return self._firsts[number] + at - block.start
        row = self._firsts[number] + block.rows - 1
        if at + 1 < block.stop:
            return row
        for i in range(row + 1, len(self)):
            item = self.item(i)
            if item.kind in (Kind.SEGMENT, Kind.FOLD) or item.moment > moment:
                break
            row = i
        return row

    def row_of(self, at: int) -> int:
        """The row of the segment at a position, or of the fold that it is in."""
        number = bisect_right(self._blocks, at, key=lambda block: block.stop)
        block = self._blocks[number]
        return self._firsts[number] + (at - block.start if block.kind is Kind.SEGMENT else 0)

    def next_change(self, i: int, step: int) -> int:
        """The nearest row after (step > 0) or before i in which a state changes; i when there is none."""
        changes = sorted(
            {self._row_of_step(t) for t in self._drawing.shown_steps()} | self._correction_rows()
        )
        if step > 0:
            at = bisect_right(changes, i)
            return changes[at] if at < len(changes) else i
        at = bisect_left(changes, i) - 1
        return changes[at] if at >= 0 else i

    def search(self, text: str, start: int, direction: int = 1) -> int | None:
        """The next row after `start` (before it, when direction < 0) whose full text contains `text`.

        Letter case does not count; all of a row's words are searched, not only those that its width
        shows, and those of a fold's segments too. Wraps around; None when no row has it.
        """
        n, step = len(self), 1 if direction >= 0 else -1
        if not text:
            return None
        return self.search_in(((start + step * distance) % n for distance in range(1, n + 1)), text)

    def search_in(self, rows: Iterable[int], text: str) -> int | None:
        """The first of some rows that has the text, as `search` finds it."""
        search = Search(self._drawing, text)
        return next((i for i in rows if self._has(i, search)), None)

    def hits(self, text: str) -> list[int]:
        """All rows whose full text contains `text`, as `search` finds them."""
        search = Search(self._drawing, text)
        return [i for i in range(len(self)) if self._has(i, search)] if text else []

    # -- inside ----------------------------------------------------------------------------------

    def _has(self, i: int, search: Search) -> bool:
        """True when row i, or a segment folded into it, has the text."""
        number = bisect_right(self._firsts, i) - 1
        block = self._blocks[number]
        if block.kind is Kind.SEGMENT:
            return search.in_segment(block.start + i - self._firsts[number])
        if block.kind is Kind.FOLD:
            return any(search.in_segment(at) for at in range(block.start, block.stop))
        return search.in_text(plain(self.render(i, 1000, self.item(i).moment)))

    def _moment(self, at: int) -> Moment:
        segment = self._segments[at]
        return Moment(segment.packet, segment.time_ns)

    def _draw(self) -> Drawing:
        self._rows.clear()
        return Drawing(self._segments, self._marks, self._history, self.ends, self.options, self._scan)

    def _row_of_step(self, step: Transition) -> int:
        if step.apart:
            for block, first in zip(self._blocks, self._firsts, strict=True):
                if block.cause is step:
                    return first
        return self.row_of(self._index_of(self._drawing.packet_of(step)))

    def _correction_rows(self) -> set[int]:
        blocks = zip(self._blocks, self._firsts, strict=True)
        return {first for block, first in blocks if block.kind is Kind.CORRECTION}

    def _index_of(self, packet: int) -> int:
        """The position of a frame in the flow; of the one before it when it is not in it."""
        return max(0, bisect_right(self._segments, packet, key=lambda segment: segment.packet) - 1)

    def _first_difference(self, history: History, errors: Sequence[IcmpError]) -> int:
        """The position before which a new log says what the old one did."""
        steps = _changed(self._history.log, history.log)
        corrections = _changed(self._history.corrections, history.corrections)
        packets = [step.shown for step in steps] + [correction.packet for correction in corrections]
        positions = [
            self._index_of(step.packet or packet) for step, packet in zip(steps, packets, strict=False)
        ]
        positions += [self._index_of(packet) for packet in packets]
        positions += [self._after(step.time_ns) for step in steps if step.apart]
        positions += [self._index_of(error.packet) for error in errors[len(self._errors) :]]
        return min(positions, default=self._scan.n)

    def _runs(self, start: int) -> Iterator[tuple[int, int]]:
        """The foldable stretches that end after `start`: bulk data, cut at the rows of other kinds."""
        cuts = self._cuts()
        runs = self._scan.runs
        for run in runs[bisect_right(runs, start, key=lambda run: run.stop) :]:
            yield from pieces(run.start, run.stop, cuts)
        open_run = self._scan.open_run()
        if open_run:
            yield from pieces(open_run.start, open_run.stop, cuts)

    def _cuts(self) -> list[int]:
        """Where a run must be cut: around segments that change a state, and at rows between segments."""
        cuts = {block.start for block in self._extras()}
        for step in self._drawing.shown_steps():
            if not step.apart:
                at = self._index_of(self._drawing.packet_of(step))
                cuts.update((at, at + 1))
        return sorted(cuts)

    def _extras(self) -> list[Block]:
        """The rows between segments, but for silences, in order."""
        blocks = [
            Block.between(self._index_of(correction.packet) + 1, correction, correction.time_ns)
            for correction in self._history.corrections
        ]
        for step in self._drawing.shown_steps():
            if step.apart:
                blocks.append(Block.between(self._after(step.time_ns), step, step.time_ns))
        told = {step.packet for step in self._drawing.shown_steps() if step.apart}
        for error in self._errors:
            if error.packet not in told:
                at = bisect_right(self._segments, error.packet, key=lambda segment: segment.packet)
                blocks.append(Block.between(at, error, error.time_ns))
        for at, missing in [*self._scan.missing.items(), *self._unseen_openings()]:
            blocks.append(Block.between(at, missing, self._segments[at].time_ns))
        return in_order(blocks)

    def _unseen_openings(self) -> Iterator[tuple[int, Missing]]:
        """A SYN, or a SYN,ACK, that must have been sent: by the position of the segment that shows it."""
        for step in self._drawing.shown_steps():
            what = _UNSEEN.get(step.event)
            if what and step.evidence is Evidence.ASSUMED and self._segments:
                yield self._index_of(self._drawing.packet_of(step)), Missing(step.endpoint, 0, what)

    def _after(self, time_ns: int) -> int:
        """The position behind the segments up to a time."""
        return bisect_right(self._segments, time_ns, key=lambda segment: segment.time_ns)

    def _assemble(self, start: int) -> None:
        """Make the blocks anew from segment `start` on."""
        self._rows.clear()
        keep = max(0, bisect_left(self._blocks, start, key=lambda block: block.stop) - 1)
        while keep and self._blocks[keep - 1].start == self._blocks[keep - 1].stop:
            keep -= 1  # rows between segments belong to what follows
        del self._blocks[keep:], self._firsts[keep:]
        done = self._blocks[-1].stop if self._blocks else 0
        for block in self._compose(done):
            self._append(block)

    def _append(self, block: Block) -> None:
        last = self._blocks[-1] if self._blocks else None
        if block.kind is Kind.SEGMENT and last is not None and last.kind is Kind.SEGMENT:
            self._blocks[-1] = Block(Kind.SEGMENT, last.start, block.stop)
            return
        self._firsts.append(len(self))
        self._blocks.append(block)

    def _compose(self, start: int) -> Iterator[Block]:
        """The blocks of the segments from `start` on, and the rows before, between and after them."""
        between: dict[int, list[Block]] = {}
        for block in self._extras():
            between.setdefault(block.start, []).append(block)
        silences = self._scan.silences
        for at in silences[bisect_left(silences, start) :]:
            between.setdefault(at, [])
        folds = self._folds(start)
        stops = sorted({at for at in between if at >= start} | {self._scan.n})
        at = start
        for stop in stops:
            yield from spans(at, stop, folds)
            before = self._segments[stop - 1].time_ns if stop else None
            after = self._segments[stop].time_ns if stop < self._scan.n else None
            yield from gap(stop, before, between.get(stop, []), after)
            at = stop

    def _folds(self, start: int) -> list[tuple[int, int]]:
        runs = self._runs(start)
        return [run for run in runs if run[0] >= start and self.options.folded != (run[0] in self._toggled)]


def _changed(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> list[Entry]:
    """What is in one of two logs only."""
    same = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        same += 1
    return [*old[same:], *new[same:]]
