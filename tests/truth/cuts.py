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

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.recorded import Key
from tests.truth.recorded import KERNEL, VANTAGES, names, which
from tests.truth.whole import tally as whole_tally
from tests.truth.whole import wholes

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
    for whole in wholes(name, folder, VANTAGES):
        for k in sizes:
            if not whole.agreeing or k >= len(whole.segments):
                break
            cut_ns = whole.segments[k].time_ns
            if not {_state(changes, cut_ns) for changes in whole.changes} <= _NOT_CLOSING:
                continue
            left = whole.without(whole.segments[k:])
            for number in whole.agreeing:
                before = tuple(new for when, new in whole.changes[number] if when < cut_ns)
                after = tuple(new for when, new in whole.changes[number] if when >= cut_ns)
                yield Cut(name, whole.vantage, whole.ends, number, k, before, after, left[number])


def _state(changes: list[tuple[int, str]], at_ns: int) -> str:
    return next((new for when, new in reversed(changes) if when < at_ns), "")


def tally(found: Iterator[Cut]) -> dict[int, tuple[int, int]]:
    """Per k: (endpoint sequences that agree, all)."""
    return whole_tally((cut.k, cut.agrees) for cut in found)


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
