"""A process that walks ahead: what it tells is what a walk of our own finds."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.scout import Scout
from tests.support.packets import frame, pcap, pcap_header, read_all

FRAMES = [frame(bytes(size)) for size in (0, 900, 3, 60, 1400) * 50]


def scouted(path: Path, monkeypatch: pytest.MonkeyPatch) -> CaptureReader:
    """A reader with a scout, however short the file, in small pieces."""
    for name, value in (("WORTH_IT", 0), ("PIECE", 5000), ("_possible", lambda: True)):
        monkeypatch.setattr(f"tcptui.capture.scout.{name}", value)
    return CaptureReader(path)


def offsets(reader: CaptureReader, most: int) -> list[int]:
    return [int(one) for batch in read_all(reader, most) for one in batch.offset]


@pytest.mark.parametrize("most", [1, 7, 65536])
@pytest.mark.parametrize("cut", [0, 1, 10, 70, 1400])
def test_it_tells_of_all_records(
    most: int, cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES)[: -cut or None])
    plain = CaptureReader(path)
    alone = offsets(plain, most)
    reader = scouted(path, monkeypatch)
    assert offsets(reader, most) == alone
    assert (reader.frames, reader.notices) == (plain.frames, plain.notices)
    reader.close()


def test_a_record_that_claims_too_much_ends_both_walks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES[:9]) + struct.pack("<IIII", 1, 0, 0xFFFFFFF0, 60) + bytes(3000))
    plain = CaptureReader(path)
    alone = offsets(plain, 4)
    reader = scouted(path, monkeypatch)
    assert offsets(reader, 4) == alone
    assert reader.notices == plain.notices != []


def test_one_that_has_gone_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES))
    alone = offsets(CaptureReader(path), 5)
    reader = scouted(path, monkeypatch)
    first = reader.read(5)
    assert first is not None
    scout = reader._walker._scout  # type: ignore[union-attr, attr-defined]
    assert scout is not None
    scout.close()
    rest = offsets(reader, 5)
    assert [int(one) for one in first.offset] + rest == alone


def test_it_ends_with_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES * 40))
    reader = scouted(path, monkeypatch)
    reader.read(5)
    pid = reader._walker._scout._pid  # type: ignore[union-attr, attr-defined]
    os.kill(pid, 0)
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_does_not_outlive_a_reader_that_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*FRAMES * 400))
    code = (
        "import sys, os, signal; from tcptui.capture import scout, pcapfile\n"
        "scout.WORTH_IT, scout._possible = 0, lambda: True\n"
        f"reader = pcapfile.CaptureReader({str(path)!r})\n"
        "print(reader._walker._scout._pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    for _ in range(100):
        try:
            stat = Path(f"/proc/{int(done.stdout)}/stat").read_text()
        except FileNotFoundError:
            return
        if ") Z " in stat:
            return
        import time

        time.sleep(0.05)
    pytest.fail("the scout is still there")


def test_none_is_sent_for_a_short_file(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap_header())
    with path.open("rb") as file:
        assert Scout.send(file.fileno(), 24, lambda piece: []) is None


def test_what_it_does_not_know_it_does_not_tell() -> None:
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.write(into, np.array([40, 60], np.int64).tobytes() + b"\1\2")
    os.close(into)
    scout = Scout(pid, out, 24)
    first = scout.places(24, 41)
    assert first is not None and first.tolist() == [24, 40]
    assert scout.places(24, 100) is None
    assert scout.places(41, 50) is None
    scout.close()
