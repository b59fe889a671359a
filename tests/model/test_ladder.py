from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.model.cells import Role
from tcptui.model.ladder import Item, Kind, Ladder, LadderOptions
from tcptui.model.text import plain, row_width
from tcptui.store.analysis import Mark, marks
from tcptui.tcp.connection import Connection
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Moment, Roles, Transition
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tests.support.conversation import SECOND, talk
from tests.support.ladders import CLOSE, END, ENDS, ladder, lines
from tests.support.scenario import parse
from tests.support.sessions import read

NOTHING = History(1, 0, Roles.GUESSED, (State.ESTABLISHED, State.ESTABLISHED), (), ())


def bulk(count: int, *, start: int = 1, first_ns: int = 0) -> list[Segment]:
    """Data from the server, every third segment the client's ACK."""
    made = []
    seq = 5000 + start * 1000
    for i in range(start, start + count):
        time_ns = first_ns + i * 1_000_000
        if i % 3:
            made.append(Segment(i, time_ns, 1, seq, 100, Flags.ACK, 500, 1000))
            seq += 1000
        else:
            made.append(Segment(i, time_ns, 0, 100, seq, Flags.ACK, 500))
    return made


def plain_ladder(segments: Sequence[Segment], history: History = NOTHING, folded: bool = True) -> Ladder:
    return Ladder(segments, [0] * len(segments), history, ENDS, LadderOptions(folded=folded))


def items(shown: Ladder) -> list[Item]:
    return [shown.item(i) for i in range(len(shown))]


def kinds(shown: Ladder) -> list[Kind]:
    return [item.kind for item in items(shown)]


def test_the_ladder_of_an_orderly_close() -> None:
    assert lines(ladder(CLOSE), 88) == [
        " #1  0.000000 SYN_SENT    ├─[S] seq 0 win 65535 mss 16396 sackOK─────────▶┤",
        " #2  0.000014 ESTABLISHED?│◀─[S.] seq 0 ack 1 win 65535 mss 16396 sackOK──┤ SYN_RCVD",
        " #3  0.000024             ├─[.] ack 1────────────────────────────────────▶┤ ESTABLISHED?",
        "      +16.31s ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 16.3 s of silence ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        " #4 16.310706             ├─[P.] seq 1:8 ack 1, 7 bytes──────────────────▶┤",
        " #5 16.310731             │◀─[.] ack 8────────────────────────────────────┤",
        " #6 16.311000             │◀─[P.] seq 1:19 ack 8, 18 bytes────────────────┤",
        " #7 16.311100             ├─[.] ack 19───────────────────────────────────▶┤",
        " #8 17.000000 FIN_WAIT_1  ├─[F.] seq 8 ack 19────────────────────────────▶┤ CLOSE_WAIT?",
        " #9 17.040000 FIN_WAIT_2? │◀─[.] ack 9────────────────────────────────────┤",
        "#10 17.100000 TIME_WAIT?  │◀─[F.] seq 19 ack 9────────────────────────────┤ LAST_ACK",
        "#11 17.100100             ├─[.] ack 20───────────────────────────────────▶┤ CLOSED?",
        "      +60.00s ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 60.0 s of silence ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄",
        "    77.100100 CLOSED?     │┄┄┄┄┄┄┄┄┄┄┄┄┄ client: 2MSL passed ┄┄┄┄┄┄┄┄┄┄┄┄┄│",
    ]


def test_every_item_is_found_at_its_own_moment() -> None:
    shown = ladder(CLOSE)
    assert [shown.find(item.moment) for item in items(shown)] == list(range(len(shown)))


def test_a_moment_between_two_rows_is_the_earlier_one() -> None:
    shown = ladder(CLOSE)
    moments = [item.moment for item in items(shown)]
    assert moments == sorted(moments)
    third = shown.item(2).moment
    assert shown.find(Moment(third.packet, third.time_ns + 5)) == 2
    assert shown.find(Moment(0, 0)) == 0
    assert shown.find(END) == len(shown) - 1


