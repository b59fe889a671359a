"""The drawings as their readers get them."""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import dedent, indent

import pytest

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.diagram import best_size, draw, in_words, picture
from tcptui.model.diagram_layouts import LAYOUTS
from tcptui.model.diagram_view import NOBODY, DiagramView, Step, Walk
from tcptui.model.text import plain, row_width
from tcptui.tcp.events import Event
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.table import RULES

OPEN = (Event.ACTIVE_OPEN, Event.RECV_SYN_ACK)
ACCEPT = (Event.RECV_SYN, Event.RECV_ACK_OF_SYN)


def walk(
    start: State, *events: Event, taken: int = 0, evidence: Evidence = Evidence.SENT, dwell: int | None = None
) -> Walk:
    """The walk that these events take through the table."""
    steps, state = [], start
    for event in events:
        new = RULES[state, event].new
        steps.append(Step(state, event, new))
        state = new
    spent = ((state, dwell),) if dwell is not None else ()
    return Walk(state, evidence, tuple(steps), taken, spent)


def text(rows: list[Row]) -> str:
    return "\n".join(plain(row).rstrip() for row in rows)


def role_of(rows: list[Row], word: str) -> Role:
    """The role of the only cell that has the word."""
    found = [cell.role for row in rows for cell in row if word in cell.text]
    assert len(found) == 1, (word, found)
    return found[0]


HANDSHAKE = DiagramView(
    walk(State.CLOSED, *OPEN, taken=1, evidence=Evidence.PASSED),
    walk(State.LISTEN, Event.RECV_SYN),
)


def test_large() -> None:
    assert text(draw("large", HANDSHAKE)) == dedent("""\
                    listen() ╭──────────╮ connect() / SYN
                        ╭────┤c CLOSED  ├────╮
                        │    ╰──────────╯    │
                   ╭────▼─────╮         ╭────▼───────╮
                   │  LISTEN s│         │c SYN_SENT  │
                   ╰────┬─────╯         ╰─┬──┰───────╯
          SYN / SYN,ACK │   SYN / SYN,ACK │  ┃
                  ┏━━━━━▼━━━━━━┓          │  ┃ SYN,ACK / ACK
                  ┃  SYN_RCVD S┃◀─────────╯  ┃
                  ┗━━━┯━━━━━┯━━┛             ┃
                      │     │ ACK    ╭┄┄┄┄┄┄┄▼┄┄┄┄┄┄┄╮
                      │     ╰───────▶╎C?ESTABLISHED  ╎
        close() / FIN │              ╰┬┄┄┄┄┄┄┬┄┄┄┄┄┄┄╯
                      │ close() / FIN │      │ FIN / ACK
                ╭─────▼────────╮      │ ╭────▼─────────╮
                │  FIN_WAIT_1  │◀─────╯ │  CLOSE_WAIT  │
                ╰───┬───────┬──╯        ╰────┬─────────╯
         ACK of FIN │       │ FIN / ACK      │ close() / FIN
        ╭───────────▼──╮ ╭──▼────────╮  ╭────▼───────╮
        │  FIN_WAIT_2  │ │  CLOSING  │  │  LAST_ACK  │
        ╰───────────┬──╯ ╰──┬────────╯  ╰────┬───────╯
          FIN / ACK │       │ ACK of FIN     │ ACK of FIN
                ╭───▼───────▼──╮  2MSL  ╭────▼─────╮
                │  TIME_WAIT   ├───────▶│  CLOSED  │
                ╰──────────────╯        ╰──────────╯
        C client  S server  c s earlier  ? assumed  ━ now""")


def test_compact() -> None:
    assert text(draw("compact", HANDSHAKE)) == indent(
        dedent("""\
            ╭─╴c CLOSED  ╶─╮
            ↓ listen()     ↓ connect()/SYN
          LISTEN s       c SYN_SENT
            ↓ SYN/SYN,ACK  │ ┃
          SYN_RCVD S←─SYN──╯ ▼ SYN,ACK/ACK
            │ ╰ACK─→C?ESTABLISHED
            ↓close()/FIN│    ↓ FIN/ACK
          FIN_WAIT_1  ←─╯  CLOSE_WAIT
            ↓ ACK  ╰FIN╮     ↓ close()/FIN
          FIN_WAIT_2   ↓   LAST_ACK
                │   CLOSING       │
                ↓ FIN ↓ ACK   ACK ↓
               TIME_WAIT ╶─2MSL→  CLOSED"""),
        "  ",
    )


