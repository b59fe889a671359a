"""The page of agreement names what the tests except, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from tests.store.test_analysis import DIFFERENCES
from tests.test_session import COUNTED_OTHERWISE

PAGE = (Path(__file__).parents[2] / "docs" / "agreement.md").read_text()


def test_every_difference_is_on_the_page_and_every_one_there_is_real() -> None:
    named = set(re.findall(r"`(\S+\.pcap)`, frame (\d+): \*\*Wireshark marks `(\w+)`", PAGE))
    assert named == {(name, str(frame), flag) for name, flag, frame in DIFFERENCES}
    counted = set(re.findall(r"`(\S+\.pcap)`, frame \d+: \*\*(\d+) connections", PAGE))
    assert counted == {(name.removeprefix("real/"), str(n[2])) for name, n in COUNTED_OTHERWISE.items()}
