import gzip
import os

import pytest

from tcptui.capture.filtered import LEFT_OUT, filter_file, filter_pipe
from tcptui.errors import CaptureError
from tests.support.feeds import python, run_to_end, running, spooled, until, until_spooled
from tests.support.needs import needs_libpcap
from tests.support.packets import enhanced, ethernet, frame, interface, ipv4, pcap, section

pytestmark = needs_libpcap

MIXED = [frame(b"a", dport=80), frame(b"b", dport=81), frame(b"c", dport=80), frame(b"d", dport=81)]


def written(tmp_path, data, name="in.pcap"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def data_of(packets):
    return [packet[-1] for packet in packets]


PCAPNG = section() + interface(resolution=9) + b"".join(enhanced(data) for data in MIXED)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("capture", [pcap(*MIXED), PCAPNG], ids=["pcap", "pcapng"])
def test_a_file_through_a_filter(tmp_path, capture, pack):
    feed = filter_file(written(tmp_path, pack(capture)), "port 81")
    assert feed.label.endswith("in.pcap · port 81")
    assert not feed.live
    assert data_of(run_to_end(feed)) == [MIXED[1], MIXED[3]]
    assert (feed.error, feed.notices) == (None, [])


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("capture", [pcap(*MIXED), PCAPNG], ids=["pcap", "pcapng"])
def test_a_pipe_through_a_filter(pipe, capture, pack):
    os.write(pipe[1], pack(capture))
    os.close(pipe[1])
    feed = filter_pipe(pipe[0], "port 81")
    assert feed.label == "standard input · port 81"
    assert data_of(run_to_end(feed)) == [MIXED[1], MIXED[3]]
    assert (feed.error, feed.notices) == (None, [LEFT_OUT])


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("words", ["port 81", "port 81 or icmp or icmp6", "host 10.0.0.1"])
def test_icmp_errors_that_a_filter_leaves_out_are_told_if_there_are_any(tmp_path, words, pack):
    ping, error = (ethernet(ipv4(bytes([kind]) + bytes(60), proto=1)) for kind in (8, 3))
    path = written(tmp_path, pack(pcap(*MIXED, ping)))
    feed = filter_file(path, words)
    run_to_end(feed)
    assert feed.notices == []
    path.write_bytes(pack(pcap(*MIXED, ping, error)))
    feed = filter_file(path, words)
    run_to_end(feed)
    assert feed.notices == ([LEFT_OUT] if words == "port 81" else [])


def test_a_pipe_s_filter_that_knows_icmp_leaves_nothing_out(pipe):
    os.write(pipe[1], pcap(*MIXED))
    os.close(pipe[1])
    feed = filter_pipe(pipe[0], "port 81 or icmp")
    run_to_end(feed)
    assert feed.notices == []


def test_nanoseconds_and_lengths_pass(tmp_path):
    sent = (MIXED[1], 1500, 1_700_000_000_123_456_789)
    feed = filter_file(written(tmp_path, pcap(sent, magic=0xA1B23C4D)), "port 81")
    assert run_to_end(feed) == [(sent[2], len(sent[0]), 1500, 1, sent[0])]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_count_of_a_file(tmp_path, count):
    path = written(tmp_path, pcap(*MIXED))
    assert data_of(run_to_end(filter_file(path, count=count))) == MIXED[:count]
    assert data_of(run_to_end(filter_file(path, "port 81", count=count))) == [MIXED[1], MIXED[3]][:count]


def test_a_count_ends_a_pipe_that_goes_on(pipe):
    os.write(pipe[1], pcap(*MIXED))
    feed = filter_pipe(pipe[0], count=3)
    assert feed.label == "standard input"
    assert data_of(run_to_end(feed)) == MIXED[:3]


def test_each_packet_of_a_pipe_is_there_before_the_next_is_sent(pipe):
    with running(filter_pipe(pipe[0], "port 81")) as feed:
        os.write(pipe[1], pcap(*MIXED[:2]))
        assert data_of(until_spooled(feed, 1)) == [MIXED[1]]
        os.write(pipe[1], pcap(*MIXED[2:])[24:])
        assert data_of(until_spooled(feed, 2)) == [MIXED[1], MIXED[3]]
        assert feed.running


@pytest.mark.parametrize("sent", [b"", pcap(), pcap(*MIXED)])
def test_stop_ends_the_wait_for_a_silent_pipe(pipe, sent):
    os.write(pipe[1], sent)
    feed = filter_pipe(pipe[0], "port 81")
    feed.start()
    until(lambda: not sent or os.path.getsize(feed.path) > 0)
    feed.stop()
    assert not feed.running
    assert (feed.error, feed.notices) == (None, [LEFT_OUT])
    feed.spool.remove()


def test_what_it_opened_is_closed(tmp_path):
    path = written(tmp_path, gzip.compress(pcap(*MIXED)))
    before = len(os.listdir("/proc/self/fd"))
    unstarted = filter_file(path, "port 81")
    unstarted.stop()
    unstarted.spool.remove()
    run_to_end(filter_file(path, "port 81"))
    with pytest.raises(CaptureError):
        filter_file(path, "no filter")
    until(lambda: len(os.listdir("/proc/self/fd")) == before)


def test_a_filter_that_does_not_parse_fails_at_once_and_spares_the_kept_file(tmp_path, pipe):
    kept = written(tmp_path, b"old", "kept")
    path = written(tmp_path, pcap(*MIXED))
    for make in (
        lambda: filter_file(path, "prot 81", keep=kept),
        lambda: filter_pipe(pipe[0], "(", keep=kept),
    ):
        with pytest.raises(CaptureError, match=r"filter.*syntax error"):
            make()
    assert kept.read_bytes() == b"old"


def test_a_filter_that_does_not_fit_the_link_type(pipe):
    os.write(pipe[1], pcap(frame()))
    feed = filter_pipe(pipe[0], "wlan type mgt")
    run_to_end(feed)
    assert "filter 'wlan type mgt'" in str(feed.error)


@pytest.mark.parametrize("data", [b"", b"no capture at all, but long enough for a header"])
def test_what_is_no_capture(tmp_path, pipe, data):
    with pytest.raises(CaptureError, match=r"cannot read .*in\.pcap"):
        filter_file(written(tmp_path, data), "port 81")
    os.write(pipe[1], data)
    os.close(pipe[1])
    feed = filter_pipe(pipe[0], "port 81")
    run_to_end(feed)
    assert str(feed.error).startswith("cannot read standard input:")


def test_no_such_file(tmp_path):
    with pytest.raises(CaptureError, match=r"cannot read .*absent"):
        filter_file(tmp_path / "absent", "port 81")


def test_the_kept_file_is_not_the_one_that_is_read(tmp_path):
    path = written(tmp_path, pcap(*MIXED))
    with pytest.raises(CaptureError, match="being read"):
        filter_file(path, "port 81", keep=path)
    assert path.read_bytes() == pcap(*MIXED)


def test_what_is_kept_is_a_capture(tmp_path):
    kept = tmp_path / "kept.pcap"
    run_to_end(filter_file(written(tmp_path, pcap(*MIXED)), "port 81", keep=kept))
    assert data_of(run_to_end(filter_file(kept))) == [MIXED[1], MIXED[3]]


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_cut_off_capture_is_read_up_to_there(tmp_path, pipe, cut):
    whole = pcap(*MIXED)
    os.write(pipe[1], whole[:-cut])
    os.close(pipe[1])
    for feed in (filter_file(written(tmp_path, whole[:-cut]), "tcp"), filter_pipe(pipe[0], "tcp")):
        assert data_of(run_to_end(feed)) == MIXED[:3]
        assert feed.error is None
        told = [notice for notice in feed.notices if notice != LEFT_OUT]
        assert [notice.endswith("read up to there") for notice in told] == [True]


def test_a_damaged_gzip_stream_is_read_up_to_there(tmp_path):
    feed = filter_file(written(tmp_path, gzip.compress(pcap(*MIXED))[:-8]), "port 81")
    assert data_of(run_to_end(feed)) == [MIXED[1], MIXED[3]]
    assert feed.notices == ["the gzip stream is cut off: read up to there"]
    assert feed.error is None


def test_mixed_link_types_have_a_way_out(tmp_path):
    data = section() + interface(1) + interface(101) + enhanced(MIXED[1]) + enhanced(MIXED[1][14:], number=1)
    feed = filter_file(written(tmp_path, data), "port 81")
    run_to_end(feed)
    assert "its interfaces have different link types; open it without filter words" in str(feed.error)


def test_a_full_disk_ends_it_and_names_the_file(tmp_path):
    path, kept = written(tmp_path, pcap(*[frame(b"x" * 500)] * 1000)), tmp_path / "kept"
    found = python(
        f"""
import resource, time
from tcptui.capture.filtered import filter_file
feed = filter_file({str(path)!r}, "tcp", keep={str(kept)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
feed.start()
while feed.running: time.sleep(0.001)
print(feed.error)
"""
    )
    assert found.stdout == f"cannot write {kept}: file too large; what came before is kept\n", found.stderr
    assert kept.stat().st_size == 9000


def test_many_packets_pass_in_turns(tmp_path):
    path = written(tmp_path, pcap(*[MIXED[0], MIXED[1]] * 20_000))
    with running(filter_file(path, "port 81", count=19_999)) as feed:
        until(lambda: not feed.running)
        assert len(spooled(feed)) == 19_999


@pytest.mark.parametrize("packed", [False, True])
def test_a_filter_that_matches_nothing_is_told_with_how_much_was_read(tmp_path, packed):
    data = gzip.compress(pcap(*MIXED)) if packed else pcap(*MIXED)
    feed = filter_file(written(tmp_path, data), "tcp and greater 60000")
    assert data_of(run_to_end(feed)) == []
    assert f"{len(MIXED)} packets read, none matches the filter: tcp and greater 60000" in feed.notices
