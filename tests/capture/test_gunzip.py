import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.capture.gunzip import Gunzip, Pump


def expand(data, step):
    gunzip = Gunzip()
    out = b"".join(gunzip.feed(data[at : at + step]) for at in range(0, len(data), step))
    return out + gunzip.finish(), gunzip.trouble


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=3), st.integers(1, 50))
def test_members_in_any_pieces(members, step):
    packed = b"".join(map(gzip.compress, members))
    assert expand(packed, step) == (b"".join(members), "")


@given(st.binary(max_size=100).filter(lambda data: data[:2] != b"\x1f\x8b"), st.integers(1, 50))
def test_what_is_not_gzipped_passes(data, step):
    assert expand(data, step) == (data, "")


def test_padding_after_a_member_is_no_trouble():
    assert expand(gzip.compress(b"a") + bytes(100), 7) == (b"a", "")


@pytest.mark.parametrize(
    ("data", "expanded", "trouble"),
    [
        (gzip.compress(b"abc")[:-4], b"abc", "the gzip stream is cut off"),
        (gzip.compress(b"abc")[:4], b"", "the gzip stream is cut off"),
        (gzip.compress(b"abc") + b"junk", b"abc", "the gzip stream is damaged"),
        (b"\x1f\x8b" + b"\xff" * 50, b"", "the gzip stream is damaged"),
    ],
)
def test_damage_is_named(data, expanded, trouble):
    assert expand(data, 1000) == (expanded, trouble)


def test_a_pump_ends_when_its_reader_has_enough(tmp_path):
    path = tmp_path / "large.gz"
    path.write_bytes(gzip.compress(bytes(10 << 20)))
    fd = os.open(path, os.O_RDONLY)
    pump = Pump(fd, owned=True)
    os.read(pump.output, 10)
    os.close(pump.output)
    pump.join(20)
    assert not pump._thread.is_alive()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(fd)


def test_a_pump_ends_when_it_is_woken():
    source, wake = os.pipe(), os.pipe()
    pump = Pump(source[0], wake[0])
    os.close(wake[1])
    assert os.read(pump.output, 1) == b""
    pump.join(20)
    assert not pump._thread.is_alive()
    assert pump.trouble == ""
    for fd in (*source, wake[0], pump.output):
        os.close(fd)
