"""The kernel's own account of TCP, from a tracing instance that nobody else uses.

The events sock:inet_sock_set_state and tcp:tcp_*_reset, tcp_retransmit_* of the whole machine, with
nanosecond times on the clock of the captures (trace_clock `tai`, less what TAI is ahead). They are read
as the ring buffer has them (trace_pipe_raw), for the text has neither nanoseconds nor the socket's address.

Limits: Linux with tracefs, root; 64-bit little-endian; events/*/format is believed.
"""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import os
import re
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lab.closing import Closing
from lab.sockdiag import STATES, End

EVENTS = {
    "inet_sock_set_state": "sock",
    "tcp_send_reset": "tcp",
    "tcp_receive_reset": "tcp",
    "tcp_retransmit_skb": "tcp",
    "tcp_retransmit_synack": "tcp",
}
_OWN = "tcptui-tracefs-"  # a mount of our own; one of another run may vanish
_PAGE_HEADER = 16
_PAGE = 65536
_TYPE_PADDING, _TYPE_TIME_EXTEND, _TYPE_TIME_STAMP = 29, 30, 31
_PROTOCOL_TCP = 6
_AF_INET6 = 10
_FIELD = re.compile(r"field:.*?(\w+)(?:\[\d+\])?;\s*offset:(\d+);\s*size:(\d+);")
_libc = ctypes.CDLL(None, use_errno=True)


class TracingError(Exception):
    """This machine does not let itself be traced: why, in one line."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One event about the socket at `address` (the kernel's; reused when it is freed).

    kind: the event's name. own, peer: None where the event does not tell. old, new: states, of
    inet_sock_set_state alone; else empty.
    """

    time_ns: int
    kind: str
    address: int
    own: End | None = None
    peer: End | None = None
    old: str = ""
    new: str = ""


class _Field(NamedTuple):
    offset: int
    size: int