def test_silences_stand_between_what_is_a_second_apart() -> None:
    shown = ladder(CLOSE)
    silences = [(item.index, item.silence_ns) for item in items(shown) if item.kind is Kind.SILENCE]
    assert silences == [(2, 16_310_682_000), (10, 60 * SECOND)]


def test_a_timer_is_a_row_of_its_own() -> None:
    shown = ladder(CLOSE)
    last = shown.item(len(shown) - 1)
    assert (last.kind, last.index, last.moment.packet) == (Kind.TIMER, 10, 11)
    assert "client: 2MSL passed" in lines(shown)[-1]
    assert lines(shown)[-1].split()[1] == "CLOSED?"


def test_a_fin_wait_2_that_expires_had_its_answer() -> None:
    expired = CLOSE.partition("17.100000")[0] + "77.04 - | CLOSED .\n"
    for columns in (80, 100):
        row = lines(ladder(expired), columns)[-1]
        assert "client: gave up: no FIN came" in row and len(row) <= columns


def test_steps_between_state_changes() -> None:
    shown = ladder(CLOSE)
    rows = [0]
    while shown.next_change(rows[-1], 1) != rows[-1]:
        rows.append(shown.next_change(rows[-1], 1))
    assert [shown.item(row).moment.packet for row in rows] == [1, 2, 3, 8, 9, 10, 11, 11]
    back = [rows[-1]]
    while shown.next_change(back[-1], -1) != back[-1]:
        back.append(shown.next_change(back[-1], -1))
    assert back == rows[::-1]


def test_a_run_of_data_is_one_row_until_it_is_unfolded() -> None:
    shown = plain_ladder(bulk(30))
    assert kinds(shown) == [Kind.FOLD]
    assert "30 segments, 20.0 kB" in lines(shown)[0]
    assert shown.item(0).moment.packet == 30
    assert shown.find(Moment(17, 0)) == 0
    assert shown.toggle_fold(0)
    assert len(shown) == 30 and shown.item(16).index == 16
    assert shown.toggle_fold(16)
    assert kinds(shown) == [Kind.FOLD]


def test_what_is_no_run_cannot_be_folded() -> None:
    shown = ladder(CLOSE)
    assert not shown.toggle_fold(4)
    silence = kinds(shown).index(Kind.SILENCE)
    assert not shown.toggle_fold(silence)


def test_no_fold_when_all_is_to_be_shown() -> None:
    shown = plain_ladder(bulk(30), folded=False)
    assert len(shown) == 30
    assert shown.toggle_fold(3)
    assert kinds(shown) == [Kind.FOLD]
    shown.set_options(LadderOptions(folded=True))
    assert len(shown) == 30  # this run is still the other way round
    shown.set_options(LadderOptions(folded=False))
    assert kinds(shown) == [Kind.FOLD]


def test_a_segment_that_changes_a_state_is_never_folded() -> None:
    step = Transition(
        15, 15_000_000, 1, State.SYN_RCVD, State.ESTABLISHED, Event.RECV_ACK_OF_SYN, Evidence.SENT, 15
    )
    shown = plain_ladder(bulk(30), History(1, 0, Roles.HANDSHAKE, (State.CLOSED, State.LISTEN), (step,), ()))
    assert kinds(shown) == [Kind.FOLD, Kind.SEGMENT, Kind.FOLD]
    assert shown.item(1).moment.packet == 15


def test_a_retransmission_breaks_a_run() -> None:
    segments = bulk(30)
    marks = [Mark.RETRANSMISSION if i == 20 else Mark(0) for i in range(30)]
    shown = Ladder(segments, marks, NOTHING, ENDS)
    assert kinds(shown) == [Kind.FOLD, Kind.SEGMENT, Kind.FOLD]


