"""The wire: carries frames between two interfaces, and does to them what its rules say.

A frame that comes in at one end is recorded there, judged by the first rule that matches it and is
not used up, and goes out at the other end after the wire's own delay, where it is recorded again.
So a recording at an end shows what a sniffer there would see: everything its host sends, the
frames that are lost further on included, and what reaches its host.

Limits: in user space, about 50,000 frames a second; delays are right within a millisecond or so.
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lab.forge import forged_near
from lab.frame import Frame, Match, Side, parse
from lab.net import Namespace
from lab.pcap import PcapWriter

_ETH_P_ALL = 3
# linux/socket.h and linux/if_packet.h; the socket module lacks them.
_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23
_LONGEST_WAIT = 1.0


class Gate:
    """Holds frames back until it is opened; then they go on in the order in which they came."""

    def __init__(self) -> None:
        self.is_open = False


@dataclass(frozen=True, slots=True)
class Pass:
    """Carry it as if there were no rule: an exception to a rule further down."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Lose it."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Carry it `seconds` later than usual; what comes behind overtakes it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Carry it, and once more `after` seconds."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Carry it when the gate is opened."""

    gate: Gate


@dataclass(frozen=True, slots=True)
class Follow:
    """Carry it, and right behind it a frame that nobody sent: what `forge` makes of it."""

    forge: Callable[[Frame], bytes]


Action = Pass | Drop | Delay | Duplicate | Hold | Follow


@dataclass(slots=True)
class _Rule:
    match: Match
    action: Action
    skip: int
    times: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """What the wire does to every frame that no rule takes, in each direction.

    delay: seconds one way; jitter: up to so much more, evenly spread (overtaking allowed unless fifo);
    loss, duplicates, forgeries: probabilities (of a forged RST, SYN or ACK behind it).
    """

    delay: float = 0.02
    jitter: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    fifo: bool = True
    forgeries: float = 0.0


Watch = Callable[[Frame], None]


class _Due(NamedTuple):
    at: float  # time.monotonic()
    order: int
    frame: Frame


@dataclass(slots=True)
class _Record:
    side: Side
    writer: PcapWriter = field(repr=False)


