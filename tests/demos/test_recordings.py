"""The recordings themselves: the captions name frames by number, so these are what they must be."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import dpkt  # type: ignore[import-untyped]
import pytest

from lab import mitnick
from lab.frame import Frame, Side, parse
from tcptui.demos import catalog

# > from the client, < from the server; tcpdump's flags without P; bytes of payload.
FRAMES = {
    "handshake": ">S <S. >. >.7 <. <.18 >. >F. <. <F. >.",
    "close-by-client": ">S <S. >. >F. <. <F. >.",
    "close-by-server": ">S <S. >. <.26 >. <F. >. >F. <.",
    "three-segment-close": ">S <S. >. >.5 <. <.5 >. >F. <F. >.",
    "half-close": ">S <S. >. >.15 <. >F. <. <.6 >. <.4 >. <.5 >. <F. >.",
    "simultaneous-close": ">S <S. >. >F. <F. >. <.",
    "simultaneous-open": ">S <S >S. <S. >. <. >.7 <. >F. <. <F. >.",
    "refused": ">S <R.",
    "abort": ">S <S. >. >.12 <. >R.",
    "syn-lost": ">S >S >S <S. >. >F. <. <F. >.",
    "handshake-ack-lost": ">S <S. >. <S. >. <.11 >. >F. <. <F. >.",
    "last-ack-lost": ">S <S. >. >F. <. <F. >. <F. >.",
    "fin-before-data": ">S <S. >. >.12 >F. <. >.12 <. <F. >.",
    "time-wait-reuse": ">S <S. >. <F. >. >F. <. >S <S. >. >.10 <. >F. <. <F. >.",
    "keep-alive": ">S <S. >. >.16 <. >. <. >. <. >. <. >F. <. <F. >.",
    "zero-window": ">S <S. >. >.1448 >.1448 <. >.1448 <. >. <. >. <. >. <. >. <. "
    "<. >.1448 >.1448 <. <. >.1448 >.1448 <. <. >.106 <. >F. <. <F. >.",
    "mid-stream": ">.5 <. <.5 >. >.7 <.7 >. >F. <. <F. >.",
}
MOST_BYTES = 50_000
VISITOR = bytes([192, 0, 2, 10])
LONGEST_NS = 30_000_000_000

each_demo = pytest.mark.parametrize("name", catalog.names())


def test_the_frames_of_all_conversations_are_written_down() -> None:
    assert set(FRAMES) == {name for name in catalog.names() if not catalog.load(name).findings}


@pytest.mark.parametrize("name", FRAMES)
def test_the_frames_are_those_of_the_caption(name: str) -> None:
    assert " ".join(map(summary, frames(name))) == FRAMES[name]


@each_demo
def test_a_caption_names_only_frames_that_there_are(name: str) -> None:
    numbers = [int(number) for number in re.findall(r"#(\d+)", catalog.load(name).text)]
    assert numbers and max(numbers) <= len(frames(name))


@each_demo
def test_a_recording_is_small_short_and_in_order(name: str) -> None:
    assert catalog.load(name).path.stat().st_size < MOST_BYTES
    times = [time for time, _ in records(name)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] - times[0] < LONGEST_NS


def test_handshake_is_the_whole_session() -> None:
    payloads = [frame.data[-frame.length :] for frame in frames("handshake") if frame.length]
    assert payloads == [b"hello\r\n", b"You typed: hello\r\n"]


def test_the_fins_of_a_simultaneous_close_do_not_acknowledge_each_other() -> None:
    ours, theirs = frames("simultaneous-close")[3:5]
    assert theirs.ack == ours.seq and ours.ack == theirs.seq


def test_the_fin_that_arrived_first_is_acknowledged_selectively() -> None:
    sent = frames("fin-before-data")
    data, fin, answer, filled = sent[3], sent[4], sent[5], sent[7]
    assert answer.ack == data.seq
    edges = fin.seq.to_bytes(4, "big") + (fin.seq + 1).to_bytes(4, "big")
    assert b"\x05\x0a" + edges in answer.data
    assert filled.ack == fin.seq + 1


def test_the_second_life_begins_65537_behind_the_first() -> None:
    sent = frames("time-wait-reuse")
    assert (sent[8].seq - sent[6].seq) % 2**32 == 65_537


def test_keep_alive_probes_are_one_too_low() -> None:
    sent = frames("keep-alive")
    assert [sent[number - 1].seq - sent[0].seq for number in (6, 8, 10)] == [16, 16, 16]
    assert sent[4].ack - sent[0].seq == 17


def test_the_window_is_zero_until_it_opens() -> None:
    answers = [(n, frame) for n, frame in enumerate(frames("zero-window"), 1) if frame.sender is Side.B]
    assert [number for number, frame in answers if frame.window == 0] == [8, 10, 12, 14, 16]


def test_the_flood_comes_from_200_addresses_and_33_are_kept() -> None:
    of_flood = [
        frame for frame in frames("syn-flood") if b"\xc6\x33\x64" in (frame.data[26:29], frame.data[30:33])
    ]
    syns = [frame for frame in of_flood if frame.flags == "S"]
    assert len({frame.data[26:30] for frame in syns}) == len(syns) == 200
    answers = Counter(frame.destination_port for frame in of_flood if frame.flags == "S.")
    assert Counter(answers.values()) == {1: 167, 3: 33}
    assert not [frame for frame in of_flood if frame.flags not in ("S", "S.")]


def test_the_visitors_are_in_the_frames_that_the_caption_says() -> None:
    visits = [data[26:30] == VISITOR or data[30:34] == VISITOR for _, data in records("syn-flood")]
    numbers = [number for number, visit in enumerate(visits, 1) if visit]
    assert numbers[:10] == list(range(1, 11))
    assert numbers[10] == 342 and numbers[19] == 358 and numbers[20] == 487


def test_the_attack_is_what_its_script_writes(tmp_path: Path) -> None:
    mitnick.write(tmp_path / "again.pcap")
    assert (tmp_path / "again.pcap").read_bytes() == catalog.load("blind-spoofing").path.read_bytes()


def test_the_attack_in_the_frames_that_its_caption_names() -> None:
    sent = frames("blind-spoofing")
    probes = [frame.seq for frame in sent[:60] if frame.flags == "S."]
    assert {(b - a) % 2**32 for a, b in pairwise(probes)} == {128_000}
    assert sent[60].data[26:30] == bytes([198, 51, 100, 97])
    syn, answer, guess, command = sent[128], sent[129], sent[130], sent[135]
    assert (syn.flags, answer.flags, guess.flags) == ("S", "S.", ".")
    assert guess.ack == answer.seq + 1 == probes[-1] + 128_001
    assert command.data.endswith(b"echo + + >>/.rhosts\0")
    server = bytes([192, 0, 2, 10])
    ttls = {frame.data[22] for frame in sent[:128] if frame.data[26:30] == server}
    assert ttls == {64} and syn.data[22] == command.data[22] == 51


def test_all_demos_together_are_a_small_part_of_the_package() -> None:
    assert sum(catalog.load(name).path.stat().st_size for name in catalog.names()) < 150_000


def frames(name: str) -> list[Frame]:
    """The frames of a demo; the client is host A, whose address ends in 10."""
    return [parse(data, Side.A if data[29] == 10 else Side.B) for _, data in records(name)]


def records(name: str) -> list[tuple[int, bytes]]:
    """(ns since the epoch, frame) of each record, read by a reader that is not ours."""
    with catalog.load(name).path.open("rb") as file:
        return [(round(float(time) * 1e9), data) for time, data in dpkt.pcap.Reader(file)]


def summary(frame: Frame) -> str:
    """One frame in the notation of FRAMES."""
    arrow = ">" if frame.sender is Side.A else "<"
    return f"{arrow}{frame.flags}{frame.length or ''}"
