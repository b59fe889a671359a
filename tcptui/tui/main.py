"""The main screen: flows, states, ladder, detail, one explanation; all as of one moment."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from time import monotonic, time_ns

from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.timer import Timer

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.diagram_view import NOBODY, diagram_view
from tcptui.model.ladder import LadderOptions
from tcptui.model.text import clean
from tcptui.model.times import TimeFormat
from tcptui.session import Session, Snapshot
from tcptui.tui.asking import Asking
from tcptui.tui.bars import Bar, Mode, footer_row, status_row
from tcptui.tui.detail import DetailPane, Dissector
from tcptui.tui.diagram import DiagramPane
from tcptui.tui.explanation import Explanation
from tcptui.tui.findings import BETWEEN
from tcptui.tui.flows import FlowsPane
from tcptui.tui.ladder import LadderPane
from tcptui.tui.layout import Plan, Wish, plan
from tcptui.tui.linelist import LineList, message
from tcptui.tui.run import ScreenOptions
from tcptui.tui.telling import Length, telling
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

POLL = 0.1
"""Seconds between two looks at the session: a state is on the screen within two of them."""

LEISURE = 8
"""To show what is new, while it is read, takes an eighth of the time: a key seldom has to wait for it."""

PATIENCE = 1.5
"""Seconds from the beginning in which a key may wait for the first packets of a file."""

TICK = 0.04
"""Seconds between two steps of play."""

AHEAD = 0.003
"""Seconds between two rows that are worked out before they are seen; keys come first."""

LONG = 8
"""Lines of the explanation at full length, at least; in large windows a few more."""


class MainScreen(Asking):
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
        super().__init__(palette, Viewpoint(session, ladder, at_start=at_start), options)
        self._leave = on_leave
        self._plan: Plan | None = None
        self._said: Row = ()
        self._said_at = (0, 0)
        self._unsaying: Timer | None = None
        self._most_said = 0
        self._prompt_was = False
        self._ticked = monotonic()
        self._reading = True
        self._look_again = 0.0
        self._patient_until = monotonic() + PATIENCE
        self._ahead: Iterator[None] | None = None
        self._status = Bar(palette, id="status", raised=True)
        self._footer = Bar(palette, id="footer")
        self._flows = FlowsPane(palette, self.viewpoint)
        self._diagram = DiagramPane(palette)
        self._ladder = LadderPane(palette, self.viewpoint)
        self._ladder.story = options.story
        self._detail = DetailPane(palette, self.viewpoint)
        self._explanation = Explanation(palette)

    # -- life ------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield from (self._status, self._flows, self._diagram, self._ladder, self._detail)
        yield from (self._explanation, self._footer, self._asked, self.prompt, self._answering)

    def on_mount(self) -> None:
        self.viewpoint.refresh(self.viewpoint.session.snapshot())
        self.set_interval(POLL, self._poll)
        self._warming_up = self.set_interval(1, self._warm_up)
        self._ticker = self.set_interval(TICK, self._tick, pause=True)
        self._looking_around = self.set_interval(BETWEEN, self._look_around, pause=True)
        self._looking_ahead = self.set_interval(AHEAD, self._look_ahead, pause=True)
        self.refresh_panes()
        self.call_after_refresh(self.viewpoint.session.turns.hold, 0)

    def awaits_rows(self) -> bool:
        """Whether a key must wait a moment for the first packets of a file. They are read at once: the screen
        has been drawn without them, or will be."""
        session, snapshot = self.viewpoint.session, self.viewpoint.session.snapshot()
        if self.viewpoint.flow or snapshot.live:
            return False
        if not snapshot.flows and snapshot.running and monotonic() < self._patient_until:
            session.turns.hold(0)
            return True
        if snapshot.flows:
            self._look(snapshot)
        return False

    def _warm_up(self) -> None:
        """What takes packets apart is imported once a file has been read, which it would hold up; where
        nobody presses keys."""
        snapshot = self.viewpoint.session.snapshot()
        if snapshot.live or not snapshot.running:
            self._warming_up.stop()
            turns = self.viewpoint.session.turns
            Dissector.warm_up(lambda: turns.careful)

    def on_screen_resume(self) -> None:
        """What has come meanwhile is there at once."""
        self._poll()

    def leave(self) -> None:
        self._leave()

    def set_palette(self, palette: Palette) -> None:
        super().set_palette(palette)
        self.prompt.set_palette(palette)
        self.refresh_panes()

    def _poll(self) -> None:
        """Look whether the session has something new; beneath another screen that can wait."""
        if not self.is_active:
            return
        snapshot = self.viewpoint.session.snapshot()
        if self._reading and not snapshot.running:
            gc.freeze()  # what was read stays, and is not worth a search for garbage
        self._reading = snapshot.running
        begin = monotonic()
        if begin < self._look_again and not self.viewpoint.frozen:
            self._show_status()
            self.paint()
            return
        with self.viewpoint.session.turns.held() if snapshot.running else nullcontext():
            if self._look(snapshot) and snapshot.running:
                self._look_again = begin + LEISURE * (monotonic() - begin)

    def _look(self, snapshot: Snapshot) -> bool:
        """Show what is new; whether anything was."""
        flows = self.viewpoint.snapshot.flows
        news = self.viewpoint.refresh(snapshot)
        if news:
            if flows > 4 or snapshot.flows <= 4:
                self.refresh_panes()
            else:
                self._flows.sync()  # a key may come before the layout is made
                self.relayout()
        else:
            if self._flows.order.news:
                self.refresh_panes()
            elif self.viewpoint.let_time_pass(time_ns()):
                self._flows.sync()
                self._show_states()
                self._explain()
            self._show_status()
            self.paint()
        return news

    def _look_ahead(self) -> None:
        """Prepare a row of the list's next page, once all has been read: before, it would be in vain."""
        if self._ahead is None and self.is_active and not self.viewpoint.snapshot.running:
            self._ahead = self._flows.ahead()
        if self._ahead is None or next(self._ahead, self) is self:
            self._looking_ahead.pause()

    def _look_around(self) -> None:
        """Look at the connections that a long explanation waits for."""
        if self.is_active and self.viewpoint.look_around():
            self._looking_around.pause()
            self.refresh_panes()

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
            explanation=self._lines_wanted(size),
            flows=self.viewpoint.snapshot.flows,
        )
        self._plan = plan(size, wish)
        for pane in (self._flows, self._diagram, self._ladder, self._detail):
            pane.frame = self._plan.frame
            pane.active = pane.id == self.active_pane and self._plan.together
        regions = dict(self._plan.regions)
        if self.is_asking and "footer" in regions:
            regions |= self.asking_regions(regions.pop("footer"))
        return regions

    def _lines_wanted(self, size: Size) -> int:
        """Lines for the explanation: an open one grows with what it has to say, and does not shrink."""
        if self.explanation is Length.SHORT:
            self._most_said = 0
            return 1
        return max(LONG + 2 * (size.height >= 38), self._most_said)

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_panes)

    def relayout(self) -> None:
        before = self._plan
        self.regions_for(self.size)
        if before is not None and self._plan == before and not self._prompt_moved():
            self.refresh_panes()
            return
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self.call_after_refresh(self.refresh_panes)

    def _prompt_moved(self) -> bool:
        """Whether the prompt has opened or closed since the last layout."""
        moved, self._prompt_was = self.is_asking != self._prompt_was, self.is_asking
        return moved

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

    @property
    def has_story(self) -> bool:
        return bool(self.options.story) and not (self.is_shown("ladder") and self._ladder.tells)

    def refresh_panes(self) -> None:
        view = self.viewpoint
        if self._said and not view.follow and self._said_at != (view.flow, view.row):
            self._said = ()  # said of another place
        waiting = self._waiting()
        self._flows.empty = self._ladder.empty = waiting
        self._flows.sync()
        self._ladder.sync()
        self._show_states()
        if self.is_shown("detail"):
            self._detail.sync(self.packet_line())
        self._explain()
        self._show_status()
        self._ahead = None
        self._looking_ahead.resume()
        if view.playing:
            if not self._ticker._active.is_set():
                self._ticked = monotonic()
                self._ticker.resume()
        else:
            self._ticker.pause()
        self.paint()

    def _show_states(self) -> None:
        """The diagram; in the present a large one counts the seconds."""
        view = self.viewpoint
        if not view.flow:
            self._diagram.view = NOBODY
            return
        now = view.now.time_ns if view.is_now and self._diagram.tells_time else None
        history = view.history(view.flow)
        self._diagram.view = diagram_view(history, view.here, live=view.options.live, now_ns=now)

    def _waiting(self) -> tuple[Row, ...]:
        snapshot = self.viewpoint.snapshot
        if snapshot.error:
            return message(clean(snapshot.error), role=Role.ERROR)
        if snapshot.live and snapshot.running:
            return message(
                f"Listening on {clean(snapshot.label)}.",
                "Waiting for the first TCP packet …",
            )
        if snapshot.running:
            return message(f"Reading {clean(snapshot.label)} …")
        return message(f"No TCP packets in {clean(snapshot.label)}.")

    def _explain(self) -> None:
        if self._said:
            self._explanation.row = self._said
        elif not self.viewpoint.flow:
            self._explanation.row = ()
        else:
            height = self._explanation.size.height
            told = telling(self.viewpoint, self.explanation, self.options.story, self.size.width - 2, height)
            rows = [(Cell(" "), *row) for row in told]
            if self.viewpoint.looks_around:
                self._looking_around.resume()
            self._explanation.show(rows)
            if self.explanation is not Length.SHORT and len(rows) > self._most_said:
                self._most_said = len(rows)
                if len(rows) > height:
                    self.relayout()

    def say(self, text: str, *, error: bool = False) -> None:
        self._said = (Cell(f" {clean(text)}", Role.ERROR if error else Role.OK),)
        self._said_at = (self.viewpoint.flow, self.viewpoint.row)
        self._explain()
        if self._unsaying is not None:
            self._unsaying.stop()
        self._unsaying = self.set_timer(3, self._unsay)
        self.paint()

    def hush(self) -> None:
        self._said = ()

    def _unsay(self) -> None:
        self.hush()
        self._explain()
        self.paint()

    def action_theme(self) -> None:
        super().action_theme()
        self.say(f"colours: {self.palette.name}")

    def _show_status(self) -> None:
        """The bars; the counts are the newest, which the panes may not show yet."""
        view = self.viewpoint
        snapshot = view.session.snapshot()
        mode = Mode(
            follow=view.follow and snapshot.running and snapshot.live,
            frozen=view.frozen,
            speed=_play_text(view) if view.playing else "",
            behind=max(0, snapshot.segments - view.frozen_at),
            live_view=view.options.live,
        )
        self._status.show(status_row(snapshot, mode, view.now.time_ns, self.size.width))
        contexts = {self.active_pane} | ({"live"} if snapshot.live else set())
        contexts |= {"demo"} if self.has_story else set()
        contexts |= {"findings"} if snapshot.findings else set()
        self._footer.show(footer_row(frozenset(contexts), self.size.width))

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


def _play_text(view: Viewpoint) -> str:
    """The speed, and how long the silence lasts that one is waiting in."""
    wait = view.next_in or 0
    return f"{view.speed_text}, next in {wait:.0f} s" if wait >= 1 else view.speed_text