class Tracer(Closing):
    """Collects `events` from now until `close()`.

    Raises TracingError where tracefs cannot be mounted or refuses an instance or the clock.
    """

    def __init__(self) -> None:
        self.events: list[Traced] = []
        self._lock = threading.Lock()
        self._ahead = _whole_seconds(time.clock_gettime_ns(time.CLOCK_TAI) - time.time_ns())
        self._mounted: Path | None = None
        self._stopping = threading.Event()
        try:
            self._instance = self._make_instance(self._root())
        except OSError as error:
            self._unmount()
            raise TracingError(f"no tracing here: {error}") from error
        self._formats = {number: (name, fields) for number, name, fields in self._read_formats()}
        self._pipes = [
            os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            for pipe in sorted(self._instance.glob("per_cpu/cpu*/trace_pipe_raw"))
        ]
        self._thread = threading.Thread(target=self._run, name="tracer", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Bring `events` up to date."""
        with self._lock:
            for pipe in self._pipes:
                with contextlib.suppress(BlockingIOError):
                    while page := os.read(pipe, _PAGE):
                        self.events.extend(self._page(page))

    def about(self, addresses: set[str]) -> list[Traced]:
        """What concerns sockets of these addresses, in the order of time."""
        self.drain()
        with self._lock:
            found = [one for one in self.events if one.own and one.own[0] in addresses]
        return sorted(found, key=lambda one: one.time_ns)

    def lost(self) -> int:
        """How many events found no room in the buffer."""
        stats = "\n".join(path.read_text() for path in self._instance.glob("per_cpu/cpu*/stats"))
        return sum(
            int(count) for count in re.findall(r"^(?:overrun|dropped events): (\d+)", stats, re.MULTILINE)
        )

    def close(self) -> None:
        """Take the instance down."""
        self._stopping.set()
        self._thread.join()
        for pipe in self._pipes:
            os.close(pipe)
        _remove(self._instance)
        self._unmount()

    # -- the instance ----------------------------------------------------------------------------------

    def _root(self) -> Path:
        """Where tracefs is; mounted for us alone where it is nowhere."""
        for line in Path("/proc/self/mounts").read_text().splitlines():
            _, where, kind, *_ = line.split()
            if kind == "tracefs" and _OWN not in where and (Path(where) / "instances").is_dir():
                return Path(where)
        place = Path(tempfile.mkdtemp(prefix=_OWN))
        if _libc.mount(b"tracefs", os.fsencode(place), b"tracefs", 0, None) != 0:
            error = ctypes.get_errno()
            place.rmdir()
            raise OSError(error, os.strerror(error), "tracefs")
        self._mounted = place
        return place

    def _unmount(self) -> None:
        if self._mounted is not None:
            _libc.umount2(os.fsencode(self._mounted), 2)  # MNT_DETACH
            self._mounted.rmdir()
            self._mounted = None

    def _make_instance(self, root: Path) -> Path:
        for left in root.glob("instances/tcptui-*"):
            if not Path("/proc", left.name.split("-")[1]).exists():
                _remove(left)  # of a run that was killed
        instance = root / "instances" / f"tcptui-{os.getpid()}-{id(self):x}"
        instance.mkdir()
        try:
            (instance / "trace_clock").write_text("tai")
            (instance / "buffer_size_kb").write_text("4096")
            for name, group in EVENTS.items():
                (instance / "events" / group / name / "enable").write_text("1")
        except OSError:
            _remove(instance)
            raise
        return instance

    def _read_formats(self) -> Iterator[tuple[int, str, dict[str, _Field]]]:
        for name, group in EVENTS.items():
            text = (self._instance / "events" / group / name / "format").read_text()
            number = re.search(r"^ID: (\d+)", text, re.MULTILINE)
            assert number
            fields = {field: _Field(int(at), int(size)) for field, at, size in _FIELD.findall(text)}
            yield int(number[1]), name, fields

    def _run(self) -> None:
        while not self._stopping.wait(0.05):
            self.drain()

    # -- the ring buffer's pages -----------------------------------------------------------------------

    def _page(self, page: bytes) -> Iterator[Traced]:
        """linux/ring_buffer.h: a page's time, then events with the time since the one before."""
        now, commit = struct.unpack_from("<QQ", page)
        at, end = _PAGE_HEADER, _PAGE_HEADER + (commit & 0xFFFFF)
        while at < end:
            (word,) = struct.unpack_from("<I", page, at)
            kind, delta = word & 0x1F, word >> 5
            following = struct.unpack_from("<I", page, at + 4)[0] if at + 8 <= len(page) else 0
            if kind == _TYPE_PADDING:
                if not delta:
                    return
                at += 4 + following
            elif kind == _TYPE_TIME_EXTEND:
                now += delta + (following << 27)
                at += 8
            elif kind == _TYPE_TIME_STAMP:
                now = (now >> 59 << 59) | (delta + (following << 27))  # its five highest bits are not kept
                at += 8
            else:
                now += delta
                size = 4 * kind if kind else following
                start = at + 4 if kind else at + 8
                if one := self._event(now - self._ahead, page[start : at + 4 + size]):
                    yield one
                at += 4 + size

    def _event(self, time_ns: int, record: bytes) -> Traced | None:
        (number,) = struct.unpack_from("<H", record)
        if number not in self._formats:
            return None
        kind, fields = self._formats[number]

        def value(name: str) -> int:
            offset, size = fields[name]
            return int.from_bytes(record[offset : offset + size], "little")

        def raw(name: str) -> bytes:
            offset, size = fields[name]
            return record[offset : offset + size]

        address = value("skaddr") if "skaddr" in fields else 0
        if "sport" not in fields:  # tcp_send_reset: two struct sockaddr
            own, peer = _sockaddr(raw("saddr")), _sockaddr(raw("daddr"))
            return Traced(time_ns, kind, address, own, peer)
        if "protocol" in fields and value("protocol") != _PROTOCOL_TCP:
            return None  # MPTCP's own state, beside that of its subflows
        suffix = "_v6" if value("family") == _AF_INET6 else ""
        own = str(ipaddress.ip_address(raw(f"saddr{suffix}"))), value("sport")
        peer = str(ipaddress.ip_address(raw(f"daddr{suffix}"))), value("dport")
        if kind != "inet_sock_set_state":
            return Traced(time_ns, kind, address, own, peer)
        return Traced(time_ns, kind, address, own, peer, STATES[value("oldstate")], STATES[value("newstate")])


def _sockaddr(data: bytes) -> End | None:
    family, port = struct.unpack_from("<H", data)[0], struct.unpack_from("!H", data, 2)[0]
    if family == 2:
        return str(ipaddress.ip_address(data[4:8])), port
    return (str(ipaddress.ip_address(data[8:24])), port) if family == _AF_INET6 else None


def _remove(instance: Path) -> None:
    with contextlib.suppress(OSError):  # somebody reads it still: the next run tries again
        instance.rmdir()


def _whole_seconds(nanoseconds: int) -> int:
    return round(nanoseconds / 1e9) * 1_000_000_000
