"""Leave out the first k packets of each connection: a capture that begins in mid-stream.

    python -m tests.truth.cuts                  the figures over all recordings, for k of 1, 2, 3, 5, 8
    python -m tests.truth.cuts --in DIR         the same over other recordings
    python -m tests.truth.cuts [--in DIR] NAME… what does not agree

What happened before the capture began nobody can tell from it. So what counts is how it goes on: an
endpoint's states agree when those that the engine reports are the kernel's last ones, in their order, and
reach back at least to the first that the kernel entered after the cut. States that were "picked up" (that
an endpoint was in ESTABLISHED when it was first seen) may be there or not. Not judged is a connection
that was closing when the capture began: of a FIN that was not captured, what follows has no trace that
would tell it from a byte of data. Only endpoints count whose sequence agrees while the capture is whole,
so that a miss is the cut's doing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.recorded import Key, connections
from tests.truth.recorded import KERNEL, infer, names, sequence, which

CUTS = (1, 2, 3, 5, 8)
_NOT_CLOSING = {"", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED"}


@dataclass(frozen=True)
class Cut:
    """One endpoint of a connection without its first `k` packets.

    after: the states that the kernel entered after the last packet left out; before: those before it.
    """

    recording: str
    vantage: str
    ends: Key
    endpoint: int
    k: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        whole = self.before + self.after
        return len(self.after) <= len(self.found) and self.found == whole[len(whole) - len(self.found) :]


def cuts(name: str, folder: Path = KERNEL, sizes: tuple[int, ...] = CUTS) -> Iterator[Cut]:
    """Each connection of a recording without its first packets, while some are left; at all places."""
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    kernel: dict[Key, list[tuple[int, str]]] = {}
    for one in truth["transitions"]:
        kernel.setdefault((one["endpoint"], one["peer"]), []).append((one["t_ns"], one["new"]))
    for vantage, file in truth["pcaps"].items():
        for (a, b), segments in connections(folder / file).items():
            if a == b:
                continue
            whole = infer(segments, until_ns=truth["end_ns"]).histories()
            checked = [
                (number, kernel[own])
                for number, own in enumerate([(a, b), (b, a)])
                if own in kernel
                and sequence(whole, number) == tuple(new for _, new in kernel[own])
                and f"{own[0]}>{own[1]}" not in truth["unsure"]
            ]
            for k in sizes:
                if not checked or k >= len(segments):
                    break
                left = infer(segments[k:], until_ns=truth["end_ns"]).histories()
                cut_ns = segments[k].time_ns
                if not {_state(kernel.get(own, []), cut_ns) for own in ((a, b), (b, a))} <= _NOT_CLOSING:
                    continue
                for number, changes in checked:
                    before = tuple(new for when, new in changes if when < cut_ns)
                    after = tuple(new for when, new in changes if when >= cut_ns)
                    yield Cut(name, vantage, (a, b), number, k, before, after, sequence(left, number))


def _state(changes: list[tuple[int, str]], at_ns: int) -> str:
    return next((new for when, new in reversed(changes) if when < at_ns), "")


def tally(found: Iterator[Cut]) -> dict[int, tuple[int, int]]:
    """Per k: (endpoint sequences that agree, all)."""
    right: Counter[int] = Counter()
    count: Counter[int] = Counter()
    for cut in found:
        count[cut.k] += 1
        right[cut.k] += cut.agrees
    return {k: (right[k], count[k]) for k in sorted(count)}


def main() -> None:
    folder, only = which(sys.argv[1:])
    for name in only:
        for cut in cuts(name, folder):
            if not cut.agrees:
                where = f"{name}.{cut.vantage} {' > '.join(cut.ends)}"
                print(f"{where} without the first {cut.k}: endpoint {cut.endpoint}")
                print(f"    kernel: ({' '.join(cut.before)}) {' '.join(cut.after)}")
                print(f"    engine: {' '.join(cut.found)}")
    if not only:
        for k, (right, count) in tally(c for name in names(folder) for c in cuts(name, folder)).items():
            print(f"without the first {k}: {right:6} of {count:6}  {100 * right / count:6.2f} %")


if __name__ == "__main__":
    main()
