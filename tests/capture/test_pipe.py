import gzip
import os
import socket
import subprocess
import time

import pytest

from tcptui.capture.pipe import Arrival, PipeFeed, check_input
from tcptui.errors import CaptureError
from tests.support.feeds import exchange, python, run_to_end, running, spooled, until
from tests.support.needs import needs_netns, needs_program
from tests.support.netns import fresh_namespace
from tests.support.packets import enhanced, frame, interface, pcap, section


def fed(pipe, data, **options):
    """A pipe feed whose input is these bytes."""
    os.write(pipe[1], data)
    os.close(pipe[1])
    return PipeFeed(pipe[0], **options)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_pcap_and_pcapng_arrive(pipe, pack):
    assert [data for *_, data in run_to_end(fed(pipe, pack(pcap(frame(b"a"), frame(b"b")))))] == [
        frame(b"a"),
        frame(b"b"),
    ]


def test_pcapng_arrives(pipe):
    data = section() + interface() + enhanced(frame(b"a"))
    assert [data for *_, data in run_to_end(fed(pipe, data))] == [frame(b"a")]


def test_each_packet_is_there_before_the_next_is_sent(pipe):
    whole = pcap(*[frame(bytes([n])) for n in range(5)])
    cut = len(pcap(frame(b"0")))
    with running(PipeFeed(pipe[0])) as feed:
        os.write(pipe[1], whole[:cut])
        until(lambda: len(spooled(feed)) == 1)
        os.write(pipe[1], whole[cut : cut + 7])  # a part of a record
        os.write(pipe[1], whole[cut + 7 : 2 * cut - 24])
        until(lambda: len(spooled(feed)) == 2)
        assert feed.running
        os.write(pipe[1], whole[2 * cut - 24 :])
        os.close(pipe[1])
        until(lambda: not feed.running)
        assert len(spooled(feed)) == 5
        assert feed.error is None


def test_stop_ends_the_wait_for_a_silent_pipe(pipe):
    feed = PipeFeed(pipe[0])
    feed.start()
    feed.stop()
    assert not feed.running
    assert feed.error is None
    feed.spool.remove()


def test_a_pipe_that_does_not_block_is_waited_for(pipe):
    os.set_blocking(pipe[0], False)
    with running(PipeFeed(pipe[0])) as feed:
        os.write(pipe[1], pcap(frame()))
        until(lambda: len(spooled(feed)) == 1)
        assert feed.running


def test_a_file_as_standard_input(tmp_path):
    path = tmp_path / "in.pcap"
    path.write_bytes(pcap(frame()))
    with path.open("rb") as opened:
        assert len(run_to_end(PipeFeed(opened.fileno()))) == 1


def test_what_arrived_is_kept(pipe, tmp_path):
    data = pcap(frame())
    run_to_end(fed(pipe, data, keep=tmp_path / "kept"))
    assert (tmp_path / "kept").read_bytes() == data


def test_a_temporary_spool_goes_away(pipe):
    feed = fed(pipe, pcap(frame()))
    run_to_end(feed)
    assert not os.path.exists(feed.path)


def test_a_terminal_is_not_a_capture():
    master, terminal = os.openpty()
    with pytest.raises(CaptureError, match=r"standard input is a terminal.*tcptui -r -"):
        PipeFeed(terminal)
    os.close(master)
    os.close(terminal)


def test_no_standard_input_is_an_error(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CaptureError, match="no standard input"):
        check_input()


def test_a_directory_as_standard_input_fails(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)
    feed = PipeFeed(fd)
    assert run_to_end(feed) == []
    assert str(feed.error) == "cannot read standard input: is a directory; what came before is kept"
    os.close(fd)


def test_a_full_disk_ends_it_and_names_the_file(tmp_path):
    kept = tmp_path / "kept"
    found = python(
        f"""
import os, resource, time
from tcptui.capture.pipe import PipeFeed
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
r, w = os.pipe()
os.write(w, b"x" * 5000)
feed = PipeFeed(r, {str(kept)!r})
feed.start()
while feed.running: time.sleep(0.001)
print(feed.error)
"""
    )
    assert found.stdout == f"cannot write {kept}: file too large; what came before is kept\n", found.stderr
    assert kept.read_bytes() == b"x" * 1000


def test_packets_of_now_make_it_live(pipe):
    os.write(pipe[1], pcap((frame(), 60, time.time_ns())))
    with running(PipeFeed(pipe[0])) as feed:
        until(lambda: feed.live)


def test_packets_of_long_ago_do_not(pipe):
    feed = fed(pipe, pcap(frame()))
    assert not feed.live
    feed.start()
    until(lambda: not feed.running)
    assert not feed.live
    feed.spool.remove()


def test_an_arrival_of_rubbish_or_of_nothing_is_not_now(tmp_path):
    path = tmp_path / "spool"
    assert not Arrival(str(path)).is_now()
    path.write_bytes(b"rubbish, and more of it, until it is long enough")
    assert not Arrival(str(path)).is_now()


@needs_netns
@needs_program("tcpdump")
def test_tcpdump_into_a_pipe():
    words = ["tcpdump", "-U", "-w", "-", "-i", "lo", "tcp", "port", "9502"]
    with (
        fresh_namespace(),
        socket.create_server(("127.0.0.1", 9502)) as server,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tcpdump,
    ):
        assert tcpdump.stdout is not None
        with running(PipeFeed(tcpdump.stdout.fileno())) as feed:
            until(lambda: os.path.getsize(feed.path) >= 24, "for tcpdump's header")
            exchange(server)
            until(lambda: len(spooled(feed)) >= 7)
            assert feed.live
            tcpdump.terminate()
            until(lambda: not feed.running)
