"""The file that packets are spooled into: one that the user named and keeps, or a temporary one.

A temporary spool has mode 0600, lies in $TMPDIR and is removed at a clean end; after a crash it stays,
so that nothing that was captured is lost. Whoever opens a spool owns it: under sudo it is opened after
root was given up, so it belongs to the user who called.

A temporary spool may have a limit. Then its oldest bytes are given back to the disk while it grows, as holes:
every other byte keeps its place. Where it is to stay after all, what is left is moved up to the header, so
that it is a capture file again.

Limits: after a crash the holes are still there, and read as zeros. An interface that a pcapng describes only
behind its first packet is missing where its description was given back.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tcptui.capture import holes, pcap, pcapng
from tcptui.errors import CaptureError

HEAD = 1 << 16
"""Bytes at the beginning that always stay: the file's header, and pcapng's descriptions of interfaces."""


def reason(error: OSError) -> str:
    """The system's words for an error, as the tail of a sentence ("permission denied")."""
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


class Spool:
    """An open, empty file to spool into.

    path: absolute. kept: the user named it, so it outlives the run. `fd` is open for writing until
    `detach` hands it over or `close` closes it. limit: bytes that it may take, None for any number; it is
    set by `bound`.
    """

    def __init__(self, path: str, fd: int, *, kept: bool) -> None:
        self.path = path
        self.kept = kept
        self.fd = fd
        self.limit: int | None = None
        self._own = -1  # for giving back: `fd` is handed over, and closed by others
        self._begin = 0  # offset of the first record behind the hole; 0 while there is none

    @classmethod
    def create(cls, keep: str | os.PathLike[str] | None = None, *, source: str | int | None = None) -> Spool:
        """Open the file to keep, or a temporary one when `keep` is None.

        As with tcpdump, a file that exists is overwritten. CaptureError when it is not a regular file,
        when it is the very file that is being read (`source`, a path or a descriptor), or when it cannot
        be written.
        """
        if keep is None:
            return cls._temporary()
        return cls(os.path.abspath(keep), _open_kept(os.fspath(keep), source), kept=True)

    @classmethod
    def _temporary(cls) -> Spool:
        try:
            fd, path = tempfile.mkstemp(prefix="tcptui-", suffix=".pcap")
        except OSError as error:
            raise CaptureError(
                f"cannot make a temporary file: {reason(error)}", "set TMPDIR to a directory with room"
            ) from error
        return cls(path, fd, kept=False)

    def detach(self) -> int:
        """Give up the descriptor to a new owner, who closes it."""
        fd, self.fd = self.fd, -1
        return fd

    def close(self) -> None:
        """Close `fd`, unless it was handed over."""
        fd = self.detach()
        if fd >= 0:
            os.close(fd)

    def bound(self, limit: int) -> None:
        """Let it take so many bytes at most; without effect on a kept file, of which nothing is given back.

        CaptureError when it is gone.
        """
        if self.kept:
            return
        try:
            self._own = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise CaptureError(f"cannot open {self.path} again: {reason(error)}") from error
        self.limit = limit

    @property
    def full(self) -> bool:
        """It takes all that it may: whoever fills it must wait until some of it is given back."""
        return self.limit is not None and self.used >= self.limit

    @property
    def used(self) -> int:
        """Bytes that a bounded one takes on the disk, to a block or two."""
        return os.fstat(self._own).st_size - max(self._begin - HEAD, 0)

    def give_back(self, before: int) -> None:
        """The bytes before this offset, where a record begins, are needed no more; the first HEAD ones stay.

        Without effect where there is no limit. OSError when the file system cannot do it; then there is none
        any more.
        """
        if self.limit is None or before <= max(HEAD, self._begin):
            return
        try:
            holes.punch(self._own, max(HEAD, self._begin - holes.BLOCK), before)
        except OSError:
            self.limit = None
            raise
        self._begin = before

    def remove(self) -> None:
        """The clean end: a temporary file goes, a kept one stays."""
        self._release()
        if not self.kept:
            with suppress(FileNotFoundError):
                Path(self.path).unlink()

    def whereabouts(self) -> str:
        """Where the captured packets are, as one line for the user after a run that failed; "" if nowhere.

        To be called when nobody writes any more: what was given back is closed up first.
        """
        try:
            self._close_up()
            size = Path(self.path).stat().st_size
        except OSError:
            return ""
        return f"what was captured is in {self.path}" if size else ""

    def _close_up(self) -> None:
        """Make it a capture file again: nothing but the packets that are left, behind the header."""
        begin, self._begin = self._begin, 0
        try:
            if begin:
                header = _header_size(os.pread(self._own, HEAD, 0))
                # Without its beginning, what is compressed cannot be read.
                holes.close_up(self._own, header, begin) if header else os.ftruncate(self._own, 0)
        finally:
            self._release()

    def _release(self) -> None:
        self.close()
        own, self._own, self.limit = self._own, -1, None
        if own >= 0:
            os.close(own)


def _header_size(head: bytes) -> int:
    """Where the first packet's record begins in a capture file; 0 where that is not known."""
    if head[:4] in pcap.MAGIC:
        return pcap.HEADER
    return pcapng.before_packets(head)


def _open_kept(path: str, source: str | int | None) -> int:
    """Open for writing and empty it, but nothing other than a regular file, and not what is being read."""
    if path == "-":
        raise CaptureError("cannot write packets to standard output", "give -w the name of a file")
    try:
        # Not truncated yet: it may turn out to be the file that we read. Not blocking: it may be a FIFO.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise CaptureError(f"cannot write {path}: {reason(error)}") from error
    try:
        _check_kept(path, fd, source)
        os.ftruncate(fd, 0)
    except OSError as error:
        os.close(fd)
        raise CaptureError(f"cannot write {path}: {reason(error)}") from error
    except CaptureError:
        os.close(fd)
        raise
    return fd


def _check_kept(path: str, fd: int, source: str | int | None) -> None:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise CaptureError(f"cannot write {path}: not a regular file", "packets are read back from it")
    if source is not None and os.path.samestat(status, os.stat(source)):
        raise CaptureError(f"cannot write {path}: it is the file that is being read", "give -w another name")
