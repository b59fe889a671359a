"""Headless runs: ``-T FORMAT``. Standard output is data, standard error is narration."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from itertools import islice
from types import FrameType
from typing import TextIO

from tcptui.errors import TcptuiError
from tcptui.report.options import ReportOptions
from tcptui.session import Session

BATCH = 1 << 13
"""Frames read at once where no other process reads ahead: more take no less time, but more memory."""

WRITTEN = 256
"""Lines written at once: each write costs as much as the making of a line."""

COLLECT = (100_000, 20, 100)
"""What is allocated stays: to search it for garbage as often as usual takes a tenth of the time."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class OutputError(TcptuiError):
    """Standard output takes no more."""


def lines_of(name: str) -> Callable[[Session, ReportOptions], Iterator[str]]:
    """What turns a finished session into the lines of a format; imports what that format needs, and no more.

    To be called before a device is opened: once root is given up, the program may not be readable.
    """
    match name:
        case "flows":
            from tcptui.report import flows

            return lambda session, options: flows.lines(session, zeek=options.zeek)
        case "transitions":
            from tcptui.report import transitions

            return lambda session, options: transitions.lines(session, options.time_format)
        case "ladder":
            from tcptui.report import ladder

            return ladder.lines
        case "json":
            from tcptui.report import jsonlines

            return lambda session, _: jsonlines.lines(session)
        case "mermaid":
            from tcptui.report import mermaid

            return lambda session, _: mermaid.lines(session)
    raise ValueError(name)


def run(session: Session, name: str, options: ReportOptions, out: TextIO) -> None:
    """Start a session and print it in one of the formats: when it has ended or, for the
    transitions of a source that grows, as it happens.

    ^C, SIGTERM and SIGHUP end the capture, and what was captured is printed; a second one ends the program.
    Nothing is printed of a session that could not start. Raises BrokenPipeError when `out` is closed, and
    OutputError when it takes no more.
    """
    session.read_by(BATCH)
    gc.set_threshold(*COLLECT)
    gc.enable()
    if session.feed is None:
        session.run(verdicts=name == "flows" and not options.zeek)
    else:
        _end_capture_on_signal(session)
        session.start()
    # Of a pipe it is known that it is live once its first packet is there.
    while (snapshot := session.wait(0.5)).running and not (snapshot.live and name == "transitions"):
        pass
    if snapshot.failed_at_start:
        return
    try:
        if snapshot.live and name == "transitions":
            _follow(session, options, out)
        else:
            _print(session, name, options, out)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot write to standard output: {reason}") from error


def _follow(session: Session, options: ReportOptions, out: TextIO) -> None:
    from tcptui.report import transitions

    for line in transitions.follow(session, options.time_format):
        out.write(line + "\n")
        out.flush()


def _print(session: Session, name: str, options: ReportOptions, out: TextIO) -> None:
    if name != "json":  # which has addresses only
        session.await_names()
    lines = iter(lines_of(name)(session, options))
    while some := list(islice(lines, WRITTEN)):
        out.write("\n".join(some) + "\n")
    out.flush()


def _end_capture_on_signal(session: Session) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.default_int_handler)
        session.end_capture()

    for each in SIGNALS:
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:  # as nohup has it
            signal.signal(each, end)
