"""Filter words on a capture that is not live: libpcap reads it, filters it and dumps it into a spool.

The same words as on a device, and at the speed of C. What comes out is a capture of its own, so frames are
numbered from 1 in it. A count (`-c`) works this way too, with or without words.

A filter that matches nothing is told, of a file with the number of packets that were read.

A filter that asks for ports leaves out the ICMP errors about them. Of a pipe that is told at once, as on a
device; a file is looked through for such errors, and it is told if there are any.

Limits: libpcap reads no pcapng whose interfaces have different link types.
"""

from __future__ import annotations

import os

from tcptui.capture.feed import SpoolingFeed
from tcptui.capture.gunzip import Pump
from tcptui.capture.libpcap import Capture, Dump, check_filter
from tcptui.capture.pcap import HEADER
from tcptui.capture.pipe import STDIN, Arrival, check_input
from tcptui.capture.source import GZIP_MAGIC, open_source
from tcptui.capture.spool import Spool
from tcptui.capture.words import ERRORS, leaves_icmp_out
from tcptui.errors import CaptureError

TURN = 1 << 14
"""Packets of a file dumped between two flushes, at most."""

LEFT_OUT = "ICMP errors left out by the filter"

PIPE_TURN = 1 << 8
"""Packets of a pipe between two looks whether the disk still takes them; each is in the spool at once."""


class FilteredFeed(SpoolingFeed):
    """A capture through a filter, made by `filter_file` or `filter_pipe`.

    Constructor: `capture` is what was opened already, with its filter set, and owned from now on; None
    for a pipe, which is opened when the thread runs, since its header may be long in coming.
    """

    def __init__(
        self,
        name: str,
        filter: str,
        count: int | None,
        spool: Spool,
        *,
        fd: int = -1,
        capture: Capture | None = None,
        pump: Pump | None = None,
    ) -> None:
        super().__init__(f"{name} · {filter}" if filter else name, spool)
        self._name, self._filter, self._left = name, filter, count
        self._fd = fd
        self._capture, self._pump = capture, pump
        self._from_pipe = capture is None
        self._dump: Dump | None = None
        self._looking: Capture | None = None
        self._arrival = Arrival(spool.path)

    @property
    def live(self) -> bool:
        return self._from_pipe and self._arrival.is_now()

    def _fill(self) -> None:
        capture = self._capture or self._open()
        if capture is None:
            return
        self._dump = Dump(capture, self.spool.detach(), self.path, buffered=not self._from_pipe)
        self._dump.flush()
        try:
            while self._left != 0 and self._room() and self._turn(capture, self._dump):
                pass
        finally:
            self._tell_trouble()
        if self._stopping.is_set():
            return
        if self._filter and os.path.getsize(self.path) <= HEADER:
            self.notices.insert(0, f"{self._read_in_vain()}: {self._filter}")
        if not self._from_pipe and leaves_icmp_out(self._filter) and self._found_again(ERRORS, 1):
            self.notices.insert(0, LEFT_OUT)  # the last is the one that is shown: trouble comes first

    def _read_in_vain(self) -> str:
        """Of a file, how much there was that did not match; of a pipe nobody has counted it."""
        if self._from_pipe:
            return "no packet matches the filter"
        read = self._found_again("", None)
        return f"{read:,} packet{'' if read == 1 else 's'} read, none matches the filter"

    def _found_again(self, words: str, most: int | None) -> int:
        """How many packets, up to `most`, other words find in the file: it is read once more."""
        try:
            capture, pump = _open_file(self._name, words)
        except CaptureError:  # not every link type knows them
            return 0
        self._looking = capture
        dump = Dump(capture, os.open(os.devnull, os.O_WRONLY), os.devnull)
        found = 0
        try:
            while not self._stopping.is_set() and (done := capture.dispatch(dump, most or TURN)):
                found += done
                if found == most:
                    break
        except CaptureError:  # it breaks off where the reading did, and that has been told
            return found
        finally:
            self._looking = None
            dump.close()
            capture.close()
            if pump:
                pump.join(0.1)
        return found

    def _open(self) -> Capture | None:
        """Wait for the pipe's header; None when it was stopped before there was one."""
        self._pump = Pump(self._fd, self._wake_fd)
        try:
            self._capture = open_filtered(self._pump.output, self._name, self._filter)
        except CaptureError:
            if self._stopping.is_set():
                return None
            raise
        return self._capture

    def _turn(self, capture: Capture, dump: Dump) -> bool:
        """Some more packets; False at the end."""
        most = PIPE_TURN if self._from_pipe else TURN
        most = most if self._left is None else min(most, self._left)
        try:
            done = capture.dispatch(dump, most)
        except CaptureError as error:
            self._read_error(error.message)
            done = None
        dump.flush()
        if done and self._left is not None:
            self._left -= done
        return bool(done)

    def _read_error(self, message: str) -> None:
        """libpcap cannot read on. What came before is a capture all the same."""
        if "different from the type of the first" in message:
            raise CaptureError(
                f"cannot filter {self._name}: its interfaces have different link types",
                "open it without filter words, and filter the list of flows",
            )
        if not self._stopping.is_set():
            self.notices.append(f"{message}: read up to there")

    def _tell_trouble(self) -> None:
        if self._pump and not self._stopping.is_set() and self._left != 0:
            self._pump.join(0.1)
            if self._pump.trouble:
                self.notices.append(f"{self._pump.trouble}: read up to there")

    def _interrupt(self) -> None:
        for capture in (self._capture, self._looking):
            if capture:
                capture.interrupt()

    def _release(self) -> None:
        if self._dump:
            self._dump.close()
        self.spool.close()
        if self._capture:
            self._capture.close()
        if self._pump:
            self._pump.join(0.1)


