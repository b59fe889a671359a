"""Standard input: a capture that another program writes, spooled as it arrives.

`ssh host tcpdump -U -w - tcp | tcptui -r -`: what arrives is in the spool, and thereby in front of the
reader, before the next byte is waited for.
"""

from __future__ import annotations

import os
import select
import sys
import zlib
from collections.abc import Iterator

from tcptui.capture.feed import SpoolingFeed
from tcptui.capture.spool import Spool, reason
from tcptui.errors import CaptureError

CHUNK = 1 << 18
"""Bytes read at a time, at most."""

GZIP = b"\x1f\x8b"


class Gunzip:
    """Decompress a stream that may or may not be gzip, in one or more members.

    `feed` takes what has arrived and returns what it means. CaptureError when a gzip stream is broken;
    `cut` tells whether it ended in the middle.
    """

    def __init__(self) -> None:
        self._head: bytes | None = b""  # until the first two bytes are known
        self._inflate: zlib._Decompress | None = None

    @property
    def cut(self) -> bool:
        return self._inflate is not None and not self._inflate.eof

    def feed(self, data: bytes) -> bytes:
        if self._head is not None:
            data = self._head + data
            if len(data) < len(GZIP):
                self._head = data
                return b""
            self._head = None
            if data.startswith(GZIP):
                self._inflate = _member()
        return data if self._inflate is None else self._expand(data)

    def rest(self) -> bytes:
        """What was held back, at the end of the input: input of a single byte."""
        head, self._head = self._head, None
        return head or b""

    def _expand(self, data: bytes) -> bytes:
        out = []
        while data:
            assert self._inflate is not None
            if self._inflate.eof:
                if not data.lstrip(b"\0"):
                    break  # padding after the last member
                self._inflate = _member()
            try:
                out.append(self._inflate.decompress(data))
            except zlib.error as error:
                raise CaptureError(
                    f"the gzip stream is broken: {error}", "what came before is kept"
                ) from error
            data = self._inflate.unused_data
        return b"".join(out)


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)


class PipeFeed(SpoolingFeed):
    """Bytes of a capture (pcap or pcapng, also gzipped), from a descriptor into the spool.

    fd: read from, never closed. keep: the file to keep the bytes in. CaptureError when fd is a terminal.
    """

    def __init__(
        self,
        fd: int | None = None,
        keep: str | os.PathLike[str] | None = None,
        *,
        label: str = "standard input",
    ) -> None:
        self._fd = check_input(fd)
        super().__init__(label, Spool.create(keep))
        self._gunzip = Gunzip()

    def _fill(self) -> None:
        for data in chunks(self._fd, self._wake_fd):
            self._write(self._gunzip.feed(data))
        self._write(self._gunzip.rest())
        if self._gunzip.cut and not self._stopping.is_set():
            self.notices.append("the gzip stream is cut off: read up to there")

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


def chunks(fd: int, wake: int) -> Iterator[bytes]:
    """What arrives on `fd`, as it arrives, until it ends or `wake` becomes readable."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        if any(ready == wake for ready, _ in poll.poll()):
            return
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
