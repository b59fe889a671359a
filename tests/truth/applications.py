"""Random applications: what clients and servers do on their sockets, drawn from a seed before they begin.

Some send and some read, a little or much, at their leisure; one half-closes, one closes with data unread,
one aborts; some ports refuse; some pairs connect to each other at once; many use the same ports again.
What the kernels make of it is the kernels' affair, so two runs of one seed are alike but not equal.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from lab.lab import Lab

SERVER_PORT = 80
REFUSED_PORT = 81
FIRST_CLIENT_PORT = 41_000
FIRST_MUTUAL_PORTS = (43_000, 44_000)
_SIZES = (1, 10, 500, 3_000, 20_000)
_PAUSES = (0.0, 0.0, 0.002, 0.02, 0.1, 0.4)
_LINGER_0 = struct.pack("ii", 1, 0)

Step = tuple[str, float]
"""send BYTES, read BYTES (at most), pause SECONDS, shutdown, drain (read to the end), close, abort, keep."""


@dataclass(frozen=True, slots=True)
class Life:
    """One connection: when it begins, and what both ends do once it is open."""

    after: float
    client: tuple[Step, ...]
    server: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of ports and its lives, one after the other.

    kind: served (a listener on the server's port), refused (none), mutual (both ends connect; the second
    `skew` seconds later).
    """

    kind: str
    lives: tuple[Life, ...]
    skew: float = 0.0


def draw(seed: int, clients: int) -> list[Pair]:
    """What `clients` pairs of applications will do."""
    chance = random.Random(seed)
    return [_pair(chance) for _ in range(clients)]


def _pair(chance: random.Random) -> Pair:
    kind = chance.choices(("served", "refused", "mutual"), (80, 8, 12))[0]
    lives = 2 if kind == "served" and chance.random() < 0.35 else 1
    first = chance.random()
    return Pair(
        kind,
        tuple(
            Life(chance.uniform(0, 0.3) if n else first, _steps(chance), _steps(chance)) for n in range(lives)
        ),
        chance.uniform(0, 0.008),
    )


def _steps(chance: random.Random) -> tuple[Step, ...]:
    steps: list[Step] = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        steps.append(("pause", chance.choice(_PAUSES)))
        steps.append((chance.choices(("send", "read"), (70, 30))[0], chance.choice(_SIZES)))
    steps.append(("pause", chance.choice(_PAUSES)))
    ending = chance.choices(
        ("close", "drain close", "shutdown drain close", "shutdown close", "abort", "keep"),
        (34, 28, 14, 4, 12, 8),
    )[0]
    for word in ending.split():
        steps.append((word, 0.0))
        if word == "shutdown" or (word == "drain" and chance.random() < 0.5):
            steps.append(("pause", chance.choice(_PAUSES)))
    return tuple(steps)


class Applications:
    """Runs what was drawn in `lab`, each end of a connection in a thread of its own.

    After `deadline` seconds all sockets stay as they are, until `close()`.
    """

    def __init__(self, lab: Lab, pairs: list[Pair], deadline: float) -> None:
        self._lab = lab
        self._until = time.monotonic() + deadline
        self._sockets: list[socket.socket] = []
        self._lives: dict[int, Iterator[Life]] = {}
        self._threads: list[threading.Thread] = []
        for host in (lab.a, lab.b):
            host.namespace.sysctl("net.ipv4.tcp_tw_reuse", 1)
        self._listener = self._kept(lab.b.tcp(SERVER_PORT))
        self._listener.listen(64)
        for number, pair in enumerate(pairs):
            if pair.kind == "mutual":
                self._start(self._mutual, number, pair)
            else:
                self._lives[FIRST_CLIENT_PORT + number] = iter(pair.lives)
                self._start(self._client, number, pair)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def wait(self) -> None:
        """Until all have done what they do, or the deadline."""
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Close what is open still."""
        self._acceptor.join()
        self.wait()
        for one in self._sockets:
            one.close()

    def _start(self, target: object, *arguments: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _client(self, number: int, pair: Pair) -> None:
        port = SERVER_PORT if pair.kind == "served" else REFUSED_PORT
        for life in pair.lives:
            self._pause(life.after)
            with contextlib.suppress(OSError):  # refused, reset, the ports still in use
                client = self._kept(self._lab.a.tcp(FIRST_CLIENT_PORT + number))
                client.connect((self._lab.b.address, port))
                self._do(client, life.client)

    def _accept(self) -> None:
        while self._left() > 0:
            self._listener.settimeout(min(0.2, self._left() + 0.001))
            with contextlib.suppress(OSError):
                accepted, (_, port) = self._listener.accept()
                life = next(self._lives[port], None)
                self._start(self._do, self._kept(accepted), life.server if life else (("close", 0.0),))

    def _mutual(self, number: int, pair: Pair) -> None:
        life = pair.lives[0]
        self._pause(life.after)
        ports = [first + number for first in FIRST_MUTUAL_PORTS]
        ends = [self._kept(self._lab.a.tcp(ports[0])), self._kept(self._lab.b.tcp(ports[1]))]
        peers = [(self._lab.b.address, ports[1]), (self._lab.a.address, ports[0])]
        for end, peer, steps, skew in zip(
            ends, peers, (life.client, life.server), (0.0, pair.skew), strict=True
        ):
            self._pause(skew)
            self._start(self._call, end, peer, steps)

    def _call(self, end: socket.socket, peer: tuple[str, int], steps: tuple[Step, ...]) -> None:
        with contextlib.suppress(OSError):
            end.connect(peer)
            self._do(end, steps)

    def _do(self, one: socket.socket, steps: tuple[Step, ...]) -> None:
        with contextlib.suppress(OSError):  # the other end aborted, or the deadline passed
            for word, amount in steps:
                if self._left() <= 0:
                    return
                one.settimeout(self._left())
                self._step(one, word, amount)

    def _step(self, one: socket.socket, word: str, amount: float) -> None:
        match word:
            case "send":
                one.sendall(b"x" * int(amount))
            case "read":
                one.recv(int(amount))
            case "pause":
                self._pause(amount)
            case "shutdown":
                one.shutdown(socket.SHUT_WR)
            case "drain":
                while one.recv(65536):
                    one.settimeout(max(0.001, self._left()))
            case "close":
                one.close()
            case "abort":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
                one.close()
            case "keep":
                pass

    def _pause(self, seconds: float) -> None:
        time.sleep(max(0.0, min(seconds, self._left())))

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _kept(self, made: socket.socket) -> socket.socket:
        made.settimeout(max(0.001, self._left()))
        self._sockets.append(made)
        return made
