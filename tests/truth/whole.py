"""Connections whose states agree while the capture is whole: what one with less in it is held against."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tcptui.tcp.segment import Segment
from tests.support.recorded import Key, connections
from tests.truth.recorded import infer, sequence

Kind = TypeVar("Kind", int, str)


@dataclass(frozen=True)
class Whole:
    """A connection at one place. changes: what the kernel entered, and when, by endpoint.

    agreeing: the numbers of the endpoints whose sequences are the kernel's.
    """

    recording: str
    vantage: str
    ends: Key
    segments: list[Segment]
    changes: tuple[list[tuple[int, str]], list[tuple[int, str]]]
    agreeing: tuple[int, ...]
    end_ns: int

    def without(self, rest: Sequence[Segment]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the engine makes of `rest`: the sequence of each endpoint."""
        histories = infer(list(rest), until_ns=self.end_ns).histories()
        return sequence(histories, 0), sequence(histories, 1)


def wholes(name: str, folder: Path, vantages: Iterable[str]) -> Iterator[Whole]:
    """The connections of a recording at these places, but those of a socket with itself."""
    truth = json.loads((folder / f"{name}.truth.json").read_text())
    kernel: dict[Key, list[tuple[int, str]]] = {}
    for one in truth["transitions"]:
        kernel.setdefault((one["endpoint"], one["peer"]), []).append((one["t_ns"], one["new"]))
    for vantage in vantages:
        if vantage not in truth["pcaps"]:
            continue
        for (a, b), segments in connections(folder / truth["pcaps"][vantage]).items():
            if a == b:
                continue
            changes = kernel.get((a, b), []), kernel.get((b, a), [])
            one = Whole(name, vantage, (a, b), segments, changes, (), truth["end_ns"])
            found = one.without(segments)
            agreeing = tuple(
                number
                for number, own in enumerate(((a, b), (b, a)))
                if own in kernel
                and found[number] == tuple(new for _, new in changes[number])
                and f"{own[0]}>{own[1]}" not in truth["unsure"]
            )
            yield Whole(name, vantage, (a, b), segments, changes, agreeing, truth["end_ns"])


def tally(found: Iterable[tuple[Kind, bool]]) -> dict[Kind, tuple[int, int]]:
    """Per kind: (those that agree, all)."""
    right: Counter[Kind] = Counter()
    count: Counter[Kind] = Counter()
    for kind, agrees in found:
        count[kind] += 1
        right[kind] += agrees
    return {kind: (right[kind], count[kind]) for kind in sorted(count)}
