"""Where the panes stand: a pure function of the window's size, and its adapter to the toolkit."""

from __future__ import annotations

from collections.abc import Mapping

from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tcptui.dataclass import dataclass
from tcptui.tui.pane import Frame, Pane

PANES = ("flows", "diagram", "ladder", "detail")
"""The panes that can be active, in the order of Tab."""

SMALL = Size(80, 24)
"""From here on three panes stand together; below, one at a time."""

ROOMY = Size(110, 38)
"""From here on panes have boxes and the diagram is the large one."""

WIDE = 160
"""From this width on the detail has a column of its own."""

PROJECTOR = Size(200, 60)

COMPACT_DIAGRAM = 34
LARGE_DIAGRAM = Size(54, 28)
PROJECTOR_DIAGRAM = Size(102, 46)
LADDER = 66
DETAIL = 48
"""Columns that the ladder needs beside other panes, and that the detail gets where there are so many."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the screen is asked for.

    active: the pane that has the keys. zoom: it alone. detail: the detail is open. explanation: lines
    for the explanation, at least. flows: how many flows there are (a few need no tall list).
    """

    active: str = "flows"
    zoom: bool = False
    detail: bool = False
    explanation: int = 1
    flows: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """regions: of each widget that is shown, by id. frame: of the panes. diagram: its size's name.

    together: whether more than one pane is shown.
    """

    regions: Mapping[str, Region]
    frame: Frame
    diagram: str
    together: bool


def plan(size: Size, wish: Wish) -> Plan:
    """Divide the window. Every region lies inside it; what has no room is left out."""
    width, height = size
    roomy = width >= ROOMY.width and height >= ROOMY.height
    frame = Frame.BOX if roomy else Frame.RULE
    footer = 1 if height >= 4 else 0
    status = 1 if height >= 3 else 0
    wanted = max(wish.explanation, 2 if height >= 24 else 1)
    most = max(0, height - status - footer - 8) if height >= 8 else int(height >= 6)
    explanation = min(wanted, most)
    body = Region(0, status, width, height - status - footer - explanation)
    regions = {
        "status": Region(0, 0, width, status),
        "explanation": Region(0, body.bottom, width, explanation),
        "footer": Region(0, height - footer, width, footer),
    }
    name = diagram_size(size)
    if wish.zoom or width < SMALL.width or height < SMALL.height:
        regions[wish.active] = body
        together = False
    else:
        regions |= _together(body, wish, name, roomy)
        together = True
    shown = {key: region for key, region in regions.items() if region.area}
    return Plan(shown, frame, name, together)


def diagram_size(size: Size) -> str:
    """Which of the three diagrams a window of this size has."""
    if size.width >= PROJECTOR.width and size.height >= PROJECTOR.height:
        return "projector"
    return "large" if size.width >= ROOMY.width and size.height >= ROOMY.height else "compact"


def _together(body: Region, wish: Wish, name: str, roomy: bool) -> dict[str, Region]:
    lower = {"compact": 14, "large": LARGE_DIAGRAM.height, "projector": PROJECTOR_DIAGRAM.height}[name]
    edges = 3 if roomy else 2
    top = max(edges + 4, min(body.height - lower, edges + (4 if wish.flows <= 4 else 12), body.height // 3))
    flows, rest = body.split_horizontal(top)
    left = {
        "compact": COMPACT_DIAGRAM,
        "large": LARGE_DIAGRAM.width,
        "projector": min(PROJECTOR_DIAGRAM.width, body.width - LADDER - DETAIL),
    }[name]
    regions = {"flows": flows}
    if wish.explanation > 1 and rest.height < lower:
        regions, rest = {}, body  # the list makes room for the long explanation
    if body.width >= WIDE:
        diagram, others = rest.split_vertical(left)
        ladder, detail = others.split_vertical(
            max(LADDER, min(others.width * 58 // 100, others.width - DETAIL))
        )
        return regions | {"diagram": diagram, "ladder": ladder, "detail": detail}
    if wish.detail and name == "compact":
        return regions | {"detail": rest}
    diagram, ladder = rest.split_vertical(left if roomy else left + 1)  # a blank between lines without boxes
    if wish.detail:
        return regions | {"detail": diagram, "ladder": ladder}
    return regions | {"diagram": diagram, "ladder": ladder}


LEAST_ANSWER = 22
"""Columns that an answer keeps; what is said beside it has only what is left."""


def prompt_line(line: Region, before: int, after: int) -> dict[str, Region]:
    """The line at the bottom while something is asked: `before` columns for what it is, the answer, and
    `after` for the keys; the keys go first where there is no room, then what it is."""
    x, y, width, height = line
    before = before if width - before >= LEAST_ANSWER else 0
    after = after if width - before - after >= LEAST_ANSWER else 0
    regions = {"prompt": Region(x + before, y, width - before - after, height)}
    if before:
        regions["asked"] = Region(x, y, before, height)
    if after:
        regions["answering"] = Region(x + width - after, y, after, height)
    return regions


class Planned(Layout):
    """The toolkit's view of a plan: it asks the screen, and hides what the plan leaves out."""

    name = "planned"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        regions = parent.regions_for(size)  # type: ignore[attr-defined]
        nothing = Spacing()
        for child in children:
            if isinstance(child, Pane):
                child.place(child.id in regions)
        return [
            WidgetPlacement(regions[child.id], Offset(), nothing, child)
            for child in children
            if child.id in regions
        ]
