"""The file that packets are spooled into: one that the user named and keeps, or a temporary one.

A temporary spool has mode 0600, lies in $TMPDIR and is removed at a clean end; after a crash it stays,
so that nothing that was captured is lost. Whoever opens a spool owns it: under sudo it is opened after
root was given up, so it belongs to the user who called.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tcptui.errors import CaptureError


def reason(error: OSError) -> str:
    """The system's words for an error, as the tail of a sentence ("permission denied")."""
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


class Spool:
    """An open, empty file to spool into.

    path: absolute. kept: the user named it, so it outlives the run. `fd` is open for writing until
    `detach` hands it over or `close` closes it.
    """

    def __init__(self, path: str, fd: int, *, kept: bool) -> None:
        self.path = path
        self.kept = kept
        self.fd = fd

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
        fd = self.detach()
        if fd >= 0:
            os.close(fd)

    def remove(self) -> None:
        """The clean end: a temporary file goes, a kept one stays."""
        self.close()
        if not self.kept:
            with suppress(FileNotFoundError):
                Path(self.path).unlink()

    def whereabouts(self) -> str:
        """Where the captured packets are, as one line for the user after a run that failed; "" if nowhere."""
        try:
            size = Path(self.path).stat().st_size
        except OSError:
            return ""
        return f"what was captured is in {self.path}" if size else ""


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
