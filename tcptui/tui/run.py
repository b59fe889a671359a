"""The screen's entry: what the command line calls when there is a terminal."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tcptui.dataclass import dataclass

if TYPE_CHECKING:
    from tcptui.session import Session


SWITCH = 0.001
"""Seconds after which a thread that computes lets the screen's run: a key must not wait for the ingest."""


GARBAGE = (2000, 2, 400)
"""Thresholds of the collector: often, so that it takes a millisecond or two each time; seldom all objects,
which takes 30 to 100 ms where a capture is held."""


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """time_format: the letter of -t. absolute: -S. mouse: whether the program gets the mouse.

    theme: dark, light, ansi or none; None asks the environment. at_start: begin at the first packet,
    not at the newest (demos). story: of a demo, what to watch in it.
    as_json: a flow as -T json prints it, for the export; None: no such export.
    """

    time_format: str = "r"
    absolute: bool = False
    mouse: bool = True
    theme: str | None = None
    at_start: bool = False
    story: str = ""
    as_json: Callable[[Session, int], str] | None = None


def run(session: Session | None, options: ScreenOptions) -> int:
    """Show a session (not started yet) until the user leaves; without one, the menu of demos.

    The session is started here and is left for the caller to stop. Returns the exit status; what the
    session itself has to say (an error half-way) is the caller's. Raises Ended when a signal or the loss
    of the terminal ended it.
    """
    from tcptui.errors import Ended
    from tcptui.tui import toolkit

    toolkit.import_lean()
    from tcptui.tui.app import TcptuiApp
    from tcptui.tui.terminal import keys_from_tty

    keys_from_tty()
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(*GARBAGE)
    gc.freeze()  # what was imported stays
    gc.enable()
    app = TcptuiApp(session, options)
    app.run(mouse=options.mouse)
    if app.ended_by:
        raise Ended(f"ended: {app.ended_by}")
    return app.return_code or 0
