"""The engine as its users see it: never raising, the same for all initial numbers, its log consistent."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.tcp.connection import Connection
from tcptui.tcp.events import Event
from tcptui.tcp.history import Moment, Roles
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.timers import LINUX, SECOND
from tests.support.scenario import START, converse

HANDSHAKE = """
0.000 C > S: S seq 0
0.001 S > C: S. seq 0 ack 1
0.002 C > S: . seq 1 ack 1
"""
LATER = Moment(1 << 40, 1 << 62)

FLAGS = st.sampled_from([0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x11, 0x04, 0x14, 0x01, 0x00, 0x03, 0x1FF])
WAITS = st.sampled_from([0, 1, 1_000, 1_000_000, 60_000_000, 3 * SECOND, 200 * SECOND])


@st.composite
def conversations(draw: st.DrawFn, *, same_socket: bool = False) -> list[Segment]:
    """Segments whose numbers lie close together, so that they mean something to each other."""
    bases = draw(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)))
    time_ns, found = START, []
    for packet in range(1, draw(st.integers(1, 24)) + 1):
        time_ns += draw(WAITS)
        sender = 0 if same_socket else draw(st.integers(0, 1))
        own, peer = bases[sender], bases[0 if same_socket else 1 - sender]
        far = draw(st.integers(0, 30)) == 0
        found.append(
            Segment(
                packet,
                time_ns,
                sender,
                (own + draw(st.integers(-3, 8)) + (draw(st.integers(0, 2**32 - 1)) if far else 0)) % 2**32,
                (peer + draw(st.integers(-3, 8))) % 2**32,
                draw(FLAGS),
                length=draw(st.sampled_from([0, 0, 0, 1, 3, 1448])),
                options=draw(st.sampled_from([b"", b"\x01", b"\x05\x0a" + bytes(8)])),
                ip_id=draw(st.sampled_from([None, 0, packet])),
            )
        )
    return found


def feed(segments: list[Segment], *, same_socket: bool = False, always_replay: bool = False) -> Connection:
    connection = Connection(same_socket=same_socket)
    for end in connection._ends:
        end.always_replay = always_replay
    for segment in segments:
        connection.feed(segment)
    return connection


@given(conversations())
@settings(max_examples=400, deadline=None)
def test_never_raises_and_the_log_says_the_same_as_the_states(segments: list[Segment]) -> None:
    connection = feed(segments)
    connection.advance(segments[-1].time_ns + 500 * SECOND)
    histories = connection.histories()
    assert len(histories) == connection.generations
    assert tuple(one.state for one in histories[-1].at(LATER)) == connection.states
    assert connection.deadline_ns is None or connection.deadline_ns > segments[-1].time_ns


@given(conversations())
@settings(max_examples=400, deadline=None)
def test_each_path_is_connected_and_in_order_of_time(segments: list[Segment]) -> None:
    connection = feed(segments)
    for history in connection.histories():
        for endpoint in (0, 1):
            path = [one for one in history.standing() if one.endpoint == endpoint]
            assert [one.time_ns for one in path] == sorted(one.time_ns for one in path)
            for before, after in pairwise(path):
                idle = {before.new, after.old} <= {State.CLOSED, State.LISTEN}  # another socket's turn
                assert before.new is after.old or idle
        for one in history.log:
            assert one.withdrawn is None or one.withdrawn >= one.shown
            assert one.why


@given(conversations(), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
@settings(max_examples=400, deadline=None)
def test_initial_sequence_numbers_do_not_matter(segments: list[Segment], a: int, b: int) -> None:
    # 0 as a RST's number says something of its own, and options hold numbers too
    plain = [replace(one, options=b"", flags=one.flags & ~0x04) for one in segments]
    shift = (a, b)
    moved = [
        replace(one, seq=(one.seq + shift[one.sender]) % 2**32, ack=(one.ack + shift[1 - one.sender]) % 2**32)
        for one in plain
    ]
    assert [_told(one) for one in feed(plain).histories()] == [_told(one) for one in feed(moved).histories()]


def test_nor_where_an_old_life_goes_on() -> None:
    """Found by the test above: an ACK of the peer's numbers was held against the own."""
    lines = ((4, 0x12), (0, 0x02), (0, 0x02), (5, 0x10))
    told = [
        [
            _told(one)
            for one in feed(
                [Segment(at, START, 0, number, ack, bits, 0) for at, (number, bits) in enumerate(lines, 1)]
            ).histories()
        ]
        for ack in (0, 1, 1000)
    ]
    assert told[0] == told[1] == told[2]


def _told(history: object) -> list[tuple[object, ...]]:
    log = history.log  # type: ignore[attr-defined]
    return [(t.packet, t.endpoint, t.old, t.new, t.event, t.evidence, t.shown, t.withdrawn) for t in log]


@given(conversations())
@settings(max_examples=400, deadline=None)
def test_carrying_data_along_is_the_same_as_replaying(segments: list[Segment]) -> None:
    fast, slow = feed(segments), feed(segments, always_replay=True)
    assert fast.states == slow.states
    assert [_told(one) for one in fast.histories()] == [_told(one) for one in slow.histories()]


