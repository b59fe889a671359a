"""A program on a pseudo-terminal, watched from outside: what it shows, when it wrote it, how many bytes.

A thread takes what the program writes as it comes and notes the time; the emulator (pyte) is fed only when
somebody looks, so that its slowness neither holds up the program nor spoils a measurement.

Limits: times are those at which the bytes could be read here, about 0.1 ms after they were written; a real
terminal needs its own time to draw them. pyte knows neither synchronized updates nor the keyboard protocols
that a program may ask for.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

import pyte

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "page_up": "\x1b[5~",
    "page_down": "\x1b[6~",
    "tab": "\t",
    "enter": "\r",
    "escape": "\x1b",
    "ctrl_z": "\x1a",
    "ctrl_c": "\x03",
}
"""Keys that are no letters, as a terminal sends them."""

COLOURS = {
    "24bit": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "xterm-256color", "COLORTERM": ""},
    "16": {"TERM": "xterm", "COLORTERM": ""},
}
"""What a program may know of a terminal's colours."""

UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""Where this is set, a program that is not installed is compiled anew at every start, 0.3 s for this one."""

QUIET = 0.04
"""Seconds without a byte after which an answer has ended."""

SWITCH = 0.0005
"""Seconds for which the emulator may keep the reading thread waiting."""

Picture = list[str]
"""A screen's lines, each as wide as the screen."""


class Chunk(NamedTuple):
    """Bytes that were read at once. at: `time.perf_counter` then."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key brought. first, last: seconds from the key to the first and the last byte; size: bytes.

    Without any byte: first and last are infinite.
    """

    first: float
    last: float
    size: int


