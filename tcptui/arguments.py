"""The command line's grammar: tcpdump's letters keep tcpdump's meanings.

Standard library only: ``--help`` and ``--version`` must need nothing else.
"""

from __future__ import annotations

import argparse
import os
import re

from tcptui import __version__
from tcptui.errors import TcptuiError

TYPE_CHECKING = False  # as in cli.py
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

FORMATS = ("flows", "transitions", "ladder", "json", "mermaid")
TIME_FORMATS = ("r", "a", "d", "e")
PROFILES = ("linux", "rfc", "bsd")

LEAST_MEMORY, LEAST_SPOOL, MOST_BYTES = 4 << 20, 32 << 20, 1 << 50
"""What --max-memory and --max-spool may be. A spool must hold the largest packet that a capture may have."""

USAGE = "tcptui [options] [FILE | filter words ...]"
EPILOG = """\
examples:
  tcptui --demo handshake                  a built-in capture, no root needed (--demo | cat: all)
  tcptui capture.pcapng                    step through a capture file
  sudo tcptui -i any port 9502             watch connections as they happen
  ssh host tcpdump --immediate-mode -U -w - tcp | tcptui -r -
  tcptui -T transitions capture.pcap       no screen: a state change a line

The trailing words are a capture filter, as tcpdump's: see pcap-filter(7).
"""


class UsageError(TcptuiError):
    """The command line makes no sense."""


class _Parser(argparse.ArgumentParser):
    """argparse, with errors in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "see tcptui --help")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's, which would import three kinds of compression to learn how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """As `shutil.get_terminal_size` tells it."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def parser() -> argparse.ArgumentParser:
    """The options, in the order of --help."""
    parse = _Parser(
        prog="tcptui",
        usage=USAGE,
        description="See TCP happen: both endpoints' states, from the packets alone.",
        epilog=EPILOG,
        formatter_class=_Formatter,
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
    capture.add_argument(
        "--max-memory", metavar="SIZE", dest="max_memory", type=_size(LEAST_MEMORY),
        help="memory for packets and connections (default: 1G while capturing, and a file is read whole); "
        "beyond it the oldest finished connections go",
    )  # fmt: skip
    capture.add_argument(
        "--max-spool", metavar="SIZE", dest="max_spool", type=_size(LEAST_SPOOL),
        help="disk for the bytes of packets (default: 2G while capturing); beyond it the oldest go; "
        "with -w none do",
    )  # fmt: skip
    capture.add_argument("-D", dest="list", action="store_true", help="list the interfaces")
    show = parse.add_argument_group("showing")
    show.add_argument(
        "-T", metavar="FORMAT", dest="format", choices=FORMATS, help=f"no screen: {' | '.join(FORMATS)}"
    )
    show.add_argument(
        "--tcpdump", action="store_true", help="with -T ladder: tcpdump's own line for every segment"
    )
    show.add_argument(
        "--zeek", action="store_true", help="with -T flows: Zeek's conn_state and history of each"
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
        "--profile", choices=PROFILES, default="linux",
        help="whose timers end what is silent: linux (default), rfc, bsd",
    )  # fmt: skip
    show.add_argument(
        "--2msl", metavar="SECONDS", dest="two_msl", type=_seconds,
        help="how long TIME_WAIT lasts (the profile's: linux and bsd 60, rfc 240)",
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


_SIZE = r"(\d+(?:\.\d+)?|\.\d+)\s*(?:([kmgt])(i?b)?|b)?"


def _size(least: int) -> Callable[[str], int]:
    """A number of bytes: 1000000, 64M, 1.5GiB, and 64MB, which is 64,000,000 (as dd and ls have them)."""

    def size(text: str) -> int:
        match = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE)
        if match is None:
            raise argparse.ArgumentTypeError(f"{text!r} is not a size, such as 64M or 2G")
        number, unit, tail = match.groups()
        step = 1000 if (tail or "").lower() == "b" else 1024
        value = float(number) * step ** (" kmgt".index(unit.lower()) if unit else 0)
        if not least <= value <= MOST_BYTES:
            raise argparse.ArgumentTypeError(f"must be {least >> 20}M to {MOST_BYTES >> 40}T")
        return int(value)

    return size


def _number(text: str, kind: type[int] | type[float] = int) -> float:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def settle_words(args: argparse.Namespace) -> None:
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
    if args.max_spool and args.keep:
        raise UsageError("--max-spool with -w", "what is kept is kept whole: leave one of them out")
    if args.tcpdump and args.format != "ladder":
        raise UsageError("--tcpdump is a form of the ladder", "give it with -T ladder")
    if args.zeek and args.format not in ("flows", "json"):
        raise UsageError("--zeek adds columns to the flows", "give it with -T flows")


def _given_sources(args: argparse.Namespace) -> list[tuple[str, bool]]:
    return [("-i", args.iface is not None), ("-r", args.file is not None), ("--demo", args.demo is not None)]


def _is_file(word: str, *, alone: bool) -> bool:
    """Whether the first word names a file. Before other words it must look like one: there may be a file
    called "port". UsageError: it can only be meant so, and there is none.
    """
    looks_like_one = "/" in word or word.endswith((".pcap", ".pcapng", ".cap", ".gz"))
    if os.path.exists(word):
        return alone or looks_like_one
    if looks_like_one:
        raise UsageError(f"{word}: no such file", "a capture file is read with: tcptui FILE")
    return False