def test_a_correction_is_a_row_behind_its_packet() -> None:
    text = """
    0.0 C SYN     | SYN_SENT    .
    0.1 S SYN,ACK | ESTABLISHED SYN_RCVD
    0.2 C ACK     | .           .
    1.1 S SYN,ACK seq=0
    """
    made = talk(text)
    reason = "SYN,ACK retransmitted: the ACK (#3) did not arrive \x1b[2J"
    correction = Correction(4, made.segments[3].time_ns, 1, (State.ESTABLISHED,), reason)
    shown = ladder(made, {4: Mark.RETRANSMISSION}, (correction,))
    assert kinds(shown)[-2:] == [Kind.SEGMENT, Kind.CORRECTION]
    last = lines(shown, 120)[-1]
    assert "server was not ESTABLISHED but SYN_RCVD: SYN,ACK retransmitted" in last
    assert "\x1b" not in last and "\\x1b[2J" in last
    assert shown.next_change(1, 1) == len(shown) - 1
    assert [shown.find(item.moment) for item in items(shown)] == list(range(len(shown)))


def test_growing_gives_what_building_at_once_gives() -> None:
    made = talk(CLOSE)
    whole = ladder(made)
    for cut in range(1, len(made.segments)):
        segments = made.segments[:cut]
        last = Moment(cut, segments[-1].time_ns)
        early = tuple(t for t in made.log if t.visible(last))
        shown = Ladder(segments, [0] * cut, History(1, 0, Roles.HANDSHAKE, made.start, early, ()), ENDS)
        shown.extend(made.segments, [0] * len(made.segments), made.history)
        assert items(shown) == items(whole)
        assert lines(shown) == lines(whole)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_growing_in_any_steps_gives_the_same_items(data: st.DataObject) -> None:
    segments: list[Segment] = []
    now = 0
    for packet in range(1, data.draw(st.integers(1, 60)) + 1):
        now += data.draw(st.sampled_from([1000, 1000, 1000, 2 * SECOND, -5]))
        length = data.draw(st.sampled_from([0, 100, 100, 100]))
        flags = data.draw(st.sampled_from([Flags.ACK] * 12 + [Flags.SYN, Flags.RST]))
        sender = data.draw(st.sampled_from([0, 0, 0, 0, 1]))
        segments.append(Segment(packet, now, sender, packet * 100, 7, flags, 10, length))
    marks = [data.draw(st.sampled_from([Mark(0)] * 9 + [Mark.RETRANSMISSION])) for _ in segments]
    whole = Ladder(segments, marks, NOTHING, ENDS)
    grown = Ladder([], [], NOTHING, ENDS)
    at = 0
    while at < len(segments):
        at = min(len(segments), at + data.draw(st.integers(1, 20)))
        grown.extend(segments[:at], marks[:at], NOTHING)
    assert items(grown) == items(whole)
    assert [grown.find(item.moment) for item in items(grown)] == list(range(len(grown)))
    shown_indexes = [
        at
        for item in items(whole)
        if item.index is not None and item.count
        for at in range(item.index, item.index + item.count)
    ]
    assert shown_indexes == list(range(len(segments)))


def test_search_goes_on_from_where_it_is_and_around() -> None:
    shown = ladder(CLOSE)
    fins = [i for i, text in enumerate(lines(shown)) if "[F" in text]
    assert shown.search("[f.]", 0) == fins[0]
    assert shown.search("[f.]", fins[0]) == fins[1]
    assert shown.search("[f.]", fins[1]) == fins[0]
    assert shown.search("[f.]", fins[1], -1) == fins[0]
    assert shown.search("close_wait", 0) == fins[0]
    assert shown.search("#6", 0) is not None
    assert shown.search("of silence", 0) == kinds(shown).index(Kind.SILENCE)
    assert shown.search("no such words", 0) is None
    assert shown.search("", 0) is None


