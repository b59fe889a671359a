"""The command line: which source, which front end. tcpdump's letters keep tcpdump's meanings.

Nothing heavy is imported before the arguments are known: ``--help`` and ``--version`` need neither
NumPy nor Textual nor scapy.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tcptui import __version__
from tcptui.errors import Ended, TcptuiError, fault

if TYPE_CHECKING:
    from tcptui.session import Session
    from tcptui.sources import Choice

FORMATS = ("flows", "transitions", "ladder", "json", "mermaid")
TIME_FORMATS = ("r", "a", "d", "e")

USAGE = "tcptui [options] [FILE | filter words ...]"
EPILOG = """\
examples:
  tcptui --demo handshake                  a built-in capture, no root needed
  tcptui capture.pcapng                    step through a capture file
  sudo tcptui -i any port 9502             watch connections as they happen
  ssh host tcpdump -U -w - tcp | tcptui -r -
  tcptui -T transitions capture.pcap       no screen: a state change a line

The trailing words are a capture filter, as tcpdump's: see pcap-filter(7).
"""


class UsageError(TcptuiError):
    """The command line makes no sense."""


class _Parser(argparse.ArgumentParser):
    """argparse, with errors in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "see tcptui --help")


def parser() -> argparse.ArgumentParser:
    """The options, in the order of --help."""
    parse = _Parser(
        prog="tcptui",
        usage=USAGE,
        description="See TCP happen: both endpoints' states, from the packets alone.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    source = parse.add_argument_group("what to look at")
    source.add_argument(
        "-i", metavar="IFACE", dest="iface", help="listen (any: all; a name or a number of -D)"
    )
    source.add_argument(
        "-r", metavar="FILE", dest="file", help="read pcap or pcapng, also gzipped; - is standard input"
    )
    source.add_argument(
        "--demo", metavar="NAME", nargs="?", const="", help="replay a built-in capture; without NAME: a menu"
    )
    source.add_argument("-f", metavar="FILTER", dest="filter", help="the same as the trailing words")
    source.add_argument(
        "words", nargs="*", metavar="FILE | filter words", help="a capture file, or a capture filter"
    )
    capture = parse.add_argument_group("capturing")
    capture.add_argument("-w", metavar="FILE", dest="keep", help="keep what is captured")
    capture.add_argument("-c", metavar="N", dest="count", type=_positive, help="end after N packets")
    capture.add_argument(
        "-s",
        metavar="N",
        dest="snaplen",
        type=_snaplen,
        default=0,
        help="bytes kept of each packet while listening",
    )
    capture.add_argument("-p", dest="promiscuous", action="store_false", help="no promiscuous mode")
    capture.add_argument("-D", dest="list", action="store_true", help="list the interfaces")
    show = parse.add_argument_group("showing")
    show.add_argument(
        "-T", metavar="FORMAT", dest="format", choices=FORMATS, help=f"no screen: {' | '.join(FORMATS)}"
    )
    show.add_argument(
        "-n", dest="names", action="store_false", default=False, help="numbers, no names (default)"
    )
    show.add_argument("-N", dest="names", action="store_true", help="resolve names")
    show.add_argument("-S", dest="absolute", action="store_true", help="absolute sequence numbers")
    show.add_argument(
        "-t", metavar="FORMAT", dest="time", choices=TIME_FORMATS, default="r",
        help="time: r since the first packet, a of day, d since the packet before, e since 1970",
    )  # fmt: skip
    show.add_argument(
        "--2msl", metavar="SECONDS", dest="two_msl", type=_seconds,
        help="how long TIME_WAIT lasts (60, as Linux has it; RFC 9293: 240)",
    )  # fmt: skip
    show.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )
    rest = parse.add_argument_group("other")
    rest.add_argument(
        "-V", "--version", action="version", version=f"tcptui {__version__}", help="the version"
    )
    rest.add_argument("-h", "--help", action="help", help="this text")
    return parse


