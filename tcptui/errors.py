"""The errors that a user sees, each as one line on standard error."""

from __future__ import annotations


class TcptuiError(Exception):
    """What went wrong, in words for the user.

    `hint` says the way out ("run it with sudo"); empty when there is none.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


def fault(error: Exception) -> TcptuiError:
    """A fault of ours, in one line; the traceback only for those who ask for it."""
    hint = "please report it with the traceback that TCPTUI_DEBUG=1 shows"
    return TcptuiError(f"internal error: {error!r}", hint)


class Ended(TcptuiError):
    """The program was ended from outside (a signal, a terminal that is gone): not a fault, but what was
    captured is kept, since nobody said that it may go.
    """


class CaptureError(TcptuiError):
    """A source of packets cannot be opened, or failed while it ran."""


class FormatError(TcptuiError):
    """Bytes that are not what their place promises.

    `path` names the file, `offset` is the byte position of the trouble in it.
    """

    def __init__(self, path: str, offset: int, message: str, hint: str = "") -> None:
        super().__init__(f"{path}: {message}", hint)
        self.path = path
        self.offset = offset