def test_an_ack_in_the_middle_of_a_stream_says_where_that_is() -> None:
    """Found by the test above: what had been taken for the next number was not."""
    flags = ((0, 0, 0x10, 1), (0, 0, 0x02, 0), (1, 2**32 - 1, 0x10, 0), (0, 0, 0x11, 0))
    segments = [
        Segment(number, START, sender, 0, ack, bits, 0, length)
        for number, (sender, ack, bits, length) in enumerate(flags, 1)
    ]
    assert feed(segments).states == feed(segments, always_replay=True).states


@given(conversations(same_socket=True))
@settings(max_examples=100, deadline=None)
def test_a_socket_that_connects_to_itself_has_one_state(segments: list[Segment]) -> None:
    connection = feed(segments, same_socket=True)
    assert connection.states[0] is connection.states[1]
    client, server = connection.history().at(LATER)
    assert client == server


def test_before_the_first_segment() -> None:
    connection = Connection()
    assert connection.states == (State.CLOSED, State.CLOSED)
    assert connection.generations == 1 and connection.deadline_ns is None
    assert connection.history().log == ()


def test_a_handshake_is_told_with_its_packets() -> None:
    history = converse(HANDSHAKE + "0.1 S > C: P. seq 1:3 ack 1\n0.2 C > S: . seq 1 ack 3").history()
    assert (history.client, history.roles) == (0, Roles.HANDSHAKE)
    assert history.start == (State.CLOSED, State.LISTEN)
    told = [(t.endpoint, str(t.new), t.packet, t.evidence, t.why) for t in history.standing()]
    assert told[:3] == [
        (0, "SYN_SENT", 1, Evidence.SENT, "sent SYN (#1)"),
        (1, "SYN_RCVD", 2, Evidence.SENT, "received a SYN and answered SYN,ACK (#2)"),
        (0, "ESTABLISHED", 2, Evidence.PROVEN, "received SYN,ACK (#2) and acknowledged it"),
    ]
    assert history.standing()[3].proven_by == 4


def test_a_correction_names_what_was_withdrawn_and_why() -> None:
    history = converse(HANDSHAKE + "1.001 S > C: S. seq 0 ack 1").history()
    (correction,) = history.corrections
    assert (correction.packet, correction.endpoint) == (4, 1)
    assert correction.withdrawn == (State.ESTABLISHED,)
    assert correction.reason == "SYN,ACK retransmitted: the ACK (#3) did not arrive"
    (withdrawn,) = [one for one in history.log if one.withdrawn]
    assert (withdrawn.shown, withdrawn.withdrawn) == (3, 4)


def test_the_2msl_timer_has_its_own_time_and_no_packet() -> None:
    closing = "0.1 C > S: F. seq 1 ack 1\n0.2 S > C: F. seq 1 ack 2\n0.3 C > S: . seq 2 ack 2\n"
    connection = converse(HANDSHAKE + closing)
    due = connection.deadline_ns
    assert due == START + round(0.2 * SECOND) + LINUX.time_wait
    connection.advance(due - 1)
    assert connection.states[0] is State.TIME_WAIT
    connection.advance(due)
    assert connection.states == (State.CLOSED, State.CLOSED)
    last = connection.history().standing()[-1]
    assert (last.packet, last.time_ns, last.event) == (None, due, Event.TIMEOUT_2MSL)
    assert last.evidence is Evidence.TIMER
    assert connection.deadline_ns is None


def test_a_bulk_transfer_is_bounded_in_memory() -> None:
    connection = converse(HANDSHAKE)
    for packet in range(4, 3000):
        seq = 1_000_001 + (packet - 4) * 10
        connection.feed(Segment(packet, START + SECOND + packet, 0, seq, 0xFFFFFFFE, 0x18, length=10))
    assert all(len(end.flights) <= 300 for end in connection._ends)
    assert connection.states == (State.ESTABLISHED, State.ESTABLISHED)


def test_time_going_backwards_does_no_harm() -> None:
    connection = converse(HANDSHAKE)
    connection.feed(Segment(4, START - 5 * SECOND, 1, 0xFFFFFFFE, 1_000_001, 0x11))
    assert connection.states == (State.CLOSE_WAIT, State.FIN_WAIT_1)


def test_a_fin_that_comes_again_sets_the_time_wait_back() -> None:
    close = "0.1 C > S: F. seq 1 ack 1\n0.2 S > C: F. seq 1 ack 2\n0.201 C > S: . seq 2 ack 2\n"
    closed = converse(HANDSHAKE + close)
    assert closed.history().deadlines == (START + SECOND // 5 + LINUX.time_wait, None)
    later = converse(HANDSHAKE + close + "9.0 S > C: F. seq 1 ack 2\n")
    assert later.history().deadlines[0] == START + 9 * SECOND + LINUX.time_wait
    assert later.histories()[-1].deadlines == later.history().deadlines
    assert later.deadline_ns == min(when for when in later.history().deadlines if when is not None)
