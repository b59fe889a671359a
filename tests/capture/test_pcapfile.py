"""The reader as a whole: kinds of files, cuts, damage, growth, errors that a user sees."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.capture.pcapfile import CaptureReader
from tcptui.errors import CaptureError, FormatError
from tests.support import packets as p

FRAMES = [p.padded(p.frame(b"x" * n, seq=n)) for n in (0, 1, 7, 100, 1000)]
SHARED = p.CAPTURES / "real.json"
PCAPNG = (
    p.section()
    + p.interface()
    + p.interface(101, resolution=9, offset=5)
    + p.enhanced(FRAMES[0])
    + p.block(5, bytes(24))  # statistics: skipped
    + p.simple(FRAMES[1])
    + p.obsolete(FRAMES[2])
    + p.section(">")
    + p.interface(1, ">", resolution=9)
    + p.enhanced(FRAMES[3], ">", ticks=p.START)
)
FILES = {
    "pcap": p.pcap(*FRAMES),
    "big-endian": p.pcap(*FRAMES, order=">"),
    "nanoseconds": p.pcap(*FRAMES, magic=0xA1B23C4D),
    "kuznetzov": p.pcap(*FRAMES, magic=0xA1B2CD34),
    "pcapng": PCAPNG,
}
BOUNDARIES = {
    name: [24 + sum(head + len(f) for f in FRAMES[:n]) for n in range(len(FRAMES) + 1)]
    for name, head in (("pcap", 16), ("big-endian", 16), ("nanoseconds", 16), ("kuznetzov", 24))
}


def read(path: Path) -> tuple[list[tuple[int, int, int, int, bytes]], list[str]]:
    reader = CaptureReader(path)
    records = p.packets(p.read_all(reader))
    assert reader.done
    reader.close()
    return records, reader.notices


@pytest.mark.parametrize("name", [n for n in FILES if n != "pcapng"])
def test_reads_records_of_classic_files(tmp_path: Path, name: str) -> None:
    reader = p.open_bytes(tmp_path, FILES[name])
    records = p.packets(p.read_all(reader))
    assert [r[4] for r in records] == FRAMES
    assert [r[0] for r in records] == [p.START + n * 1_000_000 for n in range(len(FRAMES))]
    assert reader.notices == []
    assert reader.frames == len(FRAMES)
    assert reader.position == reader.size == len(FILES[name])


def test_frames_count_through_all_batches(tmp_path: Path) -> None:
    reader = p.open_bytes(tmp_path, FILES["pcap"])
    batches = p.read_all(reader, most=2)
    assert [(b.first_frame, len(b)) for b in batches] == [(1, 2), (3, 2), (5, 1)]


@pytest.mark.parametrize("name", list(FILES))
def test_any_packet_can_be_read_again(tmp_path: Path, name: str) -> None:
    for data in (FILES[name], gzip.compress(FILES[name])):
        reader = p.open_bytes(tmp_path, data)
        for batch in p.read_all(reader, most=2):
            for (*_, expected), at, size in zip(p.packets([batch]), batch.offset, batch.caplen, strict=True):
                assert reader.packet(int(at), int(size)) == expected
        reader.close()


@pytest.mark.parametrize("name", list(FILES))
def test_cut_at_any_byte_keeps_what_came_before(tmp_path: Path, name: str) -> None:
    whole = p.packets(p.read_all(p.open_bytes(tmp_path, FILES[name])))
    header = 12 if name == "pcapng" else 24
    for cut in range(1, len(FILES[name])):
        path = tmp_path / "cut"
        path.write_bytes(FILES[name][:cut])
        if cut < header:
            with pytest.raises(FormatError) as error:
                CaptureReader(path)
            assert "cut off" in str(error.value) or "not a capture" in str(error.value)
            continue
        records, notices = read(path)
        assert records == whole[: len(records)]
        if name != "pcapng":
            complete = [b for b in BOUNDARIES[name] if b <= cut]
            assert len(records) == len(complete) - 1
            expected = f"cut off in the middle of a record at byte {complete[-1]:,}: "
            assert [n[: len(expected)] for n in notices] == ([] if cut in complete else [expected])
        assert len(notices) <= 1


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_that_grows_byte_by_byte_gives_the_same_as_the_whole(tmp_path: Path, name: str) -> None:
    whole = p.packets(p.read_all(p.open_bytes(tmp_path, FILES[name])))
    path = tmp_path / "growing"
    path.touch()
    reader = CaptureReader(path, growing=True)
    batches = []
    with path.open("ab", buffering=0) as out:
        for at in range(len(FILES[name])):
            batches += p.read_all(reader)
            out.write(FILES[name][at : at + 1])
    assert not reader.done
    batches += p.read_all(reader)
    reader.finish()
    assert p.read_all(reader) == []
    assert reader.done and reader.notices == []
    assert p.packets(batches) == whole
    assert [b.first_frame for b in batches] == list(range(1, len(whole) + 1))


def test_a_growing_file_that_ends_in_a_record_says_so(tmp_path: Path) -> None:
    reader = p.open_bytes(tmp_path, FILES["pcap"][:-1], growing=True)
    assert len(p.packets(p.read_all(reader))) == len(FRAMES) - 1
    assert reader.notices == [] and not reader.done
    reader.finish()
    assert reader.read() is None and reader.done
    assert len(reader.notices) == 1


def test_a_growing_gzip_stream(tmp_path: Path) -> None:
    packed = gzip.compress(FILES["pcap"])
    path = tmp_path / "growing"
    path.touch()
    reader = CaptureReader(path, growing=True)
    batches = []
    with path.open("ab", buffering=0) as out:
        for at in range(0, len(packed), 10):
            out.write(packed[at : at + 10])
            batches += p.read_all(reader)
    reader.finish()
    batches += p.read_all(reader)
    assert [r[4] for r in p.packets(batches)] == FRAMES
    assert reader.notices == []


def test_gzip_of_several_members_with_padding(tmp_path: Path) -> None:
    half = BOUNDARIES["pcap"][2] + 5
    data = gzip.compress(FILES["pcap"][:half]) + bytes(512) + gzip.compress(FILES["pcap"][half:]) + bytes(3)
    reader = p.open_bytes(tmp_path, data)
    assert [r[4] for r in p.packets(p.read_all(reader))] == FRAMES
    assert reader.notices == []


def test_a_cut_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    frames = [p.frame(os.urandom(1000)) for _ in range(50)]
    packed = gzip.compress(p.pcap(*frames))
    reader = p.open_bytes(tmp_path, packed[: len(packed) // 2])
    records = p.packets(p.read_all(reader))
    assert 10 < len(records) < 40
    assert [r[4] for r in records] == frames[: len(records)]
    assert len(reader.notices) == 1 and "gzip stream is cut off" in reader.notices[0]


def test_a_damaged_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(p.pcap(*[p.frame(os.urandom(1000)) for _ in range(200)])))
    packed[-8] ^= 0xFF  # the checksum
    reader = p.open_bytes(tmp_path, bytes(packed))
    p.read_all(reader)
    assert len(reader.notices) == 1 and "gzip stream is damaged" in reader.notices[0]


def test_bytes_after_a_gzip_stream(tmp_path: Path) -> None:
    reader = p.open_bytes(tmp_path, gzip.compress(FILES["pcap"]) + b"garbage")
    assert len(p.packets(p.read_all(reader))) == len(FRAMES)
    assert len(reader.notices) == 1 and "other bytes follow" in reader.notices[0]


def test_the_expanded_file_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    reader = p.open_bytes(tmp_path, gzip.compress(FILES["pcap"]))
    p.read_all(reader)
    assert Path(reader.path).read_bytes() == FILES["pcap"]
    assert list((tmp_path / "tmp").iterdir()) == []
    reader.close()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"GET / HTTP/1.1\r\n\r\n", "not a capture file"),
        (b"\x28\xb5\x2f\xfd" + bytes(40), "zstd -d"),
        (b"BZh9" + bytes(40), "bunzip2"),
        (gzip.compress(b"hello, world"), "not a capture file"),
        (gzip.compress(b""), "the file is empty"),
        (b"\x1f\x8b" + b"x" * 100, "gzip stream is damaged"),
    ],
)
def test_what_is_no_capture_is_one_clear_error(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(FormatError) as error:
        p.open_bytes(tmp_path, data)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_growing_file_that_is_no_capture(tmp_path: Path) -> None:
    reader = p.open_bytes(tmp_path, b"GE", growing=True)
    assert reader.read() is None
    (tmp_path / "capture").write_bytes(b"GET / HTTP/1.1")
    with pytest.raises(FormatError):
        reader.read()
    assert reader.done


def test_a_growing_file_that_stays_empty(tmp_path: Path) -> None:
    reader = p.open_bytes(tmp_path, b"", growing=True)
    assert reader.read() is None
    reader.finish()
    with pytest.raises(FormatError, match="empty"):
        reader.read()


def test_a_directory_and_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="it is a directory"):
        CaptureReader(tmp_path)
    with pytest.raises(CaptureError, match="no such file"):
        CaptureReader(tmp_path / "absent")


def test_an_unreadable_file() -> None:
    """Root may read everything, so as root somebody else tries, in a process of his own."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        path = Path(place) / "locked"
        path.write_bytes(FILES["pcap"])
        path.chmod(0)
        said, tell = os.pipe()
        if (child := os.fork()) == 0:
            if os.geteuid() == 0:
                os.setuid(65534)
            try:
                CaptureReader(path)
            except CaptureError as error:
                os.write(tell, str(error).encode())
            os._exit(0)
        os.close(tell)
        os.waitpid(child, 0)
        with os.fdopen(said) as words:
            assert "permission denied" in words.read()


