"""The cursor in time: what moves it, and what it never does."""

from pathlib import Path

from tcptui.capture.pcapfile import CaptureReader
from tcptui.model.ladder import LadderOptions
from tcptui.session import Session
from tcptui.tcp.states import State
from tcptui.tui.viewpoint import SPEEDS, Viewpoint
from tests.support.feeds import until
from tests.support.packets import START, ethernet, ipv4, pcap, tcp
from tests.support.sessions import read

Records = tuple[tuple[bytes, int, int], ...]


def viewpoint(name: str, *, at_start: bool = True) -> Viewpoint:
    view = Viewpoint(read(demo=name), LadderOptions(), at_start=at_start)
    view.refresh(view.session.snapshot())
    return view


def states(view: Viewpoint) -> tuple[State, State]:
    history = view.history(view.flow)
    now = history.at(view.here, live=view.options.live)
    return now[history.client].state, now[1 - history.client].state


def test_it_begins_at_the_first_packet_or_at_the_newest() -> None:
    assert viewpoint("handshake").row == 0
    end = viewpoint("handshake", at_start=False)
    assert end.at_newest
    assert end.moment == end.snapshot.last


def test_state_steps_go_through_what_the_demo_promises() -> None:
    view = viewpoint("handshake")
    client, server = [states(view)[0]], [states(view)[1]]
    while True:
        before = view.row
        view.step_change(1)
        if view.row == before:
            break
        for path, state in zip((client, server), states(view), strict=True):
            if state is not path[-1]:
                path.append(state)
    assert [str(s) for s in client] == ["SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"]
    assert [str(s) for s in server][1:] == ["SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"]


def test_state_steps_back_are_the_same_rows() -> None:
    view = viewpoint("last-ack-lost")
    there = [view.row]
    for _ in range(40):
        view.step_change(1)
        there.append(view.row)
    back = [view.row]
    for _ in range(40):
        view.step_change(-1)
        back.append(view.row)
    assert set(there) - {0} == set(back) - {0}


def test_steps_stop_at_the_ends() -> None:
    view = viewpoint("handshake")
    view.step(-5)
    assert view.row == 0
    view.step(10_000)
    assert view.row == view.rows - 1


def test_moving_ends_following_and_playing() -> None:
    view = viewpoint("handshake", at_start=False)
    view.toggle_follow()
    view.toggle_play()
    assert view.playing
    view.step(1)
    assert not view.playing
    assert not view.follow


def test_play_goes_by_recorded_time_times_speed() -> None:
    view = viewpoint("handshake")
    view.toggle_play()
    assert not view.tick(0.02)  # the SYN,ACK comes after 0.04 s
    assert view.tick(0.02045)
    assert view.row == 1
    view.faster(20)
    assert view.speed_text == "max"
    while view.playing:
        assert view.tick(0)
    assert view.at_newest


def test_play_at_twice_the_speed_takes_half_the_time() -> None:
    view = viewpoint("handshake")
    view.faster(1)
    view.toggle_play()
    assert not view.tick(0.02)
    assert view.tick(0.00022)
    assert view.row == 1
    assert SPEEDS[view.speed] == 2


def test_a_mark_is_found_again() -> None:
    view = viewpoint("handshake")
    assert not view.to_mark()
    view.step(3)
    view.set_mark()
    row = view.row
    view.step(5)
    assert view.to_mark()
    assert view.row == row
    assert view.options.mark_time_ns == view.moment.time_ns


def test_frozen_nothing_new_is_taken_in() -> None:
    view = viewpoint("handshake")
    view.toggle_freeze()
    assert not view.refresh(view.session.snapshot())
    view.toggle_freeze()
    assert not view.frozen


def test_another_flow_keeps_the_moment_or_goes_to_its_first_packet() -> None:
    view = viewpoint("time-wait-reuse")
    assert view.snapshot.flows > 1
    view.to_row(0)
    view.select(2)
    assert view.flow == 2
    assert view.row == 0
    moment = view.moment
    view.select(1)
    assert view.moment == moment
    view.select(99)
    assert view.flow == 1


