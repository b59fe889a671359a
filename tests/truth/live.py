"""A live truth lab: real sockets, a wire that misbehaves, and what the kernels themselves say.

    python -m tests.truth.live                       all short scripts, and random applications of each class
    python -m tests.truth.live close_client tfo …    these scripts
    python -m tests.truth.live --long                the scripts that wait for minutes, all at once
    python -m tests.truth.live --random 12 --seed 7 --class loss --out DIR
    python -m tests.truth.live --thousand            1,000 random connections and more of each class

Prints how many endpoint sequences agree, by vantage and class, and the timeline of each that does not.
What is left in DIR has the format of the recordings beside the project. Needs root, network namespaces
and tracefs.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.frame import Side
from lab.lab import Lab
from lab.stage import Stage
from lab.tracing import Tracer, TracingError
from lab.wire import Link
from lab.witness import Witness, claim_net
from tests.truth import recorded
from tests.truth.applications import Applications, draw
from tests.truth.known import KNOWN
from tests.truth.scripted import aftermath, closing, listening, opening, waiting
from tests.truth.scripted.script import CLIENT_PORT, SERVER_PORT, Script

SCRIPTS: dict[str, Script] = {
    name: script
    for part in (opening, listening, closing, aftermath, waiting)
    for name, script in part.SCRIPTS.items()
}
CLIENTS = 14
DEADLINE = {False: 2.6, True: 4.5}  # of the applications, by whether there is loss; seconds
_FIXED_DELAYS = (0.0, 0.01, 0.04)
_THOUSAND = 1_000 // CLIENTS + 1
_ONCE = 3

Job = Callable[[], Path]


@dataclass(frozen=True, slots=True)
class Network:
    """What the wire does. Seconds one way: dA towards A, dB towards B, and up to dmax more by chance."""

    loss: float
    dmax: float
    fifo: bool
    dup: float
    dA: float
    dB: float
    forged: float = 0.0

    def links(self) -> dict[Side, Link]:
        """The same as the wire wants it: by the side that sends."""
        return {
            side: Link(delay, self.dmax, self.loss, self.dup, self.fifo, self.forged)
            for side, delay in ((Side.A, self.dB), (Side.B, self.dA))
        }


# class: (losses, whether frames overtake each other)
CLASSES: Mapping[str, tuple[tuple[float, ...], bool]] = {
    "noloss": ((0.0,), False),
    "noloss-reorder": ((0.0,), True),
    "loss": ((0.02, 0.1, 0.25), False),
    "loss-reorder": ((0.02, 0.1, 0.25), True),
    "forged": ((0.0,), False),
}
_FORGED = 0.03  # of all segments, each followed by one that nobody sent, in class "forged"


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
        forged=_FORGED if kind == "forged" else 0.0,
    )


def record_random(tracer: Tracer, kind: str, seed: int, out: Path) -> Path:
    """Record random applications over a random network of class `kind`. Returns the path of its truth."""
    chance = random.Random(f"{kind} {seed}")
    network = draw_network(kind, chance)
    net, claim = claim_net()
    with claim, Lab(network.links(), seed, net) as lab, Witness(lab, tracer) as witness:
        deadline = DEADLINE[network.loss > 0]
        applications = Applications(lab, draw(chance.randrange(1 << 32), CLIENTS), deadline)
        try:
            applications.wait()
            time.sleep(0.15 + network.dmax + 2 * (network.dA + network.dB))
            return witness.write(f"{kind}-{seed}", out, asdict(network))
        finally:
            applications.close()


def record_script(tracer: Tracer, name: str, out: Path) -> Path:
    """Record a script. Returns the path of its truth."""
    script = SCRIPTS[name]
    net, claim = claim_net()
    with claim, Lab(script.link, net=net) as lab, Witness(lab, tracer, script.place_a) as witness:
        stage = Stage(lab, CLIENT_PORT, server_port=SERVER_PORT)
        try:
            script.play(stage)
            time.sleep(0.1 + 2 * max(link.delay for link in lab.wire.links.values()))
            return witness.write(name, out)
        except Exception as error:
            error.add_note(f"in script {name}")
            raise
        finally:
            stage.close()


def record(jobs: Sequence[tuple[str, str, int]], out: Path, at_once: int) -> list[str]:
    """Record each (script, "", 0) or ("", class, seed), so many labs at a time. Returns their names.

    On one processor: with several, a host's segments overtake each other on their way to the wire.
    Raises TracingError.
    """
    with _one_processor(), Tracer() as tracer, ThreadPoolExecutor(at_once) as pool:
        running: list[Future[Path]] = [
            pool.submit(record_script, tracer, script, out)
            if script
            else pool.submit(record_random, tracer, kind, seed, out)
            for script, kind, seed in jobs
        ]
        return [one.result().name.removesuffix(".truth.json") for one in running]


@contextmanager
def _one_processor() -> Iterator[None]:
    """Keep this thread, and those that it starts, on one processor."""
    all_ = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_)


def report(names: Sequence[str], out: Path, *, timelines: bool) -> None:
    """Print how far the engine agrees, by class and vantage, and what does not agree."""
    right: Counter[tuple[str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    hidden: Counter[tuple[str, str]] = Counter()
    missed = []
    for one in (verdict for name in names for verdict in recorded.verdicts(name, out)):
        for place in (one.vantage, "all"):
            hidden[one.group, place] += one.u1
            count[one.group, place] += not one.u1
            right[one.group, place] += one.agrees and not one.u1
        if not one.agrees and not one.u1:
            missed.append(one)
    for one in missed:
        why, sentence = KNOWN.get(
            (one.scenario, one.endpoint.rpartition(":")[2]), (recorded.explain(one), "")
        )
        print(f"{one.scenario}.{one.vantage} {one.endpoint} > {one.peer}: {why} {sentence}")
    if timelines:
        for name in sorted({f"{one.scenario}.{one.vantage}" for one in missed}):
            recorded.timeline(name, out)
    print(f"\n{'':30}" + "".join(f"{place:>18}" for place in (*recorded.VANTAGES, "all")) + "    U1")
    for group in sorted({group for group, _ in count}):
        cells = [(right[group, place], count[group, place]) for place in (*recorded.VANTAGES, "all")]
        texts = [f"{good} of {whole} {100 * good / whole:6.2f}%" if whole else "-" for good, whole in cells]
        print(f"{group:30}" + "".join(f"{text:>18}" for text in texts) + f"{hidden[group, 'all']:6}")
    seen = [agrees for name in names for agrees in recorded.live_samples(name, out)]
    print(
        f"live view, after each packet  {sum(seen)} of {len(seen)} {100 * sum(seen) / max(1, len(seen)):.2f}%"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Record, then say how far the engine agrees."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.truth.live",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"one of {', '.join(SCRIPTS)}")
    parser.add_argument("--long", action="store_true", help="the scripts that take minutes")
    parser.add_argument("--random", type=int, metavar="N", help="N sets of random applications")
    parser.add_argument(
        "--thousand", action="store_true", help="as many sets as make 1,000 connections a class"
    )
    parser.add_argument("--class", dest="kind", choices=list(CLASSES), help="of network; all, when not given")
    parser.add_argument("--seed", type=int, default=1, help="of the first set; the next set has the next")
    parser.add_argument("--jobs", type=int, default=4, help="labs at the same time")
    parser.add_argument("--quiet", action="store_true", help="no timelines")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the recordings stay")
    options = parser.parse_args(arguments)
    if unknown := set(options.scripts) - set(SCRIPTS):
        parser.error(f"no such script: {', '.join(sorted(unknown))}")
    if os.geteuid() != 0:
        sys.exit("python -m tests.truth.live: needs root")
    with tempfile.TemporaryDirectory(prefix="tcptui-truth-") as temporary:
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        try:
            names = record(_jobs(options), out, max(options.jobs, 8 if options.long else 0))
        except (TracingError, PermissionError) as error:
            sys.exit(f"python -m tests.truth.live: {error}")
        report(names, out, timelines=not options.quiet)


def _jobs(options: argparse.Namespace) -> list[tuple[str, str, int]]:
    scripts = list(options.scripts)
    sets = _THOUSAND if options.thousand else options.random
    if options.long:
        scripts += [name for name, script in SCRIPTS.items() if script.long]
    if not scripts and sets is None:
        scripts = [name for name, script in SCRIPTS.items() if not script.long]
        sets = _ONCE
    kinds = [options.kind] if options.kind else list(CLASSES)
    seeds = range(options.seed, options.seed + (sets or 0))
    return [(name, "", 0) for name in scripts] + [("", kind, seed) for kind in kinds for seed in seeds]


if __name__ == "__main__":
    main()
