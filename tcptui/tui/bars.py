"""The status bar above and the keys below."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len

from tcptui.dataclass import dataclass
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.text import clean, crop, crop_middle, crop_words
from tcptui.session import Snapshot
from tcptui.tcp.diagnosis import Severity
from tcptui.tcp.words import amount
from tcptui.tui.actions import ACTIONS
from tcptui.tui.pane import Frame, Pane
from tcptui.tui.theme import Palette

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Mode:
    """What the cursor in time does by itself.

    speed: "4×" or "max" while it plays, "" otherwise. behind: packets that came since it was frozen.
    """

    follow: bool = False
    frozen: bool = False
    speed: str = ""
    behind: int = 0
    live_view: bool = False


def status_row(snapshot: Snapshot, mode: Mode, moment_ns: int, width: int) -> Row:
    """The status bar; what matters least goes first when it does not fit: what is not TCP, the source's
    whole name, the clock's milliseconds, the program's name, the clock, the words of the modes, the end of
    an error or a notice, which are told in full elsewhere; the source's short name stays."""
    most = max(width, len(snapshot.error or ""), *(len(notice) for notice in snapshot.notices))
    while most:
        row = _arranged(snapshot, _middle(snapshot, most), mode, moment_ns, width)
        if row is not None:
            return row
        most = min(most - 1, width) if most > LEAST_WORDS else 0
    return tuple(_middle(snapshot, width))


LEAST_WORDS = 10
"""Columns in which an error or a notice still says something."""


def _middle(snapshot: Snapshot, most: int) -> list[Cell]:
    """What stays, however little room there is; of an error or a notice `most` columns."""
    counts = Cell(f" {amount(snapshot.segments, 'packet')}  {amount(snapshot.flows, 'flow')} ")
    return [_source(snapshot, most), counts, *_losses(snapshot, most)]


def _arranged(snapshot: Snapshot, middle: list[Cell], mode: Mode, moment_ns: int, width: int) -> Row | None:
    """As much as there is room for beside the middle; None where there is not even room for that."""
    head = [Cell(" tcptui ", Role.KEY)]
    modes = _modes(mode)
    clock = [Cell(f" {clock_text(moment_ns)} ")] if moment_ns else []
    seconds = [Cell(f" {clock_text(moment_ns).split('.')[0]} ")] if moment_ns else []
    other = snapshot.frames - snapshot.segments
    extra = [Cell(f" {other:,} not TCP ", Role.DIM)] if other > 0 else []
    label = clean(snapshot.label)
    least = len(source_name(label, 0))
    for before, parts, name in (
        (head, [middle, extra, modes, clock], cell_len(label)),
        (head, [middle, modes, clock], least),
        (head, [middle, modes, seconds], least),
        ([], [middle, modes, seconds], least),
        ([], [middle, modes], least),
        ([], [middle, [Cell(cell.text[:3], cell.role) for cell in modes]], least),
        ([], [middle, modes], 0),
    ):
        room = width - _columns(before) - sum(_columns(part) for part in parts)
        if room >= (name + 2 if name else 0):
            named = Cell(f" {source_name(label, room - 2)} ") if name else Cell("")
            gap = Cell(" " * (room - cell_len(named.text)))
            *first, last = parts
            return (*before, named, *(cell for part in first for cell in part), gap, *last)
    return None


SHORTEST_NAME, LONGEST_NAME = 8, 20


def source_name(label: str, room: int) -> str:
    """A source's name in `room` columns: of a path the end, of a capture the interface. With less room
    than it takes to know it again, the shortest such name."""
    if cell_len(label) <= room:
        return label
    source, _, filtered = label.partition(" · ")
    folder, _, name = source.rpartition("/")
    if folder and not filtered:
        short = crop_middle(f"…/{name}", LONGEST_NAME)
        if room <= cell_len(short):
            return short
        tail = label[-(room - 1) :]
        return f"…{tail[tail.find('/') :]}" if "/" in tail else crop_middle(f"…/{name}", room)
    if folder:
        source = f"…/{name}"
    short = crop_middle(source, LONGEST_NAME) if filtered else crop(source, SHORTEST_NAME)
    least = cell_len(short) + (4 if filtered else 0)
    return crop(f"{short} · {filtered}" if folder else label, room) if room > least else short


def _columns(cells: list[Cell]) -> int:
    return sum(cell_len(cell.text) for cell in cells)


