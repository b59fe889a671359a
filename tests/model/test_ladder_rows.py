from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tcptui.model.cells import Role, Row
from tcptui.model.ladder import Kind, Ladder
from tcptui.model.ladder_layout import LadderOptions
from tcptui.model.text import plain, row_width
from tcptui.model.times import TimeFormat
from tcptui.store.analysis import Mark
from tcptui.tcp.history import Correction, History, Moment, Roles, Transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tests.support.conversation import talk
from tests.support.ladders import CLOSE, END, ENDS, ladder, lines

OPENED = """
0.0 C SYN     | SYN_SENT    .
0.1 S SYN,ACK | ESTABLISHED SYN_RCVD
0.2 C ACK     | .           ESTABLISHED
"""
NOTHING = History(1, 0, Roles.GUESSED, (State.ESTABLISHED, State.ESTABLISHED), (), ())


def row_of(shown: Ladder, packet: int, width: int = 90) -> Row:
    """The row of a packet."""
    for i in range(len(shown)):
        item = shown.item(i)
        if item.kind is Kind.SEGMENT and item.moment.packet == packet:
            return shown.render(i, width, END)
    raise AssertionError(f"no row for packet {packet}")


def text_of(shown: Ladder, packet: int, width: int = 90) -> str:
    return plain(row_of(shown, packet, width)).rstrip()


def roles_of(shown: Ladder, packet: int) -> set[Role]:
    return {cell.role for cell in row_of(shown, packet)}


def test_a_retransmission_has_its_own_line_word_and_role() -> None:
    shown = ladder(OPENED + "1.0 C PSH,ACK 7\n1.2 C PSH,ACK 7 seq=1", {5: Mark.RETRANSMISSION})
    assert "├┄[P.] seq 1:8 ack 1, 7 bytes again┄┄" in text_of(shown, 5)
    assert Role.AGAIN in roles_of(shown, 5)


def test_what_was_repeated_without_an_answer_did_not_arrive() -> None:
    shown = ladder(OPENED + "1.0 C PSH,ACK 7\n1.2 C PSH,ACK 7 seq=1\n1.3 S ACK", {5: Mark.RETRANSMISSION})
    text = text_of(shown, 4)
    assert text.rstrip(" │").endswith("─╳") and "▶" not in text
    assert text_of(shown, 5).endswith("▶┤")


def test_what_was_acknowledged_before_it_was_repeated_did_arrive() -> None:
    shown = ladder(OPENED + "1.0 C PSH,ACK 7\n1.1 S ACK\n1.2 C PSH,ACK 7 seq=1", {6: Mark.RETRANSMISSION})
    assert text_of(shown, 4).endswith("▶┤")


def test_an_ack_that_a_correction_denies_did_not_arrive() -> None:
    made = talk(OPENED.replace("| .           ESTABLISHED", "") + "1.2 S SYN,ACK seq=0\n1.3 C ACK")
    assumed = Transition(
        3,
        made.segments[2].time_ns,
        1,
        State.SYN_RCVD,
        State.ESTABLISHED,
        made.log[0].event,
        Evidence.PASSED,
        3,
        withdrawn=4,
    )
    made.log.append(assumed)
    correction = Correction(4, made.segments[3].time_ns, 1, (State.ESTABLISHED,), "SYN,ACK again")
    hindsight = ladder(made, {4: Mark.RETRANSMISSION}, (correction,))
    assert "╳" in text_of(hindsight, 3)
    assert "ESTABLISHED" not in text_of(hindsight, 3)
    live = ladder(made, {4: Mark.RETRANSMISSION}, (correction,), live=True)
    third = Moment(3, made.segments[2].time_ns)
    before = plain(live.render(2, 90, third)).rstrip()
    assert before.endswith("▶┤ ESTABLISHED?")
    assert "╳" in text_of(live, 3)


def test_a_segment_that_was_held_back_by_a_gap_is_not_lost() -> None:
    """The FIN passed a gap: its receiver had it, but could not use it yet."""
    made = talk(
        OPENED + "1.0 C PSH,ACK 7\n1.1 C FIN,ACK | FIN_WAIT_1 .\n1.2 S ACK ack=1\n1.3 C PSH,ACK 7 seq=1"
    )
    fin = Transition(
        5,
        made.segments[4].time_ns,
        1,
        State.ESTABLISHED,
        State.CLOSE_WAIT,
        made.log[0].event,
        Evidence.PASSED,
        5,
        withdrawn=6,
    )
    made.log.append(fin)
    shown = ladder(made, {7: Mark.RETRANSMISSION})
    assert "╳" in text_of(shown, 4)
    assert "╳" not in text_of(shown, 5)


