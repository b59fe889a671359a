"""What is notable: about hosts, over all connections, and about the selected one."""

from __future__ import annotations

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.prose import field
from tcptui.model.text import clean
from tcptui.session import Session
from tcptui.tcp.diagnosis import Diagnosis, Severity
from tcptui.tcp.history import Moment
from tcptui.tcp.words import amount, frames
from tcptui.tui.linelist import Rows
from tcptui.tui.reader import Fitted
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

ROLES = {Severity.ERROR: Role.ERROR, Severity.WARNING: Role.WARN, Severity.NOTE: Role.NOTE}


LOOKING = "Looking at the other connections …"

BETWEEN = 0.005
"""Seconds in which keys are answered, between two looks at some connections."""


def diagnosis_rows(found: Diagnosis, width: int) -> list[Row]:
    """A diagnosis whole, with its frames, beside its severity."""
    first, *rest = field(found.severity.value, clean(f"{found.text} ({frames(found.packets)})"), width)
    label, *text = first
    return [(Cell(label.text, ROLES[found.severity]), *text), *rest] if text else [first]


def as_of(view: Viewpoint) -> Moment:
    """The cursor's moment; on a flow's newest row, that of the newest packet of all: what a connection does
    not do shows only later."""
    return view.now if view.is_now or not view.at_newest else view.snapshot.last


def flow_rows(view: Viewpoint, width: int) -> tuple[list[Row], list[Row]]:
    """What is notable about the selected flow: errors and warnings, and notes."""
    serious: list[Row] = []
    notes: list[Row] = []
    for one in view.diagnoses(as_of(view)):
        (notes if one.severity is Severity.NOTE else serious).extend(diagnosis_rows(one, width))
    if view.looks_around:
        serious.append((Cell(LOOKING, Role.DIM),))
    return serious, notes


def hint_rows(session: Session, width: int) -> list[Row]:
    """How much there is to be read about hosts, and where."""
    count = len(session.snapshot().findings)
    return field("hosts", f"{amount(count, 'finding')}: ! tells", width) if count else []


class FindingsScreen(Fitted):
    """All findings about hosts as of the newest packet, then the selected flow's."""

    def __init__(self, palette: Palette, view: Viewpoint) -> None:
        super().__init__(palette, "Findings", Rows(), "! back")
        self._view = view

    def on_mount(self) -> None:
        self._looking = self.set_interval(BETWEEN, self._look_around, pause=True)
        super().on_mount()

    def _look_around(self) -> None:
        if self._view.look_around():
            self._looking.pause()
            top = self.list.top
            self.fill()
            self.list.select(top)
            self.paint()

    def fill(self) -> None:
        width = max(4, self.list.inner_width - 1)
        self.list.show(Rows([(Cell(" "), *row) for row in self._rows(width)]), 0)
        if self._view.looks_around:
            self._looking.resume()

    def _rows(self, width: int) -> list[Row]:
        view = self._view
        rows: list[Row] = [(), (Cell("Hosts", Role.HEAD),)]
        for finding in view.session.snapshot().findings:
            rows += [(), *diagnosis_rows(finding.diagnosis, width)]
        if len(rows) == 2:
            rows += [(), (Cell("Nothing is notable about a host.", Role.DIM),)]
        if not view.flow:
            return rows
        info = view.info()
        named = f" {info.client_address} → {info.server_address}" if info is not None else ""
        moment = as_of(view)
        verdict = f"{view.session.verdict(view.flow, moment)}, as of #{moment.packet}"
        serious, notes = flow_rows(view, width)
        own = serious + notes or [(Cell("Nothing is notable about it.", Role.DIM),)]
        head = (Cell(f"Flow {view.flow}", Role.HEAD), Cell(clean(named)))
        return [*rows, (), head, (Cell(clean(verdict)),), (), *own]

    def action_findings(self) -> None:
        self.dismiss()
