"""What every benchmark is given."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.captures import Capture, Captures
from benchmarks.generate import Spec


@dataclass(frozen=True, slots=True)
class Bench:
    """captures: where they come from. runs: of each command, of which the median counts.

    scale: by what all sizes are divided (1 for real figures). limit: seconds after which a run is given up.
    keys: how many of each kind are pressed.
    """

    captures: Captures
    runs: int = 3
    scale: int = 1
    limit: float = 300.0
    keys: int = 100

    def capture(self, name: str, size: int, least: int = 1) -> Capture:
        """A capture of this traffic, scaled, but not below `least`."""
        return self.captures.get(Spec(name, self.scaled(size, least)))

    def scaled(self, size: int, least: int = 1) -> int:
        """A size as it is after scaling."""
        return max(least, size // self.scale)

    def count(self, size: int, least: int = 1) -> str:
        """The same in words: 100 k, 10 M."""
        scaled = self.scaled(size, least)
        for unit, letter in ((1_000_000, " M"), (1000, " k")):
            if scaled >= unit and not scaled % unit:
                return f"{scaled // unit}{letter}"
        return f"{scaled:,}"


def tcptui(*arguments: str) -> list[str]:
    """The command of this checkout, as a user has it."""
    script = Path(sys.executable).with_name("tcptui")
    return [*([str(script)] if script.exists() else [sys.executable, "-m", "tcptui"]), *arguments]


def found(program: str) -> bool:
    """Whether a program is there."""
    return shutil.which(program) is not None
