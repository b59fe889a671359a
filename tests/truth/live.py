"""A live truth lab: real sockets, a wire that misbehaves, and what the kernels themselves say.

    python -m tests.truth.live --random 12 --seed 7 --class loss --out DIR     record, and compare

Needs root, network namespaces and tracefs.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.frame import Side
from lab.lab import Lab
from lab.tracing import Tracer, TracingError
from lab.wire import Link
from lab.witness import Witness, claim_net
from tests.truth.applications import Applications, draw

CLIENTS = 14
DEADLINE = {False: 2.6, True: 4.5}  # by whether there is loss; seconds
_FIXED_DELAYS = (0.0, 0.01, 0.04)


@dataclass(frozen=True, slots=True)
class Network:
    """What the wire does. Delays in seconds: towards A, towards B, and up to dmax more by chance."""

    loss: float
    dmax: float
    fifo: bool
    dup: float
    dA: float
    dB: float

    def links(self) -> dict[Side, Link]:
        """The same as the wire wants it."""
        return {
            side: Link(delay, self.dmax, self.loss, self.dup, self.fifo)
            for side, delay in ((Side.A, self.dB), (Side.B, self.dA))
        }


# class: (losses, whether frames overtake each other)
CLASSES: Mapping[str, tuple[tuple[float, ...], bool]] = {
    "noloss": ((0.0,), False),
    "noloss-reorder": ((0.0,), True),
    "loss": ((0.02, 0.1, 0.25), False),
    "loss-reorder": ((0.02, 0.1, 0.25), True),
}


def draw_network(kind: str, chance: random.Random) -> Network:
    """A network of a class, by chance."""
    losses, reorder = CLASSES[kind]
    dmax = chance.choice((0.002, 0.03) if reorder else (0.0, 0.0, 0.002, 0.03))
    return Network(
        loss=chance.choice(losses),
        dmax=dmax,
        fifo=not reorder and (dmax > 0 or chance.random() < 0.5),
        dup=chance.choice((0.0, 0.0, 0.05)),
        dA=chance.choice(_FIXED_DELAYS),
        dB=chance.choice(_FIXED_DELAYS),
    )


def record_random(tracer: Tracer, name: str, kind: str, seed: int, out: Path, clients: int = CLIENTS) -> Path:
    """Record one set of random applications over a random network of class `kind`. Returns its truth's path."""
    chance = random.Random(f"{kind} {seed}")
    network = draw_network(kind, chance)
    net, claim = claim_net()
    with claim, Lab(network.links(), seed, net) as lab, Witness(lab, tracer) as witness:
        time.sleep(0.05)
        applications = Applications(lab, draw(chance.randrange(1 << 32), clients), DEADLINE[network.loss > 0])
        try:
            applications.wait()
            time.sleep(0.15 + network.dmax + 2 * (network.dA + network.dB))
            return witness.write(name, out, asdict(network))
        finally:
            applications.close()


def _random_sets(options: argparse.Namespace, out: Path) -> list[str]:
    seeds = range(options.seed, options.seed + options.random)
    names = [f"{options.network_class}-{seed}" for seed in seeds]
    with Tracer() as tracer, ThreadPoolExecutor(options.jobs) as pool:
        jobs = [
            pool.submit(record_random, tracer, name, options.network_class, seed, out)
            for name, seed in zip(names, seeds, strict=True)
        ]
        for job in jobs:
            print(job.result(), file=sys.stderr)
    return names


def main(arguments: Sequence[str] | None = None) -> None:
    """Record, then say how far the engine agrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth.live", description=__doc__)
    parser.add_argument("--random", type=int, default=0, metavar="N", help="sets of random applications")
    parser.add_argument("--seed", type=int, default=1, help="of the first set; the next has the next")
    parser.add_argument("--class", dest="network_class", choices=list(CLASSES), default="noloss")
    parser.add_argument("--jobs", type=int, default=2, help="labs at the same time")
    parser.add_argument("--out", type=Path, help="where the recordings stay")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        sys.exit("python -m tests.truth.live: needs root")
    with tempfile.TemporaryDirectory(prefix="tcptui-truth-") as temporary:
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        try:
            _random_sets(options, out)
        except TracingError as error:
            sys.exit(f"python -m tests.truth.live: {error}")


if __name__ == "__main__":
    main()
