"""The explanation: one line, or all of it, for the moment at the cursor."""

from __future__ import annotations

from tcptui.model.cells import Row
from tcptui.tui.viewpoint import Viewpoint


def explanation_rows(view: Viewpoint, width: int, full: bool) -> tuple[Row, ...]:
    return ()
