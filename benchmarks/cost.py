"""What a run of a program costs: time, processor time, memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SPAWN = Path(__file__).with_name("spawn.py")


@dataclass(frozen=True, slots=True)
class Cost:
    """status: exit status, None when it was given up. wall, cpu: seconds.

    peak: resident octets at most, mapped files included; anonymous: those that are no file's.
    """

    status: int | None
    wall: float
    cpu: float
    peak: int
    anonymous: int


class FailedError(Exception):
    """A program that is measured did not do its work."""


def run(command: Sequence[str], *, limit: float = 600.0, output: str = os.devnull) -> Cost:
    """Run it once. limit: seconds, then it is given up. output: the file for its standard output.

    Raises FailedError when it cannot be started or fails.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SPAWN), str(limit), output, *command],
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    cost = Cost(**json.loads(done.stdout)) if done.returncode == 0 else None
    if cost is None or cost.status not in (0, None):
        last = done.stderr.strip().splitlines()[-1:]
        raise FailedError(f"{' '.join(command)}: {' '.join(last) or 'it failed'}")
    return cost


def median(costs: Sequence[Cost]) -> Cost:
    """The run in the middle by time; the largest memory of all."""
    middle = sorted(costs, key=lambda cost: cost.wall)[(len(costs) - 1) // 2]
    return Cost(
        middle.status if all(cost.status == 0 for cost in costs) else None,
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        max(cost.peak for cost in costs),
        max(cost.anonymous for cost in costs),
    )


def in_turns(
    commands: dict[str, list[str]], runs: int, limit: float = 600.0
) -> dict[str, Cost | FailedError]:
    """The median of each command's runs. They take turns, so that what slows the machine slows all.

    Who fails or is given up once is not run again.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    failed: dict[str, FailedError] = {}
    for _ in range(runs):
        for name, command in commands.items():
            if name in failed or any(cost.status is None for cost in costs[name]):
                continue
            try:
                costs[name].append(run(command, limit=limit))
            except FailedError as error:
                failed[name] = error
    return {name: failed.get(name) or median(costs[name]) for name in commands}
