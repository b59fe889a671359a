"""Follow stream: what both sides said, as text or as bytes."""

from __future__ import annotations

from tcptui.model import stream
from tcptui.model.cells import Cell, Role
from tcptui.tui.linelist import Rows
from tcptui.tui.reader import Fitted
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint


class StreamScreen(Fitted):
    """The selected flow's stream. `x` changes between text and hexadecimal."""

    def __init__(self, palette: Palette, view: Viewpoint) -> None:
        loaded = view.loaded
        assert loaded is not None
        super().__init__(palette, f"Stream of flow {view.flow}", Rows(), "x text / hex")
        store, rows = view.session.placed(view.flow)
        begin = (store.column("options_at", rows) + store.column("options", rows)).tolist()

        def payload(i: int) -> bytes | None:
            raw = store.raw(int(rows[i]))
            return raw[begin[i] :] if raw else None

        self._pieces = list(stream.follow(store.segments(rows), payload))
        self._client = loaded.ladder.history.client
        self._hexadecimal = False
        self.list.note = f"▶ {loaded.ladder.ends[self._client]}  ◀ {loaded.ladder.ends[1 - self._client]}"

    def fill(self) -> None:
        width = max(4, self.list.inner_width)
        rows = list(stream.rows(self._pieces, self._client, width, hexadecimal=self._hexadecimal))
        self.list.show(Rows(rows or [(), (Cell("  Neither side said anything.", Role.DIM),)]), 0)

    def action_explain(self) -> None:
        self._hexadecimal = not self._hexadecimal
        self.fill()
        self.paint()

    def action_stream(self) -> None:
        self.dismiss()
