"""Follow stream: what both sides said, as text or as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from tcptui.model import stream
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.stream import Following, Piece
from tcptui.session import Session
from tcptui.tui.linelist import Rows, message
from tcptui.tui.reader import Fitted
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

AT_ONCE = 0.02
"""Seconds for which a key may be kept waiting, about."""

PORTION = 512
"""Segments that are fetched at once."""

REST = 0.005
"""Seconds between two portions of work, in which keys are answered."""


class Reading:
    """What both sides of a flow said, read a portion at a time. progress: 0..1 of its segments."""

    def __init__(self, session: Session, number: int) -> None:
        self.pieces: list[Piece] = []
        self._following = Following()
        self._store, self._rows = session.placed(number)
        self._at = 0

    @property
    def progress(self) -> float:
        return min(1.0, self._at / len(self._rows)) if len(self._rows) else 1.0

    def read(self) -> bool:
        """Read on for a moment; whether it is done."""
        end = monotonic() + AT_ONCE
        while self._at < len(self._rows) and not self._following.full:
            self._read_portion(self._at, self._at + PORTION)
            self._at += PORTION
            if monotonic() >= end:
                return False
        self.pieces.extend(self._following.end())
        return True

    def _read_portion(self, start: int, stop: int) -> None:
        store, rows = self._store, self._rows[start:stop]
        begin = (store.column("options_at", rows) + store.column("options", rows)).tolist()

        def payload(i: int) -> bytes | None:
            raw = store.raw(int(rows[i]))
            return raw[begin[i] :] if raw else None

        self.pieces.extend(self._following.feed(store.segments(rows), payload))


class StreamScreen(Fitted):
    """The selected flow's stream. `x` changes between text and hexadecimal.

    A long one is read, and put into rows, a moment at a time; leaving the screen ends that.
    """

    def __init__(self, palette: Palette, view: Viewpoint) -> None:
        loaded = view.loaded
        assert loaded is not None
        super().__init__(palette, f"Stream of flow {view.flow}", Rows(), "x text / hex")
        self._reading: Reading | None = Reading(view.session, view.flow)
        self._pieces: list[Piece] = []
        self._client = loaded.ladder.history.client
        self._hexadecimal = False
        self._rows: list[Row] = []
        self._making: Iterator[Row] = iter(())
        self.list.note = f"▶ {loaded.ladder.ends[self._client]}  ◀ {loaded.ladder.ends[1 - self._client]}"

    def on_mount(self) -> None:
        super().on_mount()
        self._worker = self.set_interval(REST, self._work)
        self._work()

    def fill(self) -> None:
        if self._reading is not None:
            return
        width = max(4, self.list.inner_width)
        self._making = stream.rows(self._pieces, self._client, width, hexadecimal=self._hexadecimal)
        self._rows = []
        self._make_rows()
        self.list.show(Rows(self._rows), 0)
        self._worker.resume()

    def _work(self) -> None:
        """Go on for a moment."""
        if self._reading is None:
            if self._make_rows():
                self._worker.pause()
            self.list.show(Rows(self._rows))
        elif self._reading.read():
            self._pieces, self._reading = self._reading.pieces, None
            self.fill()
        else:
            self.list.empty = message(f"Reading what was said … {self._reading.progress:.0%} · Esc leaves")
            self.list.update()
        self.paint()

    def _make_rows(self) -> bool:
        """Make rows for a moment; whether those are all."""
        end = monotonic() + AT_ONCE
        for row in self._making:
            self._rows.append(row)
            if monotonic() >= end:
                return False
        if not self._rows:
            self._rows += [(), (Cell("  Neither side said anything.", Role.DIM),)]
        return True

    def action_explain(self) -> None:
        self._hexadecimal = not self._hexadecimal
        self.fill()
        self.paint()

    def action_stream(self) -> None:
        self.dismiss()
