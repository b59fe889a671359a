"""Running feeds in tests: what they spooled, and waiting for it without fixed delays."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tcptui.capture.feed import Feed, FeedStats
from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.spool import Spool
from tests.support.packets import packets, read_all

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds until a test gives up; reached only when something is broken."""

Packet = tuple[int, int, int, int, bytes]


def until(reached: Callable[[], object], what: str = "") -> None:
    """Wait until something is so; AssertionError when it never is."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain {what}"
        time.sleep(0.002)


def spooled(feed: Feed) -> list[Packet]:
    """(time_ns, caplen, wirelen, linktype, bytes) of what is in the spool now."""
    reader = CaptureReader(feed.path, growing=True)
    try:
        return packets(read_all(reader))
    finally:
        reader.close()


def until_spooled(feed: Feed, count: int) -> list[Packet]:
    until(lambda: len(spooled(feed)) >= count, f"for {count} packets in {feed.label}")
    return spooled(feed)


@contextmanager
def running(feed: Feed) -> Iterator[Feed]:
    """Start a feed; stop it and remove its spool afterwards."""
    feed.start()
    try:
        yield feed
    finally:
        feed.stop()
        feed.spool.remove()


def run_to_end(feed: Feed) -> list[Packet]:
    """Run a feed until its source ends; what it spooled."""
    with running(feed):
        until(lambda: not feed.running, "for the end")
        return spooled(feed)


class Over:
    """A live feed that has ended before anybody reads: all its packets are in its file."""

    live, running = True, False
    error = None
    label = "over"

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.spool = Spool(self.path, -1, kept=True)
        self.notices: list[str] = []

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def stats(self) -> FeedStats:
        return FeedStats()


def exchange(server: socket.socket, *, host: str | None = None) -> int:
    """Connect, seven bytes, close by the client, close by the server. Returns the client's port."""
    address = server.getsockname()
    with socket.create_connection((host or address[0], address[1])) as client:
        accepted = server.accept()[0]
        client.sendall(b"hello\r\n")
        while accepted.recv(100) != b"hello\r\n":
            pass
        port: int = client.getsockname()[1]
    accepted.recv(1)
    accepted.close()
    return port


def python(script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own, with this package, in this thread's namespace."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SUDO_", "SSH_"))}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=inherited | environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