def test_search_looks_into_folds() -> None:
    shown = plain_ladder(bulk(30))
    assert shown.search("#17", 0) == 0


def test_the_future_is_dim() -> None:
    shown = ladder(CLOSE)
    now = shown.item(4).moment
    for i in range(len(shown)):
        roles = {cell.role for cell in shown.render(i, 90, now)}
        assert (roles == {Role.DIM}) == (i > 4)


def test_an_empty_ladder_has_no_rows_and_a_head() -> None:
    shown = plain_ladder([])
    assert len(shown) == 0
    assert shown.find(END) == 0
    assert shown.search("x", 0) is None
    assert row_width(shown.header(60)[0]) == 60
    shown.extend(bulk(5), [0] * 5, NOTHING)
    assert len(shown) == 5


def test_rows_have_exactly_the_width_at_every_size() -> None:
    shown = ladder(CLOSE)
    for width in (*range(1, 40), 46, 63, 64, 80, 109, 110, 120, 300, 400):
        assert row_width(shown.header(width)[0]) == width
        for i in range(len(shown)):
            row = shown.render(i, width, END)
            assert row_width(row) == width, (width, plain(row))


def test_a_long_transfer_is_a_few_rows_and_found_in_at_once() -> None:
    segments = bulk(200_000)
    shown = plain_ladder(segments)
    assert len(shown) == 1
    more = bulk(10, start=200_002, first_ns=3 * SECOND)
    shown.extend(segments + more, [0] * 200_010, NOTHING)
    assert kinds(shown) == [Kind.FOLD, Kind.SILENCE, Kind.FOLD]
    shown.toggle_fold(0)
    assert len(shown) == 200_002
    assert shown.item(150_000).index == 150_000
    assert shown.find(Moment(150_001, 0)) == 150_000


def test_an_icmp_error_has_a_row_of_its_own() -> None:
    syn = Segment(1, 10**9, 0, 7, 0, 0x02)
    connection = Connection()
    connection.feed(syn)
    connection.hear(IcmpError(2, 10**9 + 5000, 1, 7, 0, 0, code=1, origin="10.0.0.9, on the way"))
    ladder = Ladder([syn], marks([syn]), connection.history(), ("10.0.0.1:1", "10.0.0.2:2"))
    row = "".join(cell.text for cell in ladder.render(len(ladder) - 1, 100, Moment(2, 2 * 10**9)))
    assert row.startswith("#2 0.000005 CLOSED?")
    assert "client: ICMP host unreachable from 10.0.0.9, on the way" in row
    assert ladder.search("icmp", 0) == len(ladder) - 1


def test_an_icmp_error_that_moves_nobody_has_a_row_too() -> None:
    passed = [
        Segment(1, SECOND, 0, 7, 0, Flags.SYN),
        Segment(2, 2 * SECOND, 1, 70, 8, Flags.SYN | Flags.ACK),
        Segment(3, 2 * SECOND + 5, 0, 8, 71, Flags.ACK),
    ]
    connection = Connection()
    for one in passed:
        connection.feed(one)
    big = IcmpError(5, 3 * SECOND, 1, 8, 0, 0, code=4, origin="10.0.0.9, on the way", rest=b"\0\0\x05\x78")
    connection.hear(big)
    ends, history = ("10.0.0.1:1", "10.0.0.2:2"), connection.history()
    ladder = Ladder(passed, marks(passed), history, ends)
    before = len(ladder)
    ladder.extend(passed, marks(passed), history, (big,))
    whole = Ladder(passed, marks(passed), history, ends, errors=(big,))
    assert items(ladder) == items(whole)
    last = ladder.item(len(ladder) - 1)
    assert (last.kind, last.cause, len(ladder) > before) == (Kind.ICMP, big, True)
    widths = (100, 70, 44)
    rows = [plain(ladder.render(len(ladder) - 1, width, END)) for width in widths]
    assert rows[0].startswith("#5 2.000000") and "client: ICMP too big, MTU 1400" in rows[0]
    assert "ICMP too big, MTU 1400" in rows[1] and "ICMP error" in rows[2]
    assert ladder.search("mtu 1400", 0) == len(ladder) - 1


