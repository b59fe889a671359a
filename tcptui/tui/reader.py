"""A screen to read: the help, a stream, anything of rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.names import short
from tcptui.tcp.states import State
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

    def _move(self, lines: int) -> None:
        self.list.move(lines)
        self.paint()

    def _page(self, pages: float) -> None:
        self.list.page(pages)
        self.paint()

    def _to_end(self, last: bool) -> None:
        self.list.ends(last)
        self.paint()

    def action_play(self) -> None:
        self._page(1)

    def action_help(self) -> None:
        self.dismiss()

    def on_line_list_wheel(self, message: LineList.Wheel) -> None:
        message.list.scroll(message.lines)
        self.paint()


class Fitted(Reader):
    """A reader whose rows are made for its width."""

    def on_mount(self) -> None:
        super().on_mount()
        self.fill()

    def on_resize(self) -> None:
        self.fill()

    @abstractmethod
    def fill(self) -> None:
        """Make the rows anew, and show them from the first on."""


Signs = tuple[tuple[str, Role, str], ...]

LADDER_SIGNS: Signs = (
    ("#8", Role.DIM, "frame 8 of the capture, from 1, as other programs count"),
    ("─ ▶ ◀", Role.DATA, "a segment, and which way it went"),
    ("┄", Role.AGAIN, "sent again"),
    ("╌", Role.AGAIN, "out of order"),
    ("┈", Role.NOTE, "a duplicate, a keep-alive, a probe, or not captured (FIN?)"),
    ("twice", Role.AGAIN, "the same frame captured again: nobody sent it again"),
    ("━", Role.RST, 'a reset; "void": it moved nobody'),
    ("═", Role.NOTE, "several segments in one row; Enter unfolds"),
    ("╳", Role.RST, "did not arrive"),
    ("║", Role.WARN, "on a lifeline: it takes no more, its window is zero"),
    ("▸", Role.CLIENT, "two states in one packet: through the first"),
    ("┄ text ┄", Role.NOTE, "a silence, a timer, an ICMP error, an assumption taken back"),
    ("[S]", Role.SYN, "SYN: begins; its number counts as 0"),
    ("[S.]", Role.SYN, "SYN,ACK: the answer to it. The dot is ACK, everywhere"),
    ("[P.]", Role.DATA, "data to be read at once; [.] other data, or a bare ACK"),
    ("[F.]", Role.FIN, "FIN: this end sends no more"),
    ("[R] [R.]", Role.RST, "reset: it is over at once"),
)

STATE_SIGNS: Signs = (
    ("C  S", Role.CLIENT, "where the client is (who opened) and the server"),
    ("c  s", Role.PAST, "where they have been"),
    ("?", Role.ASSUMED, "not proven: the packet may yet be lost, or time says so"),
    ("*", Role.ASSUMED, "proven, but packets leave something open: x says what"),
    ("×", Role.CORRECTION, "taken back by a later packet; shown as seen live (c)"),
    ("━", Role.TAKEN, "the edge just taken; dashed: a state not proven"),
)

WORDS: Signs = (
    ("owes", Role.NOTE, "who must send next, and since which packet"),
    ("hindsight", Role.TEXT, "what stands, without what proved wrong later"),
    ("as seen live", Role.CORRECTION, "what was believed, and how it was taken back (c)"),
)


def help_rows() -> list[Row]:
    """The help: every key, and what the signs mean."""
    rows: list[Row] = []
    for group, actions in by_group():
        rows += [(), (Cell(f"  {group}", Role.HEAD),)]
        rows += [(Cell(f"  {a.shown:<12}", Role.KEY), Cell(a.text)) for a in actions]
    for head, signs in (("Ladder", LADDER_SIGNS), ("States", STATE_SIGNS), ("Words", WORDS)):
        rows += [(), (Cell(f"  {head}", Role.HEAD),)]
        rows += [(Cell(f"  {sign:<13} ", role), Cell(text)) for sign, role, text in signs]
    rows += [(), (Cell("  Short names, where there is little room", Role.HEAD),)]
    rows += [(Cell(f"  {short(s):<13} ", Role.CLIENT), Cell(str(s))) for s in State if short(s) != str(s)]
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
