"""Headless runs: ``-T FORMAT``. Standard output is data, standard error is narration."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType
from typing import TextIO

from tcptui.report.options import ReportOptions
from tcptui.session import Session


def _lines(session: Session, name: str, options: ReportOptions) -> Iterator[str]:
    """The lines of a finished session in one format; only what that format needs is imported."""
    match name:
        case "flows":
            from tcptui.report import flows

            return flows.lines(session)
        case "transitions":
            from tcptui.report import transitions

            return transitions.lines(session, options.time_format)
        case "ladder":
            from tcptui.report import ladder

            return ladder.lines(session, options)
        case "json":
            from tcptui.report import jsonlines

            return jsonlines.lines(session)
        case "mermaid":
            from tcptui.report import mermaid

            return mermaid.lines(session)
    raise ValueError(name)


def run(session: Session, name: str, options: ReportOptions, out: TextIO) -> None:
    """Start a session and print it in one of the formats: when it has ended or, for the
    transitions of a source that grows, as it happens.

    ^C and SIGTERM end the capture, and what was captured is printed; a second one ends the program.
    Raises BrokenPipeError when `out` is closed.
    """
    if session.feed is not None:
        _end_capture_on_signal(session)
    session.start()
    if name == "transitions" and session.feed is not None and session.feed.live:
        from tcptui.report import transitions

        for line in transitions.follow(session, options.time_format):
            out.write(line + "\n")
            out.flush()
        return
    while session.wait(0.5).running:
        pass
    for line in _lines(session, name, options):
        out.write(line + "\n")
    out.flush()


def _end_capture_on_signal(session: Session) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        session.end_capture()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
