"""Bytes on their way from a descriptor to libpcap, expanded if they are gzipped.

libpcap reads its input with blocking calls and knows no gzip. So where one of the two matters, a thread
stands between: it reads, expands, and writes into a pipe that libpcap reads. Closing either end of that
pipe stops the other.
"""

from __future__ import annotations

import os
import threading
import zlib

from tcptui.capture.pipe import chunks
from tcptui.capture.source import GZIP_MAGIC
from tcptui.errors import CaptureError


class Gunzip:
    """Expands a stream that may be gzipped (RFC 1952, any number of members), or hands it through.

    trouble: why no more can be expanded, or "".
    """

    def __init__(self) -> None:
        self.trouble = ""
        self._head: bytes | None = b""  # until the first two bytes are known
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> bytes:
        """What `data`, the next bytes of the stream, means."""
        if self._head is not None:
            data = self._head + data
            if len(data) < len(GZIP_MAGIC):
                self._head = data
                return b""
            self._head = None
            if data.startswith(GZIP_MAGIC):
                self._inflate = zlib.decompressobj(wbits=31)
        return data if self._inflate is None else self._expand(data)

    def finish(self) -> bytes:
        """The stream has ended: what was held back."""
        head, self._head = self._head, None
        if self._inflate is not None and not self._inflate.eof:
            self.trouble = self.trouble or "the gzip stream is cut off"
        return head or b""

    def _expand(self, data: bytes) -> bytes:
        out = []
        while data and not self.trouble:
            assert self._inflate is not None
            if self._inflate.eof:
                data = data.lstrip(b"\0")  # padding after a member
                if not data:
                    break
                self._inflate = zlib.decompressobj(wbits=31)
            try:
                out.append(self._inflate.decompress(data))
            except zlib.error:
                self.trouble = "the gzip stream is damaged"
            data = self._inflate.unused_data
        return b"".join(out)


class Pump:
    """A thread that copies from `fd`, expanded, into a pipe.

    output: the pipe's end to read from; whoever takes it owns it. wake: a descriptor that becomes
    readable when the copying must end, for a source that may keep us waiting. owned: close `fd` after.
    trouble: what was wrong with the stream, or "".
    """

    def __init__(self, fd: int, wake: int | None = None, *, owned: bool = False) -> None:
        self.output, self._input = os.pipe()
        self._fd, self._wake, self._owned = fd, wake, owned
        self._gunzip = Gunzip()
        self._failed = ""
        self._thread = threading.Thread(target=self._run, name="gunzip", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        return self._failed or self._gunzip.trouble

    def join(self, timeout: float) -> None:
        """Wait for the end, after the output was closed or has ended."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._copy()
        except BrokenPipeError:
            pass  # the reader has enough
        except CaptureError as error:
            self._failed = error.message
        finally:
            os.close(self._input)
            if self._owned:
                os.close(self._fd)

    def _copy(self) -> None:
        for data in chunks(self._fd, self._wake):
            self._write(self._gunzip.feed(data))
        self._write(self._gunzip.finish())

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._input, view) :]
