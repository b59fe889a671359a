"""The state diagram drawn: from a view and a layout to rows of cells.

`draw` makes one of three sizes, `picture` the largest that fits. What is drawn is `diagram_view.py`'s,
where its boxes and edges lie is `diagram_layouts.py`'s, what the edges mean is the rule table's.

What a reader sees, with or without colours: a box that an endpoint is in has its letter, `C` on the
left or `S` on the right, and a heavy border; dashed and with a `?` while the state is assumed, not
proven. With both endpoints in it, each has its half of the border. The edge just taken is heavy.
Boxes and edges on the way so far are bright, with a small letter where an endpoint has been; the rest
is dim.

Theory: an endpoint's own segment proves its state; a segment that passed towards it only suggests the
next one, until something that it sends later proves it. So each handshake has a moment in which a
box is dashed, and that moment is what the diagram is for.
"""

from __future__ import annotations

from textwrap import wrap

from tcptui.model.canvas import HEAVY, LIGHT, Canvas
from tcptui.model.cells import Cell, Role, Row
from tcptui.model.diagram_layouts import JUMP_WORDS, LAYOUTS, Box, Edge, Label, Layout
from tcptui.model.diagram_view import DiagramView, Step, Walk, diagram_view
from tcptui.tcp.states import State
from tcptui.tcp.table import RULES
from tcptui.tcp.words import duration

__all__ = [
    "DiagramView",
    "Step",
    "Walk",
    "best_size",
    "diagram_view",
    "draw",
    "edge_label",
    "in_words",
    "picture",
]

LEGEND = "C client  S server  c s earlier  ? assumed  ━ now"
LEGEND_OPEN = "C client  S server  ? assumed  * open question"
_CALLS = (("passive OPEN", "listen()"), ("active OPEN", "connect()"), ("CLOSE", "close()"), (" timeout", ""))
_UNTOUCHED, _PAST, _TAKEN = range(3)
_LINE_ROLES = (Role.DIM, Role.PAST, Role.TAKEN)
_SIZES = ("projector", "large", "compact")
_NARROWEST_NOTES = 16
_WIDEST_NOTES = 44


def draw(size: str, view: DiagramView, *, width: int = 0) -> list[Row]:
    """The diagram as "compact" (34×13), "large" (52×26) or "projector" (100×44), every row that wide.

    `width`: for the projector's notes, from 84 on; others ignore it. Raises KeyError for another size.
    """
    return _Drawing(LAYOUTS[size], view, width).rows()


def best_size(width: int, height: int) -> str | None:
    """The largest size for which `width` by `height` cells suffice; None where not even the smallest fits."""
    for name in _SIZES:
        layout = LAYOUTS[name]
        least = layout.notes + _NARROWEST_NOTES if layout.notes else layout.width
        if least <= width and layout.height <= height:
            return name
    return None


def picture(view: DiagramView, width: int, height: int) -> list[Row]:
    """The largest diagram that fits, in the middle of `height` rows of `width` columns.

    Where none fits, both states in words, and the way so far as far as there is room.
    """
    size = best_size(width, height)
    if size is None:
        return in_words(view, width, height)
    layout = LAYOUTS[size]
    room = min(width, layout.notes + _WIDEST_NOTES) if layout.notes else layout.width
    rows = draw(size, view, width=room)
    left, above = (width - room) // 2, (height - len(rows)) // 2
    blank: Row = (Cell(" " * width, Role.DIM),)
    middle = [(Cell(" " * left, Role.DIM), *row, Cell(" " * (width - room - left), Role.DIM)) for row in rows]
    return (
        [blank] * above
        + [tuple(c for c in row if c.text) for row in middle]
        + [blank] * (height - len(rows) - above)
    )


