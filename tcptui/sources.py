"""From what the user asked for to a session: which feed, which file, and what happens to it at the end.

The session is imported only when the file is open: a long one is read ahead by another process meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tcptui.bounds import OF_FRAME
from tcptui.capture.feed import Feed
from tcptui.capture.pcapfile import CaptureReader
from tcptui.dataclass import dataclass
from tcptui.errors import TcptuiError
from tcptui.store.digest import digest
from tcptui.tcp.timers import PROFILES, Timers

if TYPE_CHECKING:
    from tcptui.session import Session

MEMORY, SPOOL = 1 << 30, 2 << 30

BATCH = 25_000
"""Frames that are read ahead at once; half of them where there is a screen, which may wait for each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that choose and shape a source, as on the command line.

    One of `iface`, `file` ("-": standard input) and `demo` is given. filter: pcap-filter words. keep: the
    file of -w. count: of -c, 0 for all. snaplen: of -s, 0 for all; it only matters while capturing. watched:
    there is a screen. profile: a name of PROFILES. two_msl: seconds, None for the profile's.
    max_memory, max_spool: bytes; None for the default, which is MEMORY and SPOOL for what arrives as time
    goes on (a device, a pipe), and no bound for a file.
    """

    iface: str | None = None
    file: str | None = None
    demo: str | None = None
    filter: str = ""
    keep: str | None = None
    count: int = 0
    snaplen: int = 0
    promiscuous: bool = True
    watched: bool = False
    names: bool = False
    profile: str = "linux"
    two_msl: float | None = None
    max_memory: int | None = None
    max_spool: int | None = None

    @property
    def arrives(self) -> bool:
        """There may be no end of it."""
        return self.iface is not None or self.file == "-"

    @property
    def lies_there(self) -> bool:
        """A file that is read as it is."""
        return self.file not in (None, "-") and not (self.filter or self.count or self.keep)

    @property
    def timers(self) -> Timers:
        profile = PROFILES[self.profile]
        return profile if self.two_msl is None else profile.with_2msl(self.two_msl)


class Source:
    """A session that is not started yet, and the file behind it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Stop the session at the end. A temporary spool goes at a clean end; after a failure it stays,
        and the error says where, unless nothing was captured."""
        try:
            yield
        except BrokenPipeError:  # whoever read the output has enough: a clean end
            self._close()
            raise
        except BaseException as error:
            self.session.stop()
            feed = self.session.feed
            if feed is not None:
                left = feed.spool.whereabouts()
                if left and self.session.snapshot().frames:
                    error.add_note(left)
                else:
                    feed.spool.remove()
            raise
        self._close()

    def _close(self) -> None:
        self.session.stop()
        self.session.reader.close()
        feed, snapshot = self.session.feed, self.session.snapshot()
        if feed is not None and (snapshot.error is None or not snapshot.frames):
            feed.spool.remove()


def open_source(choice: Choice) -> Source:
    """Open what was chosen. TcptuiError, in one line with the way out, when that cannot be done."""
    if choice.demo is not None:
        return open_demo(choice.demo, choice)
    feed = _feed(choice)
    if feed is None:
        assert choice.file is not None
        reader = CaptureReader(choice.file)
        _look_ahead(reader, choice)
        return Source(_session(reader, None, choice, label=choice.file))
    try:
        limit = choice.max_spool or (SPOOL if choice.arrives else None)
        if limit is not None:
            feed.spool.bound(limit)
        reader = CaptureReader(feed.path, growing=True, name=feed.label)
        _look_ahead(reader, choice)
    except TcptuiError:
        feed.stop()
        feed.spool.remove()
        raise
    return Source(_session(reader, feed, choice, label=feed.label))


def open_demo(name: str, choice: Choice) -> Source:
    """A built-in capture. TcptuiError for a name that there is none of."""
    from tcptui.demos.catalog import load

    demo = load(name)
    return Source(_session(CaptureReader(demo.path, name=name), None, choice, label=f"demo · {demo.title}"))


def _look_ahead(reader: CaptureReader, choice: Choice) -> None:
    most, memory = BATCH // 2 if choice.watched else BATCH, _memory(choice)
    if memory is None or memory >= most * OF_FRAME:
        reader.look_ahead(digest, most)


def _memory(choice: Choice) -> int | None:
    return choice.max_memory or (MEMORY if choice.arrives else None)


def _session(reader: CaptureReader, feed: Feed | None, choice: Choice, label: str) -> Session:
    from tcptui.names import Names
    from tcptui.session import Session

    names = Names() if choice.names else None
    return Session(reader, feed, timers=choice.timers, label=label, names=names, max_memory=_memory(choice))


def _feed(choice: Choice) -> Feed | None:
    """What must write a file before it can be read; None where the file lies there as it is."""
    count = choice.count or None
    if choice.iface is not None:
        from tcptui.capture.live import LiveFeed

        return LiveFeed(
            choice.iface,
            choice.filter,
            snaplen=choice.snaplen,
            promiscuous=choice.promiscuous,
            count=count,
            keep=choice.keep,
        )
    assert choice.file is not None
    selected = bool(choice.filter or count)
    if choice.file == "-":
        return _pipe_feed(choice, selected)
    if not choice.lies_there:
        from tcptui.capture.filtered import filter_file

        return filter_file(choice.file, choice.filter, count=count, keep=choice.keep)
    return None


def _pipe_feed(choice: Choice, selected: bool) -> Feed:
    if selected:
        from tcptui.capture.filtered import filter_pipe

        return filter_pipe(None, choice.filter, count=choice.count or None, keep=choice.keep)
    from tcptui.capture.pipe import PipeFeed

    return PipeFeed(keep=choice.keep)
