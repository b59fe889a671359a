import os
import socket
import time
from pathlib import Path

import pytest

from tcptui.capture.live import NO_ICMP, LiveFeed, resolve
from tcptui.capture.words import TCP_FILTERS
from tcptui.errors import CaptureError
from tcptui.sources import Choice, open_source
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND
from tests.support.feeds import exchange, python, run_to_end, running, spooled, until, until_spooled
from tests.support.needs import needs_libpcap, needs_netns
from tests.support.netns import fresh_namespace, ip, run, veth_pair
from tests.support.packets import ethernet, extension, frame, ipv4, ipv6, tcp
from tests.support.sessions import read

pytestmark = [needs_libpcap, needs_netns]

FIN, SYN = 0x01, 0x02
NO_ENVIRONMENT: dict[str, str] = {}


@pytest.fixture
def namespace():
    with fresh_namespace():
        yield


@pytest.fixture
def wire():
    """(near end, far end) of a veth pair; this thread is at the near end."""
    with veth_pair("10.99.0.1/24", "10.99.0.2/24") as ends:
        yield ends


def live(iface="lo", words="", **options):
    return LiveFeed(iface, words, **({"environ": NO_ENVIRONMENT} | options))


def flags(packet):
    """TCP flags of an IPv4 packet without options, by its link type."""
    link = {1: 14, 276: 20}[packet[3]]
    return packet[4][link + 33]


def ended(packets):
    """Whether both ends have sent a FIN."""
    return sum(flags(packet) & 1 for packet in packets) == 2


@pytest.mark.parametrize(("device", "linktype"), [("lo", 1), ("any", 276)])
def test_a_connection_over_loopback_is_seen_once(namespace, device, linktype):
    before = time.time_ns()
    with socket.create_server(("127.0.0.1", 9502)) as server, running(live(device)) as feed:
        exchange(server)
        until(lambda: ended(spooled(feed)))
        feed.stop()
        got = spooled(feed)
    assert [flags(packet) for packet in got[:4]] == [SYN, 0x12, 0x10, 0x18]
    assert sum(flags(packet) == SYN for packet in got) == 1
    assert {packet[3] for packet in got} == {linktype}
    times = [packet[0] for packet in got]
    assert before <= times[0] <= times[-1] <= time.time_ns()
    assert any(time % 1000 for time in times), "nanoseconds"
    assert (feed.error, feed.notices) == (None, [])


def test_a_connection_over_a_wire(wire):
    far = wire[1]
    server = run(far, lambda: socket.create_server((far.address, 9502)))
    with server, running(live("veth0")) as feed:
        assert feed.label == "veth0"
        exchange(server)
        until(lambda: ended(spooled(feed)))
        assert feed.live
        assert flags(spooled(feed)[0]) == SYN


def test_ipv6_over_loopback(namespace):
    with socket.create_server(("::1", 9502), family=socket.AF_INET6) as server, running(live()) as feed:
        exchange(server)
        assert until_spooled(feed, 7)[0][4][14] >> 4 == 6


def test_filter_words_choose(namespace):
    feed = live("any", " port 9502 ")
    assert (feed.label, feed.filter) == ("any · port 9502", "port 9502")
    with (
        socket.create_server(("127.0.0.1", 9502)) as wanted,
        socket.create_server(("127.0.0.1", 9503)) as other,
        running(feed),
    ):
        exchange(other)
        port = exchange(wanted)
        until(lambda: ended(spooled(feed)))
        ports = {frozenset((packet[4][40:42], packet[4][42:44])) for packet in spooled(feed)}
    assert ports == {frozenset((port.to_bytes(2, "big"), (9502).to_bytes(2, "big")))}


def send(end, *frames):
    """Put frames on the wire as they are."""

    def out():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind((end.device, 0))
            for data in frames:
                raw.send(data)

    run(end, out)


def vlan(payload, ethertype=0x0800):
    return b"\0\x0a" + ethertype.to_bytes(2, "big") + payload


