"""Network namespaces of their own for tests that send real packets.

`fresh_namespace()` puts the thread into one with nothing but lo; threads and processes that are started
inside it are in it too. `veth_pair(here, there)` joins two of them by a wire: the thread is at one end,
and `run(there, call)` calls something at the other.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

CLONE_NEWNET = 0x40000000
HERE = "/proc/thread-self/ns/net"

Result = TypeVar("Result")
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words: str) -> None:
    """Run ip(8) in this thread's namespace."""
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def fresh_namespace() -> Iterator[int]:
    """Put this thread into a new namespace, whose lo is up. Yields a descriptor of that namespace."""
    before = os.open(HERE, os.O_RDONLY)
    try:
        _check(_libc.unshare(CLONE_NEWNET))
        made = os.open(HERE, os.O_RDONLY)
        try:
            ip("link", "set", "lo", "up")
            yield made
        finally:
            os.close(made)
            _check(_libc.setns(before, CLONE_NEWNET))
    finally:
        os.close(before)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a veth pair. `address` without the prefix length."""

    device: str
    address: str
    namespace: int


@contextmanager
def veth_pair(here: str, there: str) -> Iterator[tuple[End, End]]:
    """Two namespaces joined by a wire: veth0 with address `here` in this thread's, veth1 in the other.

    Addresses have a prefix length.
    """
    with fresh_namespace() as far, fresh_namespace() as near:
        ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
        ip("link", "set", "veth1", "netns", f"/proc/{os.getpid()}/fd/{far}")
        ends = End("veth0", _bare(here), near), End("veth1", _bare(there), far)
        _bring_up("veth0", here)
        run(ends[1], lambda: _bring_up("veth1", there))
        yield ends


def _bare(address: str) -> str:
    return address.partition("/")[0]


def _bring_up(device: str, address: str) -> None:
    ip("address", "add", address, "dev", device)
    ip("link", "set", device, "up")


def run(end: End, call: Callable[[], Result]) -> Result:
    """Call something in the namespace of `end`, in a thread of its own."""
    box: dict[str, Any] = {}

    def enter() -> None:
        try:
            _check(_libc.setns(end.namespace, CLONE_NEWNET))
            box["result"] = call()
        except BaseException as error:
            box["error"] = error

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if "error" in box:
        raise box["error"]
    result: Result = box["result"]
    return result