def test_a_keep_alive_towards_a_closed_window_is_a_probe() -> None:
    more = "1.0 S ACK win=0\n1.4 C ACK seq=0\n1.5 S ACK win=500\n2.0 C ACK seq=0"
    shown = ladder(OPENED + more, {4: Mark.ZERO_WINDOW, 5: Mark.KEEP_ALIVE, 7: Mark.KEEP_ALIVE})
    assert "seq 0 ack 1 window probe" in text_of(shown, 5)
    assert "seq 0 ack 1 keep-alive" in text_of(shown, 7)


def test_what_the_capture_missed_is_dotted_and_says_so() -> None:
    shown = ladder(OPENED + "1.0 S ACK ack=1001\n1.2 C FIN,ACK seq=1001", {4: Mark.ACKED_UNSEEN})
    assert [shown.item(i).kind for i in range(2, 6)] == [
        Kind.SEGMENT,
        Kind.MISSING,
        Kind.SEGMENT,
        Kind.SEGMENT,
    ]
    text = plain(shown.render(3, 90, END)).strip()
    assert text.startswith("├┈ 1,000 bytes not captured ┈┈") and text.endswith("┈▶┤")
    assert shown.find(shown.item(3).moment) == 3


def test_unusual_segments_differ_in_words_and_roles() -> None:
    more = "1.0 S PSH,ACK 7\n1.1 C ACK\n1.2 C ACK\n1.3 C ACK win=0\n1.4 S ACK 1 seq=7"
    marks = {
        4: Mark.OUT_OF_ORDER,
        6: Mark.DUP_ACK,
        7: Mark.ZERO_WINDOW,
        8: Mark.ZERO_WINDOW_PROBE,
    }
    shown = ladder(OPENED + more, marks)
    assert "╌[P.] seq 1:8 ack 1, 7 bytes out of order╌" in text_of(shown, 4)
    assert "┈[.] ack 8 dup ack┈" in text_of(shown, 6)
    assert "zero window win 0" in text_of(shown, 7)
    assert "window probe" in text_of(shown, 8)
    assert Role.WARN in roles_of(shown, 7)


def test_a_reset_is_heavy() -> None:
    shown = ladder(OPENED + "1.0 S RST,ACK | CLOSED CLOSED")
    assert "│◀━[R.] seq 1 ack 1━━" in text_of(shown, 4)
    assert Role.RST in roles_of(shown, 4)


def test_a_zero_window_marks_its_lifeline_until_it_opens() -> None:
    more = "1.0 C ACK win=0\n1.2 S ACK\n1.4 C ACK win=500\n1.5 S ACK"
    shown = ladder(OPENED + more, {4: Mark.ZERO_WINDOW, 6: Mark.WINDOW_UPDATE})
    assert ["║" in text_of(shown, packet) for packet in (3, 4, 5, 6, 7)] == [False, True, True, False, False]
    assert text_of(shown, 5).index("║") < 30
    assert "window update win 500" in text_of(shown, 6)


def test_two_steps_of_one_segment_show_both_where_there_is_room() -> None:
    shown = ladder(
        OPENED + "1.0 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n1.1 S FIN,ACK | FIN_WAIT_2>TIME_WAIT LAST_ACK"
    )
    assert "▸TIME_WAIT? │" in text_of(shown, 5, 90)
    assert "FIN_WAIT_2▸TIME_WAIT?  │" in text_of(shown, 5, 120)
    assert "▸TIME_W? │" in text_of(shown, 5, 60)


def test_an_assumed_state_is_doubted_until_it_is_proven() -> None:
    made = talk(OPENED)
    made.log = [
        t if t.endpoint != 1 or t.new is not State.ESTABLISHED else _proven(t, by=5) for t in made.log
    ]
    shown = ladder(made)
    assert plain(shown.render(2, 90, Moment(3, made.segments[2].time_ns))).rstrip().endswith("ESTABLISHED?")
    assert text_of(shown, 3).endswith("ESTABLISHED")
    doubt = [cell for cell in row_of(shown, 2) if cell.role is Role.ASSUMED]
    assert [cell.text for cell in doubt] == ["?"]


def _proven(step: Transition, by: int) -> Transition:
    return Transition(
        step.packet,
        step.time_ns,
        step.endpoint,
        step.old,
        step.new,
        step.event,
        Evidence.PROVEN,
        step.shown,
        proven_by=by,
    )


