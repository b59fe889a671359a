"""Which flows the list shows, and in what order: worked out beside the screen, which waits a moment for it.

Filter and order go by how things stand at the newest packet, not at the cursor: a list whose rows came
and went with each step could not be read.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.model.flowcolumns import FlowColumns
from tcptui.model.flowsort import BY_ADDRESS, sort
from tcptui.model.query import Query
from tcptui.session import Session, Snapshot

RESORT = 1.0
"""Seconds between two orderings of a list that grows: rows that jump cannot be read."""

PATIENCE = 0.06
"""Seconds that the screen waits for a new list before it says that one is being worked out."""

FILLING = 0.5
"""Seconds for verdicts that were not known, between two orderings."""


class Wanted(NamedTuple):
    """What an order is of. Two orders of the same are the same."""

    version: int
    text: str
    key: str


class Order:
    """The numbers of the flows to show, as of the last `update`.

    total: how many flows had been seen when `numbers` was worked out, which may be later than the snapshot.
    pending: the first order of what was asked for last is being worked out. news: one is ready that `update`
    has not taken yet.
    """

    def __init__(self, session: Session) -> None:
        self.numbers: Sequence[int] | NDArray[np.int64] = range(0)
        self.total = 0
        self._session = session
        self._wanted: Wanted | None = None
        self._asked_at = 0.0
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._result: tuple[Wanted, NDArray[np.int64], int] | None = None
        self._columns: tuple[int, FlowColumns] | None = None
        self.pending = False

    @property
    def news(self) -> bool:
        return self._result is not None

    @property
    def working(self) -> bool:
        """The list may still change although nothing else does."""
        return self._thread is not None and self._thread.is_alive()

    def update(self, snapshot: Snapshot, query: Query, key: str) -> None:
        """Bring `numbers` up to date: now, or soon when there are very many flows."""
        wanted = Wanted(snapshot.version, query.text.strip(), key)
        self._take()
        if not wanted.text and key == "number":
            self._wanted, self.pending = None, False
            gone, self.total = snapshot.gone.flows, snapshot.flows
            self.numbers = self._session.numbers() if gone else range(1, snapshot.flows + 1)
            self._prepare(snapshot)
            return
        if wanted == self._wanted:
            return
        same_question = self._wanted is not None and self._wanted[1:] == wanted[1:]
        if same_question and (self.working or monotonic() - self._asked_at < RESORT):
            return
        self._wanted, self._asked_at, self.pending = wanted, monotonic(), True
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self._work, args=(wanted, self._ready, snapshot, query), name="order", daemon=True
        )
        self._thread.start()
        self._ready.wait(PATIENCE)
        self._take()

    def place(self, number: int) -> int | None:
        """Where a flow stands in the list; None when it does not."""
        if isinstance(self.numbers, range):
            return number - 1 if number in self.numbers else None
        found = np.flatnonzero(np.asarray(self.numbers) == number)
        return int(found[0]) if len(found) else None

    def _take(self) -> None:
        result, self._result = self._result, None
        if result is not None and result[0] == self._wanted:
            _, self.numbers, self.total = result
            self.pending = False

    def _prepare(self, snapshot: Snapshot) -> None:
        """Have ready what the first question will be about, once nothing changes any more."""
        if snapshot.running or self.working or (self._columns and self._columns[0] == snapshot.version):
            return

        def prepare() -> None:
            columns = self._columns_of(snapshot)
            self._session.judge(columns.table, 0)
            for key in BY_ADDRESS:
                sort(columns, np.arange(len(columns)), key)

        self._thread = threading.Thread(target=prepare, name="order", daemon=True)
        self._thread.start()

    def _work(self, wanted: Wanted, ready: threading.Event, snapshot: Snapshot, query: Query) -> None:
        """Make the order; again while verdicts that it goes by get known, until another is wanted."""
        judged = query.needs_verdict or wanted.key == "verdict"
        try:
            columns = self._columns_of(snapshot)
            more = judged and not columns.judged.all() and self._session.judge(columns.table, 0)
            self._publish(wanted, columns, query)
            ready.set()
            while more and wanted is self._wanted:
                more = self._session.judge(columns.table, FILLING)
                self._publish(wanted, columns, query)
        finally:
            ready.set()

    def _publish(self, wanted: Wanted, columns: FlowColumns, query: Query) -> None:
        keep = np.flatnonzero(query.mask(columns))
        numbers = sort(columns, keep, wanted.key)
        if wanted is self._wanted:
            self._result = wanted, numbers, int(columns.table.number.max(initial=0))

    def _columns_of(self, snapshot: Snapshot) -> FlowColumns:
        """The flows as they stand; the same while nothing has changed."""
        kept = self._columns
        if kept is not None and kept[0] == snapshot.version:
            return kept[1]
        now = snapshot.last.time_ns if snapshot.live and snapshot.running else None
        table = self._session.table()
        columns = FlowColumns(table, lambda: self._session.ends(table), now, self._session.names)
        self._columns = snapshot.version, columns
        return columns
