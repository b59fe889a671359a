"""Lines that join."""

from __future__ import annotations

import pytest

from tcptui.model.canvas import HEAVY, JOINTS, Canvas, way
from tcptui.model.cells import Cell, Role
from tcptui.model.text import plain


def drawn(canvas: Canvas) -> list[str]:
    return [plain(row) for row in canvas.rows()]


def test_every_meeting_of_light_and_heavy_lines_has_its_character() -> None:
    assert len(JOINTS) == 3**4
    assert len(set(JOINTS.values())) == 3**4
    assert (JOINTS[1, 1, 1, 1], JOINTS[0, 2, 2, 0], JOINTS[0, 1, 1, 0]) == ("┼", "┏", "╭")


def test_a_line_that_begins_on_a_border_joins_it_in_either_order() -> None:
    box = [(0, 0), (4, 0), (4, 2), (0, 2), (0, 0)]
    for first, second in ((box, [(4, 1), (6, 1)]), ([(4, 1), (6, 1)], box)):
        canvas = Canvas(7, 3)
        canvas.line(first, Role.DIM)
        canvas.line(second, Role.DIM)
        assert drawn(canvas) == ["╭───╮  ", "│   ├─╴", "╰───╯  "]


def test_heavy_wins_over_light_and_keeps_its_arms() -> None:
    canvas = Canvas(5, 3)
    canvas.line([(0, 1), (4, 1)], Role.TAKEN, weight=HEAVY)
    canvas.line([(2, 0), (2, 2)], Role.DIM)
    assert drawn(canvas) == ["  ╷  ", "╺━┿━╸", "  ╵  "]


def test_dashes_are_for_straight_pieces() -> None:
    canvas = Canvas(4, 3)
    canvas.line([(0, 0), (3, 0), (3, 2), (0, 2), (0, 0)], Role.CLIENT, dashed=True)
    assert drawn(canvas) == ["╭┄┄╮", "╎  ╎", "╰┄┄╯"]


def test_an_arrow_keeps_its_head_and_its_colour_under_what_is_drawn_later() -> None:
    canvas = Canvas(3, 3)
    canvas.arrow([(1, 0), (1, 1)], Role.TAKEN)
    canvas.line([(0, 1), (2, 1)], Role.SERVER)
    assert drawn(canvas) == [" ╷ ", "╶▼╴", "   "]
    assert Cell("▼", Role.TAKEN) in canvas.rows()[1]


def test_what_lies_outside_is_left_out() -> None:
    canvas = Canvas(2, 1)
    canvas.text(-1, 0, "abcd", Role.TEXT)
    canvas.text(0, 7, "x", Role.TEXT)
    canvas.line([(0, -3), (0, 9)], Role.DIM)
    assert drawn(canvas) == ["bc"]
    assert Canvas(0, 0).rows() == []


def test_a_slanting_line_is_refused() -> None:
    with pytest.raises(ValueError, match="slants"):
        way([(0, 0), (1, 1)])
