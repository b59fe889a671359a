"""The captures that are measured with, made once and kept by their seed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import frames
from benchmarks.generate import Spec, make


@dataclass(frozen=True, slots=True)
class Capture:
    """A file, and how much is in it."""

    path: Path
    packets: int
    flows: int

    @property
    def octets(self) -> int:
        """The file's size."""
        return self.path.stat().st_size


class Captures:
    """Captures in a folder. What was made there by this generator is taken as it is."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def get(self, spec: Spec) -> Capture:
        """A capture, read once, so that it is in the page cache."""
        key = hashlib.sha256((json.dumps(asdict(spec)) + _generator()).encode()).hexdigest()[:12]
        path = self._folder / f"{spec.name}-{spec.size}-{key}.pcap"
        told = path.with_suffix(".json")
        if not (path.exists() and told.exists()):
            part = path.with_suffix(".part")
            made = make(spec, part)
            part.rename(path)
            told.write_text(json.dumps({"packets": made.packets, "flows": made.flows, "kinds": made.count()}))
        content = json.loads(told.read_text())
        warm(path)
        return Capture(path, content["packets"], content["flows"])

    def empty(self) -> Capture:
        """A capture without a packet."""
        path = self._folder / "empty.pcap"
        path.write_bytes(frames.header())
        return Capture(path, 0, 0)


def warm(path: Path) -> None:
    """Bring a file into the page cache."""
    with path.open("rb") as file:
        while file.read(1 << 22):
            pass


def _generator() -> str:
    """Changes with the generator."""
    folder = Path(__file__).parent
    names = (
        "endpoint",
        "conversation",
        "webscripts",
        "options",
        "packets",
        "frames",
        "traffic",
        "web",
        "generate",
    )
    return "".join(hashlib.sha256((folder / f"{name}.py").read_bytes()).hexdigest() for name in names)
