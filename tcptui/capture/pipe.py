"""Standard input: a capture that another program writes, spooled as it arrives.

`ssh host tcpdump -U -w - tcp | tcptui -r -`: what arrives is in the spool, and thereby in front of the
reader, before the next byte is waited for.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator

from tcptui.capture.feed import SpoolingFeed
from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.spool import Spool, reason
from tcptui.errors import CaptureError, FormatError

CHUNK = 1 << 18
"""Bytes read at a time, at most."""

STDIN = "standard input"

NOW_NS = 60 * 10**9
"""A first packet that is no older than this when it arrives comes from a capture that goes on."""


class Arrival:
    """Whether the packets that arrive in a spool are being captured now, or were once."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._size = -1
        self._known: bool | None = None

    def is_now(self) -> bool:
        """By the first packet's age when it is first seen here; False while there is none."""
        if self._known is None:
            self._look()
        return bool(self._known)

    def _look(self) -> None:
        try:
            size = os.stat(self._path).st_size
        except FileNotFoundError:
            return
        if size == self._size:
            return
        self._size = size
        first = _first_time(self._path)
        if first is not None:
            self._known = abs(time.time_ns() - first) < NOW_NS


def _first_time(path: str) -> int | None:
    reader = CaptureReader(path, growing=True)
    try:
        batch = reader.read(1)
    except FormatError:
        return None
    finally:
        reader.close()
    return int(batch.time_ns[0]) if batch is not None else None


class PipeFeed(SpoolingFeed):
    """Bytes of a capture (pcap or pcapng, also gzipped), from a descriptor into the spool as they are.

    fd: read from, never closed; standard input by default. keep: the file to keep the bytes in. live: the
    first packet was of now when it arrived. CaptureError when fd is a terminal.
    """

    def __init__(
        self,
        fd: int | None = None,
        keep: str | os.PathLike[str] | None = None,
        *,
        label: str = STDIN,
    ) -> None:
        self._fd = check_input(fd)
        super().__init__(label, Spool.create(keep, source=self._fd))
        self._arrival = Arrival(self.path)

    @property
    def live(self) -> bool:
        return self._arrival.is_now()

    def _fill(self) -> None:
        for data in chunks(self._fd, self._wake_fd):
            self._write(data)
            if not self._room():
                return

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.spool.fd, view) :]
        except OSError as error:
            raise CaptureError(
                f"cannot write {self.path}: {reason(error)}", "what came before is kept"
            ) from error

    def _release(self) -> None:
        self.spool.close()


def check_input(fd: int | None = None) -> int:
    """The descriptor to read (standard input by default). CaptureError when it is a terminal."""
    if fd is None:
        if sys.stdin is None or sys.stdin.closed:
            raise CaptureError(
                "there is no standard input", "pipe a capture into it: tcpdump -U -w - | tcptui -r -"
            )
        fd = sys.stdin.fileno()
    if os.isatty(fd):
        raise CaptureError(
            "standard input is a terminal, not a capture", "pipe one into it: tcpdump -U -w - | tcptui -r -"
        )
    return fd


def chunks(fd: int, wake: int | None = None) -> Iterator[bytes]:
    """What arrives on `fd`, as it arrives, until it ends or `wake` becomes readable."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if wake is not None:
        poll.register(wake, select.POLLIN)
    while all(ready != wake for ready, _ in poll.poll()):
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            continue
        except OSError as error:
            raise CaptureError(
                f"cannot read standard input: {reason(error)}", "what came before is kept"
            ) from error
        if not data:
            return
        yield data
