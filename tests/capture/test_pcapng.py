"""pcapng: blocks, sections, damage."""

from __future__ import annotations

import tempfile
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import CaptureReader
from tests.support import packets as p

FRAME = p.padded(p.frame(b"payload"))


def records(directory: Path, data: bytes) -> tuple[list[tuple[int, int, int, int, bytes]], list[str]]:
    reader = p.open_bytes(directory, data)
    return p.packets(p.read_all(reader)), reader.notices


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_three_packet_blocks(tmp_path: Path, order: str) -> None:
    data = (
        p.section(order)
        + p.interface(1, order, snaplen=40)
        + p.interface(101, order)
        + p.enhanced(FRAME, order, number=1, wire=1000)
        + p.simple(FRAME[:40], order, wire=60)
        + p.obsolete(FRAME, order, number=1, ticks=p.START // 1000 + 1)
    )
    found, notices = records(tmp_path, data)
    assert notices == []
    assert found == [
        (p.START, len(FRAME), 1000, 101, FRAME),
        (p.START, 40, 60, 1, FRAME[:40]),  # a simple packet has no time of its own
        (p.START + 1000, len(FRAME), len(FRAME), 101, FRAME),
    ]


def test_the_shortest_packet_block_at_the_end_of_the_file(tmp_path: Path) -> None:
    for payload in (b"", b"abcd"):
        found, notices = records(tmp_path, p.section() + p.interface() + p.simple(payload))
        assert [r[4] for r in found] == [payload] and notices == []


def test_sections_number_their_own_interfaces(tmp_path: Path) -> None:
    data = b"".join(
        p.section(order) + p.interface(link, order) + p.enhanced(FRAME, order)
        for order, link in [("<", 1), ("<", 113), (">", 101), ("<", 0)]
    )
    found, notices = records(tmp_path, data)
    assert [r[3] for r in found] == [1, 113, 101, 0] and notices == []


def test_65535_interfaces(tmp_path: Path) -> None:
    data = p.section() + b"".join(
        p.interface(1 + n % 2 * 100) + p.enhanced(FRAME, number=n) for n in range(65_535)
    )
    found, notices = records(tmp_path, data)
    assert len(found) == 65_535 and notices == []
    assert [r[3] for r in found[-4:]] == [101, 1, 101, 1]


def test_unknown_blocks_are_skipped(tmp_path: Path) -> None:
    head = p.section() + p.interface()
    unknown = p.block(0x0BAD, b"12345") + p.block(4, b"") + p.block(0x80000001, bytes(100_000))
    found, notices = records(tmp_path, head + unknown + p.enhanced(FRAME) + unknown)
    assert len(found) == 1 and notices == []


BLOCKS = {
    order: [
        p.section(order),
        p.interface(1, order),
        p.interface(101, order, resolution=9),
        p.enhanced(b"", order),
        p.enhanced(b"abc", order, number=1, ticks=p.START),
        p.simple(b"defgh", order),
        p.obsolete(b"ij", order),
        p.block(99, b"k", order),
    ]
    for order in "<>"
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("<>"), st.lists(st.integers(0, 7), max_size=12)), min_size=1, max_size=4
    ),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
    st.integers(1, 5),
)
def test_any_blocks_in_any_pieces(sections: list[tuple[str, list[int]]], sizes: list[int], most: int) -> None:
    """A growing file read a few records at a time gives what the whole one gives: packets, and the notice."""
    data = b"".join(
        p.section(order) + p.interface(113, order) + b"".join(BLOCKS[order][n] for n in numbers)
        for order, numbers in sections
    )
    with tempfile.TemporaryDirectory() as directory:
        whole, notices = records(Path(directory), data)
        path = Path(directory) / "growing"
        path.touch()
        reader, found, at = CaptureReader(path, growing=True), [], 0
        for size in cycle(sizes):
            with path.open("ab") as out:
                out.write(data[at : at + size])
            found += p.packets(p.read_all(reader, most))
            at += size
            if at >= len(data):
                break
        reader.finish()
        found += p.packets(p.read_all(reader, most))
        reader.close()
    assert (found, reader.notices) == (whole, notices)


HEAD = p.section() + p.interface() + p.enhanced(FRAME)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (p.block(6, bytes(20), length=0), "claims 0 bytes"),
        (p.block(6, bytes(20), length=31), "claims 31 bytes"),
        (p.block(77, bytes(20), length=0xFFFFFFFC), "claims 4,294,967,292 bytes"),
        (p.block(6, bytes(16)), "a packet of 0 bytes in a block of 28"),
        (p.block(1, b""), "has only 12 bytes"),
        (p.block(6, bytes(24))[:-4] + b"abcd", "two lengths"),
        (p.enhanced(FRAME, number=1), "interface that was not described"),
        (p.section() + p.enhanced(FRAME), "interface that was not described"),
        (p.block(6, bytes(12) + b"\xff\xff\0\0" + bytes(4)), "a packet of 65,535 bytes in a block of 32"),
        (p.block(0x0A0D0D0A, bytes(16)), "without its byte-order magic"),
    ],
)
def test_a_damaged_block_stops_there(tmp_path: Path, bad: bytes, words: str) -> None:
    found, notices = records(tmp_path, HEAD + bad + p.enhanced(FRAME) * 3)
    assert len(found) == 1
    assert len(notices) == 1 and words in notices[0]
    start = len(HEAD) + (len(p.section()) if bad.startswith(p.section()) else 0)
    assert f"at byte {start:,}: read up to there (1 packets)" in notices[0]
