"""A process that reads ahead: what it tells is what the reader finds by itself."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tcptui.capture import pcapfile, scout
from tcptui.capture.pcapfile import Batch, CaptureReader
from tcptui.capture.scout import Scout
from tests.support.feeds import until
from tests.support.packets import enhanced, frame, interface, pcap, pcap_header, section

FRAMES = [frame(bytes(size)) for size in (0, 900, 3, 60, 1400) * 50]
NEVER = 1 << 60


@pytest.fixture(autouse=True)
def _for_short_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scout is worth it, however short the file; pieces are small."""
    for name, value in (
        ("WORTH_IT", 0),
        ("WORTH_ASKING", 3000),
        ("_LEFT", 1000),
        ("_SMALLEST_PIECE", 5000),
        ("_LARGEST_PIECE", 9000),
    ):
        monkeypatch.setattr(pcapfile, name, value)
    monkeypatch.setattr(scout, "_possible", lambda: True)


def weight(batch: Batch) -> list[int]:
    """Something that only who has the bytes can tell: the sum of the bytes of each packet."""
    at = (batch.offset - batch.base).tolist()
    return [
        int(batch.data[one : one + size].sum()) for one, size in zip(at, batch.caplen.tolist(), strict=True)
    ]


Read = tuple[int, int, bytes]


def read(reader: CaptureReader, most: int) -> Iterator[tuple[Read, bool]]:
    """(frame, time, bytes) of each packet, and whether the scout told of it."""
    while (batch := reader.read(most)) is not None:
        for n, size in enumerate(batch.caplen.tolist()):
            at = int(batch.offset[n]) - batch.base
            data = batch.data[at : at + size].tobytes()
            if batch.prepared is not None:
                assert batch.prepared[n] == sum(data)
            yield (batch.first_frame + n, int(batch.time_ns[n]), data), batch.prepared is not None


def alone(path: Path, most: int) -> tuple[list[Read], list[str]]:
    """All packets and notices of a reader without a scout."""
    reader = CaptureReader(path)
    return [one for one, _ in read(reader, most)], reader.notices


def scouted(path: Path, most: int) -> CaptureReader:
    reader = CaptureReader(path)
    reader.look_ahead(weight, most)
    return reader


def pid_of(reader: CaptureReader) -> int:
    assert reader._scout is not None
    return reader._scout._pid


def test_one_that_has_ended_is_asked_nothing(tmp_path: Path) -> None:
    """Its descriptors may be those of other files by then."""
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = scouted(path, 20)
    assert reader._scout is not None
    reader._scout.close()
    files = [(tmp_path / str(at)).open("wb+") for at in range(8)]
    found = [one for one, _ in read(reader, 20)]
    assert [os.fstat(one.fileno()).st_size for one in files] == [0] * 8
    for one in files:
        one.close()
    assert found == alone(path, 20)[0]


def test_who_asks_for_less_gets_what_it_has_at_hand(tmp_path: Path) -> None:
    """A screen reads a little at first, and while keys come: the scout was let go of at that."""
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    found = list(read(scouted(path, 20), 3))
    assert [one for one, _ in found] == alone(path, 20)[0]
    assert all(told for _, told in found)


@pytest.mark.parametrize("most", [1, 7, 65536])
@pytest.mark.parametrize("cut", [0, 1, 10, 70, 1400])
def test_it_tells_of_all_records(most: int, cut: int, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES)[: -cut or None])
    reader = scouted(path, most)
    found = list(read(reader, most))
    assert ([one for one, _ in found], reader.notices) == alone(path, most)
    assert sum(told for _, told in found) > 0.9 * len(found)
    assert reader.done and reader.frames == len(found)


