"""A screen to read: the help, a stream, anything of rows."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from tcptui.model.cells import Cell, Role, Row
from tcptui.tui.actions import by_group
from tcptui.tui.bars import Bar
from tcptui.tui.linelist import LineList, Provider, Rows
from tcptui.tui.pane import Frame
from tcptui.tui.theme import Palette
from tcptui.tui.view import View


class Reader(View):
    """Rows in a box; the keys of moving move, everything that closes closes.

    hint: what the footer says besides.
    """

    def __init__(self, palette: Palette, title: str, provider: Provider, hint: str = "") -> None:
        super().__init__(palette)
        self.list = LineList(palette, id="text", title=title, browse=True)
        self.list.active = True
        self.list.provider = provider
        self._footer = Bar(palette, id="footer")
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield self.list
        yield self._footer

    def on_mount(self) -> None:
        keys: Row = (
            Cell(" ↑↓", Role.KEY),
            Cell(" line  ", Role.DIM),
            Cell("PgUp PgDn", Role.KEY),
            Cell(" page  ", Role.DIM),
            Cell("q", Role.KEY),
            Cell(" back", Role.DIM),
            Cell(f"   {self._hint}", Role.DIM),
        )
        self._footer.show(keys)

    def regions_for(self, size: Size) -> Mapping[str, Region]:
        width, height = size
        self.list.frame = Frame.BOX if width > 10 and height > 4 else Frame.NONE
        footer = 1 if height > 2 else 0
        regions = {"text": Region(0, 0, width, height - footer)}
        return regions | ({"footer": Region(0, height - 1, width, 1)} if footer else {})

    def action_up(self) -> None:
        self.list.move(-1)

    def action_down(self) -> None:
        self.list.move(1)

    def action_page_up(self) -> None:
        self.list.page(-1)

    def action_page_down(self) -> None:
        self.list.page(1)

    def action_play(self) -> None:
        self.list.page(1)

    def action_half_up(self) -> None:
        self.list.page(-0.5)

    def action_half_down(self) -> None:
        self.list.page(0.5)

    def action_first(self) -> None:
        self.list.ends(False)

    def action_last(self) -> None:
        self.list.ends(True)

    def action_help(self) -> None:
        self.dismiss()

    def on_line_list_wheel(self, message: LineList.Wheel) -> None:
        message.list.scroll(message.lines)


SIGNS: tuple[tuple[str, Role, str], ...] = (
    ("C", Role.CLIENT, "the client: who opened the connection"),
    ("S", Role.SERVER, "the server"),
    ("?", Role.ASSUMED, "assumed: the packet passed us, no receipt yet"),
    ("╳", Role.RST, "did not arrive"),
    ("┄", Role.AGAIN, "sent again"),
    ("═", Role.NOTE, "several segments folded into one row; Enter unfolds"),
)


def help_rows() -> list[Row]:
    """The help: every key, and what the signs mean."""
    rows: list[Row] = []
    for group, actions in by_group():
        rows += [(), (Cell(f"  {group}", Role.HEAD),)]
        rows += [(Cell(f"  {a.shown:<12}", Role.KEY), Cell(a.text)) for a in actions]
    rows += [(), (Cell("  Signs", Role.HEAD),)]
    rows += [(Cell(f"  {sign:<12}", role), Cell(text)) for sign, role, text in SIGNS]
    rows += [(), (Cell("  Filter of the flows", Role.HEAD),)]
    rows += [(Cell(f"  {example:<27}", Role.KEY), Cell(text)) for example, text in FILTERS]
    rows.append(())
    return rows


FILTERS: tuple[tuple[str, str], ...] = (
    ("state:close_wait", "an end of it is in this state"),
    ("port:9502  host:10.0.0.1", "an end of it is there"),
    ("quiet:>60s", "no packet for longer than that"),
    ("anything else", "is looked for in the row's text"),
)


def help_screen(palette: Palette) -> Reader:
    """The help, as a screen to push."""
    return Reader(palette, "Help", Rows(help_rows()), "tcptui --help tells of the command line")
