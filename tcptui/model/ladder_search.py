"""Searching a ladder's segments for a text."""

from __future__ import annotations

from tcptui.model.ladder_arrow import only_timestamps
from tcptui.model.ladder_rows import Drawing


class Search:
    """One text, looked for in many segments of a ladder; letter case does not count.

    Without digits, only the words matter, and those are the same for all segments with the same flags
    and marks: they are put together once. With digits every label is, at 4 µs each.
    """

    def __init__(self, drawing: Drawing, text: str) -> None:
        self._drawing = drawing
        self._text = text.casefold()
        self._worded = not any(char.isdigit() or char in "-#" for char in text)
        self._known: dict[tuple[int, int, int], bool] = {}

    def in_text(self, text: str) -> bool:
        """True when a text has the searched one in it."""
        return self._text in text.casefold()

    def in_segment(self, at: int) -> bool:
        """True when all that is said of the segment at a position has the text in it."""
        drawing = self._drawing
        segment = drawing.segments[at]
        same = not segment.options or only_timestamps(segment.options)
        if not (self._worded and same) or drawing.has_step(segment.packet):
            return self.in_text(drawing.searched(at))
        key = (int(segment.flags), drawing.mark(at), min(segment.length, 2))
        if key not in self._known:
            self._known[key] = self.in_text(drawing.searched(at))
        return self._known[key]