@pytest.mark.parametrize("most", [1, 7, 65536])
def test_it_knows_the_interfaces_of_a_pcapng(most: int, tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    one = section() + interface() + b"".join(enhanced(data) for data in FRAMES[:100])
    other = section(">") + interface(101, ">") + b"".join(enhanced(data, ">") for data in FRAMES)
    path.write_bytes(one + other)
    reader = scouted(path, most)
    found = list(read(reader, most))
    assert ([one for one, _ in found], reader.notices) == alone(path, most)
    assert sum(told for _, told in found) > 0.9 * len(found)
    again, linktypes = scouted(path, most), []
    while (batch := again.read(most)) is not None:
        linktypes += batch.linktype.tolist()
    assert linktypes == [1] * 100 + [101] * len(FRAMES)


def test_one_that_goes_in_a_pcapng_leaves_its_interfaces(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(section() + interface() + interface() + b"".join(enhanced(data) for data in FRAMES))
    reader = scouted(path, 5)
    first = reader.read(5)
    assert first is not None and first.prepared is not None
    os.kill(pid_of(reader), signal.SIGKILL)
    assert [one for one, _ in read(reader, 5)] == alone(path, 5)[0][5:]
    assert not reader.notices


def test_a_record_that_claims_too_much_ends_both_walks(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES[:9]) + struct.pack("<IIII", 1, 0, 0xFFFFFFF0, 60) + bytes(30000))
    reader = scouted(path, 4)
    assert ([one for one, _ in read(reader, 4)], reader.notices) == alone(path, 4)
    assert reader.notices


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_has_gone_is_not_missed(number: int, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = scouted(path, 5)
    first = reader.read(5)
    assert first is not None and first.prepared is not None
    os.kill(pid_of(reader), number)
    rest = [one for one, _ in read(reader, 5)]
    assert rest == alone(path, 5)[0][5:]


def test_one_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = scouted(path, 5)
    os.kill(pid_of(reader), signal.SIGSTOP)
    monkeypatch.setattr(scout, "PATIENCE", 0.1)
    assert [one for one, _ in read(reader, 5)] == alone(path, 5)[0]


def test_one_that_fails_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = CaptureReader(path)
    reader.look_ahead(lambda batch: 1 // 0, 5)
    assert [one for one, _ in read(reader, 5)] == alone(path, 5)[0]


def test_what_does_not_fit_is_left_to_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scout, "BESIDES", 0)
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = CaptureReader(path)
    reader.look_ahead(lambda batch: np.zeros(200 * len(batch), np.uint8), 5)
    while (batch := reader.read(5)) is not None:
        assert batch.prepared is None
    assert reader.frames == len(FRAMES)


def test_a_file_that_shrinks_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    reader = scouted(path, 5)
    assert reader.read(5) is not None
    os.truncate(path, 4000)
    for _ in read(reader, 5):
        pass
    assert reader.notices == [f"cut off in the middle of a record at byte {reader.offset:,}: "
                              f"read up to there ({reader.frames:,} packets)"]  # fmt: skip
    assert reader.offset < 4000


@pytest.mark.parametrize("step", [500, 4000, 40_000, NEVER])
def test_a_file_that_is_being_written(step: int, tmp_path: Path) -> None:
    path, whole = tmp_path / "x.pcap", pcap(*FRAMES)
    path.write_bytes(b"")
    reader = CaptureReader(path, growing=True)
    reader.look_ahead(weight, 7)
    found: list[tuple[Read, bool]] = []
    with path.open("ab", 0) as file:
        for at in range(0, len(whole), step):
            file.write(whole[at : at + step])
            found += read(reader, 7)
    assert not reader.done
    assert any(told for _, told in found) == (step >= 4000)
    reader.finish()
    found += read(reader, 7)
    assert [one for one, _ in found] == alone(path, 7)[0]
    assert reader.done and not reader.notices


def test_it_leaves_alone_what_is_not_its_own(tmp_path: Path) -> None:
    out, into = os.pipe()
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap_header())
    reader = CaptureReader(path, growing=True)
    reader.look_ahead(weight, 7)
    os.kill(pid_of(reader), 0)
    os.close(into)
    assert os.read(out, 1) == b""  # nobody else holds the other end
    os.close(out)
    os.kill(pid_of(reader), signal.SIGINT)  # as ^C reaches all processes of a terminal
    reader.close()


def test_it_ends_with_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES * 40))
    reader = scouted(path, 5)
    reader.read(5)
    pid = pid_of(reader)
    os.kill(pid, 0)
    reader.close()
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("growing", [False, True])
def test_it_does_not_outlive_a_reader_that_was_killed(growing: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES * 400))
    code = (
        "import os, signal; from tcptui.capture import scout, pcapfile\n"
        "pcapfile.WORTH_IT, scout._possible = 0, lambda: True\n"
        f"reader = pcapfile.CaptureReader({str(path)!r}, growing={growing})\n"
        "reader.look_ahead(len, 50)\n"
        "print(reader._scout._pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    stat = Path(f"/proc/{int(done.stdout)}/stat")

    def gone() -> bool:
        with suppress(FileNotFoundError):
            return ") Z " in stat.read_text()
        return True

    until(gone)


def test_none_is_sent_for_a_short_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcapfile, "WORTH_IT", 1000)
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap_header())
    reader = scouted(path, 5)
    assert reader._scout is None


def test_none_is_sent_beside_other_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scout, "_possible", lambda: False)
    assert Scout.send(lambda place: iter(()), 5, 0) is None


def test_arrays_are_handed_over_in_turn(tmp_path: Path) -> None:
    def explore(place: Any) -> Iterator[Any]:
        for n in range(place, place + 20):
            yield n, np.arange(n), np.full(3, n, np.uint64), np.zeros(0, np.uint8)

    with (tmp_path / "x").open("wb") as file:
        sent = Scout.send(explore, 100, file.fileno())
    assert sent is not None
    for begin in (5, 50):
        assert sent.next() is None
        sent.ask(begin)
        for n in range(begin, begin + 20):
            number, rising, same, none = sent.next()
            assert number == n
            assert rising.tolist() == list(range(n)) and same.tolist() == [n, n, n] and not len(none)
        assert sent.next() is None and not sent.busy
    sent.close()
    assert sent.next() is None
