"""Listening: a device's packets, written into the spool by libpcap's own C loop.

Order matters. The device is opened and its filter set as root; then root is given up; then the spool is
opened, so that it belongs to the user; and only then does a packet arrive in a file that anybody parses.

The thread polls, lets libpcap dump everything that is in the ring, and flushes. No Python runs per packet.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import MutableMapping

from tcptui.capture import ssh
from tcptui.capture.feed import FeedStats, SpoolingFeed
from tcptui.capture.libpcap import SNAPLEN, Capture, Dump, interfaces
from tcptui.capture.privileges import User, give_up_root
from tcptui.capture.spool import Spool
from tcptui.capture.words import TCP_FILTERS, leaves_icmp_out
from tcptui.errors import CaptureError

BUFFER = 32 << 20
"""Bytes of the kernel's ring: a quarter of a second of a saturated gigabit link."""

HOLD_MS = 20
"""How long the kernel may hold back packets of a ring block that is not full."""

TURN = 1 << 14
"""Packets dumped between two flushes, at most."""

POLL_MS = 250
STATS_EVERY = 1.0


NO_ICMP = "ICMP not captured"


class LiveFeed(SpoolingFeed):
    """A device's packets, as they pass.

    iface: a name, a number of `tcptui -D`, or "any". filter: pcap-filter words; "" means TCP, without
    this SSH session. snaplen: bytes kept of each packet, 0 for all. count: exactly so many packets, then
    it ends. keep: the file to keep the packets in. environ: for SUDO_UID, SUDO_GID, SSH_CONNECTION.

    The constructor opens everything and gives up root for the whole process. CaptureError with the way
    out when the device, the filter or the file does not work.

    Limits: TCP in tunnels (MPLS, PPPoE, GRE, …) is not kept without a filter; `mpls and tcp` asks for it.
    On other systems than Linux a device that vanishes may end the capture without an error.
    """

    def __init__(
        self,
        iface: str,
        filter: str = "",
        *,
        snaplen: int = 0,
        promiscuous: bool = True,
        count: int | None = None,
        keep: str | os.PathLike[str] | None = None,
        environ: MutableMapping[str, str] = os.environ,
    ) -> None:
        device = resolve(iface)
        capture = Capture.open_device(
            device, snaplen=snaplen or SNAPLEN, promiscuous=promiscuous, buffer=BUFFER, timeout_ms=HOLD_MS
        )
        try:
            self.filter, notices = _set_filter(capture, filter.strip(), environ)
            self.user = give_up_root(environ)
            spool = _open_spool(keep, self.user)
        except BaseException:
            capture.close()
            raise
        super().__init__(f"{device} · {filter.strip()}" if filter.strip() else device, spool)
        self.notices = capture.notices + notices
        self._index = _index(device)
        self._capture = capture
        self._dump = Dump(capture, spool.detach(), spool.path)
        self._dump.flush()  # the header, so that there is something to read at once
        self._left = count
        self._counters = _Counters()

    @property
    def live(self) -> bool:
        return True

    def stats(self) -> FeedStats:
        return self._counters.total

    def _fill(self) -> None:
        poll = select.poll()
        poll.register(self._capture.fileno(), select.POLLIN)
        poll.register(self._wake_fd, select.POLLIN)
        due = 0.0
        while self._left != 0 and self._room():
            full = self._turn()
            if time.monotonic() >= due:
                self._count()
                self._check_there()
                due = time.monotonic() + STATS_EVERY
            if not full and any(what & select.POLLERR for _, what in poll.poll(POLL_MS)):
                self._went_down()
        if self._stopping.is_set() and self._left is None:
            time.sleep(2 * HOLD_MS / 1000)  # what was sent before the end is in the ring by then
            self._turn()

    def _turn(self) -> bool:
        """Dump what the ring holds. Whether there may be more at once."""
        most = TURN if self._left is None else min(TURN, self._left)
        try:
            done = self._capture.dispatch(self._dump, most) or 0
        except CaptureError as error:
            raise CaptureError(
                f"{self._capture.name}: {error.message}", "what came before is kept"
            ) from error
        if self._left is not None:
            self._left -= done
        if done:
            self._dump.flush()
        return done == most

    def _went_down(self) -> None:
        """The device is down or gone. libpcap tells which; a device that is down may come up again."""
        self._turn()
        self._check_there()
        notice = f"{self._capture.name} went down: listening goes on when it is up again"
        if notice not in self.notices:
            self.notices.append(notice)

    def _check_there(self) -> None:
        """A device that went down first and was removed then says nothing more: ask for it."""
        if self._index is not None and _name(self._index) is None:
            raise CaptureError(f"{self._capture.name} has disappeared", "what came before is kept")

    def _count(self) -> None:
        numbers = self._capture.stats()
        if numbers:
            self._counters.update(numbers)

    def _release(self) -> None:
        try:
            self._count()
            self._dump.flush()
        finally:
            self._dump.close()
            self._capture.close()


class _Counters:
    """The kernel's 32-bit counters, added up beyond their range."""

    def __init__(self) -> None:
        self._last = (0, 0, 0)
        self.total = FeedStats(0, 0, 0)

    def update(self, numbers: tuple[int, int, int]) -> None:
        grown = [(new - old) & 0xFFFFFFFF for new, old in zip(numbers, self._last, strict=True)]
        total = (self.total.received or 0, self.total.dropped or 0, self.total.if_dropped or 0)
        self.total = FeedStats(*(before + more for before, more in zip(total, grown, strict=True)))
        self._last = numbers


def resolve(iface: str) -> str:
    """A device's name, from its name or its number in `interfaces()`. CaptureError for a number too large."""
    if not iface:
        raise CaptureError("-i needs the name of a device", "tcptui -D lists the devices")
    if not (iface.isascii() and iface.isdigit()):
        return iface
    names = [interface.name for interface in interfaces()]
    number = int(iface[:9])
    if iface in names or not 1 <= number <= len(names):
        if iface in names:
            return iface
        raise CaptureError(
            f"cannot listen on {iface}: there are {len(names)} devices", "tcptui -D lists them"
        )
    return names[number - 1]


def _index(device: str) -> int | None:
    """The kernel's number of a device; None for `any` and others that are no network device."""
    try:
        return socket.if_nametoindex(device)
    except OSError:
        return None


def _name(index: int) -> str | None:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return None


def _set_filter(capture: Capture, words: str, environ: MutableMapping[str, str]) -> tuple[str, list[str]]:
    """Set the user's filter, or the one for TCP. Returns what was set, and what to tell the user."""
    if words:
        capture.set_filter(words)
        return words, [NO_ICMP] if leaves_icmp_out(words) else []
    connection = ssh.own_connection(environ)
    without = ssh.exclusion(connection) if connection else None
    for candidate in TCP_FILTERS:
        text = f"{without} and {candidate}" if without else candidate
        try:
            capture.set_filter(text)
        except CaptureError:
            if candidate == TCP_FILTERS[-1]:
                raise
        else:
            break
    notice = f"this SSH session ({' '.join(connection.split())}) is left out"
    return text, [notice] if without else []


def _open_spool(keep: str | os.PathLike[str] | None, user: User | None) -> Spool:
    try:
        return Spool.create(keep)
    except CaptureError as error:
        if user is None or error.hint:
            raise
        raise CaptureError(
            error.message, f"root was given up: {user.name} must be able to write it"
        ) from error
