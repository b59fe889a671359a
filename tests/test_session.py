"""A session, from a file to states that can be asked for."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.l2 import Ether

from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.pipe import PipeFeed
from tcptui.demos import catalog
from tcptui.session import Session
from tcptui.tcp.history import Moment
from tcptui.tcp.states import State
from tcptui.tcp.timers import SECOND
from tests.support.icmp import ADVICE, DROPPED, TOO_BIG, conversation
from tests.support.packets import pcap
from tests.support.sessions import SHARED, finish, read


def test_a_demo_is_one_flow_with_both_states() -> None:
    session = read(demo="handshake")
    snapshot, flow = session.snapshot(), session.flow(1)
    assert (snapshot.frames, snapshot.segments, snapshot.flows) == (11, 11, 1)
    assert (snapshot.running, snapshot.progress, snapshot.error) == (False, 1.0, None)
    assert str(flow.server_address) == "192.0.2.20:9502"
    assert (flow.client_state, flow.server_state) == (State.TIME_WAIT, State.CLOSED)
    assert sum(flow.packets) == 11
    assert (flow.payload[flow.client], flow.payload[1 - flow.client]) == (7, 18)
    assert session.verdict(1) == "closed by client"


def test_there_is_no_flow_zero_and_none_beyond_the_last() -> None:
    session = read(demo="handshake")
    for number in (0, 2, -1):
        with pytest.raises(IndexError):
            session.flow(number)


def test_a_4_tuple_that_is_used_again_is_two_flows_whose_packets_add_up() -> None:
    session = read(demo="time-wait-reuse")
    lives = session.flows()
    assert len(lives) == 2
    assert lives[0].ends == lives[1].ends
    assert sum(sum(life.packets) for life in lives) == session.snapshot().segments
    rows = [session.rows(life.number).tolist() for life in lives]
    assert rows[0] + rows[1] == list(range(session.snapshot().segments))
    assert [life.first_packet for life in lives] == [session.segments(n)[0].packet for n in (1, 2)]


def test_the_past_is_told_from_what_was_known_then() -> None:
    """Going forward and back over a flow says the same of each moment."""
    session = read(demo="close-by-client")
    moments = [Moment(segment.packet, segment.time_ns) for segment in session.segments(1)]
    forward = [(session.verdict(1, m), session.owes(1, m)) for m in moments]
    backward = [(session.verdict(1, m), session.owes(1, m)) for m in reversed(moments)]
    assert forward == backward[::-1]
    assert len({verdict for verdict, _ in forward}) > 2


def test_changed_flows_are_told_once() -> None:
    session = read(demo="time-wait-reuse")
    assert session.take_changed() == [1, 2]
    assert session.take_changed() == []


def test_a_pipe_is_inferred_while_it_grows() -> None:
    """What has arrived is there before the next byte; the same states as from the file."""
    data = catalog.load("handshake").path.read_bytes()
    source, sink = os.pipe()
    feed = PipeFeed(source)
    session = Session(CaptureReader(feed.path, growing=True), feed)
    session.start()
    half = len(data) // 2
    os.write(sink, data[:half])
    while not (seen := session.wait(0.2)).segments:
        assert seen.running
    assert seen.segments < 11
    os.write(sink, data[half:])
    os.close(sink)
    finish(session)
    os.close(source)
    feed.spool.remove()
    assert session.history(1).log == read(demo="handshake").history(1).log


def test_reading_while_it_loads_never_raises(tmp_path: Path) -> None:
    """Views ask from their own thread at any time."""
    session = read(demo="handshake")
    data = catalog.load("zero-window").path.read_bytes()
    path = tmp_path / "many.pcap"
    path.write_bytes(data[:24] + data[24:] * 40)
    session = Session(CaptureReader(path))
    wrong: list[BaseException] = []

    def look() -> None:
        try:
            while session.snapshot().running:
                for flow in session.flows():
                    session.history(flow.number)
                    assert len(session.segments(flow.number)) >= 1
                    session.verdict(flow.number)
        except BaseException as error:
            wrong.append(error)

    session.start()
    viewer = threading.Thread(target=look)
    viewer.start()
    finish(session)
    viewer.join()
    assert wrong == []


def test_stop_ends_a_session_that_waits_for_a_pipe() -> None:
    source, sink = os.pipe()
    feed = PipeFeed(source)
    session = Session(CaptureReader(feed.path, growing=True), feed)
    session.start()
    session.stop()
    assert not session.snapshot().running
    for fd in (source, sink):
        os.close(fd)
    feed.spool.remove()


REAL = json.loads((SHARED / "real.json").read_text()) if SHARED.exists() else []


COUNTED_OTHERWISE = {
    # Frame 11 is a SYN with another ISN into a half-open connection. The server answers it with a challenge
    # ACK and repeats its SYN,ACK of the first: it never moved, so there is no second life. Wireshark counts
    # a stream for every SYN with another ISN.
    "real/tcp_handshake_synthetic.pcap": (50, 50, 15),
}


@pytest.mark.skipif(not REAL, reason="the shared captures are not here")
def test_real_captures_have_the_frames_segments_and_flows_that_wireshark_counts() -> None:
    different = []
    for known in REAL:
        snapshot = read(file=str(SHARED / known["file"])).snapshot()
        ours = (snapshot.frames, snapshot.segments, snapshot.flows)
        theirs = (known["frames"], known["tcp_frames"], len(known["wireshark_streams"]))
        if ours != COUNTED_OTHERWISE.get(known["file"], theirs) or snapshot.error:
            different.append((known["file"], ours, theirs, snapshot.error))
    assert different == []


def test_a_fault_of_ours_ends_the_session_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that reads must not die with a traceback, and what it had read must not pass for all."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("tcptui.flowbook.FlowBook.take", broken)
    snapshot = read(demo="handshake").snapshot()
    assert not snapshot.running
    assert snapshot.error is not None
    assert snapshot.error.startswith("internal error: ValueError('no such thing'); ")


@pytest.mark.parametrize("batch", [1, 2, 8192])
def test_icmp_errors_are_heard_in_their_place(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.ingest.BATCH", batch)
    syn, again = (
        IP(src="10.0.0.1", dst="10.0.0.2", id=number) / TCP(sport=1, dport=2, seq=7, flags="S")
        for number in (1, 2)
    )
    error = IP(src="10.0.0.9", dst="10.0.0.1") / ICMP(type=3, code=1) / bytes(syn)
    frames = [bytes(Ether() / one) for one in (syn, error, again, error, error)]
    path = tmp_path / "icmp.pcap"
    path.write_bytes(pcap(*((one, len(one), (1000 + at) * SECOND) for at, one in enumerate(frames))))
    session = read(file=str(path))
    assert session.flow(1).client_state is State.CLOSED
    history = session.history(1)
    assert [t.packet for t in history.standing()] == [1, 4]
    assert [(c.packet, c.withdrawn) for c in history.corrections] == [(3, (State.CLOSED,))]
    session.stop()


def test_the_icmp_errors_of_a_flow_are_kept_with_their_frames(tmp_path: Path) -> None:
    session = read(file=str(conversation(tmp_path / "x.pcap")))
    assert [error.packet for error in session.errors(1)] == [DROPPED, TOO_BIG, ADVICE]
    frame = session.captured(TOO_BIG)
    assert frame is not None and frame.data[34:36] == b"\x03\x04"
    assert session.captured(1) is None
    assert session.snapshot().flows == 1


def test_who_makes_icmp_errors_by_the_thousand_fills_no_ladder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcptui.engines.MOST_ERRORS", 2)
    monkeypatch.setattr("tcptui.store.segments.MOST_ERRORS", 2)
    session = read(file=str(conversation(tmp_path / "x.pcap")))
    assert [error.packet for error in session.errors(1)] == [DROPPED, TOO_BIG]
    assert session.captured(ADVICE) is None


def test_an_icmp_error_before_the_first_segment_ends_nothing(tmp_path: Path) -> None:
    syn = IP(src="10.0.0.1", dst="10.0.0.2") / TCP(sport=1, dport=2, seq=7, flags="S")
    error = IP(src="10.0.0.9", dst="10.0.0.1") / ICMP(type=3, code=1) / bytes(syn)
    path = tmp_path / "icmp.pcap"
    path.write_bytes(pcap(*(bytes(Ether() / one) for one in (error, syn))))
    session = read(file=str(path))
    assert session.snapshot().error is None
    assert session.flow(1).client_state is State.SYN_SENT
    session.stop()