def test_without_a_filter_all_that_may_be_tcp_is_kept_and_nothing_else(wire):
    far = wire[1]
    packet = ipv4(tcp(dport=1))
    kept = [
        frame(b"plain"),
        ethernet(ipv6(tcp(dport=2)), 0x86DD),
        ethernet(ipv6(extension(0, 6) + tcp(dport=3), proto=0), 0x86DD),
        ethernet(ipv6(extension(60, 6) + tcp(dport=4), proto=60), 0x86DD),
        ethernet(vlan(packet), 0x8100),
        ethernet(vlan(vlan(packet), 0x8100), 0x88A8),
        frame(b"last"),
    ]
    not_kept = [
        ethernet(ipv4(tcp(), proto=17)),
        ethernet(bytes(46), 0x0806),
        ethernet(ipv6(extension(0, 58) + b"\x8f" + bytes(19), proto=0), 0x86DD),
        ethernet(vlan(bytes(46), 0x0806), 0x8100),
    ]
    feed = live("veth0")
    assert feed.filter == TCP_FILTERS[0]
    with running(feed):
        send(far, *not_kept, *kept)
        until(lambda: any(packet[4] == kept[-1] for packet in spooled(feed)))
        sent_here = [packet[4] for packet in spooled(feed) if packet[4][:6] == kept[0][:6]]
    assert sent_here == kept


def test_a_device_without_vlans_gets_a_simpler_filter(namespace):
    feed = live("any")
    assert feed.filter == TCP_FILTERS[1]
    feed.stop()
    feed.spool.remove()


@pytest.mark.parametrize("count", [1, 3, 500])
def test_a_count_is_exact(wire, count):
    far = wire[1]
    feed = live("veth0", "port 9", count=count)
    feed.start()
    while feed.running:
        send(far, *[frame(dport=9)] * 200)
    assert len(spooled(feed)) == count
    assert feed.error is None
    feed.stop()
    feed.spool.remove()


def test_a_count_of_nothing_ends_at_once(namespace):
    assert run_to_end(live(count=0)) == []


def test_packets_are_counted(wire):
    far = wire[1]
    with running(live("veth0", "port 9")) as feed:
        send(far, *[frame(dport=9)] * 50)
        until_spooled(feed, 50)
        feed.stop()
        assert (feed.stats().received, feed.stats().dropped, feed.stats().if_dropped) == (50, 0, 0)


def test_the_snapshot_length_cuts(wire):
    far = wire[1]
    with running(live("veth0", "port 9", snaplen=60)) as feed:
        send(far, frame(bytes(500), dport=9))
        assert until_spooled(feed, 1)[0][1:3] == (60, 554)


@pytest.mark.parametrize("promiscuous", [True, False])
def test_promiscuous_mode_is_a_choice(wire, promiscuous):
    feed = live("veth0", promiscuous=promiscuous)
    counted = run(wire[0], lambda: os.popen("ip -d link show veth0").read())
    feed.stop()
    feed.spool.remove()
    assert f"promiscuity {int(promiscuous)} " in counted


def test_what_was_sent_before_the_stop_is_there_after_it(wire):
    far = wire[1]
    with running(live("veth0", "port 9")) as feed:
        send(far, *[frame(dport=9)] * 20)
        feed.stop()
        assert not feed.running
        assert len(spooled(feed)) == 20


def test_a_device_that_goes_down_is_waited_for(wire):
    far = wire[1]
    with running(live("veth0", "port 9")) as feed:
        ip("link", "set", "veth0", "down")
        until(lambda: feed.notices[1:])
        assert feed.notices[1:] == ["veth0 went down: listening goes on when it is up again"]
        ip("link", "set", "veth0", "up")
        send(far, frame(dport=9))
        until_spooled(feed, 1)
        assert feed.running


@pytest.mark.parametrize("down_first", [True, False])
def test_a_device_that_vanishes_ends_it_and_the_packets_stay(wire, down_first):
    far = wire[1]
    with running(live("veth0", "port 9")) as feed:
        send(far, frame(dport=9))
        until_spooled(feed, 1)
        if down_first:
            ip("link", "set", "veth0", "down")
            until(lambda: feed.notices[1:])
        ip("link", "delete", "veth0")
        until(lambda: not feed.running)
        assert "veth0" in str(feed.error)
        assert str(feed.error).endswith("disappeared; what came before is kept")
        assert len(spooled(feed)) == 1
        assert feed.stats().received == 1


