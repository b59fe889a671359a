import os
import stat

import pytest

from tcptui.capture import holes
from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.spool import Spool
from tcptui.errors import CaptureError
from tests.support.packets import enhanced, interface, packets, pcap, read_all, section


def test_a_temporary_spool_is_private_and_goes_away():
    spool = Spool.create()
    os.write(spool.fd, b"packets")
    assert stat.S_IMODE(os.stat(spool.path).st_mode) == 0o600
    assert spool.whereabouts() == f"what was captured is in {spool.path}"
    spool.remove()
    assert not os.path.exists(spool.path)
    assert spool.whereabouts() == ""
    spool.remove()


def test_a_temporary_spool_lies_in_tmpdir(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool.create()
    assert os.path.dirname(spool.path) == str(tmp_path)
    spool.remove()


def test_a_temporary_spool_without_room_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    with pytest.raises(CaptureError, match=r"temporary file.*TMPDIR"):
        Spool.create()


def test_a_kept_spool_overwrites_and_stays(tmp_path):
    kept = tmp_path / "kept.pcap"
    kept.write_bytes(b"what was there before")
    spool = Spool.create(kept)
    assert kept.read_bytes() == b""
    os.write(spool.fd, b"new")
    spool.remove()
    assert kept.read_bytes() == b"new"


def test_a_kept_spool_gets_an_absolute_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spool = Spool.create("here.pcap")
    assert spool.path == str(tmp_path / "here.pcap")
    spool.close()


def test_an_empty_spool_is_nowhere_to_look_for_packets(tmp_path):
    spool = Spool.create(tmp_path / "empty")
    assert spool.whereabouts() == ""
    spool.close()


def test_what_cannot_be_kept_is_one_line(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    refusals = {
        tmp_path: "is a directory",
        tmp_path / "absent" / "x": "no such file or directory",
        fifo: "not a regular file",
        "/dev/null": "not a regular file",
        "-": "standard output",
    }
    for path, words in refusals.items():
        with pytest.raises(CaptureError, match=words) as caught:
            Spool.create(path)
        assert "\n" not in str(caught.value)
    os.close(reader)


def test_a_fifo_that_nobody_reads_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(CaptureError, match="cannot write"):
        Spool.create(tmp_path / "fifo")


def test_the_file_that_is_read_is_never_overwritten(tmp_path):
    source = tmp_path / "in.pcap"
    source.write_bytes(b"precious")
    os.link(source, tmp_path / "same")
    for path in (source, tmp_path / "same"):
        with pytest.raises(CaptureError, match="being read"):
            Spool.create(path, source=str(source))
    assert source.read_bytes() == b"precious"


def bounded(data, limit=1 << 20):
    spool = Spool.create()
    os.write(spool.fd, data)
    spool.bound(limit)
    return spool


def records(count, size=1000):
    return [bytes([n % 251]) * size for n in range(count)]


def test_a_spool_without_a_bound_is_never_full():
    spool = Spool.create()
    os.write(spool.fd, bytes(5000))
    spool.give_back(4999)
    assert not spool.full
    spool.remove()


def test_what_is_given_back_makes_room():
    spool = bounded(pcap(*records(1200)))
    assert spool.full
    spool.give_back(24 + 1016 * 600)
    assert not spool.full
    assert spool.used < (1 << 20) * 0.7
    assert os.stat(spool.path).st_blocks * 512 <= spool.used + 3 * 4096
    assert spool.used <= os.stat(spool.path).st_blocks * 512 + 3 * 4096
    spool.give_back(24 + 1016 * 1000)
    assert abs(os.stat(spool.path).st_blocks * 512 - spool.used) <= 3 * 4096
    assert spool.used < 300_000
    spool.remove()
    assert not os.path.exists(spool.path)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_what_stays_after_a_failure_is_a_capture_of_the_packets_that_are_left(kind, order):
    frames = records(300)
    if kind == "pcap":
        data, head, size = pcap(*frames, order=order), 24, 1016
    else:
        begin = section(order) + interface(order=order) + interface(101, order=order)
        each = [enhanced(frame, order) for frame in frames]
        data, head, size = begin + b"".join(each), len(begin), len(each[0])
    spool = bounded(data)
    spool.give_back(head + 100 * size)
    spool.give_back(head + 200 * size)
    assert spool.whereabouts() == f"what was captured is in {spool.path}"
    assert spool.whereabouts() == f"what was captured is in {spool.path}"
    reader = CaptureReader(spool.path)
    assert [data for *_, data in packets(read_all(reader))] == frames[200:]
    assert reader.notices == []
    reader.close()
    spool.remove()


def test_of_a_compressed_capture_without_its_beginning_nothing_is_left_to_name():
    spool = bounded(b"\x1f\x8b" + os.urandom(200_000))
    spool.give_back(150_000)
    assert spool.whereabouts() == ""
    spool.remove()


def test_of_a_kept_file_nothing_is_given_back(tmp_path):
    spool = Spool.create(tmp_path / "kept")
    os.write(spool.fd, b"x" * 500_000)
    spool.bound(1000)
    spool.give_back(400_000)
    assert not spool.full
    assert (tmp_path / "kept").read_bytes() == b"x" * 500_000
    spool.remove()


def test_where_nothing_can_be_given_back_the_spool_has_no_bound(monkeypatch):
    spool = bounded(b"x" * 200_000, limit=100_000)
    monkeypatch.setattr(holes, "_fallocate", lambda: None)
    with pytest.raises(OSError, match="not supported"):
        spool.give_back(150_000)
    assert not spool.full
    assert spool.whereabouts()
    assert os.path.getsize(spool.path) == 200_000
    spool.remove()


def test_a_spool_that_is_gone_cannot_be_bounded():
    spool = Spool.create()
    os.unlink(spool.path)
    with pytest.raises(CaptureError, match="no such file"):
        spool.bound(1 << 20)
    spool.remove()