def _source(snapshot: Snapshot, most: int) -> Cell:
    if snapshot.error:
        return Cell(f" ■ {crop_words(clean(snapshot.error), most)} ", Role.ERROR)
    if snapshot.running and snapshot.live:
        return Cell(" ● live ", Role.OK)
    if snapshot.running:
        what = "inferring" if snapshot.read else "reading"
        done = f" {int(snapshot.progress * 100)} %" if snapshot.progress < 1 else ""
        return Cell(f" ▷ {what}{done} ", Role.WARN)
    return Cell(" ■ ended " if snapshot.live else " ■ file ", Role.DIM)


def _losses(snapshot: Snapshot, most: int) -> list[Cell]:
    cells = []
    if snapshot.gone.packets:
        role = Role.WARN if snapshot.gone.unfinished else Role.DIM
        cells.append(Cell(f" {amount(snapshot.gone.packets, 'packet')} gone ", role))
    if snapshot.dropped is not None:
        cells.append(Cell(f" {snapshot.dropped:,} dropped ", Role.WARN if snapshot.dropped else Role.DIM))
    if snapshot.if_dropped:
        cells.append(Cell(f" {snapshot.if_dropped:,} dropped by the interface ", Role.WARN))
    if snapshot.findings:
        worst, more = snapshot.findings[0], len(snapshot.findings) - 1
        role = Role.ERROR if worst.diagnosis.severity is Severity.ERROR else Role.WARN
        text = clean(f" ! {worst.title} {worst.host}") + (f" (+{more}) " if more else " ")
        cells.append(Cell(text, role))
    elif snapshot.notices:
        told = crop_words(clean(snapshot.notices[-1]), most)  # `!` is for findings: its key shows those
        cells += [Cell(f" {told} ", Role.WARN)] if told else []
    return cells


def _modes(mode: Mode) -> list[Cell]:
    cells = []
    if mode.live_view:
        cells.append(Cell(" as seen live ", Role.CORRECTION))
    if mode.frozen:
        cells.append(Cell(f" ‖ frozen +{mode.behind:,} ", Role.WARN))
    elif mode.speed:
        cells.append(Cell(f" ▶ {mode.speed} ", Role.OK))
    elif mode.follow:
        cells.append(Cell(" ↓ following ", Role.OK))
    return cells


def clock_text(time_ns: int) -> str:
    """The time of day, local, to the millisecond."""
    seconds, rest = divmod(time_ns, SECOND)
    try:
        return f"{datetime.fromtimestamp(seconds):%H:%M:%S}.{rest // 1_000_000:03}"
    except (OverflowError, ValueError, OSError):
        return f"{seconds}.{rest // 1_000_000:03}"


@lru_cache(64)
def footer_row(contexts: frozenset[str], width: int) -> Row:
    """The keys of the situation, as many as fit; help, back and what there is to be read always."""
    fitting = [a for a in ACTIONS if a.label and contexts & set(a.contexts)]
    items = [("↑↓", "flow" if "flows" in contexts else "line" if "detail" in contexts else "packet")]
    items.append(("←→", "state change"))
    items += [(a.shown.split()[0], a.label) for a in fitting]
    if "demo" in contexts:
        items.insert(2, ("x", "story"))
        items = [item for item in items if item != ("x", "explain")]
    kept = [item for item in items if item[1] in ("help", "back", "story", "findings")]
    room = width - 1 - sum(_size(item) for item in kept)
    chosen = []
    for item in items:
        if item in kept:
            chosen.append(item)
        elif _size(item) <= room:
            chosen.append(item)
            room -= _size(item)
    cells = [Cell(" ")]
    for key, label in chosen:
        cells += [Cell(key, Role.KEY), Cell(f" {label}  ", Role.DIM)]
    return tuple(cells)


def _size(item: tuple[str, str]) -> int:
    return cell_len(item[0]) + len(item[1]) + 3


class Bar(Pane):
    """A line of cells over the whole width; `raised` sets it off from the panes."""

    def __init__(self, palette: Palette, *, id: str, raised: bool = False) -> None:
        super().__init__(palette, id=id, frame=Frame.NONE)
        self.raised = raised
        self.row: Row = ()

    def show(self, row: Row) -> None:
        if row != self.row:
            self.row = row
            self.update()

    def line(self, y: int, width: int) -> Row:
        return self.row if y == 0 else ()

    def is_selected(self, y: int) -> bool:
        return self.raised