def _positive(text: str) -> int:
    number = _number(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return int(number)


def _snaplen(text: str) -> int:
    number = _number(text)
    if not 0 <= number <= 262_144:
        raise argparse.ArgumentTypeError("must be 0 (all of a packet) to 262144")
    return int(number)


def _seconds(text: str) -> float:
    number = _number(text, float)
    if not 0 <= number <= 86_400:
        raise argparse.ArgumentTypeError("must be 0 to 86400 seconds")
    return number


def _number(text: str, kind: type[int] | type[float] = int) -> float:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


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
    _settle_words(args)
    if args.list:
        return _list_interfaces()
    if args.format is None and not sys.stdout.isatty():
        args.format = "flows"
    if args.format:
        return _headless(args)
    return _screen(args)


def _settle_words(args: argparse.Namespace) -> None:
    """Decide what the trailing words are: a file, or a filter. Raises UsageError for what cannot be meant."""
    words = args.words
    if (
        words
        and not (args.file or args.iface)
        and args.demo is None
        and _is_file(words[0], alone=len(words) == 1)
    ):
        args.file, *words = words
    if words and args.filter:
        raise UsageError("both -f and trailing filter words", "give the filter once")
    args.filter = args.filter or " ".join(words)
    sources = [name for name, given in _given_sources(args) if given]
    if len(sources) > 1:
        raise UsageError(f"{' and '.join(sources)} together", "give one source")
    if not sources and args.filter:
        args.iface = "any"
    if args.demo is not None and (args.filter or args.keep):
        raise UsageError("a demo takes no filter and no -w")


def _given_sources(args: argparse.Namespace) -> list[tuple[str, bool]]:
    return [("-i", args.iface is not None), ("-r", args.file is not None), ("--demo", args.demo is not None)]


def _is_file(word: str, *, alone: bool) -> bool:
    """Whether the first word names a file. Before other words it must look like one: there may be a file
    called "port". UsageError: it can only be meant so, and there is none.
    """
    looks_like_one = "/" in word or word.endswith((".pcap", ".pcapng", ".cap", ".gz"))
    if Path(word).exists():
        return alone or looks_like_one
    if looks_like_one:
        raise UsageError(f"{word}: no such file", "a capture file is read with: tcptui FILE")
    return False


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
    from tcptui.model.times import TimeFormat
    from tcptui.report.options import ReportOptions
    from tcptui.report.run import OutputError, lines_of, run
    from tcptui.sources import open_source

    if args.demo == "":
        return _list_demos()
    if not (args.iface or args.file or args.demo):
        raise UsageError("nothing to look at", "give a FILE, -i IFACE or --demo NAME; see tcptui --help")
    lines_of(args.format)
    import tcptui.model.text  # noqa: F401 - for what is said when root has been given up

    source = open_source(_choice(args))
    width = shutil.get_terminal_size((100, 0)).columns  # COLUMNS, the terminal's, or 100
    options = ReportOptions(TimeFormat(args.time), args.absolute, width)
    try:
        with source.closing():
            run(source.session, args.format, options, sys.stdout)
    except OutputError as error:
        _forget_output()
        _say(error)
        _say_notes(error)
        return 1
    return _ended(source.session)


def _choice(args: argparse.Namespace) -> Choice:
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
        names=args.names,
        two_msl=args.two_msl,
    )


def _ended(session: Session) -> int:
    """Say what a run has to say at its end, and give its exit status."""
    snapshot = session.snapshot()
    for notice in snapshot.notices:
        _say(notice)
    if snapshot.dropped:
        _say(f"{snapshot.dropped:,} packets were dropped by the kernel: a narrower filter helps")
    if not snapshot.error:
        return 0
    _say(snapshot.error)
    if session.feed is not None and snapshot.frames:
        _say(session.feed.spool.whereabouts())
    return 2 if snapshot.failed_at_start else 1


def _flow_json(session: Session, number: int) -> str:
    """One flow as -T json prints it, for the screen's export."""
    import json

    from tcptui.report.jsonlines import record_of

    record = record_of(session.flow(number), session.history(number), session.diagnoses(number))
    return json.dumps(record, indent=1) + "\n"


def _screen(args: argparse.Namespace) -> int:
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from tcptui.sources import open_source
    from tcptui.tui.run import ScreenOptions, run

    options = ScreenOptions(
        time_format=args.time,
        absolute=args.absolute,
        mouse=args.mouse,
        at_start=bool(args.demo),
        as_json=_flow_json,
    )
    if not (args.iface or args.file or args.demo):
        return run(None, options)
    source = open_source(_choice(args))
    try:
        with source.closing():
            status = run(source.session, options)
    except Ended as end:
        _say(end)
        _say_notes(end)
        return _leave(0)
    return _leave(status or _ended(source.session))


def _leave(status: int) -> NoReturn:
    """End at once: to take millions of objects apart takes seconds in which the shell would wait."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
