"""A wire to replay captures over: a veth pair in a network namespace of its own. Needs root.

Limits: one machine's kernel at both ends; what is sent and what is listened share its processors.
"""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.cost import FailedError
from benchmarks.terminal import Terminal
from lab.net import Namespace, no_offloads

NEAR, FAR = "send0", "listen0"
PATIENCE = 30.0
"""Seconds for a replay to end when it is told to."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What tcpreplay says: packets that went out and that did not, in how many seconds.

    One that is interrupted may not count its last packet.
    """

    packets: int
    failed: int
    seconds: float


class Wire:
    """A context manager. What is sent at NEAR arrives at FAR, and nobody else sends."""

    def __enter__(self) -> Self:
        self._namespace = Namespace()
        self._namespace.ip(
            f"link add {NEAR} type veth peer name {FAR}",
            *(f"link set {name} up arp off promisc on" for name in (NEAR, FAR)),
        )
        for name in (NEAR, FAR):
            no_offloads(self._namespace, name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._namespace.close()

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """A program in the namespace; its output is kept."""
        with self._namespace.entered():
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def terminal(self, command: Sequence[str]) -> Terminal:
        """A program in the namespace, on a terminal of its own."""
        with self._namespace.entered():
            return Terminal(command)

    def replay(self, path: Path, rate: int | None) -> subprocess.Popen[str]:
        """Begin to send a capture's packets. rate: packets a second; None: as fast as it goes.

        Returns when the first one has arrived, or when it has ended without.
        """
        speed = ["--topspeed"] if rate is None else ["--pps", str(rate)]
        before = self.received()
        replay = self.start(["tcpreplay", "-i", NEAR, "--preload-pcap", *speed, str(path)])
        while self.received() == before and replay.poll() is None:  # it reads the capture first
            time.sleep(0.005)
        return replay

    def received(self) -> int:
        """Packets that the kernel has counted at FAR."""
        with self._namespace.entered():
            done = subprocess.run(
                ["ip", "-s", "link", "show", FAR], capture_output=True, text=True, check=True
            )
        return received(done.stdout)


def received(shown: str) -> int:
    """The packets that `ip -s link` shows as received."""
    found = re.search(r"RX:.*\n\s*\d+\s+(\d+)", shown)
    if not found:
        raise FailedError(f"ip: no counters in {shown!r}")
    return int(found[1])


def sent(replay: subprocess.Popen[str], seconds: float) -> Sent:
    """Let a replay go on for so long at most, and read what it says. Raises FailedError."""
    try:
        out, _ = replay.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        replay.send_signal(signal.SIGINT)  # its --duration ends none that has been read beforehand
        try:
            out, _ = replay.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            replay.kill()
            raise FailedError("tcpreplay does not end") from None
    return told(out)


def told(out: str) -> Sent:
    """tcpreplay's figures from its output. Raises FailedError."""
    actual = re.search(r"Actual: \d+ packets \(\d+ bytes\) sent in ([\d.]+) seconds", out)
    good = re.search(r"Successful packets:\s+(\d+)", out)
    bad = re.search(r"Failed packets:\s+(\d+)", out)
    if not (actual and good and bad):
        raise FailedError(f"tcpreplay: {' '.join(out.split())[-300:] or 'no output'}")
    return Sent(int(good[1]), int(bad[1]), float(actual[1]))
