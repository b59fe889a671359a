"""The command line: which source, which front end. tcpdump's letters keep tcpdump's meanings.

Nothing heavy is imported before the arguments are known: ``--help`` and ``--version`` need neither
NumPy nor Textual nor scapy.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextlib import suppress

from tcptui.arguments import UsageError, parser, settle_words
from tcptui.errors import Ended, TcptuiError, fault

TYPE_CHECKING = False  # typing's own takes a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from tcptui.bounds import Gone
    from tcptui.session import Session
    from tcptui.sources import Choice


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; its exit status: 0 done, 1 failed half-way, 2 could not start."""
    try:
        args = parser().parse_intermixed_args(argv)
        return _run(args)
    except TcptuiError as error:
        _say(error)
        return 2
    except BrokenPipeError:
        _forget_output()  # whoever read us has gone
        return 0
    except KeyboardInterrupt as interrupt:
        _say_notes(interrupt)
        return 130
    except Exception as error:
        # A fault of ours. The user gets one line and the place of what was captured; we want the rest.
        if "TCPTUI_DEBUG" in os.environ:
            raise
        _say(fault(error))
        _say_notes(error)
        return 1


def _say(message: object) -> None:
    from tcptui.model.text import clean

    if sys.stderr is not None:  # print() would take standard output instead
        with suppress(OSError):  # the terminal may be gone
            print(f"tcptui: {clean(str(message))}", file=sys.stderr, flush=True)


def _say_notes(error: BaseException) -> None:
    """Where what was captured is, if anything was."""
    for note in getattr(error, "__notes__", ()):
        _say(note)


def _forget_output() -> None:
    """Standard output takes no more: the interpreter must not complain again when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(args: argparse.Namespace) -> int:
    if sys.stdout is None:
        raise UsageError("standard output is closed", "leave it open, or redirect it")
    settle_words(args)
    if args.list:
        return _list_interfaces()
    if args.format is None and not sys.stdout.isatty():
        args.format = "flows"
    if args.format:
        return _headless(args)
    return _screen(args)


def _list_interfaces() -> int:
    from tcptui.capture.libpcap import interfaces

    for number, interface in enumerate(interfaces(), 1):
        state = "up" if interface.up else "down"
        addresses = " ".join(interface.addresses)
        print(f"{number}. {interface.name} [{state}] {addresses} {interface.description}".rstrip())
    return 0


def _list_demos() -> int:
    from tcptui.demos.catalog import load, names

    for name in names():
        print(f"{name:22} {load(name).title}")
    return 0


def _headless(args: argparse.Namespace) -> int:
    gc.disable()  # the imports make no garbage, but a tenth of their time went into looking for it
    from tcptui.sources import open_source

    if args.demo == "":
        return _list_demos()
    if not (args.iface or args.file or args.demo):
        raise UsageError("nothing to look at", "give a FILE, -i IFACE or --demo NAME; see tcptui --help")
    choice = _choice(args)
    # A long file is read ahead by another process from now on, while the rest is imported here.
    opened = open_source(choice) if choice.lies_there else None
    import shutil

    import tcptui.model.text  # noqa: F401 - for what is said when root has been given up
    from tcptui.model.times import TimeFormat
    from tcptui.report.options import ReportOptions
    from tcptui.report.run import OutputError, lines_of, run

    lines_of(args.format)
    source = opened or open_source(choice)
    width = shutil.get_terminal_size((100, 0)).columns  # COLUMNS, the terminal's, or 100
    options = ReportOptions(TimeFormat(args.time), args.absolute, width, args.tcpdump, args.zeek)
    try:
        with source.closing():
            run(source.session, args.format, options, sys.stdout)
    except OutputError as error:
        _forget_output()
        _say(error)
        _say_notes(error)
        return 1
    return _ended(source.session)


def _choice(args: argparse.Namespace, *, watched: bool = False) -> Choice:
    from tcptui.sources import Choice

    return Choice(
        iface=args.iface,
        file=args.file,
        demo=args.demo,
        filter=args.filter,
        keep=args.keep,
        count=args.count or 0,
        snaplen=args.snaplen,
        promiscuous=args.promiscuous,
        watched=watched,
        names=args.names,
        profile=args.profile,
        two_msl=args.two_msl,
        max_memory=args.max_memory,
        max_spool=args.max_spool,
    )


def _ended(session: Session) -> int:
    """Say what a run has to say at its end, and give its exit status."""
    snapshot = session.snapshot()
    for notice in snapshot.notices:
        _say(notice)
    if snapshot.gone.packets:
        _say(_gone(snapshot.gone))
    if snapshot.dropped:
        _say(f"{snapshot.dropped:,} packets were dropped by the kernel: a narrower filter helps")
    if not snapshot.error:
        return 0
    _say(snapshot.error)
    if session.feed is not None and snapshot.frames:
        _say(session.feed.spool.whereabouts())
    return 2 if snapshot.failed_at_start else 1


def _gone(gone: Gone) -> str:
    """What is not kept any more, and what helps."""
    lost = f", {gone.unfinished:,} of them not finished" if gone.unfinished else ""
    what = f"{gone.packets:,} packets and {gone.flows:,} connections{lost} are no longer kept"
    return f"{what}: --max-memory gives them room"


def _flow_json(session: Session, number: int) -> str:
    """One flow as -T json prints it, for the screen's export."""
    import json

    from tcptui.report.jsonlines import record_of
    from tcptui.report.zeek import ConnLog

    flow = session.flow(number)
    zeek = ConnLog(session, [flow.pair]).of(flow)
    record = record_of(flow, session.history(number), session.diagnoses(number), zeek)
    return json.dumps(record, indent=1) + "\n"


def _story(name: str) -> str:
    """What to watch in a demo."""
    from tcptui.demos.catalog import load

    return load(name).text


def _screen(args: argparse.Namespace) -> int:
    from tcptui.tui import echo

    try:
        with echo.off():
            status, session = _shown(args)
    except Ended as end:
        _say(end)
        _say_notes(end)
        return _leave(0)
    return status if session is None else _leave(status or _ended(session))


def _shown(args: argparse.Namespace) -> tuple[int, Session | None]:
    """Show the screen until the user leaves: the exit status, and what was shown; None: the menu."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    gc.disable()  # as above
    from tcptui.sources import open_source

    choice = _choice(args, watched=True)
    opened = open_source(choice) if choice.lies_there else None  # as above
    from tcptui.tui.run import ScreenOptions, run

    options = ScreenOptions(
        time_format=args.time,
        absolute=args.absolute,
        mouse=args.mouse,
        at_start=bool(args.demo),
        story=_story(args.demo) if args.demo else "",
        as_json=_flow_json,
    )
    if not (args.iface or args.file or args.demo):
        return run(None, options), None
    source = opened or open_source(choice)
    with source.closing():
        status = run(source.session, options)
    return status, source.session


def _leave(status: int) -> NoReturn:
    """End at once: to take millions of objects apart takes seconds in which the shell would wait."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
