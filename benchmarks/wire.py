"""A wire to replay captures over: a veth pair in a network namespace of its own. Needs root.

Limits: one machine's kernel at both ends; what is sent and what is listened share its processors.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.cost import FailedError
from benchmarks.terminal import Terminal
from lab.net import Namespace, no_offloads

NEAR, FAR = "send0", "listen0"


@dataclass(frozen=True, slots=True)
class Sent:
    """What tcpreplay says: packets that went out and that did not, in how many seconds."""

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

    def replay(self, path: Path, seconds: int, rate: int | None) -> subprocess.Popen[str]:
        """Send a capture's packets for so long at most. rate: packets a second; None: as fast as it goes."""
        speed = ["--topspeed"] if rate is None else ["--pps", str(rate)]
        return self.start(
            ["tcpreplay", "-i", NEAR, "--preload-pcap", "--duration", str(seconds), *speed, str(path)]
        )

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


def sent(replay: subprocess.Popen[str], limit: float) -> Sent:
    """Wait for a replay's end and read what it says. Raises FailedError."""
    try:
        out, _ = replay.communicate(timeout=limit)
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