def test_a_rst_that_moves_nobody_is_void_and_what_is_open_has_a_star() -> None:
    conversation = parse(
        """0 C > S: S seq 0
        0.1 S > C: S. seq 0 ack 1
        0.2 C > S: P. seq 1:8 ack 1
        0.3 S > C: . seq 1 ack 8
        0.4 C > S: R seq 700
        0.5 C > S: FP. seq 8:18 ack 1
        0.6 S > C: . seq 1 ack 19"""
    )
    connection, passed = conversation.connection(), conversation.segments()
    for one in passed:
        connection.feed(one)
    shown = Ladder(passed, marks(passed), connection.history(), ENDS)
    rows = lines(shown, 100)
    assert "[R] seq 700 void" in rows[4]
    assert rows[5].startswith("#6 0.500000 FIN_WAIT_1*")
    assert "void" in lines(shown, 44)[4] and "void" in lines(shown, 40)[4]
    assert [at for at, row in enumerate(rows) if "void" in row] == [4]


def demo_without(*frames: int, doubled: bool = False) -> Ladder:
    """The demo of a handshake without some of its frames, or with each of them captured twice."""
    passed = [one for one in read(demo="handshake").segments(1) if one.packet not in frames]
    if doubled:
        passed = [
            replace(one, packet=2 * number + more, time_ns=one.time_ns + 12_000 * more)
            for number, one in enumerate(passed)
            for more in (0, 1)
        ]
    connection = Connection()
    for one in passed:
        connection.feed(one)
    return Ladder(passed, marks(passed), connection.history(), ENDS)


@pytest.mark.parametrize(
    "frame, row, narrow, arrow",
    [
        (1, " SYN not captured ", " SYN? ", "▶"),
        (2, " SYN,ACK not captured ", " SYN,ACK? ", "◀"),
        (4, " 7 bytes not captured ", " 7 bytes? ", "▶"),
        (8, " 1 byte or FIN not captured ", " FIN? ", "▶"),
    ],
)
def test_a_frame_that_the_capture_missed_is_drawn_as_missing(
    frame: int, row: str, narrow: str, arrow: str
) -> None:
    shown = demo_without(frame)
    (missing,) = [i for i in range(len(shown)) if shown.item(i).kind is Kind.MISSING]
    text = lines(shown, 90)[missing]
    assert row in text and arrow in text and "┈┈" in text
    assert narrow in lines(shown, 34)[missing]
    assert sum("acks unseen" in line for line in lines(shown, 90)) <= 1
    assert not any("gap before" in line for line in lines(shown, 90))


def test_frames_that_are_captured_twice_are_no_losses() -> None:
    rows = lines(demo_without(doubled=True), 90)
    assert not any("╳" in row or "again" in row for row in rows)
    assert sum("twice" in row for row in rows) == 10  # of eleven: the last ACK has no identification


def test_as_seen_live_what_was_taken_back_is_crossed_out_from_then_on() -> None:
    conversation = parse(
        """0 C > S: S seq 0
        0.001 S > C: S. seq 0 ack 1
        0.002 C > S: . seq 1 ack 1
        1.001 S > C: S. seq 0 ack 1
        1.002 C > S: . seq 1 ack 1"""
    )
    connection, passed = conversation.connection(), conversation.segments()
    for one in passed:
        connection.feed(one)
    shown = Ladder(passed, marks(passed), connection.history(), ENDS, LadderOptions(live=True))
    assert lines(shown, 90, Moment(3, passed[2].time_ns))[2].endswith("ESTABLISHED?")
    assert lines(shown, 90, Moment(4, passed[3].time_ns))[2].endswith("ESTABLISHED×")
