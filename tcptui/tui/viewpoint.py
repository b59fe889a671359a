"""The cursor in time: which flow, which moment, which row, and what moves them. No toolkit here.

Every pane shows the world as of `moment`; there is no second cursor to get out of step with it.
"""

from __future__ import annotations

from dataclasses import replace

from tcptui.model.ladder import Kind, LadderOptions
from tcptui.model.ladder_blocks import Cause
from tcptui.model.ladder_part import AnyLadder
from tcptui.session import FlowInfo, Session, Snapshot
from tcptui.store.analysis import Mark
from tcptui.store.segments import Captured
from tcptui.tcp.finding import Diagnosis
from tcptui.tcp.history import History, Moment, Transition
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tui.loaded import LoadedFlow
from tcptui.tui.stepping import LATEST, step, step_change

SPEEDS: tuple[float, ...] = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, float("inf"))
"""How fast recorded time goes by; infinity is a row at each tick."""

SECOND = 1_000_000_000


class Viewpoint:
    """Where one looks from.

    flow: the number of the selected flow, 0 while there is none. moment: all panes are as of it.
    row: the cursor's row in the ladder. follow: the moment is the newest. frozen: nothing new is shown.
    mark: the row's moment that time is measured from. looks_around: what was asked for last waits until
    all connections have been looked at (`Session.look_around`).
    """

    def __init__(self, session: Session, options: LadderOptions, *, at_start: bool = False) -> None:
        self.session = session
        self.options = options
        self.snapshot: Snapshot = session.snapshot()
        self.flow = 0
        self.moment = Moment(0, 0)
        self.row = 0
        self.follow = not at_start
        self.frozen = False
        self.frozen_at = 0
        self.playing = False
        self.speed = SPEEDS.index(1)
        self.mark: Moment | None = None
        self.looks_around = False
        self.loaded: LoadedFlow | None = None
        self._histories: dict[int, History] = {}
        self._histories_of = -1
        self._clock_ns = 0.0
        self._wall_ns = 0

    # -- what is there ---------------------------------------------------------------------------

    def refresh(self, snapshot: Snapshot) -> bool:
        """Take notice of what came in; whether the panes have something new to show."""
        if self.frozen:
            return False
        old, self.snapshot = self.snapshot, snapshot
        if self.loaded and old.version == snapshot.version:
            return False
        if not snapshot.flows:
            return old.version != snapshot.version
        if not self.flow:
            self.flow = self.session.ingest.wanted = int(self.session.numbers()[0])
        grown = self._load()
        if self.follow:
            self._to_newest()
        elif not self.moment.packet:
            self.to_row(0)
        elif grown:
            self._stay()
        return grown or self.follow or old.version != snapshot.version

    def let_time_pass(self, wall_ns: int) -> bool:
        """Seconds of silence count where the newest is followed; whether another one has passed."""
        second = wall_ns // SECOND * SECOND
        if second == self._wall_ns or self.frozen or not self.is_now:
            return False
        self._wall_ns = second
        return self.flow > 0

    @property
    def is_now(self) -> bool:
        """Whether the moment is the present: a running live capture is followed."""
        return self.follow and self.snapshot.live and self.snapshot.running

    @property
    def is_past(self) -> bool:
        """Whether the capture goes on behind the moment."""
        return not self.follow and self.moment.packet < self.snapshot.last.packet

    @property
    def now(self) -> Moment:
        """The moment; in the present, with the time that has passed since."""
        if not self.is_now:
            return self.moment
        return Moment(self.moment.packet, max(self.moment.time_ns, self._wall_ns))

    def info(self) -> FlowInfo | None:
        return self.session.flow(self.flow) if self.flow else None

    def history(self, number: int) -> History:
        """A flow's history, looked up once for each state of the capture."""
        if self._histories_of != self.snapshot.version:
            self._histories_of = self.snapshot.version
            self._histories.clear()
        if number not in self._histories:
            self._histories[number] = self.session.history(number)
        return self._histories[number]

    def diagnoses(self, moment: Moment) -> tuple[Diagnosis, ...]:
        """What is notable about the selected flow; nothing yet while it `looks_around`."""
        found = self.session.diagnoses_at_once(self.flow, moment)
        self.looks_around = found is None
        return found or ()

    def look_around(self) -> bool:
        """Look at some connections; whether what was asked for can be told now."""
        self.looks_around = self.looks_around and self.session.look_around()
        return not self.looks_around

    def _load(self) -> bool:
        """Bring the selected flow up to date with the session; whether it changed."""
        if self.loaded is None or self.loaded.number != self.flow:
            self.loaded = LoadedFlow(self.session, self.flow, self.options, self.moment.packet)
            return True
        return self.loaded.extend(self.session, self.moment.packet)

    @property
    def ladder(self) -> AnyLadder | None:
        return self.loaded.ladder if self.loaded else None

    @property
    def here(self) -> Moment:
        """The moment of the cursor's row: what stands and what just happened in this flow."""
        return self.ladder.item(self.row).moment if self.ladder and len(self.ladder) else self.moment

    @property
    def silence_ns(self) -> int:
        """How long nothing was sent, where the cursor is on a silence; 0 elsewhere."""
        return self.ladder.item(self.row).silence_ns if self.ladder and len(self.ladder) else 0

    @property
    def cause(self) -> Cause | None:
        """What the cursor's row stands for when it is no segment: a timer, a correction, a gap."""
        return self.ladder.item(self.row).cause if self.ladder and len(self.ladder) else None

    @property
    def segment(self) -> Segment | None:
        """The segment at the cursor: of its row, or the last one before it."""
        if not self.ladder or not len(self.ladder):
            return None
        index = self.ladder.item(self.row).index
        return self.loaded.segments[index] if self.loaded and index is not None else None

    @property
    def next_packet(self) -> int:
        """The frame of the first segment behind the cursor's row; 0 where there is none."""
        if not self.ladder or not len(self.ladder) or self.loaded is None:
            return 0
        index = self.ladder.item(self.row).index
        behind = 0 if index is None else index + 1
        return self.loaded.segments[behind].packet if behind < len(self.loaded.segments) else 0

    @property
    def is_copy(self) -> bool:
        """The cursor is on a frame that was captured before."""
        item = self.ladder.item(self.row) if self.ladder and len(self.ladder) else None
        if self.loaded is None or item is None or item.kind is not Kind.SEGMENT or item.index is None:
            return False
        return bool(self.loaded.marks[item.index] & Mark.DUPLICATE)

    @property
    def error(self) -> IcmpError | None:
        """The ICMP error that the cursor's row stands for, by itself or by what it did."""
        cause = self.cause
        if isinstance(cause, IcmpError):
            return cause
        if self.loaded is None or not isinstance(cause, Transition) or cause.packet is None:
            return None
        return next((one for one in self.loaded.errors if one.packet == cause.packet), None)

    @property
    def frame(self) -> Captured | None:
        """The frame at the cursor: of an ICMP error, else of the segment."""
        error = self.error
        if error is not None:
            return self.session.captured(error.packet)
        if not self.ladder or not len(self.ladder):
            return None
        index = self.ladder.item(self.row).index
        if self.loaded is None or index is None:
            return None
        row, store = int(self.loaded.rows[index]), self.loaded.store
        wirelen = int(store.column("wirelen", slice(row, row + 1))[0])
        segment = self.loaded.segments[index]
        return Captured(segment.time_ns, store.raw(row), wirelen, store.linktype(row))

    @property
    def rows(self) -> int:
        return len(self.ladder) if self.ladder else 0

    @property
    def at_newest(self) -> bool:
        if self.loaded is None or self.ladder is None:
            return True
        return self.row >= self.rows - 1 and self.loaded.stop == self.loaded.count

    # -- moving ----------------------------------------------------------------------------------

    def to_row(self, row: int) -> None:
        """The cursor on a row of the ladder; the moment is the row's."""
        if not self.ladder or not len(self.ladder):
            return
        self.row = min(max(0, row), len(self.ladder) - 1)
        self.moment = self.ladder.item(self.row).moment
        self.follow = False

    def to_moment(self, moment: Moment) -> None:
        """All panes as of a moment; the row is the last one that is not later."""
        self.moment = moment
        self.row = self._find(moment)

    def _find(self, moment: Moment) -> int:
        if self.loaded:
            self.loaded.show(moment.packet)
        return max(0, self.ladder.find(moment)) if self.ladder and len(self.ladder) else 0

    def _stay(self) -> None:
        """The cursor at its moment, where rows before it came, were folded, or went to another flow."""
        if not (self.ladder and self.row < self.rows and self.ladder.item(self.row).moment == self.moment):
            self.row = self._find(self.moment)

    def step(self, rows: int) -> None:
        """Rows before or after, stopping at the ends."""
        self._moved()
        row = self.row + rows
        if self.loaded and not self.loaded.is_whole:
            row = step(self.loaded, self.row, rows)
        self.to_row(row)

    def to_found(self, moment: Moment) -> None:
        """The cursor on the row of a moment in this flow."""
        self._moved()
        self.to_row(self._find(moment))

    def step_change(self, direction: int) -> None:
        """The next (+1) or the last (-1) row at which a state changes; stays when there is none."""
        self._moved()
        if self.loaded and self.rows:
            self.to_row(step_change(self.loaded, self.row, direction))

    def to_end(self, last: bool) -> None:
        """The first row, or the newest: there a running capture is followed."""
        self._moved()
        if self.loaded:
            self.loaded.show(LATEST if last else 0)
        self.to_row(self.rows - 1 if last else 0)
        self.follow = last and self.snapshot.running and not self.frozen
        if last and not self.frozen:
            self._to_newest()

    def _to_newest(self) -> None:
        self.moment = self.snapshot.last
        if self.loaded:
            self.loaded.show(LATEST)
        self.row = max(0, self.rows - 1)

    def _moved(self) -> None:
        self.follow = False
        self.playing = False

    def select(self, number: int) -> None:
        """Another flow. The moment stays, unless the flow begins later: then its first packet."""
        if number == self.flow or not self.session.want(number):
            return
        self.flow = number
        self._load()
        if self.follow:
            self._to_newest()
            return
        if self.history(number).first_packet > self.moment.packet:
            self.to_row(0)
        else:
            self.row = self._find(self.moment)

    # -- modes -----------------------------------------------------------------------------------

    def toggle_follow(self) -> None:
        self.playing = False
        self.follow = not self.follow
        if self.follow:
            self.frozen = False
            self._load()
            self._to_newest()

    def toggle_freeze(self) -> None:
        self.frozen = not self.frozen
        self.frozen_at = self.snapshot.segments
        if not self.frozen:
            self.refresh(self.session.snapshot())

    def set_options(self, **changes: object) -> None:
        """Other options of the ladder; the cursor stays at its moment."""
        self.options = replace(self.options, **changes)  # type: ignore[arg-type]
        if self.loaded:
            self.loaded.set_options(self.options)
            self.row = self._find(self.moment)

    def unfold(self) -> bool:
        """Unfold the run under the cursor, or fold it again; False when there is none."""
        if not self.ladder or not len(self.ladder):
            return False
        first = self.ladder.item(self.row).index
        if first is None or not self.ladder.toggle_fold(self.row):
            return False
        self.row = self.ladder.row_of(first)  # where the run began before what is shown: its first row there
        self.moment = self.ladder.item(self.row).moment
        return True

    def set_mark(self) -> bool:
        """Measure time from this row; False when there is none."""
        if not self.rows:
            return False
        self.mark = self.moment
        self.set_options(mark_time_ns=self.moment.time_ns)
        return True

    def to_mark(self) -> bool:
        """Back to the marked moment; False when there is none."""
        if self.mark is None:
            return False
        self._moved()
        self.to_moment(self.mark)
        return True

    # -- play ------------------------------------------------------------------------------------

    @property
    def speed_text(self) -> str:
        speed = SPEEDS[self.speed]
        return "max" if speed == float("inf") else f"{speed:g}×"

    def faster(self, steps: int) -> None:
        self.speed = min(max(0, self.speed + steps), len(SPEEDS) - 1)

    def toggle_play(self) -> None:
        """Play from here; from the beginning when at the end."""
        self.playing = not self.playing and self.rows > 0
        if not self.playing:
            return
        self.follow = False
        if self.at_newest:
            self.to_row(0)
        self._clock_ns = float(self.moment.time_ns)

    def tick(self, seconds: float) -> bool:
        """Let `seconds` of real time pass while playing; whether anything moved."""
        if not self.playing or not self.ladder:
            return False
        if self.at_newest:
            self.playing = False
            return True
        speed = SPEEDS[self.speed]
        if speed == float("inf"):
            self._play_to(self.row + 1)
            return True
        self._clock_ns += seconds * SECOND * speed
        row = self.row
        while row + 1 < len(self.ladder) and self.ladder.item(row + 1).moment.time_ns <= self._clock_ns:
            row += 1
        if row == self.row:
            return False
        self._play_to(row)
        return True

    def _play_to(self, row: int) -> None:
        assert self.loaded is not None
        self.to_row(row if self.loaded.is_whole else step(self.loaded, self.row, row - self.row))

    @property
    def next_in(self) -> float | None:
        """Seconds of recorded time to the next row, while playing."""
        if not self.playing or not self.ladder or self.at_newest:
            return None
        return max(0.0, (self.ladder.item(self.row + 1).moment.time_ns - self._clock_ns) / SECOND)
