"""Makes the captures: `python -m benchmarks.generate web:1M -o web.pcap`; the same seed makes the same file.

`web:N` has N packets of mixed web-like flows (see webscripts for the kinds and their shares), `long:N` one
flow of N packets, `few:N` a hundred long flows of N packets together, `flood:N` N half-open connections
from N sources, 2 N packets. N: 100k, 5M.

Limits: frames are cut at 128 octets (`--snaplen`); payload is one octet, repeated. Packets are never
reordered on the way, nor duplicated, and windows never fill.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import frames
from benchmarks.packets import INSTANCE, Instances, Packets
from benchmarks.traffic import Flood, Long, Traffic
from benchmarks.web import Web, WebOptions

FEW = 100
NAMES = ("web", "long", "few", "flood")


@dataclass(frozen=True, slots=True)
class Spec:
    """What to make. size: packets; of a flood, connections."""

    name: str
    size: int
    seed: int = 1
    snaplen: int = frames.SNAPLEN
    reuse: float = 0.0
    shares: tuple[tuple[str, float], ...] = ()

    @property
    def packets(self) -> int:
        """How many packets it has."""
        return 2 * self.size if self.name == "flood" else self.size

    def traffic(self) -> Traffic:
        """What is played. Raises ValueError for a name or shares that are not known."""
        match self.name:
            case "web":
                return Web(WebOptions(self.size, dict(self.shares), self.reuse), self.seed)
            case "long" | "few":
                return Long(FEW if self.name == "few" else 1, self.size, self.seed)
            case "flood":
                return Flood(self.size, self.seed)
        raise ValueError(f"no such traffic: {self.name}; there are {', '.join(NAMES)}")


@dataclass(frozen=True)
class Made:
    """What is in a file. instances: of each flow's first piece, in the order of their starts.

    ended: by flow, whether all its packets are in the file.
    """

    packets: int
    instances: Instances
    ended: NDArray[np.bool_]
    traffic: Traffic

    @property
    def flows(self) -> int:
        """Flows that have packets in the file."""
        return len(self.instances)

    def count(self) -> Mapping[str, int]:
        """Flows by kind."""
        kinds = np.bincount(self.traffic.kind_of[self.instances["piece"]], minlength=len(self.traffic.kinds))
        return dict(zip(self.traffic.kinds, kinds.tolist(), strict=True))


def make(spec: Spec, target: Path) -> Made:
    """Write a capture. Raises ValueError for a spec that cannot be, OSError where it cannot be written."""
    if spec.snaplen < 1:
        raise ValueError("a snaplen is 1 at least")
    traffic = spec.traffic()
    flows: list[Instances] = []
    written, last = 0, 0
    with target.open("wb") as file:
        file.write(frames.header(spec.snaplen))
        for packets in _by_time(traffic, flows):
            packets = packets[: spec.packets - written]
            frames.write(packets, file, spec.snaplen)
            written += len(packets)
            if len(packets):
                last = int(packets["time"][-1])
            if written == spec.packets:
                break
    begun = np.concatenate([np.zeros(0, INSTANCE), *flows])
    _, first = np.unique(begun["flow"], return_index=True)
    begun = begun[np.sort(first)]
    piece = begun["piece"]
    begun = begun[begun["start"] + traffic.library.rows["time"][traffic.library.first[piece]] <= last]
    ended = begun["start"] + traffic.library.duration[begun["piece"]] < last
    return Made(written, begun, ended, traffic)


def _by_time(traffic: Traffic, flows: list[Instances]) -> Iterator[Packets]:
    """The packets of all flows in the order of time; what was begun is appended to `flows`."""
    left: Packets | None = None
    for instances in traffic.batches():
        flows.append(instances)
        for part in np.array_split(
            instances, max(1, int(traffic.library.count[instances["piece"]].sum()) >> 19)
        ):
            played = traffic.library.play(part)
            left = played if left is None else np.concatenate([left, played])
            horizon = int(part["start"][-1])  # nothing that is to come starts earlier
            ready, left = left[left["time"] < horizon], left[left["time"] >= horizon]
            yield ready[np.argsort(ready["time"], kind="stable")]
    if left is not None:
        yield left[np.argsort(left["time"], kind="stable")]


def size(text: str) -> int:
    """A number such as 100k or 5M. Raises ValueError."""
    match = re.fullmatch(r"(\d+)([kM]?)", text)
    if not match or not int(match[1]):
        raise ValueError(f"not a number of packets: {text}")
    return int(match[1]) * {"": 1, "k": 1000, "M": 1_000_000}[match[2]]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generate", description=__doc__.split("\n\n")[1]
    )
    parser.add_argument("what", help="web:N, long:N, few:N or flood:N")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--snaplen", type=int, default=frames.SNAPLEN)
    parser.add_argument(
        "--reuse", type=float, default=0.0, help="share of the flows that reuse addresses and ports"
    )
    parser.add_argument(
        "--share", action="append", default=[], metavar="KIND=SHARE", help="of a kind of web flow"
    )
    options = parser.parse_args()
    try:
        name, _, number = options.what.partition(":")
        shares = tuple(
            (kind, float(share)) for kind, _, share in (each.partition("=") for each in options.share)
        )
        made = make(
            Spec(name, size(number), options.seed, options.snaplen, options.reuse, shares), options.out
        )
    except (ValueError, OSError) as error:
        sys.exit(f"generate: {error}")
    print(f"{made.packets:,} packets, {made.flows:,} flows")
    for kind, flows in made.count().items():
        print(f"{flows:>9,} {kind}")


if __name__ == "__main__":
    main()
