"""The recordings themselves: the captions name frames by number, so these are what they must be."""

from __future__ import annotations

import re
from itertools import pairwise

import dpkt  # type: ignore[import-untyped]
import pytest

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
LONGEST_NS = 30_000_000_000

each_demo = pytest.mark.parametrize("name", catalog.names())


@each_demo
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