def test_the_client_stands_left_even_when_it_is_endpoint_1() -> None:
    made = talk(OPENED)
    shown = Ladder(
        made.segments,
        [0, 0, 0],
        History(1, 1, Roles.GUESSED, (State.CLOSED, State.LISTEN), tuple(made.log), ()),
        ENDS,
    )
    assert "│◀─[S] seq 0" in text_of(shown, 1)
    assert text_of(shown, 1).endswith("SYN_SENT")
    assert plain(shown.header(90)[0]).split() == ["#", "time", "client", ENDS[1], "server", ENDS[0]]


def test_absolute_numbers_and_numbers_from_the_first_byte() -> None:
    relative, absolute = ladder(CLOSE), ladder(CLOSE, absolute=True)
    assert "seq 0 ack 1" in text_of(relative, 2)
    assert "seq 4294967000 ack 1001" in text_of(absolute, 2)


def test_mid_stream_the_first_byte_seen_is_1() -> None:
    segments = [
        Segment(1, 0, 0, 777, 5000, Flags.ACK, 10, 5),
        Segment(2, 1, 1, 5000, 782, Flags.ACK, 10, 3),
        Segment(3, 2, 0, 776, 5003, Flags.ACK, 10, 0),
        Segment(4, 3, 0, 770, 5003, Flags.ACK, 10, 4),
    ]
    shown = Ladder(segments, [0] * 4, NOTHING, ENDS)
    assert "seq 1:6 ack 1" in text_of(shown, 1)
    assert "seq 1:4 ack 6" in text_of(shown, 2)
    assert "seq -6:-2 ack 4" in text_of(shown, 4)


def test_a_wrap_of_the_sequence_space_goes_unseen() -> None:
    segments = [
        Segment(1, 0, 0, 2**32 - 2, 0, Flags.SYN),
        Segment(2, 1, 0, 2**32 - 1, 9, Flags.ACK, 10, 4),
        Segment(3, 2, 0, 3, 9, Flags.ACK, 10, 4),
    ]
    shown = Ladder(segments, [0] * 3, NOTHING, ENDS)
    assert "seq 1:5" in text_of(shown, 2) and "seq 5:9" in text_of(shown, 3)


def test_the_time_column() -> None:
    assert lines(ladder(CLOSE, time_format=TimeFormat.DELTA))[1].split()[1] == "+0.000014"
    assert lines(ladder(CLOSE, time_format=TimeFormat.EPOCH))[1].split()[1] == "0.000014"
    marked = ladder(CLOSE, mark_time_ns=17_000_000_000)
    assert lines(marked)[9].split()[1] == "Δ+0.040000"
    assert lines(marked)[0].split()[1] == "Δ-17.000000"
    assert "since mark" in plain(marked.header(90)[0])


def test_a_row_has_few_styles_to_send() -> None:
    shown = ladder(CLOSE)
    assert max(len(shown.render(i, 90, END)) for i in range(len(shown))) <= 9


def test_option_bytes_of_an_attacker_stay_in_their_row() -> None:
    segment = Segment(1, 0, 0, 1, 0, Flags.SYN, 10, 0, b"\x02\x00\x1b[2J")
    text = text_of(Ladder([segment], [0], NOTHING, ENDS), 1, 120)
    assert "bad option" in text and text.isprintable()


SEGMENTS = st.builds(
    Segment,
    packet=st.just(1),
    time_ns=st.integers(-(2**60), 2**62),
    sender=st.integers(0, 1),
    seq=st.integers(0, 2**32 - 1),
    ack=st.integers(0, 2**32 - 1),
    flags=st.integers(0, 511),
    window=st.integers(0, 65535),
    length=st.integers(0, 70000),
    options=st.binary(max_size=40),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(SEGMENTS, st.integers(0, 4095)), min_size=1, max_size=6),
    st.integers(1, 200),
    st.sampled_from(TimeFormat),
    st.booleans(),
)
def test_any_segments_at_any_width(
    drawn: list[tuple[Segment, int]], width: int, form: TimeFormat, absolute: bool
) -> None:
    segments = [
        Segment(at + 1, s.time_ns, s.sender, s.seq, s.ack, s.flags, s.window, s.length, s.options)
        for at, (s, _) in enumerate(drawn)
    ]
    options = LadderOptions(time_format=form, absolute=absolute)
    shown = Ladder(segments, [mark for _, mark in drawn], NOTHING, ("\x1b[1m", "日本:80"), options)
    for i in range(len(shown)):
        row = shown.render(i, width, END)
        assert row_width(row) == width
        assert plain(row).isprintable()
