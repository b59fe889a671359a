"""The main screen: flows, states, ladder, detail, one explanation; all as of one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.widgets import Input

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.diagram import diagram_view
from tcptui.model.ladder import LadderOptions
from tcptui.model.times import TimeFormat
from tcptui.session import Session
from tcptui.tui.bars import Bar, Mode, footer_row, status_row
from tcptui.tui.commands import Commands
from tcptui.tui.detail import DetailPane
from tcptui.tui.explain import explanation_rows
from tcptui.tui.flows import FlowsPane
from tcptui.tui.ladder import LadderPane
from tcptui.tui.layout import Plan, Wish, plan
from tcptui.tui.linelist import LineList, message
from tcptui.tui.pane import Lines, Pane
from tcptui.tui.prompt import Prompt
from tcptui.tui.run import ScreenOptions
from tcptui.tui.states import DiagramPane
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

POLL = 0.1
"""Seconds between two looks at the session: a state is on the screen within two of them."""

TICK = 0.04
"""Seconds between two steps of play."""

LONG = 7
"""Lines of the explanation at full length."""


class MainScreen(Commands):
    """A running session on the screen. on_leave is called when its outermost level is left."""

    def __init__(
        self,
        palette: Palette,
        session: Session,
        options: ScreenOptions,
        *,
        at_start: bool,
        on_leave: Callable[[], None],
    ) -> None:
        ladder = LadderOptions(absolute=options.absolute, time_format=TimeFormat(options.time_format))
        super().__init__(palette, Viewpoint(session, ladder, at_start=at_start))
        self._leave = on_leave
        self._plan: Plan | None = None
        self._said: Row = ()
        self._ticked = monotonic()
        self._status = Bar(palette, id="status", raised=True)
        self._footer = Bar(palette, id="footer")
        self._flows = FlowsPane(palette, self.viewpoint)
        self._diagram = DiagramPane(palette)
        self._ladder = LadderPane(palette, self.viewpoint)
        self._detail = DetailPane(palette, self.viewpoint)
        self._explanation = Lines(palette, id="explanation")
        self._prompt = Prompt(palette)

    # -- life ------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield from (self._status, self._flows, self._diagram, self._ladder, self._detail)
        yield from (self._explanation, self._footer, self._prompt)

    def on_mount(self) -> None:
        self._prompt.disabled = True
        self.viewpoint.refresh(self.viewpoint.session.snapshot())
        self.set_interval(POLL, self._poll)
        self._ticker = self.set_interval(TICK, self._tick, pause=True)
        self.refresh_panes()

    def leave(self) -> None:
        self._leave()

    def set_palette(self, palette: Palette) -> None:
        super().set_palette(palette)
        self._prompt.set_palette(palette)
        self.refresh_panes()

    def _poll(self) -> None:
        """Look whether the session has something new."""
        if not self.is_current:
            return
        snapshot = self.viewpoint.session.snapshot()
        if self.viewpoint.refresh(snapshot):
            self.refresh_panes()
        else:
            self._show_status()
            self.paint()

    def _tick(self) -> None:
        """A step of play."""
        now = monotonic()
        passed, self._ticked = now - self._ticked, now
        if self.viewpoint.tick(passed):
            self.refresh_panes()

    # -- where things stand ----------------------------------------------------------------------

    def regions_for(self, size: Size) -> Mapping[str, Region]:
        wish = Wish(
            active=self.active_pane,
            zoom=self.zoomed,
            detail=self.detail_open,
            explanation=LONG if self.explanation_open else 1,
            flows=self.viewpoint.snapshot.flows,
        )
        self._plan = plan(size, wish)
        for pane in (self._flows, self._diagram, self._ladder, self._detail):
            pane.frame = self._plan.frame
            pane.active = pane.id == self.active_pane and self._plan.together
        regions = dict(self._plan.regions)
        if not self._prompt.disabled and "footer" in regions:
            regions["prompt"] = regions.pop("footer")
        return regions

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_panes)

    def relayout(self) -> None:
        for pane in self.query(Pane):
            pane.forget()
        self.refresh(layout=True)
        self.call_after_refresh(self.refresh_panes)

    def is_shown(self, pane: str) -> bool:
        return self._plan is not None and pane in self._plan.regions

    def is_together(self) -> bool:
        return self._plan is not None and self._plan.together

    def is_alone_after_detail(self) -> bool:
        wish = Wish(active=self.active_pane, zoom=self.zoomed, detail=True)
        return "ladder" not in plan(self.size, wish).regions or self.zoomed

    def pane(self, name: str) -> LineList:
        lists: dict[str, LineList] = {"flows": self._flows, "detail": self._detail}
        return lists.get(name, self._ladder)

    @property
    def flows(self) -> FlowsPane:
        return self._flows

    # -- showing ---------------------------------------------------------------------------------

    def refresh_panes(self) -> None:
        view = self.viewpoint
        waiting = self._waiting()
        self._flows.empty = self._ladder.empty = waiting
        self._flows.sync()
        self._ladder.sync()
        if view.flow:
            history = view.history(view.flow)
            self._diagram.show(diagram_view(history, view.moment, live=view.options.live))
        if self.is_shown("detail"):
            self._detail.sync()
        self._explain()
        self._show_status()
        if view.playing:
            if not self._ticker._active.is_set():
                self._ticked = monotonic()
                self._ticker.resume()
        else:
            self._ticker.pause()
        self.paint()

    def _waiting(self) -> tuple[Row, ...]:
        snapshot = self.viewpoint.snapshot
        if snapshot.error:
            return message(snapshot.error, role=Role.ERROR)
        if snapshot.live and snapshot.running:
            return message(
                f"Listening on {snapshot.label}.",
                "Waiting for the first TCP packet …",
            )
        if snapshot.running:
            return message(f"Reading {snapshot.label} …")
        return message("No TCP packets here.")

    def _explain(self) -> None:
        if self._said:
            self._explanation.rows = (self._said,)
        else:
            width = max(10, self.size.width - 2)
            self._explanation.rows = explanation_rows(self.viewpoint, width, self.explanation_open)
        self._explanation.update()

    def say(self, text: str, *, error: bool = False) -> None:
        self._said = (Cell(f" {text}", Role.ERROR if error else Role.OK),)
        self._explain()
        self.set_timer(3, self._unsay)
        self.paint()

    def _unsay(self) -> None:
        self._said = ()
        self._explain()
        self.paint()

    def _show_status(self) -> None:
        view = self.viewpoint
        snapshot = view.session.snapshot() if view.frozen else view.snapshot
        mode = Mode(
            follow=view.follow and snapshot.running and snapshot.live,
            frozen=view.frozen,
            speed=view.speed_text if view.playing else "",
            behind=max(0, snapshot.segments - view.frozen_at),
            live_view=view.options.live,
        )
        self._status.show(status_row(snapshot, mode, view.moment.time_ns, self.size.width))
        contexts = {self.active_pane} | ({"live"} if snapshot.live else set())
        self._footer.show(footer_row(frozenset(contexts), self.size.width))

    # -- the prompt ------------------------------------------------------------------------------

    def action_search(self) -> None:
        self._prompt.disabled = False
        self._prompt.placeholder = (
            "filter: state:close_wait port:9502 host:10.0.0.1 quiet:>60s text"
            if self.active_pane == "flows"
            else "search the ladder"
        )
        self._prompt.value = self._flows.query_text if self.active_pane == "flows" else ""
        self.refresh(layout=True)
        self._prompt.focus()

    def _close_prompt(self) -> None:
        self._prompt.disabled = True
        self.set_focus(None)
        self.relayout()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._prompt.disabled or self.active_pane != "flows":
            return
        self._flows.set_query(event.value)
        self.refresh_panes()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_prompt()
        if self.active_pane != "flows":
            pass

    def action_escape(self) -> None:
        if self._prompt.disabled:
            super().action_escape()
            return
        if self.active_pane == "flows":
            self._flows.set_query("")
        self._close_prompt()

    # -- mouse -----------------------------------------------------------------------------------

    def on_line_list_picked(self, event: LineList.Picked) -> None:
        name = event.list.id or "flows"
        if event.index >= 0:
            if name == "flows":
                self.viewpoint.select(self._flows.number_at(event.index))
            elif name == "ladder":
                self.viewpoint.step(event.index - self.viewpoint.row)
        self.activate(name)
        if event.double:
            self.action_open()

    def on_line_list_wheel(self, event: LineList.Wheel) -> None:
        event.list.scroll(event.lines)
        self.paint()