def test_what_cannot_start_is_one_line_and_spares_the_kept_file(wire, tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(b"old")
    ip("link", "add", "down0", "type", "veth", "peer", "name", "down1")
    refused = {
        ("nope", ""): "cannot listen on nope: no such device; tcptui -D lists the devices",
        ("down0", ""): "cannot listen on down0: it is down; ip link set down0 up",
        ("x" * 200, ""): "cannot listen on x",
        ("", ""): "-i needs the name of a device",
        ("999", ""): "there are",
        ("0", ""): "there are",
        ("veth0", "prot 9502"): "filter 'prot 9502': can't parse filter expression: syntax error",
    }
    for (device, words), message in refused.items():
        with pytest.raises(CaptureError) as caught:
            live(device, words, keep=kept)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    assert kept.read_bytes() == b"old"


def test_a_device_has_a_number(namespace):
    assert resolve("any") == "any"
    assert sorted(resolve(str(number)) for number in (1, 2)) == ["any", "lo"]


def test_without_permission_the_way_out_is_named(namespace):
    found = python(
        """
import os
from tcptui.capture.libpcap import available
from tcptui.capture.live import LiveFeed
from tcptui.errors import CaptureError
assert available()  # loaded while we may still read all of Python
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try: LiveFeed("lo")
except CaptureError as error: print(error)
"""
    )
    assert found.stdout == (
        "cannot listen on lo: permission denied; "
        "run it with sudo, or: sudo tcpdump -i lo -U -w - | tcptui -r -\n"
    ), found.stderr


def test_the_ssh_session_is_left_out(namespace):
    with socket.create_server(("127.0.0.1", 22)) as sshd, socket.create_server(("127.0.0.1", 9502)) as server:
        ssh = socket.create_connection(("127.0.0.1", 22))
        there = sshd.accept()[0]
        connection = f"127.0.0.1 {ssh.getsockname()[1]} 127.0.0.1 22"
        with running(live(environ={"SSH_CONNECTION": connection})) as feed:
            assert feed.notices == [f"this SSH session ({connection}) is left out"]
            for _ in range(10):
                ssh.send(b"screen")
                there.recv(10)
            exchange(server)
            until(lambda: ended(spooled(feed)))
            exchange(sshd)
            until(lambda: sum(flags(packet) == SYN for packet in spooled(feed)) == 2)
            assert flags(spooled(feed)[0]) == SYN
        ssh.close()
        there.close()


def test_without_a_filter_a_routers_refusal_is_seen(wire):
    near, far = wire
    run(far, lambda: Path("/proc/sys/net/ipv4/ip_forward").write_text("1"))
    run(far, lambda: ip("route", "add", "prohibit", "10.88.0.0/24"))
    ip("route", "add", "10.88.0.0/24", "via", far.address)
    with running(live(near.device)) as feed:
        with pytest.raises(OSError):
            socket.create_connection(("10.88.0.1", 80), timeout=2)
        until(lambda: len(spooled(feed)) >= 2)
        feed.stop()
        session = read(file=str(feed.path))
    assert session.flow(1).client_state is State.CLOSED
    last = session.history(1).standing()[-1]
    assert last.why.startswith(f"received ICMP administratively prohibited from {far.address}, on the way")
    assert session.flow(1).packets == (1, 0)
    session.stop()


def test_sockets_that_nobody_closes_are_told_while_nothing_passes(namespace, monkeypatch):
    monkeypatch.setattr("tcptui.hosts.book.STUCK", SECOND // 2)
    with socket.create_server(("127.0.0.1", 9502)) as server:
        session = open_source(Choice(iface="lo", filter="port 9502")).session
        session.start()
        held = []
        for _ in range(5):
            socket.create_connection(server.getsockname()).close()
            held.append(server.accept()[0])
        until(lambda: session.snapshot().findings)
        (leak,) = session.snapshot().findings
        assert leak.diagnosis.id == "close-wait-leak"
        assert leak.host == "127.0.0.1:9502"
        fins = [s.packet for number in range(1, 6) for s in session.segments(number) if s.flags & FIN]
        assert list(leak.diagnosis.packets) == sorted(fins)
        for each in held:
            each.close()
        until(lambda: not session.snapshot().findings)
        session.stop()
        session.feed.spool.remove()


def test_a_filter_that_knows_icmp_or_no_port_leaves_no_error_out(namespace):
    for words in ("port 22 or icmp or icmp6", "host 127.0.0.1"):
        feed = live("lo", words)
        assert feed.notices == []
        feed.stop()
        feed.spool.remove()


def test_with_filter_words_nothing_is_left_out(namespace):
    feed = live("lo", "port 22", environ={"SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22"})
    assert (feed.filter, feed.notices) == ("port 22", [NO_ICMP])
    feed.stop()
    feed.spool.remove()


def test_a_hostile_ssh_connection_changes_nothing(namespace):
    feed = live("lo", environ={"SSH_CONNECTION": "::1)or(udp 1 ::1 22"})
    assert (feed.filter, feed.notices) == (TCP_FILTERS[0], [])
    feed.stop()
    feed.spool.remove()


def test_it_stops_before_it_started_and_twice(namespace):
    feed = live()
    feed.stop()
    feed.stop()
    assert not feed.running
    feed.spool.remove()


def test_what_it_opened_is_closed(namespace, tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    run_to_end(live(count=0))
    unstarted = live()
    unstarted.stop()
    unstarted.spool.remove()
    for device, words, keep in (("lo", "prot", None), ("nope", "", None), ("lo", "", tmp_path)):
        with pytest.raises(CaptureError):
            live(device, words, keep=keep)
    assert len(os.listdir("/proc/self/fd")) == before


def test_it_starts_as_root_and_goes_on_as_the_user(namespace):
    found = python(
        """
import encodings.idna, os, socket, tempfile, time
from tcptui.capture.live import LiveFeed
directory = tempfile.mkdtemp()
os.chmod(directory, 0o777)
tempfile.tempdir = directory
server = socket.create_server(("127.0.0.1", 9502))
feed = LiveFeed("lo", "port 9502")
print(os.getresuid(), os.getresgid(), os.getgroups(), feed.user.name)
status = open("/proc/self/status").read()
print([line.split()[1:] for line in status.splitlines() if line.startswith(("Uid", "CapEff", "CapPrm"))])
try: os.setuid(0)
except PermissionError as error: print(error.strerror)
made = os.stat(feed.path)
print(made.st_uid, made.st_gid, oct(made.st_mode & 0o777))
feed.start()
client = socket.create_connection(("127.0.0.1", 9502))
while os.path.getsize(feed.path) < 200: time.sleep(0.001)
time.sleep(1.1)  # the counters are asked once a second: without root, too
feed.stop()
print(feed.error, feed.stats().received)
feed.spool.remove()
os.rmdir(directory)
""",
        SUDO_UID="65534",
        SUDO_GID="65534",
    )
    nobody = "(65534, 65534, 65534)"
    zeros = "0000000000000000"
    lines = found.stdout.splitlines()
    assert lines[0] == f"{nobody} {nobody} [65534] nobody", found.stderr
    assert lines[1] == f"{[['65534'] * 4, [zeros], [zeros]]}"
    assert lines[2:5] == ["Operation not permitted", "65534 65534 0o600", "None 6"]


def test_the_kept_file_must_be_the_users(namespace, tmp_path):
    found = python(
        f"""
from tcptui.capture.live import LiveFeed
from tcptui.errors import CaptureError
try: LiveFeed("lo", keep={str(tmp_path / "kept")!r})
except CaptureError as error: print(error)
""",
        SUDO_UID="65534",
        SUDO_GID="65534",
    )
    assert found.stdout.endswith(
        "kept: permission denied; root was given up: nobody must be able to write it\n"
    ), found.stderr
    assert not (tmp_path / "kept").exists()


def test_a_full_disk_ends_it_and_names_the_file(namespace, tmp_path):
    kept = tmp_path / "kept"
    found = python(
        f"""
import resource, socket, time
from tcptui.capture.live import LiveFeed
feed = LiveFeed("lo", "udp", keep={str(kept)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
feed.start()
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while feed.running:
    sender.sendto(bytes(500), ("127.0.0.1", 9))
    time.sleep(0.001)
print(feed.error)
"""
    )
    assert found.stdout == f"cannot write {kept}: file too large; what came before is kept\n", found.stderr
    assert kept.stat().st_size == 9000


KEPT_OPEN = """
import os, time
from pathlib import Path
from tcptui.capture.live import LiveFeed
from tcptui.capture.scout import Scout

def listening():
    return len(Path("/proc/net/packet").read_text().splitlines()) - 1

feed = LiveFeed("lo", environ={})
ahead = Scout.send(lambda place: iter(()), 1, os.open(feed.path, os.O_RDONLY))
assert ahead is not None
during = listening()
feed.stop()
feed.spool.remove()
end = time.monotonic() + 5  # it closes what is not its own when its turn comes
while listening() and time.monotonic() < end:
    time.sleep(0.01)
print(during, listening())
ahead.close()
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="no second process where there is one core")
def test_the_second_process_does_not_keep_the_device_open(namespace):
    done = python(KEPT_OPEN)
    assert done.stderr == ""
    assert done.stdout.split() == ["1", "0"]
