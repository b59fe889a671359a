"""Which flows the list shows, and in what order: worked out beside the screen when there are many.

Filter and order go by how things stand at the newest packet, not at the cursor: a list whose rows came
and went with each step could not be read.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from tcptui.model.flowlist import FlowRow, sort
from tcptui.model.query import Query
from tcptui.session import Session, Snapshot

RESORT = 1.0
"""Seconds between two orderings of a list that grows: rows that jump cannot be read."""

AT_ONCE = 300
"""Flows up to which the order is worked out while the screen waits (0.1 s)."""


class Wanted(NamedTuple):
    """What an order is of. Two orders of the same are the same."""

    version: int
    text: str
    key: str


class Order:
    """The numbers of the flows to show, as of the last `update`.

    pending: an order is being worked out. news: one is ready that `update` has not taken yet.
    """

    def __init__(self, session: Session) -> None:
        self.numbers: Sequence[int] = range(0)
        self._session = session
        self._done = Wanted(-1, "", "number")
        self._done_at = 0.0
        self._thread: threading.Thread | None = None
        self._result: tuple[Wanted, Sequence[int]] | None = None

    @property
    def pending(self) -> bool:
        return self._thread is not None

    @property
    def news(self) -> bool:
        return self._result is not None

    def update(self, snapshot: Snapshot, query: Query, key: str) -> None:
        """Bring `numbers` up to date: now, or soon when there are many flows."""
        text = query.text.strip()
        self._take()
        if not text and key == "number":
            self._done = Wanted(-1, text, key)
            self.numbers = range(1, snapshot.flows + 1)
            return
        wanted = Wanted(snapshot.version, text, key)
        same_question = self._done[1:] == wanted[1:]
        if wanted == self._done or self._thread is not None:
            return
        if same_question and monotonic() - self._done_at < RESORT:
            return
        if snapshot.flows <= AT_ONCE:
            self._work(wanted, snapshot, query)
            self._take()
        else:
            self._thread = threading.Thread(
                target=self._work, args=(wanted, snapshot, query), name="order", daemon=True
            )
            self._thread.start()

    def _take(self) -> None:
        result = self._result
        if result is not None:
            self._result = None
            self._thread = None
            self._done, self.numbers = result
            self._done_at = monotonic()

    def _work(self, wanted: Wanted, snapshot: Snapshot, query: Query) -> None:
        judged = needs_verdict(wanted.text, wanted.key)
        now = snapshot.last.time_ns if snapshot.live and snapshot.running else None
        found = []
        for number in range(1, snapshot.flows + 1):
            verdict = self._session.verdict(number) if judged else ""
            item = FlowRow(self._session.flow(number), verdict, now)
            if query.matches(item):
                found.append(item)
        self._result = wanted, [item.flow.number for item in sort(found, wanted.key)]


def needs_verdict(text: str, key: str) -> bool:
    """Whether a filter looks at verdicts, the costliest thing to know of a flow."""
    return key == "verdict" or any(":" not in word or "verdict:" in word.lower() for word in text.split())