def test_a_pipe_is_not_read_as_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(CaptureError, match="not a regular file"):
        CaptureReader(tmp_path / "fifo")


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(p.pcap(*FRAMES * 1000))
    reader = CaptureReader(path)
    batch = reader.read(most=10)
    assert batch is not None
    os.truncate(path, 100)
    p.read_all(reader)
    assert reader.done
    assert reader.packet(int(batch.offset[9]), int(batch.caplen[9])) == b""


def test_time_going_backwards_is_kept_as_it_is(tmp_path: Path) -> None:
    times = [p.START + 5_000_000_000, p.START, 0]
    reader = p.open_bytes(tmp_path, p.pcap(*[(FRAMES[0], 60, t) for t in times]))
    assert [r[0] for r in p.packets(p.read_all(reader))] == times


def test_records_larger_than_a_piece(tmp_path: Path) -> None:
    data = p.pcap_header(snaplen=16 << 20) + p.pcap(bytes(9 << 20), FRAMES[0])[24:]
    assert [r[1] for r in p.packets(p.read_all(p.open_bytes(tmp_path, data)))] == [9 << 20, 60]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(list(FILES)), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4)
)
def test_no_damage_makes_it_fail(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(FILES[name])
    for at, value in changes:
        data[12 + at % (len(data) - 12)] = value
    with tempfile.TemporaryDirectory() as directory:
        reader = p.open_bytes(Path(directory), bytes(data))
        records = p.packets(p.read_all(reader))
        reader.close()
    assert reader.done and len(reader.notices) <= 1
    assert all(len(r[4]) == r[1] for r in records)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the captures beside the repository")
def test_frames_of_real_captures() -> None:
    for entry in json.loads(SHARED.read_text()):
        records, notices = read(SHARED.parent / entry["file"])
        assert (entry["file"], len(records), notices) == (entry["file"], entry["frames"], [])
