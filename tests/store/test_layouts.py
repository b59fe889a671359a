"""Layouts of options: compared with taking each apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.store.digest import digest
from tcptui.tcp.options import is_bsd
from tests.support.courses import BSD, LINUX
from tests.support.packets import batch, frame

SYN = 0x02
STAMPS = b"\1\1\x08\x0a" + bytes(8)
SACK = b"\1\1\x05\x0a" + bytes(8)


@pytest.mark.parametrize(
    "options",
    [
        LINUX,
        BSD,
        b"",
        BSD + bytes(4),
        BSD + b"\1\1\1\1",
        bytes.fromhex("020405b404020000"),
        bytes.fromhex("020405b404020101"),
        bytes.fromhex("020405b4040200000000"),
        bytes.fromhex("020405b40103030801010402"),
        bytes.fromhex("020405b4010303060101080a000000010000000004020000"),
        bytes.fromhex("020405b4"),
        bytes.fromhex("0205aabbcc0103030604020101"),
    ],
)
def test_freebsd_is_told_from_others_by_the_options_of_its_syns(options: bytes) -> None:
    options += b"\1" * (-len(options) % 4)
    found = digest(batch((frame(options=options, flags=SYN), 1), (frame(options=options), 1)))
    assert found.bsd.tolist() == [is_bsd(options), False]


PIECES = [
    b"\0",
    b"\1",
    b"\2\4\5\xb4",
    b"\2\3\5",
    b"\3\3\6",
    b"\4\2",
    b"\x08\x0a" + bytes(8),
    b"\x02",
    b"\x22\x02",
]


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=9))
def test_however_options_are_laid_out(pieces: list[bytes]) -> None:
    options = b"".join(pieces)[:40]
    test_freebsd_is_told_from_others_by_the_options_of_its_syns(options)


@pytest.mark.parametrize(
    ("options", "more"),
    [
        (b"", False),
        (STAMPS, False),
        (SACK, True),
        (STAMPS + SACK, True),
        (b"\1\1\1\1", True),
        (bytes(4), True),
    ],
)
def test_what_is_more_than_time_stamps(options: bytes, more: bool) -> None:
    found = digest(batch((frame(options=options), 1), (frame(), 1)))
    assert found.sack.tolist() == [more, False]


def test_options_that_are_cut_at_the_end_of_all_bytes() -> None:
    whole = frame(options=SACK, flags=SYN)
    for cut in range(len(SACK)):
        data = whole[: len(whole) - cut]
        found = digest(batch((data, 1, len(whole))))
        assert (found.bsd.tolist(), found.columns["options"].tolist()) == ([False], [len(SACK) - cut])
