"""A long flow: requests and bulk answers, with losses, repetitions and what follows from them."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.packets import START, ethernet, ipv4, pcap, tcp

SYN, FIN, PSH, ACK = 2, 1, 8, 16
HANDSHAKE = bytes.fromhex("020405b401030307")
MSS = 1448


class _Flow:
    """Two sides whose packets pass a vantage; what is lost is lost before or behind it."""

    def __init__(self, rng: random.Random, loss: float) -> None:
        self.rng, self.loss = rng, loss
        self.frames: list[tuple[bytes, int, int]] = []
        self.now = START
        self.sent = [rng.randrange(2**32), rng.randrange(2**32)]
        self.got = [0, 0]  # by side: the number that it acknowledges
        self.ident = [1, 1]

    def send(
        self, side: int, flags: int = ACK, length: int = 0, *, seq: int | None = None, window: int = 500
    ) -> bool:
        """Whether it arrives. A segment that begins at seq counts on only without one."""
        begin = self.sent[side] if seq is None else seq
        if seq is None:
            self.sent[side] = (begin + length + bool(flags & (SYN | FIN))) % 2**32
        lost = length > 0 and self.rng.random() < self.loss
        self.now += int(self.rng.choice((2e4, 2e4, 3e4, 2e5)))
        self.ident[side] = (self.ident[side] + 1) % 65536
        if not (lost and self.rng.random() < 0.5):
            self._record(side, begin, flags, length, window)
        return not lost

    def _record(self, side: int, seq: int, flags: int, length: int, window: int) -> None:
        ports = (40000, 80) if side == 0 else (80, 40000)
        ends = ("10.0.0.1", "10.0.0.2") if side == 0 else ("10.0.0.2", "10.0.0.1")
        segment = tcp(
            sport=ports[0],
            dport=ports[1],
            seq=seq,
            ack=self.got[side] if flags & ACK else 0,
            flags=flags,
            window=window,
            options=HANDSHAKE if flags & SYN else b"",
        )
        whole = 20 + len(segment) + length
        data = ethernet(ipv4(segment, src=ends[0], dst=ends[1], total=whole, ident=self.ident[side]))
        self.frames.append((data, 14 + whole, self.now))

    def answer(self, count: int) -> None:
        """The server sends; the client acknowledges every second segment, and each behind a hole."""
        missing: list[tuple[int, int]] = []
        for n in range(count):
            begin = self.sent[1]
            if not self.send(1, ACK | PSH * (n % 7 == 0), MSS):
                missing.append((begin, n))
            if not missing:
                self.got[0] = self.sent[1]
            if (missing and missing[0][1] != n) or n % 2:
                self.send(0)
            if missing and n - missing[0][1] >= 3:
                self.repeat(missing)
        while missing:
            self.repeat(missing)

    def repeat(self, missing: list[tuple[int, int]]) -> None:
        if self.send(1, ACK, MSS, seq=missing[0][0]):
            missing.pop(0)
            self.got[0] = missing[0][0] if missing else self.sent[1]
        self.send(0)


def long_flow(path: Path, count: int, *, loss: float, seed: int) -> None:
    """A capture of one connection of `count` packets and a few more, from handshake to close."""
    rng = random.Random(seed)
    flow = _Flow(rng, loss)
    flow.send(0, SYN)
    flow.got[1] = flow.sent[0]
    flow.send(1, SYN | ACK)
    flow.got[0] = flow.sent[1]
    flow.send(0)
    while len(flow.frames) < count:
        flow.send(0, ACK | PSH, rng.randrange(1, 900))
        flow.got[1] = flow.sent[0]
        flow.answer(rng.choice((1, 3, 20, 200, 900)))
        if rng.random() < 0.1:
            flow.now += int(2e9)
        if rng.random() < 0.2:
            flow.send(0, ACK, window=0)
            flow.send(0, ACK)
    flow.send(0, ACK | FIN)
    flow.got[1] = flow.sent[0]
    flow.send(1, ACK | FIN)
    flow.got[0] = flow.sent[1]
    flow.send(0)
    path.write_bytes(pcap(*flow.frames))
