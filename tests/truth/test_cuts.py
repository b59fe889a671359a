"""What counts as agreement where a capture begins late."""

from __future__ import annotations

import pytest

from tests.truth.cuts import Cut


@pytest.mark.parametrize(
    ("before", "after", "found", "agrees"),
    [
        ("SYN_SENT ESTABLISHED", "FIN_WAIT_1 CLOSED", "ESTABLISHED FIN_WAIT_1 CLOSED", True),
        ("SYN_SENT ESTABLISHED", "FIN_WAIT_1 CLOSED", "FIN_WAIT_1 CLOSED", True),
        ("SYN_SENT ESTABLISHED", "FIN_WAIT_1 CLOSED", "ESTABLISHED CLOSED", False),
        ("SYN_SENT ESTABLISHED", "FIN_WAIT_1 CLOSED", "CLOSED", False),
        ("SYN_SENT ESTABLISHED", "", "ESTABLISHED", True),
        ("SYN_SENT ESTABLISHED", "", "", True),
        ("SYN_SENT ESTABLISHED", "", "SYN_RCVD ESTABLISHED", False),
        ("", "SYN_SENT CLOSED", "SYN_SENT CLOSED", True),
        ("", "SYN_SENT CLOSED", "ESTABLISHED SYN_SENT CLOSED", False),
    ],
)
def test_how_it_goes_on_must_be_the_kernel_s(before: str, after: str, found: str, agrees: bool) -> None:
    sequences = (tuple(one.split()) for one in (before, after, found))
    assert Cut("", "A", ("a", "b"), 0, 1, *sequences).agrees is agrees
