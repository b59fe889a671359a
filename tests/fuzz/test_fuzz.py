"""Every seed once, some seconds of fuzzing, and the work a segment costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import pytest

from tcptui.tcp.connection import Connection
from tcptui.tcp.segment import Segment
from tests.fuzz.targets import START, TARGETS

SEEDS = sorted((Path(__file__).parent / "seeds").glob("*/*"))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.parent.name}-{seed.name}")
def test_seeds_break_nothing(seed: Path) -> None:
    TARGETS[seed.parent.name](seed.read_bytes())


@pytest.mark.skipif(not find_spec("atheris"), reason="atheris has no wheel for this machine")
@pytest.mark.parametrize("name", TARGETS)
def test_ten_seconds_of_fuzzing_find_nothing(name: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.fuzz", name, "10"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "stat::number_of_executed_units" in done.stderr


def _storm(kind: str, count: int) -> list[Segment]:
    """A long life of one kind of trouble."""

    def one(i: int, sender: int, seq: int, ack: int, flags: int, length: int = 0) -> Segment:
        return Segment(
            i, START + i * 1_000_000, sender, seq % 2**32, ack % 2**32, flags, 512, length, b"", i % 65536
        )

    opening = [one(1, 0, 0, 0, 0x02), one(2, 1, 0, 1, 0x12), one(3, 0, 1, 1, 0x10)]
    make: dict[str, Callable[[int], Segment]] = {
        "one-sided": lambda i: one(i, 0, 1 + 100 * i, 1, 0x18, 100),
        "out of order": lambda i: one(i, 0, 10_000_000 - 200 * i, 1, 0x18, 100),
        "retransmitted": lambda i: one(i, 0, 1, 1, 0x18, 100),
        "FIN copies": lambda i: one(i, i & 1, 1, 1, 0x11),
        "RST out of window": lambda i: one(i, i & 1, 1 << 30, 1, 0x04),
        "SYN floods in": lambda i: one(i, 0, i * 77_777, 0, 0x02),
        "SYN,ACK copies": lambda i: one(i, 1, 0, 1, 0x12),
        "lives": lambda i: one(
            i,
            (0, 1, 0, 1)[i % 4],
            i // 4 * 99_999 + (0, 0, 1, 1)[i % 4],
            i // 4 * 99_999 + 1,
            (0x02, 0x12, 0x14, 0x14)[i % 4],
        ),
        "acks of the unseen": lambda i: one(i, 1, 1, 1 + 100 * i, 0x10),
    }
    return opening + [make[kind](i) for i in range(4, count)]


def _calls(segments: list[Segment]) -> int:
    """Function calls that it takes to infer these."""
    connection, count = Connection(), 0

    def tell(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tell)
    try:
        for segment in segments:
            connection.feed(segment)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "kind",
    [
        "one-sided",
        "out of order",
        "retransmitted",
        "FIN copies",
        "RST out of window",
        "SYN floods in",
        "SYN,ACK copies",
        "lives",
        "acks of the unseen",
    ],
)
def test_a_segment_costs_the_same_however_long_the_flow_is(kind: str) -> None:
    """Counted in calls, not in seconds: four times the segments, at most five times the work."""
    short, long = _calls(_storm(kind, 1_000)), _calls(_storm(kind, 4_000))
    assert long < 5 * short, f"{short} calls, then {long}"
