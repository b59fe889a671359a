"""The detail's pane: the packet at the cursor in full, a moment after the cursor has come to rest."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType

from textual.timer import Timer

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.detail import detail, heading
from tcptui.model.hexdump import hexdump
from tcptui.model.layers import layer_rows
from tcptui.model.text import clean, fit, wrap
from tcptui.tui.linelist import LineList, Rows
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

REST = 0.06
"""Seconds for which the cursor must rest: dissecting a packet takes longer than a step should."""

PAUSE = 0.05
"""Seconds between two looks whether to go on importing."""

LINKTYPE_ETHERNET = 1


class Dissector:
    """scapy, imported in a thread of its own: 0.6 s in which the keys must work."""

    ready = threading.Event()
    _begun = threading.Lock()
    _wanted = threading.Event()

    @classmethod
    def warm_up(cls, busy: Callable[[], bool]) -> None:
        """Begin to import, bit by bit while the screen is not `busy`; the first call counts."""
        if cls._begun.acquire(blocking=False):
            threading.Thread(target=cls._import, args=(busy,), name="import scapy", daemon=True).start()

    @classmethod
    def hurry(cls) -> None:
        """Somebody waits for it."""
        cls._wanted.set()
        cls.warm_up(lambda: False)

    @classmethod
    def _import(cls, busy: Callable[[], bool]) -> None:
        pause = _Pause(lambda: busy() and not cls._wanted.wait(PAUSE))
        sys.meta_path.insert(0, pause)
        try:
            layer_rows(bytes(60), LINKTYPE_ETHERNET)
        finally:
            sys.meta_path.remove(pause)
        cls.ready.set()


class _Pause:
    """A finder of modules that finds none, and waits as long as it is `told` before each that its thread
    imports."""

    def __init__(self, told: Callable[[], bool]) -> None:
        self._told = told
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        while self._thread == threading.get_ident() and self._told():
            pass


class DetailPane(LineList):
    """Layers, tcpdump's line and bytes of one packet. packet_line of `sync` is tcpdump's."""

    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette, id="detail", title="Detail", browse=True)
        self.viewpoint = viewpoint
        self._shown: tuple[int, int, bool] | None = None
        self._line = ""
        self._rest: Timer | None = None

    def sync(self, packet_line: str) -> None:
        """Show the packet at the cursor, soon."""
        self._line = packet_line
        if self._wanted() == self._shown:
            return
        Dissector.hurry()
        if self._rest is None:
            self._rest = self.set_timer(REST, self._settle)
        else:
            self._rest.reset()

    def _wanted(self) -> tuple[int, int, bool] | None:
        """The number of the frame at the cursor, the width for it, and whether its layers can be shown."""
        at = self.viewpoint.error or self.viewpoint.segment
        return None if at is None else (at.packet, self.inner_width, Dissector.ready.is_set())

    def _settle(self) -> None:
        self._rest = None
        wanted = self._wanted()
        if wanted == self._shown:
            return
        same = wanted is not None and self._shown is not None and wanted[0] == self._shown[0]
        self._shown = wanted
        self.show(Rows(self._rows(*wanted[1:]) if wanted else []), self.top if same else 0)
        if not Dissector.ready.is_set():
            self._rest = self.set_timer(0.1, self._settle)

    def _rows(self, width: int, ready: bool) -> list[Row]:
        view = self.viewpoint
        at, frame, loaded = view.error or view.segment, view.frame, view.loaded
        if at is None or frame is None or loaded is None or width < 1:
            return []
        self.title = f"Detail: #{at.packet}"
        ends = loaded.ladder.ends
        if ready or not frame.data:
            return detail(frame.data, frame.linktype, at, ends, self._line, width, frame.wirelen)
        rows = [heading(len(frame.data), at, ends, frame.wirelen)]
        rows += [(Cell(part, Role.NOTE),) for part in wrap(clean(self._line), width)]
        rows += [(), (Cell("layers are on their way …", Role.DIM),), (), *hexdump(frame.data, width)]
        return [fit(row, width) for row in rows]
