"""What is said about the cursor's place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import tcptui.demos
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.diagram import draw
from tcptui.model.diagram_view import diagram_view, taken_at
from tcptui.model.explain import explain, explain_at_length
from tcptui.model.text import plain, row_width
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Moment, Roles, Transition
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.log import Entry, transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import Step
from tests.support.scenario import parse
from tests.support.sessions import read

SYN_ACK = Flags.SYN | Flags.ACK


def segment(packet: int, sender: int, flags: int, length: int = 0) -> Segment:
    return Segment(packet, packet * 10, sender, 0, 0, flags, length=length)


SEGMENTS = {
    1: segment(1, 0, Flags.SYN),
    2: segment(2, 1, SYN_ACK),
    3: segment(3, 0, Flags.ACK),
    4: segment(4, 1, SYN_ACK),
    5: segment(5, 0, Flags.ACK | Flags.PSH, 7),
}


def moved(step: Step, *, shown: int = 0, withdrawn: int | None = None) -> Transition:
    """What is known of a step since frame `shown`: that of its cause, or a later one."""
    packet = step.cause.packet if step.cause else 0
    entry = Entry(step, max(packet, shown), step.time_ns, max(packet, shown), False, withdrawn)
    return transition(entry, 0 if step.old in CLIENTS else 1)


CLIENTS = (State.CLOSED, State.SYN_SENT, State.ESTABLISHED, State.TIME_WAIT)
"""Here only the client leaves these states."""

ACKNOWLEDGED = Step(
    State.SYN_RCVD, State.ESTABLISHED, Event.RECV_ACK_OF_SYN, SEGMENTS[3], 30, Evidence.PASSED
)

HANDSHAKE = History(
    1,
    0,
    Roles.HANDSHAKE,
    (State.CLOSED, State.LISTEN),
    (
        moved(Step(State.CLOSED, State.SYN_SENT, Event.ACTIVE_OPEN, SEGMENTS[1], 10, Evidence.SENT)),
        moved(
            Step(State.SYN_SENT, State.ESTABLISHED, Event.RECV_SYN_ACK, SEGMENTS[2], 20, Evidence.PROVEN, 3)
        ),
        moved(Step(State.LISTEN, State.SYN_RCVD, Event.RECV_SYN, SEGMENTS[2], 20, Evidence.SENT)),
        moved(ACKNOWLEDGED, withdrawn=4),
        moved(replace(ACKNOWLEDGED, cause=SEGMENTS[5], time_ns=50)),
        moved(Step(State.TIME_WAIT, State.CLOSED, Event.TIMEOUT_2MSL, None, 900, Evidence.TIMER), shown=5),
    ),
    (Correction(4, 40, 1, (State.ESTABLISHED,), "SYN,ACK retransmitted: the ACK (#3) did not arrive"),),
)


def line(
    packet: int, *, live: bool = False, width: int = 200, owes: str = "", history: History = HANDSHAKE
) -> Row:
    """The line at a packet."""
    here = SEGMENTS[packet]
    return explain(history, here, Moment(packet, here.time_ns), live=live, width=width, owes=owes)


def length(packet: int, *, live: bool = False, width: int = 200, owes: str = "") -> list[str]:
    here = SEGMENTS[packet]
    rows = explain_at_length(HANDSHAKE, here, Moment(packet, here.time_ns), live=live, width=width, owes=owes)
    return [plain(row) for row in rows]


def test_a_transition_with_its_reason_and_section() -> None:
    assert plain(line(1)) == "#1 client → SYN_SENT: sent SYN. RFC 9293 §3.10.1"


def test_the_sender_comes_first() -> None:
    assert plain(line(2)) == (
        "#2 server → SYN_RCVD: received a SYN and answered SYN,ACK; "
        "client → ESTABLISHED?: received SYN,ACK, as #3 will show. RFC 9293 §3.10.7.2"
    )


def test_seen_live_the_proof_has_not_come_yet() -> None:
    assert "client → ESTABLISHED?: received SYN,ACK. RFC" in plain(line(2, live=True))


def test_what_an_earlier_packet_did_is_told_with_its_number() -> None:
    late = moved(replace(ACKNOWLEDGED, time_ns=50, evidence=Evidence.PROVEN, proven_by=5), shown=5)
    history = replace(HANDSHAKE, log=(*HANDSHAKE.log[:3], late))
    assert "received the ACK of its SYN (#3), as #5 shows" in plain(line(5, history=history))
    rows = [plain(row) for row in explain_at_length(history, SEGMENTS[5], Moment(5, 50))]
    assert "  proven    #3 passed on its way to the server; #5 from there shows that it" in rows


def test_it_shortens_in_a_fixed_order() -> None:
    forms: list[str] = []
    for width in range(150, 20, -1):
        text = plain(line(2, width=width, owes="nobody"))
        shape = " ".join(text.split())
        if not forms or forms[-1] != shape:
            forms.append(shape)
    assert forms[:7] == [
        "#2 server → SYN_RCVD: received a SYN and answered SYN,ACK; "
        "client → ESTABLISHED?: received SYN,ACK, as #3 will show. RFC 9293 §3.10.7.2 owes: nobody",
        "#2 server → SYN_RCVD: received a SYN and answered SYN,ACK; "
        "client → ESTABLISHED?: received SYN,ACK, as #3 will show. owes: nobody",
        "#2 server → SYN_RCVD: received a SYN; client → ESTABLISHED?: received SYN,ACK. owes: nobody",
        "#2 server → SYN_RCVD: received a SYN; client → ESTABLISHED?: received SYN,ACK.",
        "#2 server → SYN_RCVD: received a SYN; client → ESTABLISHED?.",
        "#2 server → SYN_RCVD; client → ESTABLISHED?.",
        "#2 server → SYN_RCVD; client → ESTABLISHED…",
    ]


@pytest.mark.parametrize("width", [0, 1, 2, 10, 40, 78, 120])
@pytest.mark.parametrize("packet", SEGMENTS)
@pytest.mark.parametrize("live", [False, True])
def test_it_never_is_wider_than_its_room(width: int, packet: int, live: bool) -> None:
    owes = "server: ACK of 7 bytes, since #4, 0.2 s"
    assert row_width(line(packet, live=live, width=width, owes=owes)) <= width
    here = SEGMENTS[packet]
    for row in explain_at_length(
        HANDSHAKE, here, Moment(packet, 10 * packet), live=live, width=width, owes=owes
    ):
        assert row_width(row) <= width


def test_what_is_owed_stands_at_the_right() -> None:
    text = plain(line(1, width=78, owes="server: SYN,ACK"))
    assert len(text) == 78
    assert text.endswith("  owes: server: SYN,ACK")


def test_roles_tell_who_is_who() -> None:
    assert Cell("client → SYN_SENT", Role.CLIENT) in line(1)
    assert Cell("server → SYN_RCVD", Role.SERVER) in line(2)
    turned = replace(HANDSHAKE, client=1)
    assert Cell("server → SYN_SENT", Role.SERVER) in line(1, history=turned)


def test_a_packet_that_changes_nothing_says_what_it_does() -> None:
    unmoved = replace(HANDSHAKE, log=HANDSHAKE.log[:3])
    assert plain(line(5, history=unmoved)) == (
        "#5 client sends 7 bytes; no state change: client ESTABLISHED, server SYN_RCVD*."  # for 3 s and more
    )
    assert plain(line(5, history=unmoved, width=50)) == "#5 client sends 7 bytes; no state change"


def test_a_correction_and_what_it_corrects() -> None:
    reason = "SYN,ACK retransmitted: the ACK (#3) did not arrive"
    for live in (False, True):
        assert plain(line(4, live=live)) == f"#4 server still SYN_RCVD: {reason}."
    assert plain(line(3)) == "#3 client acknowledges; #4 shows that the server did not go to ESTABLISHED."
    assert plain(line(3, live=True)).startswith("#3 server → ESTABLISHED?: received the ACK of its SYN.")
    assert length(3)[-1] == f"  later     #4 shows that the server did not go to ESTABLISHED: {reason}."


def test_a_correction_beside_a_transition() -> None:
    reset = segment(4, 0, Flags.RST)
    also = moved(Step(State.ESTABLISHED, State.CLOSED, Event.SEND_RST, reset, 40, Evidence.SENT))
    both = replace(HANDSHAKE, log=(*HANDSHAKE.log[:3], also))
    assert (
        "client → CLOSED: aborted the connection: sent RST. The server was not in ESTABLISHED: SYN,ACK"
        in plain(line(4, history=both))
    )


def test_a_timer_has_no_packet() -> None:
    row = explain(HANDSHAKE, SEGMENTS[5], Moment(5, 900), width=120)
    assert plain(row) == (
        "timer moves client → CLOSED?: waited 2MSL: nothing of the old connection can arrive any more. "
        "? no packet shows this."
    )
    short = explain(HANDSHAKE, SEGMENTS[5], Moment(5, 900), width=78)
    assert plain(short) == "timer moves client → CLOSED?: waited 2MSL. ? no packet shows this."


def test_a_silence_and_a_run_and_nothing() -> None:
    open_ = replace(HANDSHAKE, log=HANDSHAKE.log[:5])
    quiet = explain(open_, SEGMENTS[5], Moment(5, 70), silence_ns=16_300_000_000)
    assert plain(quiet) == "16.3 s of silence: client ESTABLISHED, server ESTABLISHED?."
    run = explain(open_, SEGMENTS[5], Moment(12, 120))
    assert plain(run) == "#5 to #12 change no state: client ESTABLISHED, server ESTABLISHED?."
    assert plain(explain(open_, None, Moment(0, 0))) == "nothing yet: client CLOSED?, server LISTEN?."


def test_at_length() -> None:
    assert length(2, owes="client: ACK of the SYN,ACK, since #2") == [
        "#2 server LISTEN → SYN_RCVD: received a SYN and answered SYN,ACK.",
        "  rule      A SYN came; SYN,ACK acknowledges it and asks back. RFC 9293 §3.10.7.2",
        "  sent      #2 is the server's own segment: it was in this state when it sent it.",
        "  program   No call: the kernel answers for the listening socket. accept() waits for the ACK.",
        "#2 client SYN_SENT → ESTABLISHED?: received SYN,ACK, as #3 will show.",
        "  rule      The answer came and acknowledges our SYN: connect() returns. RFC 9293 §3.10.7.3",
        "  passed    #2 passed on its way to the client; #3 will show that it arrived.",
        "  program   connect() returns: it can read and write.",
        "  owes      client: ACK of the SYN,ACK, since #2",
    ]


def test_at_length_live() -> None:
    assert (
        "  passed    #2 passed on its way to the client; whether it arrived, the client's next segment tells."
        in (length(2, live=True))
    )


def test_an_endpoint_that_listened_accepts() -> None:
    assert "  program   accept() can return the new socket." in length(5)


DEMOS = sorted(path.stem for path in Path(tcptui.demos.__file__).parent.glob("*.pcap"))


@pytest.mark.parametrize("demo", DEMOS)
def test_every_moment_of_every_demo_has_its_line_and_its_drawing(demo: str) -> None:
    session = read(demo=demo)
    for flow in session.flows():
        history = session.history(flow.number)
        segments = session.segments(flow.number)
        moments = [(s, Moment(s.packet, s.time_ns)) for s in segments]
        moments += [
            (segments[-1], Moment(segments[-1].packet, t.time_ns)) for t in history.log if not t.packet
        ]
        for live in (False, True):
            for here, moment in moments:
                text = plain(explain(history, here, moment, live=live, width=78))
                assert not text.endswith("…"), text
                changes = {t.endpoint for t in taken_at(history, moment, live=live)}
                assert changes or "→" not in text
                view = diagram_view(history, moment, live=live)
                assert bool(view.client.taken) is (history.client in changes)
                assert len(draw("compact", view)) == 13


def told(text: str, packet: int, width: int = 200) -> str:
    """The line at a packet of a conversation, in hindsight."""
    conversation = parse(text)
    connection = conversation.connection()
    for segment in conversation.segments():
        connection.feed(segment)
    segment = conversation.segments()[packet - 1]
    return plain(
        explain(connection.history(), segment, Moment(packet, segment.time_ns), owes="nobody", width=width)
    )


OPEN = "0 C > S: S seq 0\n0.1 S > C: S. seq 0 ack 1\n0.2 C > S: P. seq 1:8 ack 1\n0.3 S > C: . seq 1 ack 8\n"
SAID = OPEN + "0.4 C > S: F. seq 8 ack 1\n0.5 S > C: . seq 1 ack 9\n0.6 S > C: FP. seq 1:9 ack 9\n"


def test_what_packets_cannot_tell_stands_behind_its_mark() -> None:
    text = SAID + "0.7 C > S: . seq 9 ack 10"
    line = told(text, 7, 250)
    assert "server → LAST_ACK*: sent FIN with data" in line
    assert " * server: its application may have closed earlier: a FIN waits until the data before it" in line
    assert "owes: nobody" in line
    assert "? nothing confirms this: if the ACK was lost behind us" in told(text, 8)


def test_in_a_narrow_window_its_brief_part_is_what_stays() -> None:
    line = told(SAID, 7, 110)
    assert "* server: its application may have closed earlier." in line
    assert "waits until" not in line


def test_a_state_and_what_is_open_about_it_are_one_sentence_at_every_width() -> None:
    text = SAID + "0.7 C > S: . seq 9 ack 10"
    assert told(text, 8, 50) == "#8 server → CLOSED?: nothing confirms this."
    for packet in range(1, 9):
        for width in range(30, 200):
            happened = told(text, packet, width).partition("owes:")[0].rstrip()
            assert "?. " not in happened
            assert "*. " not in happened


def test_a_rst_that_moves_nobody_says_why() -> None:
    text = OPEN + "0.4 C > S: R seq 700\n0.5 C > S: P. seq 8:9 ack 1\n0.6 S > C: . seq 1 ack 9"
    assert "* forged, or from an old connection: its number fits neither end." in told(text, 5)
    text = OPEN + "0.4 C > S: R. seq 8 ack 1\n0.5 S > C: P. seq 1:3 ack 8\n0.6 S > C: P. seq 3:5 ack 8"
    assert "void" not in told(text, 5)


def test_an_icmp_error_that_moves_nobody_says_why() -> None:
    conversation = parse(OPEN)
    connection = conversation.connection()
    for segment in conversation.segments():
        connection.feed(segment)
    last = conversation.segments()[-1]
    big = IcmpError(
        9, last.time_ns + 5, 1, 1, 0, 0, code=4, origin="10.0.0.9, on the way", rest=b"\0\0\x05\x78"
    )
    advice = IcmpError(9, last.time_ns + 5, 1, 1, 0, 0, code=1, origin="10.0.0.9, on the way")
    where = (connection.history(), last, Moment(last.packet, last.time_ns + 5))
    said = plain(explain(*where, error=big, width=200))
    assert said.startswith("#9 client is told by 10.0.0.9, on the way: fragmentation needed; no state change")
    assert "1,400 bytes at most (path MTU)" in said
    assert "to others it is advice" in plain(explain(*where, error=advice, width=200))