def in_words(view: DiagramView, width: int, height: int) -> list[Row]:
    """`height` rows, no wider than `width`: "C ESTABLISHED", "S SYN_RCVD ?", then both ways, newest last."""
    sides = ((Role.CLIENT, "C", view.client), (Role.SERVER, "S", view.server))
    rows: list[Row] = [
        (Cell(f"{letter} {walk.state} {walk.mark}".rstrip()[:width], role),)
        for role, letter, walk in sides
        if walk.present
    ]
    ways: list[Row] = []
    for _, letter, walk in sides:
        for index, step in enumerate(walk.steps):
            fresh = index >= len(walk.steps) - walk.taken
            text = f"{letter.lower()} {step.old} {'━▶' if fresh else '─▶'} {step.new}"
            ways.append((Cell(text[:width], Role.TAKEN if fresh else Role.PAST),))
    room = max(0, height - len(rows) - 1)
    if ways and room:
        rows += [(), *ways[-room:]]
    return (rows + [()] * height)[:height]


def edge_label(edge: Edge) -> str:
    """What is written beside an edge: the rule's label, with the calls that programmers know."""
    text = RULES[edge].label
    for old, new in _CALLS:
        text = text.replace(old, new)
    return text


class _Drawing:
    """One use: the canvas and the steps by edge."""

    def __init__(self, layout: Layout, view: DiagramView, width: int) -> None:
        self.layout = layout
        self.width = max(width, layout.width if width == 0 else 0) if layout.notes else layout.width
        self.canvas = Canvas(self.width, layout.height)
        self.walks = ((Role.CLIENT, view.client), (Role.SERVER, view.server))
        self.past = {(step.old, step.event): step for _, walk in self.walks for step in walk.steps}
        self.taken = {(step.old, step.event): step for _, walk in self.walks for step in walk.fresh()}

    def rows(self) -> list[Row]:
        self._edges()
        self._jumps()
        for state, box in self.layout.boxes.items():
            self._state(state, box, at_end=False)
        self._state(State.CLOSED, self.layout.closed_at_end, at_end=True)
        if self.layout.legend is not None:
            marked = any(walk.mark == "*" for _, walk in self.walks)
            self.canvas.text(0, self.layout.legend, LEGEND_OPEN if marked else LEGEND, Role.DIM)
        if self.layout.notes:
            self._notes()
        return self.canvas.rows()

    # -- edges ---------------------------------------------------------------------------------

    def _rank(self, edge: Edge) -> int:
        return _TAKEN if edge in self.taken else _PAST if edge in self.past else _UNTOUCHED

    def _edges(self) -> None:
        """The dim ones first, so that where lines share a cell the brighter one shows."""
        for edge in sorted(self.layout.routes, key=self._rank):
            route, rank = self.layout.routes[edge], self._rank(edge)
            heads = "▲▶▼◀" if self.layout.framed or rank == _TAKEN else "↑→↓←"
            self.canvas.arrow(route.points, _LINE_ROLES[rank], weight=self._weight(rank), heads=heads)
            if route.label:
                x, y, text = route.label
                self.canvas.text(x, y, text or edge_label(edge), _LINE_ROLES[rank])

    def _jumps(self) -> None:
        for edge in sorted(self.past.keys() - self.layout.routes.keys(), key=self._rank):
            jump, word = self.layout.jumps.get(self.past[edge].new), JUMP_WORDS.get(edge[1])
            if jump is None or word is None:
                continue
            rank = self._rank(edge)
            role = Role.RST if word == "RST" and rank == _TAKEN else _LINE_ROLES[rank]
            self.canvas.arrow(jump.points, role, weight=self._weight(rank))
            self.canvas.text(jump.x, jump.y, word[: jump.room].center(jump.room).rstrip(), role)

    @staticmethod
    def _weight(rank: int) -> int:
        return HEAVY if rank == _TAKEN else LIGHT

    # -- boxes ---------------------------------------------------------------------------------

    def _state(self, state: State, box: Box, *, at_end: bool) -> None:
        here = [(role, walk) for role, walk in self.walks if walk.is_at(state, at_end=at_end)]
        been = [role for role, walk in self.walks if walk.was_at(state, at_end=at_end)]
        idle = Role.PAST if been else Role.DIM
        if self.layout.framed:
            self._border(box, here, idle)
        name = str(state)
        x, y = box.x + (box.width - len(name)) // 2, box.y + self.layout.framed
        self.canvas.text(x, y, name, Role.BOTH if len(here) == 2 else here[0][0] if here else idle)
        for role, walk in self.walks:
            if role in been:
                self._badge(box, Label(x, y, name), role, walk, walk.is_at(state, at_end=at_end))
                if self.layout.dwell and (at_end or state is not State.CLOSED):
                    self._dwell(box, role, walk, state)

    def _badge(self, box: Box, name: Label, role: Role, walk: Walk, here: bool) -> None:
        """The letter at the end of its half, the mark of doubt right beside the name."""
        letter = "C" if role is Role.CLIENT else "S"
        padding = 1 if self.layout.framed else -2
        at = box.x + padding if role is Role.CLIENT else box.x + box.width - 1 - padding
        self.canvas.text(at, name.y, letter if here else letter.lower(), role if here else Role.PAST)
        if here and walk.mark:
            self.canvas.text(at + (1 if role is Role.CLIENT else -1), name.y, walk.mark, role)

    def _border(self, box: Box, here: list[tuple[Role, Walk]], idle: Role) -> None:
        left, right = box.x, box.x + box.width - 1
        top, bottom = box.y, box.y + box.height - 1
        middle = (left + right) // 2
        for half, side in enumerate((left, right)):
            points = ((middle, top), (side, top), (side, bottom), (middle, bottom))
            if here:
                role, walk = here[half % len(here)]
                sure = walk.certain
                self.canvas.line(points, role, weight=HEAVY if sure else LIGHT, dashed=not sure)
            else:
                self.canvas.line(points, idle)

    def _dwell(self, box: Box, role: Role, walk: Walk, state: State) -> None:
        """How long, in at most seven columns, on the box's second line in the endpoint's half."""
        spent = dict(walk.dwell).get(state)
        if not spent:
            return
        text = " ".join(duration(spent).split()[:2])
        x = box.x + 1 if role is Role.CLIENT else box.x + box.width - 1 - len(text)
        self.canvas.text(x, box.y + 2, text, role if walk.state is state else Role.PAST)

    # -- notes ---------------------------------------------------------------------------------

    def _notes(self) -> None:
        """The sentence of each step just taken, in the margin, at the height of its edge if there is room."""
        notes: dict[Step, list[Role]] = {}
        for role, walk in self.walks:
            for step in walk.fresh():
                notes.setdefault(step, []).append(role)
        blocks = [(self._height_of(step), self._note(roles, step)) for step, roles in notes.items()]
        blocks.sort(key=lambda block: block[0])
        tops, free = [], 0
        for height, lines in blocks:
            tops.append(max(free, height))
            free = tops[-1] + len(lines) + 1
        floor = self.layout.height
        for top, (_, lines) in zip(reversed(tops), reversed(blocks), strict=True):
            y = min(top, floor - len(lines))
            floor = y - 1
            for offset, cells in enumerate(lines):
                x = self.layout.notes
                for text, role in cells:
                    self.canvas.text(x, y + offset, text, role)
                    x += len(text)

    def _note(self, roles: list[Role], step: Step) -> list[Row]:
        """Who, the rule's sentence, its section."""
        names = [Cell("client" if role is Role.CLIENT else "server", role) for role in roles]
        who: Row = (names[0], Cell(" and "), names[1]) if len(names) == 2 else (names[0],)
        rule = RULES.get((step.old, step.event))
        if rule is None:
            return [who]
        lines = wrap(rule.sentence, self.width - self.layout.notes)
        return [who, *((Cell(line),) for line in lines), (Cell(f"RFC 9293 §{rule.rfc}", Role.DIM),)]

    def _height_of(self, step: Step) -> int:
        route = self.layout.routes.get((step.old, step.event))
        if route is not None and route.label:
            return route.label.y
        box = self.layout.closed_at_end if step.new is State.CLOSED else self.layout.boxes[step.new]
        return box.y
