"""The bytes of a capture file, plain or gzipped, addressed by offset and possibly still growing.

`pread` into buffers, not mmap: of 112 MB the one takes 13 ms and the other 10, beside 100 ms for the walk
over their million records; and a file that shrinks gives a short read instead of SIGBUS.

Limits: a gzipped file is expanded into an unnamed temporary file as large as its contents.
"""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import zlib
from typing import Protocol

from tcptui.capture import holes
from tcptui.errors import CaptureError

GZIP_MAGIC = b"\x1f\x8b"
# Compressed bytes handed to zlib at a time: they expand by up to a thousand.
_STEP = 1 << 16


class ByteSource(Protocol):
    """What a reader needs of a file.

    path: a name under which the bytes can be read by another part of this process.
    read_at: up to `count` bytes from `offset`; fewer at the end of what there is now. Thread-safe.
    stored: the same for bytes that were read before; b"" where they are lost (an error, or closed).
    forget: the bytes before an offset are not asked for again; where in the *given* file nothing that stands
    before is. Makes room where the bytes take some of ours; OSError where that does not work.
    extent: bytes that are there to be asked for, read or not.
    finish: no more will be written; what is missing now is missing for good.
    position, size: bytes of the *given* file read so far and there now (for progress).
    trouble: why the bytes ended early (a damaged gzip stream), or "".
    """

    path: str
    position: int
    trouble: str

    def read_at(self, offset: int, count: int) -> bytes: ...
    def stored(self, offset: int, count: int) -> bytes: ...
    def forget(self, before: int) -> int: ...
    def finish(self) -> None: ...
    def close(self) -> None: ...
    @property
    def size(self) -> int: ...
    @property
    def extent(self) -> int: ...


class PlainSource:
    """A file as it is."""

    def __init__(self, fd: int, path: str) -> None:
        self._fd = fd
        self.path = path
        self.position = 0
        self.trouble = ""

    def __del__(self) -> None:
        """Who lets go of a reader, and does not close it, leaves no file open."""
        self.close()

    def read_at(self, offset: int, count: int) -> bytes:
        try:
            data = os.pread(self._fd, count, offset)
        except OSError as error:  # a bad disk, a network file system that is gone: as if the file ended here
            self.trouble = f"reading failed ({_reason(error)})"
            return b""
        self.position = max(self.position, offset + len(data))
        return data

    def fileno(self) -> int:
        """The descriptor."""
        return self._fd

    def release(self) -> int:
        """The descriptor, no longer owned."""
        fd, self._fd = self._fd, -1
        return fd

    def stored(self, offset: int, count: int) -> bytes:
        return _again(self._fd, offset, count)

    def forget(self, before: int) -> int:
        return before

    def finish(self) -> None:
        pass

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size if self._fd >= 0 else self.position

    @property
    def extent(self) -> int:
        return self.size


class GzipSource:
    """A gzipped file, expanded as far as it has been asked for (RFC 1952, any number of members).

    `path` names the expanded file by its descriptor: it has no name of its own, so nothing is left behind.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._temporary = tempfile.TemporaryFile(prefix="tcptui-")  # noqa: SIM115 - closed in close()
        self._out = self._temporary.fileno()
        self.path = f"/dev/fd/{self._out}"
        self.position = 0
        self.trouble = ""
        self._expanded = 0
        self._inflate = zlib.decompressobj(wbits=31)
        self._between = False  # a member has ended and no other begun
        self._ended = False
        self._final = False
        self._lock = threading.Lock()

    def read_at(self, offset: int, count: int) -> bytes:
        with self._lock:
            while self._expanded < offset + count and not self._ended and self._step():
                pass
        return os.pread(self._out, count, offset)

    def stored(self, offset: int, count: int) -> bytes:
        return _again(self._out, offset, count)

    def forget(self, before: int) -> int:
        holes.punch(self._out, 0, before)
        return self.position

    def finish(self) -> None:
        self._final = True

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._temporary.close()
            self._fd = -1

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size if self._fd >= 0 else self.position

    @property
    def extent(self) -> int:
        return self._expanded

    def _step(self) -> bool:
        """Expand some more; False where the given file has nothing more at present."""
        data = os.pread(self._fd, _STEP, self.position)
        if not data:
            if self._final:
                self._end("" if self._between else "the gzip stream is cut off")
            return False
        self.position += len(data)
        while data and not self._ended:
            data = self._expand(data)
        return True

    def _expand(self, data: bytes) -> bytes:
        """Expand `data` up to the end of a member at most; what is left of it."""
        if self._between:
            data = data.lstrip(b"\0")  # padding after a member, as tapes leave it
            if not data:
                return b""
        try:
            self._write(self._inflate.decompress(data))
        except zlib.error:
            self._end("other bytes follow the gzip stream" if self._between else "the gzip stream is damaged")
            return b""
        self._between = self._inflate.eof
        if not self._between:
            return b""
        rest = self._inflate.unused_data
        self._inflate = zlib.decompressobj(wbits=31)
        return rest

    def _write(self, data: bytes) -> None:
        while data:
            try:
                written = os.pwrite(self._out, data, self._expanded)
            except OSError as error:
                hint = f"make room in {tempfile.gettempdir()} or set TMPDIR"
                raise CaptureError(f"cannot expand the gzipped capture: {_reason(error)}", hint) from error
            self._expanded += written
            data = data[written:]

    def _end(self, trouble: str) -> None:
        self._ended = True
        self.trouble = trouble


def open_source(path: str, name: str) -> PlainSource:
    """Open `path`. CaptureError: absent, a directory, not readable."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO must not make us wait
    except OSError as error:
        raise CaptureError(f"cannot read {name}: {_reason(error)}", _hint(error)) from error
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)
        raise CaptureError(f"cannot read {name}: it is a directory", "name a capture file in it")
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise CaptureError(f"cannot read {name}: not a regular file", "pipe it in: tcptui -r - < FILE")
    return PlainSource(fd, path)


def _again(fd: int, offset: int, count: int) -> bytes:
    """A view that asks for a packet has nobody to report to: lost bytes are shown as none."""
    try:
        return os.pread(fd, count, offset)
    except OSError:
        return b""


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _hint(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "its permissions do not let you; try sudo, or chmod it"
    if isinstance(error, FileNotFoundError):
        return "check its name"
    return ""