def filter_file(
    path: str | os.PathLike[str],
    filter: str = "",
    *,
    count: int | None = None,
    keep: str | os.PathLike[str] | None = None,
) -> FilteredFeed:
    """The packets of a capture file (pcap, pcapng, gzipped or not) that a filter matches.

    count: the first so many of them. keep: the file to keep them in. CaptureError when the file cannot be
    read, is no capture, or the filter does not parse.
    """
    path, words = os.fspath(path), filter.strip()
    capture, pump = _open_file(path, words)
    try:
        spool = Spool.create(keep, source=path)
    except CaptureError:
        capture.close()
        raise
    return FilteredFeed(path, words, count, spool, capture=capture, pump=pump)


def _open_file(path: str, words: str) -> tuple[Capture, Pump | None]:
    """The file through a filter, and what expands it if it is gzipped."""
    fd = open_source(path, path).release()
    pump = None
    if os.pread(fd, len(GZIP_MAGIC), 0) == GZIP_MAGIC:
        pump = Pump(fd, owned=True)
        fd = pump.output
    return open_filtered(fd, path, words), pump


def filter_pipe(
    fd: int | None = None,
    filter: str = "",
    *,
    count: int | None = None,
    keep: str | os.PathLike[str] | None = None,
) -> FilteredFeed:
    """The packets of standard input (or `fd`) that a filter matches, as they arrive.

    CaptureError for a terminal, and for a filter that does not parse. One that does not fit the capture's
    link type can only be known when its header is there: then it is the feed's `error`.
    """
    words = filter.strip()
    source = check_input(fd)
    if words:
        check_filter(words)
    feed = FilteredFeed(STDIN, words, count, Spool.create(keep, source=source), fd=source)
    if leaves_icmp_out(words):
        feed.notices.append(LEFT_OUT)
    return feed


def open_filtered(fd: int, name: str, words: str) -> Capture:
    """Open the stream `fd`, and set the filter unless it is empty. Owns fd. CaptureError."""
    capture = Capture.open_stream(fd, name)
    if words:
        try:
            capture.set_filter(words)
        except CaptureError:
            capture.close()
            raise
    return capture
