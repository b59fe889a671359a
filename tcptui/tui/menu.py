"""The menu of demos: what one sees who starts tcptui with nothing to look at."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.demos.catalog import Demo
from tcptui.model.cells import Cell, Role, Row
from tcptui.session import Session
from tcptui.tui.bars import Bar
from tcptui.tui.linelist import LineList, Rows
from tcptui.tui.pane import Frame, Lines
from tcptui.tui.reader import help_screen
from tcptui.tui.theme import Palette
from tcptui.tui.view import View

HINTS: tuple[tuple[str, str], ...] = (
    ("sudo tcptui -i any port 9502", "watch live connections"),
    ("tcptui capture.pcapng", "step through a capture file"),
    ("ssh host tcpdump -U -w - tcp | tcptui -r -", "watch another machine"),
)


def demo_session(name: str) -> Session:
    """A session, not started, on a built-in capture."""
    demo = catalog.load(name)
    return Session(CaptureReader(demo.path), label=f"demo {demo.name}")


class _Demos:
    """The list's rows: number, title, name."""

    def __init__(self, demos: list[Demo]) -> None:
        self.demos = demos
        self._widest = max((len(demo.name) for demo in demos), default=0)

    def __len__(self) -> int:
        return len(self.demos)

    def row(self, i: int, width: int) -> Row:
        demo = self.demos[i]
        return (
            Cell(f"  {i + 1:2}  ", Role.DIM),
            Cell(f"{demo.name:<{self._widest + 2}}", Role.KEY),
            Cell(demo.title),
        )


class DemoMenu(View):
    """The demos, and what each shows. open_demo is called with the name of the chosen one."""

    def __init__(self, palette: Palette, open_demo: Callable[[str], None]) -> None:
        super().__init__(palette)
        self._open = open_demo
        self._demos = [catalog.load(name) for name in catalog.names()]
        self._list = LineList(palette, id="demos", title="Demos: real connections, captured")
        self._list.active = True
        self._text = LineList(palette, id="about", title="What to watch", browse=True)
        self._hints = Lines(palette, id="hints", title="Your own packets")
        self._status = Bar(palette, id="status", raised=True)
        self._footer = Bar(palette, id="footer")

    def compose(self) -> ComposeResult:
        yield from (self._status, self._list, self._text, self._hints, self._footer)

    def on_mount(self) -> None:
        self._status.show(
            (Cell(" tcptui ", Role.KEY), Cell("  see TCP happen: both endpoints' states, from packets"))
        )
        self._list.provider = _Demos(self._demos)
        self._describe()

    def on_resize(self) -> None:
        self.call_after_refresh(self._describe)

    def _keys(self) -> None:
        more = [("PgDn", "text")] if self._is_long else []
        keys = [("↑↓", "demo"), *more, ("Enter", "open"), ("?", "help"), ("T", "colours"), ("q", "quit")]
        self._footer.show(
            (Cell(" "), *(c for k, t in keys for c in (Cell(k, Role.KEY), Cell(f" {t}  ", Role.DIM))))
        )

    def regions_for(self, size: Size) -> Mapping[str, Region]:
        width, height = size
        body = Region(0, 1, width, max(0, height - 2))
        regions = {"status": Region(0, 0, width, 1), "footer": Region(0, height - 1, width, 1)}
        boxed = width >= 60 and height >= 16
        for pane in (self._list, self._text, self._hints):
            pane.frame = Frame.BOX if boxed else Frame.RULE
        if width >= 130 and height >= 20:
            names, text = body.split_vertical(max(70, width * 55 // 100))
            about, hints = text.split_horizontal(text.height - len(HINTS) - 3)
            regions |= {"demos": names, "about": about, "hints": hints}
        else:
            below = (
                self._text_height(width - (4 if boxed else 2)) + (2 if boxed else 1) if height >= 16 else 0
            )
            below = min(below, body.height // 2)
            more = len(HINTS) + 2 if height >= 34 else 0
            names, rest = body.split_horizontal(max(0, body.height - below - more))
            about, hints = rest.split_horizontal(below)
            regions |= {"demos": names, "about": about, "hints": hints}
        return {key: region for key, region in regions.items() if region.area}

    def _text_height(self, width: int) -> int:
        """Lines of the longest text: the list must not jump from demo to demo."""
        return max(len(textwrap.wrap(demo.text, max(20, width))) for demo in self._demos)

    def _describe(self) -> None:
        """The text of the demo under the cursor, and the hints, as wide as there is room."""
        demo = self._demos[self._list.selected]
        width = max(20, self._text.inner_width - 2)
        self._text.title = demo.title
        lines: list[Row] = [(Cell(f" {line}"),) for line in textwrap.wrap(demo.text, width)]
        self._text.show(Rows(lines), 0)
        self._keys()
        self._hints.rows = [
            (Cell(f" {command:<44}", Role.KEY), Cell(text, Role.DIM)) for command, text in HINTS
        ]
        self._text.update()
        self._hints.update()
        self._list.note = f"{self._list.selected + 1} of {len(self._demos)}"
        self._list.update()
        self.paint()

    def _select(self, index: int) -> None:
        self._list.select(index)
        self._describe()

    def _move(self, lines: int) -> None:
        self._select(self._list.selected + lines)

    @property
    def _is_long(self) -> bool:
        """Whether the text has more lines than its pane."""
        return len(self._text.provider) > self._text.body_height > 0

    def _page(self, pages: float) -> None:
        """The text when there is more of it than one sees, else the list."""
        if self._is_long:
            self._text.page(pages)
            self.paint()
        else:
            self._list.page(pages)
            self._describe()

    def _to_end(self, last: bool) -> None:
        self._select(len(self._demos) - 1 if last else 0)

    def action_open(self) -> None:
        self._open(self._demos[self._list.selected].name)

    def action_help(self) -> None:
        self.app.push_screen(help_screen(self.palette))

    def action_escape(self) -> None:
        """Esc never quits."""

    def action_back(self) -> None:
        self.action_quit()

    def on_line_list_picked(self, message: LineList.Picked) -> None:
        if message.index >= 0 and message.list is self._list:
            self._select(message.index)
            if message.double:
                self.action_open()

    def on_line_list_wheel(self, message: LineList.Wheel) -> None:
        if message.list is self._text:
            message.list.scroll(message.lines)
            self.paint()
        else:
            self._select(self._list.selected + (1 if message.lines > 0 else -1))