def test_options_keep_the_moment() -> None:
    view = viewpoint("last-ack-lost")
    view.step(6)
    moment = view.moment
    view.set_options(live=True)
    assert view.moment == moment
    view.set_options(absolute=True)
    assert view.moment == moment


def test_the_frame_at_the_cursor_is_the_segment_s() -> None:
    view = viewpoint("handshake")
    for _ in range(view.rows):
        assert view.segment is not None
        frame = view.frame
        assert frame is not None and frame.time_ns == view.segment.time_ns
        assert (len(frame.data), frame.linktype) == (frame.wirelen, 1)
        assert frame.data[38:42] == view.segment.seq.to_bytes(4, "big")
        view.step(1)


def segment(at: float, *, answer: bool = False, **fields: int | bytes) -> tuple[bytes, int, int]:
    """A segment at a second of the capture, of port 40000, or in answer to it."""
    ports, ends = (
        ({"sport": 80, "dport": 40000}, {"src": "10.0.0.2", "dst": "10.0.0.1"}) if answer else ({}, {})
    )
    made = ethernet(ipv4(tcp(**fields, **ports), **ends))  # type: ignore[arg-type]
    return made, len(made), START + round(at * 1e9)


OPEN = (
    segment(0, flags=2, seq=0),
    segment(0.01, answer=True, flags=0x12, seq=0, ack=1),
    segment(0.02, flags=0x10, seq=1, ack=1),
)


def grown(path: Path, before: Records, more: Records, row: int) -> Viewpoint:
    """A viewpoint whose cursor stood on a row when more packets came."""
    whole, part = pcap(*before, *more), pcap(*before)
    path.write_bytes(part)
    session = Session(CaptureReader(path, growing=True))
    session.start()
    until(lambda: session.snapshot().last.packet == len(before))
    view = Viewpoint(session, LadderOptions(), at_start=True)
    view.refresh(session.snapshot())
    view.to_row(row)
    with path.open("ab") as file:
        file.write(whole[len(part) :])
    until(lambda: session.snapshot().last.packet == len(before) + len(more))
    session.stop()
    view.refresh(session.snapshot())
    return view


def test_a_packet_that_turns_out_to_begin_a_new_life_leaves_the_flow(tmp_path: Path) -> None:
    """Its SYN counts for the old life until the other end answers it."""
    call = segment(9, flags=2, seq=70000)
    answer = segment(9.01, answer=True, flags=0x12, seq=650000, ack=70001)
    view = grown(tmp_path / "x.pcap", (*OPEN, call), (answer,), row=100)
    assert view.snapshot.flows == 2
    assert view.ladder is not None and view.loaded is not None
    assert view.loaded.segments == view.session.segments(1)
    assert view.row < view.rows
    assert view.segment is not None and view.segment.packet == 3
    view.select(2)
    assert view.segment is not None and view.segment.packet == 4


def test_the_cursor_stays_at_its_packet_when_rows_before_it_are_folded(tmp_path: Path) -> None:
    def data(number: int) -> tuple[bytes, int, int]:
        return segment(1 + number / 1000, flags=0x10, seq=1 + 1000 * number, ack=1, payload=bytes(1000))

    first = tuple(data(number) for number in range(7))
    view = grown(tmp_path / "x.pcap", (*OPEN, *first), tuple(data(n) for n in range(7, 40)), row=9)
    assert view.row < view.rows
    assert view.ladder is not None
    assert view.row == view.ladder.find(view.moment)


def test_without_packets_nothing_plays_and_nothing_is_marked(tmp_path: Path) -> None:
    (tmp_path / "x.pcap").write_bytes(pcap())
    view = Viewpoint(Session(CaptureReader(tmp_path / "x.pcap")), LadderOptions())
    view.toggle_play()
    assert not view.playing
    assert not view.set_mark()
    assert not view.to_mark()