def test_projector_has_times_and_the_words_of_the_step() -> None:
    view = DiagramView(
        walk(State.CLOSED, *OPEN, Event.CLOSE, taken=1, dwell=16_300_000_000),
        walk(State.LISTEN, *ACCEPT, Event.RECV_FIN, dwell=125_000_000_000),
    )
    drawn = text(draw("projector", view))
    assert "16.3 s" in drawn
    assert "2 min" in drawn and "2 min 5 s" not in drawn
    assert "The application called close()" in drawn
    assert "RFC 9293 §3.10.4" in drawn


def test_the_words_of_several_steps_stand_apart_and_inside() -> None:
    for taken in ((Event.RECV_RST, Event.SEND_RST), (Event.CLOSE, Event.RECV_FIN)):
        client, server = taken
        view = DiagramView(
            walk(State.CLOSED, *OPEN, client, taken=1), walk(State.LISTEN, *ACCEPT, server, taken=1)
        )
        notes = [plain(row)[LAYOUTS["projector"].notes :].strip() for row in draw("projector", view)]
        said = " ".join(line for line in notes if line)
        for event in taken:
            assert RULES[State.ESTABLISHED, event].sentence in said
        assert notes.index("server") != notes.index("client") + 1


def test_the_same_step_of_both_is_told_once() -> None:
    both = (Event.CLOSE, Event.RECV_FIN)
    view = DiagramView(walk(State.CLOSED, *OPEN, *both, taken=1), walk(State.LISTEN, *ACCEPT, *both, taken=1))
    drawn = text(draw("projector", view))
    assert "client and server" in drawn
    assert drawn.count("The FINs crossed") == 1


def test_where_it_was_before_the_capture_began_is_not_known() -> None:
    view = DiagramView(walk(State.CLOSED, Event.PICKED_UP, taken=1), walk(State.CLOSED, Event.PICKED_UP))
    rows = draw("large", view)
    assert "┤  CLOSED  ├" in plain(rows[1])
    assert role_of(rows, "joined") is Role.TAKEN


def test_a_box_with_both_has_half_a_border_of_each() -> None:
    view = DiagramView(
        walk(State.CLOSED, *OPEN), walk(State.LISTEN, *ACCEPT, taken=1, evidence=Evidence.PASSED)
    )
    rows = draw("large", view)
    assert "┃C ESTABLISHED?S╎" in plain(rows[11])
    assert Cell("ESTABLISHED", Role.BOTH) in [Cell(c.text.strip(), c.role) for c in rows[11]]
    assert Cell("C", Role.CLIENT) in [Cell(c.text.strip("┃ "), c.role) for c in rows[11]]


def test_roles_say_what_is_now_what_was_and_what_is_not() -> None:
    rows = draw("large", HANDSHAKE)
    assert role_of(rows, "SYN,ACK / ACK") is Role.TAKEN
    assert role_of(rows, "connect() / SYN") is Role.PAST
    assert role_of(rows, "LAST_ACK") is Role.DIM
    assert role_of(rows, "ESTABLISHED") is Role.CLIENT
    assert role_of(rows, "SYN_RCVD") is Role.SERVER


@pytest.mark.parametrize("size", LAYOUTS)
def test_a_reset_is_a_word_beside_closed_and_no_line_from_everywhere(size: str) -> None:
    reset = DiagramView(
        walk(State.CLOSED, *OPEN, Event.RECV_RST, taken=1, evidence=Evidence.PASSED),
        walk(State.LISTEN, *ACCEPT, Event.SEND_RST, taken=1),
    )
    assert [row for row in draw(size, reset) if any(c.role is Role.RST and "RST" in c.text for c in row)]
    before = DiagramView(walk(State.CLOSED, *OPEN), walk(State.LISTEN, *ACCEPT))
    assert "RST" not in text(draw(size, before))


@pytest.mark.parametrize("size", LAYOUTS)
def test_closed_is_lit_above_before_and_below_after(size: str) -> None:
    start = DiagramView(walk(State.CLOSED), walk(State.LISTEN))
    lines = text(draw(size, start)).splitlines()
    first, last = (next(y for y in order if "CLOSED" in lines[y]) for order in _orders(lines))
    assert "C" in lines[first].replace("CLOSED", "")
    end = DiagramView(walk(State.CLOSED, *OPEN, Event.RECV_RST), walk(State.LISTEN))
    lines = text(draw(size, end)).splitlines()
    assert "c" in lines[first].replace("connect", "").replace("CLOSED", "")
    assert "C" in lines[last].replace("CLOSED", "")


