"""The drawings against the rule table, and against themselves: nothing missing, nothing in the way."""

from __future__ import annotations

from itertools import combinations

import pytest

from tcptui.model.canvas import way
from tcptui.model.diagram import LEGEND, edge_label
from tcptui.model.diagram_layouts import JUMP_WORDS, LAYOUTS, NOT_DRAWN, Box, Layout
from tcptui.tcp.states import State
from tcptui.tcp.table import RULES

Cells = set[tuple[int, int]]

EVERY = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())


def area(box: Box) -> Cells:
    return {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}


def boxes(layout: Layout) -> list[Box]:
    return [*layout.boxes.values(), layout.closed_at_end]


def labels(layout: Layout) -> dict[object, Cells]:
    """Where each edge's label stands; those written into their own line too."""
    found: dict[object, Cells] = {}
    for edge, route in layout.routes.items():
        if route.label:
            x, y, text = route.label
            found[edge] = {(x + i, y) for i in range(len(text or edge_label(edge)))}
    return found


@EVERY
def test_the_edges_drawn_are_those_of_the_table(layout: Layout) -> None:
    for edge in layout.routes:
        assert edge in RULES, f"{edge} is drawn, but no rule takes it"
    for edge, rule in RULES.items():
        left_out = edge in NOT_DRAWN or edge[1] in NOT_DRAWN
        assert rule.new is not edge[0], f"{edge} leads nowhere"
        assert (edge in layout.routes) is not left_out, edge


def test_what_is_not_drawn_is_in_the_table_and_has_a_reason() -> None:
    events = {event for _, event in RULES}
    for left_out, reason in NOT_DRAWN.items():
        assert left_out in RULES or left_out in events
        assert reason


@EVERY
def test_what_can_happen_anywhere_has_a_word_where_it_leads(layout: Layout) -> None:
    for (_, event), rule in RULES.items():
        if event in NOT_DRAWN:
            assert len(JUMP_WORDS[event]) <= layout.jumps[rule.new].room, event


@EVERY
def test_all_states_have_a_box_and_boxes_stand_apart(layout: Layout) -> None:
    assert set(layout.boxes) == set(State)
    for box in boxes(layout):
        assert area(box) <= area(Box(0, 0, layout.width, layout.height))
    for one, other in combinations(boxes(layout), 2):
        assert not area(one) & area(other)


@EVERY
def test_names_have_room_for_both_letters(layout: Layout) -> None:
    room = 6 if layout.framed else 0
    for state, box in layout.boxes.items():
        assert box.width >= len(str(state)) + room
        assert layout.framed or (box.x >= 2 and box.x + box.width + 2 <= layout.width)


@EVERY
def test_routes_lead_from_their_state_to_the_next(layout: Layout) -> None:
    for (old, event), route in layout.routes.items():
        new = RULES[old, event].new
        start, end = layout.boxes[old], layout.closed_at_end if new is State.CLOSED else layout.boxes[new]
        reach = 0 if layout.framed else 3  # names without a border keep room for the letters
        wide = Box(start.x - reach, start.y, start.width + 2 * reach, start.height)
        assert route.points[0] in area(wide), (old, event)
        x, y = route.points[-1]
        grown = Box(end.x - 1 - reach, end.y - 1, end.width + 2 + 2 * reach, end.height + 1)
        assert (x, y) in area(grown), (old, event)


@EVERY
def test_no_route_runs_through_a_box_or_a_label_of_another(layout: Layout) -> None:
    written = labels(layout)
    for edge, route in layout.routes.items():
        between = {tuple(point) for point in way(route.points)[1:-1]}
        for box in boxes(layout):
            assert not between & area(box), edge
        for other, cells in written.items():
            assert other == edge or not between & cells, (edge, other)


@EVERY
def test_no_two_routes_cross(layout: Layout) -> None:
    for one, other in combinations(layout.routes, 2):
        first, second = (set(way(layout.routes[edge].points)) for edge in (one, other))
        assert not first & second or {one[0], other[0]} == {State.CLOSED}, (one, other)


@EVERY
def test_labels_stand_apart_and_inside(layout: Layout) -> None:
    written = labels(layout)
    if layout.legend is not None:
        written["legend"] = {(x, layout.legend) for x in range(len(LEGEND))}
    for name, cells in written.items():
        assert cells <= area(Box(0, 0, layout.width, layout.height)), name
        for box in boxes(layout):
            assert not cells & area(box), name
    for (one, first), (other, second) in combinations(written.items(), 2):
        assert not first & second, (one, other)


@EVERY
def test_jumps_keep_clear_of_boxes_and_labels(layout: Layout) -> None:
    taken = set().union(*labels(layout).values(), *(area(box) for box in boxes(layout)))
    for state, jump in layout.jumps.items():
        line = {tuple(point) for point in way(jump.points)}
        word = {(jump.x + i, jump.y) for i in range(jump.room)}
        assert not (line | word) & taken, state
        assert all(0 <= x < layout.width and 0 <= y < layout.height for x, y in line | word)
