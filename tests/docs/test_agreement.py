"""The page of agreement names what the tests except, and nothing else."""

from __future__ import annotations

import re

from tests.support.agreement import PAGE, wireshark_differences
from tests.test_session import COUNTED_OTHERWISE


def test_connections_that_are_counted_otherwise_are_on_the_page() -> None:
    counted = set(re.findall(r"`(\S+\.pcap)`, frame \d+: \*\*(\d+) connections", PAGE))
    assert counted == {(name.removeprefix("real/"), str(n[2])) for name, n in COUNTED_OTHERWISE.items()}


def test_marks_that_differ_are_counted_rightly() -> None:
    (number,) = re.findall(r"all but (\d+) marks", PAGE)
    assert int(number) == len(wireshark_differences())