class Terminal:
    """A program on a terminal of its own; a context manager that ends it.

    command: the program and its arguments. size: columns and lines. colours: of COLOURS. env: more of the
    environment. stdin: a descriptor for its standard input, where that is not the terminal.
    `seen` is all that it has written.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        colours: str = "24bit",
        env: dict[str, str] | None = None,
        stdin: int | None = None,
    ) -> None:
        self.size = size
        self.chunks: list[Chunk] = []
        self.grown = threading.Condition()
        self.started = time.perf_counter()
        inherited = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
        self.pid, self.fd = _fork(command, size, inherited | COLOURS[colours] | (env or {}), stdin)
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0
        self._closing = False
        sys.setswitchinterval(min(SWITCH, sys.getswitchinterval()))
        self._reader = threading.Thread(target=self._listen, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    # -- the program -----------------------------------------------------------------------------

    def send(self, keys: str) -> None:
        """Type `keys`, as a terminal would send them (see KEYS)."""
        os.write(self.fd, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self._feed()
        self.size = (columns, lines)
        self._screen.resize(lines, columns)
        _set_size(self.fd, self.size)

    def ended(self, seconds: float = 5) -> int:
        """The exit status, which must come within `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                self._reader.join(timeout=1)  # what it wrote last
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise TimeoutError("still running")

    def stall(self) -> None:
        """From now on the terminal takes nothing, as behind a lost connection."""
        self._closing = True
        self._reader.join(timeout=1)

    def hang_up(self) -> None:
        """The terminal is gone, the program may yet run."""
        if self.fd >= 0:
            self.stall()
            os.close(self.fd)
            self.fd = -1

    def kill(self) -> None:
        """End it, if it has not ended."""
        self.hang_up()
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    # -- what it shows ---------------------------------------------------------------------------

    @property
    def seen(self) -> bytes:
        return b"".join(chunk.data for chunk in self.chunks)

    def picture(self) -> Picture:
        """The screen now."""
        self._feed()
        return list(self._screen.display)

    def blank(self) -> None:
        """Forget what the screen shows: what comes from now on is drawn on an empty one."""
        self._feed()
        self._screen.reset()

    def cells(self) -> list[list[pyte.screens.Char]]:
        """The screen now, with its colours: a list of characters for each line."""
        self._feed()
        columns, lines = self.size
        return [[self._screen.buffer[y][x] for x in range(columns)] for y in range(lines)]

    def text(self) -> str:
        """The screen now, without what trails."""
        return "\n".join(line.rstrip() for line in self.picture())

    def shows(self, shown: str | Callable[[Picture], bool], seconds: float = 15) -> float:
        """Wait until a text stands on the screen, or a picture is as wanted.

        Seconds from the start of the program to the bytes that made it so. TimeoutError with the screen
        when it does not come.
        """
        wanted = _wanted(shown)
        end = time.monotonic() + seconds
        at = self.started
        while not wanted(list(self._screen.display)):
            if self._fed < len(self.chunks):
                at = self._feed_one()
            elif not self._wait(len(self.chunks), end):
                raise TimeoutError(f"not shown: {shown!r}\n{self.text()}")
        return at - self.started

    def wrote(self, data: bytes, seconds: float = 15, since: int = 0) -> None:
        """Wait until the program has written these bytes, after the first `since` chunks."""
        end = time.monotonic() + seconds
        while data not in b"".join(chunk.data for chunk in self.chunks[since:]):
            if not self._wait(len(self.chunks), end):
                raise TimeoutError(f"not written: {data!r}\n{self.seen[-2000:]!r}")

    # -- measuring -------------------------------------------------------------------------------

    def press(self, keys: str, *, quiet: float = QUIET, limit: float = 2.0) -> Answer:
        """Type `keys`; the answer is all that comes until nothing has come for `quiet` seconds.

        limit: seconds to wait for the first byte. On a screen that changes by itself use `answer`.
        """
        known = len(self.chunks)
        start = time.perf_counter()
        self.send(keys)
        end = time.monotonic() + limit
        while self._wait(len(self.chunks), end):
            end = time.monotonic() + quiet
        came = self.chunks[known:]
        if not came:
            return Answer(float("inf"), float("inf"), 0)
        return Answer(came[0].at - start, came[-1].at - start, sum(len(c.data) for c in came))

    def answer(self, keys: str, shown: str | Callable[[Picture], bool], *, limit: float = 5.0) -> Answer:
        """Type `keys`; the answer is all that comes until the screen is as wanted.

        For a screen that changes by itself; bytes of other changes that came meanwhile count as well.
        """
        self._feed()
        wanted = _wanted(shown)
        start = time.perf_counter()
        self.send(keys)
        end = time.monotonic() + limit
        first, size = float("inf"), 0
        while True:
            if self._fed == len(self.chunks):
                if not self._wait(self._fed, end):
                    raise TimeoutError(f"not shown after {keys!r}: {shown!r}\n{self.text()}")
                continue
            size += len(self.chunks[self._fed].data)
            at = self._feed_one() - start
            first = min(first, at)
            if wanted(list(self._screen.display)):
                return Answer(first, at, size)

    def watch(self, seconds: float) -> list[Chunk]:
        """What comes within `seconds` without a key."""
        known = len(self.chunks)
        time.sleep(seconds)
        return self.chunks[known:]

    def settle(self, quiet: float = 0.3, limit: float = 20.0) -> None:
        """Wait until nothing has come for `quiet` seconds."""
        end = time.monotonic() + limit
        while self._wait(len(self.chunks), time.monotonic() + quiet):
            if time.monotonic() > end:
                raise TimeoutError("it goes on writing")

    # -- inside ----------------------------------------------------------------------------------

    def _wait(self, known: int, end: float) -> bool:
        """Wait for more than `known` chunks; whether they are there."""
        with self.grown:
            return self.grown.wait_for(lambda: len(self.chunks) > known, max(0.0, end - time.monotonic()))

    def _feed(self) -> None:
        while self._fed < len(self.chunks):
            self._feed_one()

    def _feed_one(self) -> float:
        chunk = self.chunks[self._fed]
        self._fed += 1
        self._stream.feed(chunk.data)
        return chunk.at

    def _listen(self) -> None:
        poll = select.poll()  # select() would refuse descriptors beyond 1023
        poll.register(self.fd, select.POLLIN)
        while not self._closing:
            if not poll.poll(50):
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:  # nobody has the other end open
                return
            with self.grown:
                self.chunks.append(Chunk(time.perf_counter(), data))
                self.grown.notify_all()


def updates(chunks: Sequence[Chunk], apart: float = 0.01) -> int:
    """How many times the screen was written to: what comes `apart` seconds after the last bytes is new."""
    times = [chunk.at for chunk in chunks]
    return sum(1 for at, before in zip(times, [-apart, *times], strict=False) if at - before >= apart)


def _wanted(shown: str | Callable[[Picture], bool]) -> Callable[[Picture], bool]:
    if isinstance(shown, str):
        return lambda picture: any(shown in line for line in picture)
    return shown


def _fork(
    command: Sequence[str], size: tuple[int, int], env: dict[str, str], stdin: int | None
) -> tuple[int, int]:
    """The program on the other end of a new terminal, which has its size before the program begins."""
    ready, begin = os.pipe()
    pid, fd = pty.fork()
    if pid == 0:
        try:
            os.read(ready, 1)
            if stdin is not None:
                os.dup2(stdin, 0)
            os.execvpe(command[0], list(command), env)
        finally:
            os._exit(127)
    _set_size(fd, size)
    os.write(begin, b"g")
    os.close(ready)
    os.close(begin)
    return pid, fd


def _set_size(fd: int, size: tuple[int, int]) -> None:
    columns, lines = size
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