def _orders(lines: list[str]) -> tuple[range, range]:
    return range(len(lines)), range(len(lines) - 1, -1, -1)


@pytest.mark.parametrize("size", LAYOUTS)
def test_every_pair_of_states_is_drawn_within_the_size_with_both_letters(size: str) -> None:
    layout = LAYOUTS[size]
    for one in State:
        for other in State:
            for evidence in (Evidence.SENT, Evidence.PASSED):
                rows = draw(size, DiagramView(Walk(one, evidence), Walk(other, evidence)))
                assert len(rows) == layout.height
                assert {row_width(row) for row in rows} == {layout.width}
                mark = "" if evidence is Evidence.SENT else "?"
                drawn = text(rows)
                for end, state in ((Role.CLIENT, one), (Role.SERVER, other)):
                    letter = "C" if end is Role.CLIENT else "S"
                    lit = [c.text for row in rows for c in row if c.role is end]
                    assert any(letter in word and mark in word for word in lit), (one, other)
                    assert str(state) in drawn


def test_each_step_of_the_table_can_be_drawn_as_the_one_just_taken() -> None:
    for (old, event), rule in RULES.items():
        step = (Step(old, event, rule.new),)
        for size in LAYOUTS:
            fresh = draw(size, DiagramView(Walk(rule.new, steps=step, taken=1), Walk(State.LISTEN)))
            past = draw(size, DiagramView(Walk(rule.new, steps=step), Walk(State.LISTEN)))
            assert len(fresh) == len(past) == LAYOUTS[size].height
            drawn = (old, event) in LAYOUTS[size].routes or rule.new in LAYOUTS[size].jumps
            assert (fresh != past) is (drawn or size == "projector"), (old, event, size)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (34, 13, "compact"),
        (33, 40, None),
        (200, 12, None),
        (52, 26, "large"),
        (120, 25, "compact"),
        (84, 44, "projector"),
        (83, 44, "large"),
        (0, 0, None),
    ],
)
def test_the_largest_size_that_fits(width: int, height: int, size: str | None) -> None:
    assert best_size(width, height) == size


@pytest.mark.parametrize("width", [0, 1, 2, 12, 33, 34, 60, 84, 111, 240])
@pytest.mark.parametrize("height", [0, 1, 2, 5, 13, 30, 44, 100])
def test_a_picture_fills_its_room_and_no_more(width: int, height: int) -> None:
    rows = picture(HANDSHAKE, width, height)
    assert len(rows) == height
    assert all(row_width(row) <= width for row in rows)
    if best_size(width, height):
        assert {row_width(row) for row in rows} == {width}


def test_where_there_is_no_room_it_is_said_in_words() -> None:
    assert text(in_words(HANDSHAKE, 40, 6)).splitlines() == [
        "C ESTABLISHED ?",
        "S SYN_RCVD",
        "",
        "c CLOSED ─▶ SYN_SENT",
        "c SYN_SENT ━▶ ESTABLISHED",
        "s LISTEN ─▶ SYN_RCVD",
    ]
    assert text(in_words(HANDSHAKE, 40, 4)).splitlines()[-1] == "s LISTEN ─▶ SYN_RCVD"
    assert text(picture(HANDSHAKE, 1, 1)) == "C"


@pytest.mark.parametrize("size", ["compact", "large", "projector"])
def test_before_there_is_a_connection_nothing_is_lit(size: str) -> None:
    rows = draw(size, NOBODY)
    assert {cell.role for row in rows for cell in row if cell.text.strip()} == {Role.DIM}
    assert "ESTABLISHED" in "".join(cell.text for row in rows for cell in row)
    assert not any(cell.text for row in in_words(NOBODY, 20, 5) for cell in row)


@pytest.mark.parametrize("size", LAYOUTS)
def test_what_packets_leave_open_has_a_star_at_the_name(size: str) -> None:
    asked = replace(walk(State.CLOSED, Event.ACTIVE_OPEN, taken=1), open=True)
    shown = text(draw(size, DiagramView(asked, walk(State.LISTEN))))
    assert re.search(r"C\* *SYN_SENT", shown)
    assert ("* open question" in shown) == (LAYOUTS[size].legend is not None)
