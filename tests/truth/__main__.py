"""The table of agreement with the kernels' own records, as Markdown: python -m tests.truth

Needs the recordings beside the project (../shared/captures). `--quick` leaves out the packets left out one by
one, which take some minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.support.recorded import SHARED
from tests.truth import leave_one_out, recorded

Line = tuple[str, int, int, float]
"""What, how many agree, of how many, and how many per cent should."""

ASKED = {
    "random, no loss, FIFO": 100.0,
    "random, no loss, reordering": 99.0,
    "random, loss, FIFO": 97.0,
    "random, loss, reordering": 96.0,
    "scripted": 100.0,
}
LEFT_OUT = {"data": 99.0, "ACK": 95.0, "FIN": 90.0, "SYN": 90.0}


def agreement(*, quick: bool) -> Iterator[Line]:
    """All lines of the table, each as soon as it is known."""
    found = [one for name in recorded.names() for one in recorded.verdicts(name)]
    for group, (right, count) in recorded.tally(found).items():
        yield group, right, count, ASKED[group]
    points = list(recorded.points())
    yield "states after frames", sum(point.agrees for point in points), len(points), 99.0
    live = [agrees for name in recorded.names() for agrees in recorded.live_samples(name)]
    yield "live view, after each packet", sum(live), len(live), 93.0
    if quick:
        return
    holes = leave_one_out.tally(hole for name in recorded.names() for hole in leave_one_out.holes(name))
    for kind, asked in LEFT_OUT.items():
        yield f"one {kind} left out", *holes[kind], asked


def main() -> None:
    if not SHARED.is_dir():
        sys.exit("python -m tests.truth: the recordings are not beside the project")
    print("| set | agree | of | % | asked |\n|---|--:|--:|--:|--:|")
    for what, right, count, asked in agreement(quick="--quick" in sys.argv[1:]):
        print(f"| {what} | {right:,} | {count:,} | {100 * right / count:.2f} | {asked:g} |", flush=True)


if __name__ == "__main__":
    main()
