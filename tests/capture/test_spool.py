import os
import stat

import pytest

from tcptui.capture.spool import Spool
from tcptui.errors import CaptureError


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
