"""Leave one packet out of a capture, and ask whether the endpoints' states still agree with the kernel's.

    python -m tests.truth.leave_one_out            the figures over all recordings
    python -m tests.truth.leave_one_out NAME…      what does not agree, with the packet that was left out
    python -m tests.truth.leave_one_out --in DIR … the same over other recordings

A capture misses packets where the machine was too slow, or a switch's mirror port too narrow. Only
endpoints count whose sequence agrees while the capture is whole, so that a miss is the hole's doing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tcptui.tcp.segment import Flags, Segment
from tests.support.recorded import Key
from tests.truth.recorded import KERNEL, VANTAGES, names, which
from tests.truth.whole import tally as whole_tally
from tests.truth.whole import wholes

KINDS = ("data", "ACK", "FIN", "SYN", "RST")


@dataclass(frozen=True)
class Hole:
    """One packet left out, and one endpoint's sequence without it."""

    recording: str
    vantage: str
    ends: Key
    left_out: Segment
    endpoint: int
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def kind(self) -> str:
        return kind(self.left_out)

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def kind(segment: Segment) -> str:
    """What a packet counts as: RST, SYN (or SYN,ACK), FIN, data, ACK."""
    for bit in (Flags.RST, Flags.SYN, Flags.FIN):
        if segment.flags & bit:
            return str(bit.name)
    return "data" if segment.length else "ACK"


def holes(
    name: str, vantages: tuple[str, ...] = VANTAGES, most: int = 60, folder: Path = KERNEL
) -> Iterator[Hole]:
    """Each packet of each connection of a recording left out; of long connections, the first and last."""
    for whole in wholes(name, folder, vantages):
        segments = whole.segments
        for index, segment in enumerate(segments):
            if most // 2 <= index < len(segments) - most // 2:
                continue
            left = whole.without(segments[:index] + segments[index + 1 :])
            for number in whole.agreeing:
                expected = tuple(new for _, new in whole.changes[number])
                yield Hole(name, whole.vantage, whole.ends, segment, number, expected, left[number])


def tally(found: Iterator[Hole]) -> dict[str, tuple[int, int]]:
    """Per kind of packet: (endpoint sequences that agree, all)."""
    figures = whole_tally((hole.kind, hole.agrees) for hole in found)
    return {one: figures[one] for one in KINDS if one in figures}


def main() -> None:
    folder, only = which(sys.argv[1:])
    if only:
        for name in only:
            for hole in holes(name, folder=folder):
                if not hole.agrees:
                    print(
                        f"{name}.{hole.vantage} {' > '.join(hole.ends)} without #{hole.left_out.packet} "
                        f"({hole.kind} of {hole.left_out.sender}): endpoint {hole.endpoint}\n"
                        f"    kernel: {' '.join(hole.expected)}\n    engine: {' '.join(hole.found)}"
                    )
        return
    found = tally(hole for name in names(folder) for hole in holes(name, folder=folder))
    for one, (right, count) in found.items():
        print(f"{one:6} {right:6} of {count:6}  {100 * right / count:6.2f} %")


if __name__ == "__main__":
    main()
