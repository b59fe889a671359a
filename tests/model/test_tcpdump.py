"""The printed line against the real tcpdump's."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.model.tcpdump import bases, flag_letters, line
from tcptui.model.tcpdump import lines as tcpdump_lines
from tcptui.store.rest import rest
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Flags, Segment
from tests.support.needs import needs_program
from tests.support.packets import CAPTURES, ethernet, ipv4, ipv6, padded, pcap, read_all, tcp

MANY_LINKTYPES = "many_interfaces-1.pcapng"  # tcpdump does not read a file with several
REAL = [path for path in sorted((CAPTURES / "real").glob("*.pcap*")) if path.name != MANY_LINKTYPES]

needs_tcpdump = needs_program("tcpdump")


def ours(path: Path, *, absolute: bool = False) -> dict[int, str]:
    """Frame number to line, for every TCP segment of a capture."""
    reader = CaptureReader(path)
    store = SegmentStore(reader.packet)
    for batch in read_all(reader):
        store.append(batch)
    found: dict[int, str] = {}
    for pair in range(store.pairs.n):
        one, other = store.pairs.ends(pair)
        segments = store.segments(store.pairs.rows(pair))
        ends = ((one.ip, one.port), (other.ip, other.port))
        headers = rest(store, store.pairs.rows(pair))
        printed = tcpdump_lines(segments, ends, absolute=absolute, headers=headers)
        found.update(zip((segment.packet for segment in segments), printed, strict=True))
    return found


def theirs(path: Path, *flags: str) -> list[str]:
    """tcpdump's lines, without time, cut behind the length, and starting at the IP layer."""
    command = ["tcpdump", "-tnr", str(path), *flags]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [cut(text) for text in out.splitlines()]


def cut(text: str) -> str:
    """Without the layers below IP, and what follows the length."""
    text = re.sub(r"^.*?(IP6? \S+ > )", r"\1", text)
    return re.sub(r"(Flags \[.*length \d+).*", r"\1", text)


@needs_tcpdump
@pytest.mark.skipif(not REAL, reason="no captures beside the project")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@pytest.mark.parametrize("flag", ["", "-S"])
def test_real_captures_print_as_tcpdump_prints_them(path: Path, flag: str) -> None:
    expected = theirs(path, *flag.split())
    for frame, text in ours(path, absolute=bool(flag)).items():
        if "truncated-ip" not in expected[frame - 1]:  # the line goes by what the layer below carries
            assert text == expected[frame - 1], f"frame {frame}"


@needs_tcpdump
def test_generated_segments_print_as_tcpdump_prints_them(tmp_path: Path) -> None:
    frames = []
    for flags in range(256):
        payload = b"x" * (flags % 3)
        frames.append(
            ethernet(ipv4(tcp(payload, flags=flags, seq=2**32 - 1 - flags, ack=flags * 7, window=flags)))
        )
        frames.append(
            ethernet(ipv6(tcp(payload, flags=flags, seq=flags, ack=77, sport=80, dport=40000)), 0x86DD)
        )
    path = tmp_path / "flags.pcap"
    path.write_bytes(pcap(*frames))
    mine = ours(path)
    assert [mine[frame] for frame in sorted(mine)] == theirs(path)


KINDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 19, 20, 28, 29, 30, 34, 77, 253, 254]
SIZES = {
    2: (2,), 3: (1,), 4: (0,), 5: (8, 16, 24, 7), 6: (4,), 7: (4,), 8: (8,), 11: (4,), 12: (4,), 13: (4,),
    19: (16,), 20: (2,), 28: (2,), 29: (2, 0, 1, 10, 16), 30: (1, 2, 6, 8, 10, 14, 16, 18, 20, 22, 26, 28),
    34: (0, 4, 6, 8, 16, 3, 18), 254: (2, 6, 10, 1, 0),
}  # fmt: skip
"""Lengths of the value that tcpdump knows, by kind; and some that it does not."""


def option_lists() -> list[bytes]:
    """Every kind at every length that can be told apart, alone and behind another; and cut ones."""
    lists = [bytes([kind]) for kind in KINDS]
    for kind in KINDS:
        for size in range(21):
            body = bytes(range(100, 100 + max(0, size - 2)))
            lists.append(bytes([kind, size]) + body)
            lists.append(b"\x01" + bytes([kind, size]) + body)
            lists.append(bytes([2, 4, 5, 180]) + bytes([kind, size]) + body[: max(0, size - 4)])
    lists.append(b"\xfe\x04\xf9\x89")
    lists.append(b"\xfe\x0c\xf9\x89" + b"cookies!")
    return [raw + b"\x01" * (-len(raw) % 4) for raw in lists if len(raw) <= 40]


