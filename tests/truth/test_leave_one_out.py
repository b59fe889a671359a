"""One packet missing from the capture: how often the states are still the kernel's, as floors that hold.

A few recordings here; all of them by `python -m tests.truth.leave_one_out`.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.recorded import SHARED
from tests.truth import leave_one_out

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings are not beside the project")

RECORDINGS = ("close_client", "close_combined", "half_close", "simul_close", "refused", "s104", "s160")
FLOOR = {"data": 99.0, "ACK": 96.0, "FIN": 94.0, "SYN": 98.5, "RST": 90.4}


@cache
def figures() -> dict[str, tuple[int, int]]:
    return leave_one_out.tally(
        hole for name in RECORDINGS for hole in leave_one_out.holes(name, vantages=("A", "MA"))
    )


@pytest.mark.parametrize("kind", FLOOR)
def test_states_survive_one_missing_packet(kind: str) -> None:
    right, count = figures()[kind]
    assert count > 30
    assert 100 * right / count >= FLOOR[kind], f"{right} of {count}"
