"""Leave one packet out of a capture, and ask whether the endpoints' states still agree with the kernel's.

    python -m tests.truth.leave_one_out            the figures over all recordings
    python -m tests.truth.leave_one_out NAME…      what does not agree, with the packet that was left out
    python -m tests.truth.leave_one_out --in DIR … the same over other recordings

A capture misses packets where the machine was too slow, or a switch's mirror port too narrow. Only
endpoints count whose sequence agrees while the capture is whole, so that a miss is the hole's doing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tcptui.tcp.segment import Flags, Segment
from tests.support.recorded import Key, connections
from tests.truth.recorded import KERNEL, VANTAGES, infer, names, sequence, which

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
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    kernel: dict[Key, tuple[str, ...]] = {}
    for one in truth["transitions"]:
        own = (one["endpoint"], one["peer"])
        kernel[own] = (*kernel.get(own, ()), one["new"])
    for vantage in vantages:
        if vantage not in truth["pcaps"]:
            continue
        for (a, b), segments in connections(folder / truth["pcaps"][vantage]).items():
            if a == b:
                continue
            whole = infer(segments, until_ns=truth["end_ns"]).histories()
            checked = [
                (number, kernel[own])
                for number, own in enumerate([(a, b), (b, a)])
                if sequence(whole, number) == kernel.get(own) and f"{own[0]}>{own[1]}" not in truth["unsure"]
            ]
            for index, segment in enumerate(segments):
                if most // 2 <= index < len(segments) - most // 2:
                    continue
                rest = segments[:index] + segments[index + 1 :]
                left = infer(rest, until_ns=truth["end_ns"]).histories()
                for number, expected in checked:
                    yield Hole(name, vantage, (a, b), segment, number, expected, sequence(left, number))


def tally(found: Iterator[Hole]) -> dict[str, tuple[int, int]]:
    """Per kind of packet: (endpoint sequences that agree, all)."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for hole in found:
        count[hole.kind] += 1
        right[hole.kind] += hole.agrees
    return {one: (right[one], count[one]) for one in KINDS if count[one]}


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
