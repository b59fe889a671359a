"""The command: makes the captures, runs all benchmarks, prints the figures, writes RESULTS.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import growth, lists, live, machine, peers, screen, start
from benchmarks.bench import Bench
from benchmarks.captures import Captures
from benchmarks.cost import FailedError
from benchmarks.results import Section, update

BENCHMARKS: dict[str, Callable[[Bench], Section]] = {
    "peers": peers.measure,
    "growth": growth.measure,
    "start": start.measure,
    "screen": screen.measure,
    "live": live.measure,
    "lists": lists.measure,
}
RESULTS = Path(__file__).with_name("RESULTS.md")
QUICK = 20


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="How fast tcptui is, beside others."
    )
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, help="this one; may be given several times"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each command; the median counts")
    parser.add_argument(
        "--quick", action="store_true", help=f"everything {QUICK} times smaller, one run; writes no file"
    )
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a run is given up")
    parser.add_argument("--keys", type=int, default=100, help="how many of each kind are pressed")
    parser.add_argument("--out", type=Path, help=f"the file to write ({RESULTS.name} beside this program)")
    folder = Path(tempfile.gettempdir()) / "tcptui-benchmarks"
    parser.add_argument("--captures", type=Path, default=folder, help="where captures are kept (%(default)s)")
    options = parser.parse_args()
    out = options.out or (None if options.quick else RESULTS)
    bench = Bench(
        Captures(options.captures),
        runs=1 if options.quick else options.runs,
        scale=QUICK if options.quick else 1,
        limit=options.limit,
        keys=options.keys // 10 if options.quick else options.keys,
    )
    where = machine.describe()
    print(where)
    failed = False
    for name in options.only or BENCHMARKS:
        print(f"\n… {name}", file=sys.stderr)
        try:
            text = BENCHMARKS[name](bench).markdown(machine.now())
        except (FailedError, TimeoutError, LookupError) as error:
            print(f"benchmarks: {name}: {str(error).splitlines()[0]}", file=sys.stderr)
            failed = True
            continue
        print(f"\n{text}", flush=True)
        if out:
            update(out, {name: text}, where)
    sys.exit(failed)


if __name__ == "__main__":
    main()