@needs_tcpdump
def test_options_print_as_tcpdump_prints_them(tmp_path: Path) -> None:
    path = tmp_path / "options.pcap"
    path.write_bytes(
        pcap(*(ethernet(ipv4(tcp(bytes(8), options=raw, ack=50, flags=0x10))) for raw in option_lists()))
    )
    mine = ours(path)
    for raw, frame, text in zip(option_lists(), sorted(mine), theirs(path), strict=True):
        assert mine[frame] == text, raw.hex()


def random_option(rng: random.Random) -> bytes:
    kind = rng.choice((*KINDS, 30, 30, 30, 254))
    if kind < 2:
        return bytes([kind])
    size = rng.randrange(30) if rng.random() < 0.1 else rng.choice(SIZES.get(kind, (0, 3, 5)))
    body = rng.randbytes(size)
    if kind == 30 and size:  # its subtypes, its versions
        body = bytes([rng.choice((*range(9), 15)) << 4 | rng.choice((0, 1, 4, 6, 9))]) + body[1:]
    if kind == 254 and size >= 2 and rng.random() < 0.6:
        body = b"\xf9\x89" + body[2:]
    length = size + 2 if rng.random() > 0.06 else rng.choice((0, 1, 2, size + 3, size + 1, 40, 255))
    return bytes([kind, length]) + body


def random_segment(rng: random.Random) -> tuple[bytes, int]:
    """A frame as captured, often cut behind the fixed part of its TCP header, and its length on the wire."""
    options = b"".join(random_option(rng) for _ in range(rng.choice((0, 1, 1, 2, 3, 5))))[:40]
    options += (b"\x01" * 3 if rng.random() < 0.7 else rng.randbytes(3))[: -len(options) % 4]
    segment = bytearray(
        tcp(
            rng.randbytes(rng.choice((0, 0, 0, 1, 8, 100))),
            sport=rng.choice((40000, 40001, 5)), dport=rng.choice((9999, 40000)),
            seq=rng.randrange(2**32), ack=rng.randrange(2**32),
            flags=rng.choice((2, 18, 16, 16, 24, 17, 4, 20, 0, rng.randrange(256))),
            window=rng.choice((0, 1, 65535)), options=options,
        )
    )  # fmt: skip
    segment[18:20] = rng.randbytes(2)  # the urgent pointer
    six = rng.random() < 0.4
    frame = ethernet(ipv6(bytes(segment)), 0x86DD) if six else ethernet(ipv4(bytes(segment)))
    frame = padded(frame) if rng.random() < 0.5 else frame
    fixed = 14 + (40 if six else 20) + 20
    captured = rng.randrange(fixed, len(frame) + 1) if rng.random() < 0.35 else len(frame)
    return frame[:captured], len(frame)


@needs_tcpdump
@pytest.mark.parametrize("flag", ["", "-S"])
def test_segments_at_random_print_as_tcpdump_prints_them(flag: str, tmp_path: Path) -> None:
    rng = random.Random(flag)
    records = [random_segment(rng) for _ in range(3000)]
    path = tmp_path / "random.pcap"
    path.write_bytes(pcap(*records))
    mine = ours(path, absolute=bool(flag))
    for number, (expected, (frame, _)) in enumerate(
        zip(theirs(path, *flag.split()), records, strict=True), 1
    ):
        assert mine[number] == expected, frame.hex()


@needs_tcpdump
def test_ipv6_addresses_print_as_tcpdump_prints_them(tmp_path: Path) -> None:
    rng = random.Random(6)
    words = [[rng.choice(("0", "0", "1", "ffff", "a0b")) for _ in range(8)] for _ in range(300)]
    frames = [ethernet(ipv6(tcp(), src=":".join(one)), 0x86DD) for one in words]
    path = tmp_path / "addresses.pcap"
    path.write_bytes(pcap(*frames))
    mine = ours(path)
    assert [mine[number] for number in range(1, len(frames) + 1)] == theirs(path)


def test_numbers_count_from_the_first_ack_and_anew_from_every_syn_ack() -> None:
    syn = Segment(1, 0, 0, 100, 0, Flags.SYN)
    syn_ack = Segment(2, 0, 1, 900, 101, Flags.SYN | Flags.ACK)
    data = Segment(3, 0, 0, 101, 901, Flags.ACK, length=5)
    segments = [syn, syn_ack, data]
    assert bases(segments, 0, [1]) == (0, 0)
    assert bases(segments, 1, [1]) is None
    assert bases(segments, 2, [1]) == (100, 900)
    assert line(data, ("::1", 5), ("::2", 6), (100, 900)) == (
        "IP6 ::1.5 > ::2.6: Flags [.], seq 1:6, ack 1, win 0, length 5"
    )


def test_flags_have_tcpdumps_letters_in_its_order() -> None:
    assert flag_letters(0) == "none"
    assert flag_letters(0x1FF) == "FSRP.UEWe"