class Wire:
    """A thread that joins the interfaces `ports[Side.A]` and `ports[Side.B]` of `namespace`.

    link: the same for both directions, or one by the side that sends.
    Every method may be called from any thread.
    """

    def __init__(
        self,
        namespace: Namespace,
        ports: Mapping[Side, str],
        link: Link | Mapping[Side, Link] | None = None,
        seed: int = 0,
    ):
        self.links = link if isinstance(link, Mapping) else dict.fromkeys(Side, link or Link())
        self.seen: list[Frame] = []
        self._random = random.Random(seed)
        self._watches: tuple[Watch, Watch] | None = None
        self._rules: list[_Rule] = []
        self._records: list[_Record] = []
        self._due: list[_Due] = []
        self._held: list[tuple[Gate, Frame]] = []
        self._last_due = {Side.A: 0.0, Side.B: 0.0}
        self._order = itertools.count()
        self._clock = time.time_ns() - time.monotonic_ns()
        self._changed = threading.Condition()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._stopping = False
        with namespace.entered():
            self._sockets = {side: _raw(ports[side]) for side in Side}
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    def rule(self, match: Match, action: Action, *, skip: int = 0, times: int | None = 1) -> None:
        """Do `action` to the frames that match: after the first `skip` of them, to `times` (None: all)."""
        with self._changed:
            self._rules.append(_Rule(match, action, skip, times))

    def clear(self) -> None:
        """Forget all rules; what is held stays held."""
        with self._changed:
            self._rules.clear()

    def open(self, gate: Gate) -> None:
        """Let go what `gate` holds, and whatever else comes to it."""
        with self._changed:
            gate.is_open = True
            for _, frame in (held for held in self._held if held[0] is gate):
                self._carry(frame, self.links[frame.sender].delay)
            self._held = [held for held in self._held if held[0] is not gate]
        os.eventfd_write(self._wake, 1)

    def inject(self, side: Side, data: bytes) -> None:
        """Deliver a frame that nobody sent, at `side` alone; it looks as if it came from the other."""
        with self._changed:
            self._carry(parse(data, side.other), 0.0)
        os.eventfd_write(self._wake, 1)

    def watch(self, before: Watch, after: Watch) -> None:
        """Call these, in the wire's thread, just before and just after each frame is delivered.

        When a frame is delivered, the kernel of the host that gets it has as a rule dealt with it.
        """
        with self._changed:
            self._watches = before, after

    def record(self, side: Side, path: str | os.PathLike[str]) -> None:
        """Write what a sniffer at `side` sees from now on into a new pcap file."""
        with self._changed:
            self._records.append(_Record(side, PcapWriter(path)))

    def stop_recording(self) -> None:
        """Complete all files."""
        with self._changed:
            for record in self._records:
                record.writer.close()
            self._records.clear()

    def wait(self, match: Match, count: int = 1, timeout: float = 10.0) -> None:
        """Return once `count` frames that match have come in, since the beginning. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: sum(map(match, self.seen)) >= count, timeout):
                raise TimeoutError(f"the wire did not see what was waited for within {timeout} s")

    def close(self) -> None:
        """Stop, complete all recordings, close the sockets."""
        self._stopping = True
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        self.stop_recording()
        for raw in self._sockets.values():
            raw.close()
        os.close(self._wake)

    def _run(self) -> None:
        poll = select.epoll()
        sides = {raw.fileno(): side for side, raw in self._sockets.items()}
        for fd in (*sides, self._wake):
            poll.register(fd, select.EPOLLIN)
        with poll:
            while not self._stopping:
                for fd, _ in poll.poll(self._patience()):
                    if fd == self._wake:
                        os.eventfd_read(fd)
                    else:
                        self._arrived(parse(self._sockets[sides[fd]].recv(65535), sides[fd]))
                self._deliver()

    def _patience(self) -> float:
        with self._changed:
            return max(0.0, self._due[0].at - time.monotonic()) if self._due else _LONGEST_WAIT

    def _arrived(self, frame: Frame) -> None:
        with self._changed:
            self._write(frame, frame.sender)
            self.seen.append(frame)
            self._obey(self._verdict(frame), frame)
            self._changed.notify_all()

    def _verdict(self, frame: Frame) -> Action:
        for rule in self._rules:
            if rule.times == 0 or not rule.match(frame):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule.action
        return self._chance(self.links[frame.sender])

    def _chance(self, link: Link) -> Action:
        if self._random.random() < link.loss:
            return Drop()
        if self._random.random() < link.duplicates:
            return Duplicate()
        forge = link.forgeries and self._random.random() < link.forgeries
        return Follow(lambda frame: forged_near(frame, self._random)) if forge else Pass()

    def _obey(self, action: Action, frame: Frame) -> None:
        link = self.links[frame.sender]
        usual = link.delay + self._random.random() * link.jitter
        match action:
            case Pass():
                self._carry(frame, usual, in_order=link.fifo)
            case Delay(seconds):
                self._carry(frame, usual + seconds)
            case Duplicate(after):
                self._carry(frame, usual, in_order=link.fifo)
                self._carry(frame, usual + after)
            case Follow(forge):
                self._carry(frame, usual, in_order=link.fifo)
                self._carry(parse(forge(frame), frame.sender), usual, in_order=link.fifo)
            case Hold(gate) if gate.is_open:
                self._carry(frame, usual)
            case Hold(gate):
                self._held.append((gate, frame))
            case Drop():
                pass

    def _carry(self, frame: Frame, delay: float, *, in_order: bool = False) -> None:
        at = time.monotonic() + delay
        if in_order:
            at = max(at, self._last_due[frame.sender])
            self._last_due[frame.sender] = at
        heapq.heappush(self._due, _Due(at, next(self._order), frame))

    def _deliver(self) -> None:
        with self._changed:
            while self._due and self._due[0].at <= time.monotonic():
                frame = heapq.heappop(self._due).frame
                before, after = self._watches or (_unwatched, _unwatched)
                before(frame)
                self._write(frame, frame.sender.other)
                self._sockets[frame.sender.other].send(frame.data)
                after(frame)

    def _write(self, frame: Frame, side: Side) -> None:
        for record in self._records:
            if record.side is side:
                record.writer.write(self._clock + time.monotonic_ns(), frame.data)


def _unwatched(frame: Frame) -> None:
    """Nobody looks."""


def _raw(interface: str) -> socket.socket:
    """A packet socket that gets what comes in at `interface`, and not what it sends itself."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # 0: nothing comes before bind()
    raw.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    raw.bind((interface, _ETH_P_ALL))
    return raw
