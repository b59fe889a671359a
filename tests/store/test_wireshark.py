"""Marks against a live tshark: the built-in demos, conversations at random, and recordings.

Whatever differs stands in docs/agreement.md with its frame, and the other way round.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tcptui.demos.catalog import load, names
from tests.support.agreement import wireshark_differences
from tests.support.needs import needs_program
from tests.support.packets import CAPTURES, pcap
from tests.support.traffic import conversations
from tests.support.wireshark import FLAGS, ours, theirs

EVERY = int(os.environ.get("EVERY", "25"))
"""One in so many of the recordings beside the project is looked at, and all that the page names."""

pytestmark = needs_program("tshark")


def recordings() -> list[Path]:
    found = sorted((*CAPTURES.glob("kernel/*.pcap.gz"), *CAPTURES.glob("states/**/*.pcap")))
    named = {name for name, _, _ in wireshark_differences()}
    return [path for at, path in enumerate(found) if at % EVERY == 0 or path.name in named]


@pytest.mark.parametrize("name", names())
def test_demos_are_marked_as_tshark_marks_them(name: str) -> None:
    path = Path(load(name).path)
    assert ours(path) == theirs(path)


@pytest.mark.parametrize("seed", [1, 2])
def test_conversations_at_random_are_marked_as_tshark_marks_them(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "random.pcap"
    path.write_bytes(pcap(*conversations(seed, 400), magic=0xA1B23C4D))
    expected = theirs(path)
    assert {flag for _, flag in expected} == FLAGS.keys() - {"reused_ports"}
    assert ours(path) == expected


@pytest.mark.skipif(not CAPTURES.exists(), reason="needs the captures beside the repository")
def test_recordings_are_marked_as_tshark_marks_them_but_where_the_page_says_why() -> None:
    missing, extra = set(), set()
    paths = recordings()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(theirs, paths))
    for path, expected in zip(paths, found, strict=True):
        mine = ours(path)
        missing |= {(path.name, *one) for one in expected - mine}
        extra |= {(path.name, *one) for one in mine - expected}
    beside = {one for one in wireshark_differences() if (CAPTURES / "real" / one[0]).exists()}
    assert missing == wireshark_differences() - beside
    assert extra == set()
