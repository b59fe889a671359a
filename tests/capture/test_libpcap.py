import os

import pytest

from tcptui.capture.libpcap import Capture, Dump, Interface, check_filter, interfaces
from tcptui.errors import CaptureError
from tests.support.needs import needs_libpcap, needs_netns
from tests.support.netns import fresh_namespace, ip
from tests.support.packets import MACS, frame, open_bytes, packets, pcap, read_all

pytestmark = needs_libpcap


def opened(tmp_path, data):
    path = tmp_path / "in.pcap"
    path.write_bytes(data)
    return Capture.open_stream(os.open(path, os.O_RDONLY), "in.pcap")


def dumped(tmp_path, capture, most=-1):
    path = tmp_path / "out.pcap"
    dump = Dump(capture, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), str(path))
    done = capture.dispatch(dump, most)
    dump.flush()
    dump.close()
    return done, packets(read_all(open_bytes(tmp_path, path.read_bytes())))


@needs_netns
def test_the_devices_of_a_namespace():
    with fresh_namespace():
        ip("link", "add", "up0", "type", "veth", "peer", "name", "down0")
        ip("address", "add", "192.0.2.1/24", "dev", "up0")
        ip("address", "add", "2001:db8::1/64", "dev", "up0")
        ip("link", "set", "up0", "up")
        found = {interface.name: interface for interface in interfaces()}
    assert found["lo"] == Interface("lo", "", True, ("127.0.0.1", "::1"))
    assert found["up0"].up
    assert found["up0"].addresses[0] == "192.0.2.1"
    assert "2001:db8::1" in found["up0"].addresses
    assert not found["down0"].up
    assert found["any"].description


def test_packets_pass_with_their_nanoseconds(tmp_path):
    sent = [(frame(b"a"), 2000, 1_700_000_000_123_456_789), (frame(b"bb"), 56, 1_700_000_001_000_000_001)]
    done, got = dumped(tmp_path, opened(tmp_path, pcap(*sent, magic=0xA1B23C4D)))
    assert done == 2
    assert got == [(time, len(data), wire, 1, data) for data, wire, time in sent]


def test_a_filter_chooses(tmp_path):
    capture = opened(tmp_path, pcap(frame(dport=80), frame(dport=81), frame(dport=80)))
    capture.set_filter("port 81")
    done, got = dumped(tmp_path, capture)
    assert done == 1
    assert [data for *_, data in got] == [frame(dport=81)]
    capture.close()


def test_dispatch_stops_after_the_most(tmp_path):
    capture = opened(tmp_path, pcap(*[frame()] * 5))
    assert dumped(tmp_path, capture, 3)[0] == 3
    assert dumped(tmp_path, capture, 3)[0] == 2
    assert dumped(tmp_path, capture, 3)[0] == 0


def test_an_interrupt_is_seen(tmp_path):
    capture = opened(tmp_path, pcap(frame()))
    capture.interrupt()
    assert dumped(tmp_path, capture)[0] is None
    capture.close()
    capture.interrupt()
    capture.close()


def test_a_file_has_no_statistics(tmp_path):
    assert opened(tmp_path, pcap(frame())).stats() is None


@pytest.mark.parametrize(
    "words",
    ["port", "tcp and", "host no.such.host.invalid", "tcp\0", "port 99999", "\x1b[31m", "ä", "(" * 5000],
)
def test_a_filter_that_does_not_parse_is_one_line(tmp_path, words):
    capture = opened(tmp_path, pcap(frame()))
    with pytest.raises(CaptureError) as caught:
        capture.set_filter(words)
    assert "filter" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(CaptureError):
        check_filter(words)


def test_a_filter_that_fits_some_link_type_passes_the_check():
    check_filter("tcp port 80")
    check_filter("wlan type mgt")


@pytest.mark.parametrize("data", [b"", b"no capture at all, but long enough for a header", MACS])
def test_what_is_no_capture_is_one_line(tmp_path, data):
    with pytest.raises(CaptureError, match=r"cannot read in\.pcap") as caught:
        opened(tmp_path, data)
    assert "\n" not in str(caught.value)


def test_a_dump_that_cannot_be_written_names_the_file(tmp_path):
    capture = opened(tmp_path, pcap(frame(b"x" * 1000)))
    dump = Dump(capture, os.open("/dev/full", os.O_WRONLY), "/dev/full")
    capture.dispatch(dump, -1)
    with pytest.raises(CaptureError, match="cannot write /dev/full: no space left on device"):
        dump.flush()
    dump.close()
    dump.close()
