"""A search through a long flow, a part of it at a time, beside what is shown."""

from __future__ import annotations

from time import monotonic

from tcptui.model.ladder_part import Part
from tcptui.session import Session
from tcptui.tcp.history import Moment
from tcptui.tui.loaded import LoadedFlow
from tcptui.tui.stepping import LATEST

AT_ONCE = 0.02
"""Seconds for which a key may be kept waiting, about."""


class Seek:
    """Looks for the next row (the one before, when direction < 0) that has `text`, once round.

    found: the moment of the row, when `look` says that it is done; None: no row has it. turned: it went on
    at the other end. progress: 0..1.
    """

    def __init__(self, session: Session, shown: LoadedFlow, text: str, row: int, direction: int) -> None:
        self.text = text
        self.found: Moment | None = None
        self.turned = False
        self._shown = (shown, row)
        self._direction = direction
        self._origin = shown.place_of(shown.ladder.item(row).moment.packet)
        near = shown.ladder.item(row).moment
        self._loaded = LoadedFlow(session, shown.number, shown.ladder.options, near.packet)
        self._row = self._loaded.ladder.find(near)

    def is_of(self, shown: LoadedFlow | None, row: int) -> bool:
        """Whether the cursor is still where the search began."""
        return self._shown == (shown, row)

    @property
    def progress(self) -> float:
        place = self._loaded.start if self._direction > 0 else self._loaded.stop
        return (place - self._origin) * self._direction % self._loaded.count / self._loaded.count

    def look(self) -> bool:
        """Look on for a moment; whether it is done."""
        end = monotonic() + AT_ONCE
        while monotonic() < end:
            if self._look_here() or not self._go_on():
                return True
        return False

    def _look_here(self) -> bool:
        ladder = self._loaded.ladder
        row = ladder.search(self.text, self._row, self._direction)
        if row is not None:
            self.found = ladder.item(row).moment
        return row is not None

    def _go_on(self) -> bool:
        """To the next part, at the end to the other one; whether there is more to be looked at."""
        loaded = self._loaded
        if self.turned and loaded.start <= self._origin < loaded.stop:
            return False
        next = loaded.go_on(self._direction)
        if next is None:
            if self.turned:
                return False
            self.turned = True
            loaded.show(0 if self._direction > 0 else LATEST)
            ladder = loaded.ladder
            next = 0 if self._direction > 0 else len(ladder) - 1
        self._row = next - self._direction
        return isinstance(loaded.ladder, Part)
