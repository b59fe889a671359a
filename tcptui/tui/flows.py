"""The list of flows: a stable number each, as of the viewpoint's moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tcptui.model.cells import Role, Row
from tcptui.model.flowlist import FlowRow, Layout, address_widths, header, layout, row
from tcptui.model.flowsort import SORT_KEYS
from tcptui.model.query import Query, parse
from tcptui.model.text import clean, dim
from tcptui.session import FlowInfo
from tcptui.tcp.history import Moment
from tcptui.tui.linelist import LineList, message
from tcptui.tui.order import Order
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

AT_CURSOR = "states at the cursor, counts at the end"

SOON = 1000
"""Packets of a flow that is worked out before it is seen: of longer ones that takes longer than a key may."""


KEPT = 1 << 14
"""Verdicts that are kept."""


class FlowsPane(LineList):
    """The flows that the filter lets through, in the chosen order; the selection is the viewpoint's.

    With no filter and in order of number nothing is computed for rows that are not seen.
    """

    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette, id="flows", title="Flows")
        self.viewpoint = viewpoint
        self.filter = parse("")
        self.sort_key = "number"
        self.order = Order(viewpoint.session)
        self._infos: dict[int, FlowInfo] = {}
        self._infos_of = -1
        self._verdicts: dict[tuple[int, Moment | None], str] = {}  # of the past; None: before its begin
        self._widest = (15, 15, 4)  # of what is seen: the addresses of clients and servers, the numbers
        self._was_at = 0
        self.provider = self

    # -- the list as a provider --------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.order.numbers)

    def __bool__(self) -> bool:
        return True

    def row(self, i: int, width: int) -> Row:
        number = self.number_at(i)
        try:
            item = self._item(number)
        except IndexError:  # it was given up a moment ago
            return message(f"flow {number} is no longer kept")[-1]
        cells = row(item, self._columns(width), width, gutter="▌" if number == self.viewpoint.flow else " ")
        begun = self._info(number).first_packet <= self.viewpoint.moment.packet
        return cells if begun else dim(cells)

    has_head = True

    def head(self, width: int) -> Row:
        return header(self._columns(width), width, self.sort_key, live=self._now() is not None)

    def _columns(self, width: int) -> Layout:
        return layout(max(20, width), *self._widest)

    def _now(self) -> int | None:
        """The time that a flow has been quiet until: there is one while packets may come."""
        snapshot = self.viewpoint.snapshot
        return self.viewpoint.now.time_ns if snapshot.live and snapshot.running else None

    def _info(self, number: int) -> FlowInfo:
        version = self.viewpoint.snapshot.version
        if self._infos_of != version:
            self._infos_of = version
            self._infos.clear()
            self._verdicts.clear()
        if number not in self._infos:
            self._infos[number] = self.viewpoint.session.flow(number)
        return self._infos[number]

    def _item(self, number: int) -> FlowRow:
        """A flow as of the moment: states, verdict."""
        view = self.viewpoint
        standing = view.history(number).at(view.moment, live=view.options.live)
        info = self._info(number)
        return FlowRow(info, self._verdict(info), self._now(), standing)

    def _verdict(self, info: FlowInfo) -> str:
        """Who walks about in the past comes by the same places again."""
        view = self.viewpoint
        if not view.is_past:
            return view.session.verdict(info.number, view.now)
        place = info.number, view.now if info.first_packet <= view.moment.packet else None
        if place not in self._verdicts:
            if len(self._verdicts) >= KEPT:
                self._verdicts.clear()
            self._verdicts[place] = view.session.verdict(info.number, view.now)
        return self._verdicts[place]

    def ahead(self) -> Iterator[None]:
        """Work out the rows of a page further, in the direction of the last move: one between two yields.

        A flow's states at the cursor take an engine milliseconds; the next page has them ready.
        """
        height = self.body_height
        below = range(self.top + height, min(len(self), self.top + 2 * height))
        above = range(self.top - 1, max(0, self.top - height) - 1, -1)
        forward, self._was_at = self._was_at <= self.top, self.top
        for index in below if forward else above:
            with suppress(IndexError):  # as in `row`
                if sum(self._info(self.number_at(index)).packets) <= SOON:
                    self._item(self.number_at(index))
            yield

    # -- order and filter --------------------------------------------------------------------------

    @property
    def query_text(self) -> str:
        return self.filter.text.strip()

    def set_query(self, text: str) -> Query:
        """Narrow the list; a mistake in the text lets everything through and is told in the title."""
        self.filter = parse(text)
        self._reorder()
        return self.filter

    def next_sort(self) -> str:
        """Sort by the next key; its name."""
        keys = list(SORT_KEYS)
        self.sort_key = keys[(keys.index(self.sort_key) + 1) % len(keys)]
        return self.sort_key

    def _reorder(self) -> None:
        """Take the newest order; a flow that the filter hides does not stay selected."""
        before = self.order.numbers
        self.order.update(self.viewpoint.snapshot, self.filter, self.sort_key)
        numbers = self.order.numbers
        if not self.query_text or numbers is before or not len(numbers):
            return
        if self.order.place(self.viewpoint.flow) is None:
            self.viewpoint.select(self.number_at(0))

    # -- for the screen ----------------------------------------------------------------------------

    def sync(self) -> None:
        """Show what the viewpoint has."""
        self._reorder()
        if self.query_text:
            self.title = clean(f"Flows: {self.query_text}")
            count = "…" if self.order.pending else f"{len(self.order.numbers):,}"
            self.note = clean(self.filter.error or "") or f"{count} of {self.order.total:,}"
            if not len(self.order.numbers):
                nothing = (
                    "looking …" if self.order.pending else "No flow matches the filter. Esc takes it away."
                )
                self.empty = message(nothing, role=Role.WARN)
        else:
            self.title = "Flows"
            self.note = f"by {self.sort_key}" if self.sort_key != "number" else ""
        if self.viewpoint.is_past:
            self.note = f"{self.note} · {AT_CURSOR}" if self.note else AT_CURSOR
        self.show(self, self._index())

    def update(self) -> None:
        """As a pane's; columns are as wide as what is seen now needs them."""
        seen = []
        for number in map(int, self.order.numbers[self.top : self.top + self.body_height]):
            with suppress(IndexError):  # as above
                seen.append(self._info(number))
        self._widest = (*address_widths(seen), len(str(self.viewpoint.snapshot.flows)) + 1)
        super().update()

    def _index(self) -> int:
        """The selected flow's place in the list."""
        return self.order.place(self.viewpoint.flow) or 0

    def neighbour(self, lines: int) -> int:
        """The number of the flow so many rows away, stopping at the ends; 0 when there is none."""
        return self.number_at(self._index() + lines)

    def number_at(self, index: int) -> int:
        if not len(self.order.numbers):
            return 0
        return int(self.order.numbers[min(max(0, index), len(self.order.numbers) - 1)])

    def end(self, last: bool) -> int:
        return self.number_at(len(self.order.numbers) - 1 if last else 0)
