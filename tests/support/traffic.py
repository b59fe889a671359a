"""Conversations at random: what any two stacks might send each other, and much that none would."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.support.packets import START, ethernet, ipv4, tcp

SYN, RST, FIN, PSH, ACK = 2, 4, 1, 8, 16
ENDS = (("10.0.0.1", 10000), ("10.0.0.2", 7777))
PAUSES = (1e4, 1e5, 1e6, 5e6, 2.5e7, 3e8, 2e9)
Frame = tuple[bytes, int, int]


def conversations(seed: int, count: int) -> list[Frame]:
    """Frames of `count` conversations on ports of their own, in order of time: for packets.pcap, in ns."""
    rng = random.Random(seed)
    frames = [frame for number in range(count) for frame in _Conversation(rng, number).frames]
    return sorted(frames, key=lambda frame: frame[2])


class _Conversation:
    """Two sides; everything is by side (0, 1) and relative to the initial numbers."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.rng, self.number = rng, number
        self.frames: list[Frame] = []
        self._now = START + number * 100 * 10**9
        self._base = [rng.randrange(2**32), rng.randrange(2**32)]
        if rng.random() < 0.1:
            self._base[0] = 2**32 - rng.randrange(3000)  # goes round
        self._next, self._acked = [1, 1], [1, 1]
        self._window = [rng.choice((500, 8192, 65535)) for _ in "01"]
        self._scale = [rng.choice((None, 0, 2, 7)) for _ in "01"]
        self._ident = [rng.randrange(2**16) for _ in "01"]
        self._sent: list[list[tuple[int, int]]] = [[], []]
        self._open()
        for _ in range(rng.randrange(3, 40)):
            side = rng.randrange(2) if rng.random() < 0.3 else number % 2
            rng.choice(_ACTS)(self, side)
            if rng.random() < 0.01:
                self._send(side, self._next[side], rng.choice((RST, RST | ACK)))

    def _send(self, side: int, seq: int, flags: int = ACK, length: int = 0, options: bytes = b"") -> None:
        self._now += int(self.rng.choice(PAUSES) * self.rng.uniform(0.5, 1.5))
        self._ident[side] = (self._ident[side] + 1) % 2**16
        (source, sport), (destination, dport) = ENDS[side], ENDS[1 - side]
        ports = [port + self.number if port == 10000 else port for port in (sport, dport)]
        acked = self._acked[1 - side] if flags & (SYN | ACK) != SYN else 0
        segment = tcp(
            b"x" * length,
            sport=ports[0],
            dport=ports[1],
            seq=(self._base[side] + seq) % 2**32,
            ack=(self._base[1 - side] + acked) % 2**32 if flags & ACK else 0,
            flags=flags,
            window=self._window[side],
            options=options,
        )
        packet = ethernet(ipv4(segment, src=source, dst=destination, ident=self._ident[side]))
        self.frames.append((packet, len(packet), self._now))

    def _some(self, chance: float) -> int:
        return 2 if self.rng.random() < chance else 1

    def _open(self) -> None:
        if self.rng.random() < 0.15:
            return  # its beginning was not captured
        scales = [b"" if s is None else b"\x03\x03" + bytes([s]) + b"\x01" for s in self._scale]
        for _ in range(self._some(0.1)):
            self._send(0, 0, SYN, options=scales[0])
        for _ in range(self._some(0.1)):
            self._send(1, 0, SYN | ACK, options=scales[1])
        if self.rng.random() < 0.9:
            self._send(0, 1)

    def _took(self, side: int, length: int) -> None:
        self._sent[side].append((self._next[side], length))
        self._next[side] += length

    def _data(self, side: int) -> None:
        length = self.rng.choice((1, 2, 100, 500, 1460))
        self._send(side, self._next[side], ACK | self.rng.choice((0, PSH)), length)
        self._took(side, length)

    def _ack(self, side: int) -> None:
        newest = max((at for at, _ in self._sent[side]), default=self._acked[side])
        middle = (self._acked[side] + self._next[side]) // 2
        if self.rng.random() < 0.8:
            self._acked[side] = self.rng.choice((self._next[side], self._acked[side], middle, newest))
        for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
            self._send(1 - side, self._next[1 - side])

    def _again(self, side: int) -> None:
        if self._sent[side]:
            at, length = self.rng.choice(self._sent[side][-6:])
            self._send(side, at, ACK, self.rng.choice((length, length, max(1, length // 2))))

    def _swapped(self, side: int) -> None:
        first, second = self.rng.choice((100, 1460)), self.rng.choice((100, 500))
        self._send(side, self._next[side] + first, ACK, second)
        if self.rng.random() < 0.8:
            self._send(side, self._next[side], ACK, first)
        self._took(side, first)
        self._took(side, second)

    def _lost(self, side: int) -> None:
        self._next[side] += self.rng.choice((1, 100, 1460))
        self._send(side, self._next[side], ACK, 100)
        self._next[side] += 100

    def _keep_alive(self, side: int) -> None:
        self._send(side, self._next[side] - 1, ACK, self.rng.choice((0, 0, 1)))
        if self.rng.random() < 0.7:
            self._send(1 - side, self._next[1 - side])

    def _shut(self, side: int) -> None:
        self._window[side] = 0
        self._send(side, self._next[side])

    def _probe(self, side: int) -> None:
        other = 1 - side
        self._window[other], self._acked[side] = 0, self._next[side]
        self._send(other, self._next[other])
        self._send(side, self._next[side], ACK, 1)
        if self.rng.random() < 0.3:
            self._acked[side] += 1
            self._took(side, 1)
        self._send(other, self._next[other])

    def _reopen(self, side: int) -> None:
        self._window[side] = self.rng.choice((500, 1460, 8192))
        self._send(side, self._next[side])

    def _fill(self, side: int) -> None:
        scale = self._scale[1 - side]
        room = (self._window[1 - side] << (scale or 0)) - (self._next[side] - self._acked[side])
        if 0 < room < 20000:
            self._send(side, self._next[side], ACK, room)
            self._took(side, room)

    def _finish(self, side: int) -> None:
        if self.rng.random() < 0.15:
            for _ in range(self._some(0.3)):
                self._send(side, self._next[side], FIN | ACK, self.rng.choice((0, 0, 10)))
            self._next[side] += 1


_C = _Conversation
_ACTS: tuple[Callable[[_Conversation, int], None], ...] = (
    *(_C._data,) * 5,
    *(_C._ack,) * 4,
    *(_C._again,) * 2,
    _C._swapped,
    *(_C._keep_alive,) * 2,
    _C._shut,
    *(_C._reopen,) * 2,
    _C._lost,
    _C._fill,
    _C._probe,
    _C._finish,
)
