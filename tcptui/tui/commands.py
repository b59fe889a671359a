"""What the keys do on the main screen: each action turns into a move of the viewpoint or of a pane."""

from __future__ import annotations

from abc import abstractmethod

from tcptui.tui.flows import FlowsPane
from tcptui.tui.layout import PANES
from tcptui.tui.linelist import LineList
from tcptui.tui.reader import help_screen
from tcptui.tui.telling import Length
from tcptui.tui.theme import Palette
from tcptui.tui.view import View
from tcptui.tui.viewpoint import Viewpoint


class Commands(View):
    """The actions of moving, of time and of panes. The screen that inherits it draws."""

    def __init__(self, palette: Palette, viewpoint: Viewpoint) -> None:
        super().__init__(palette)
        self.viewpoint = viewpoint
        self.active_pane = "flows"
        self.zoomed = False
        self.detail_open = False
        self.explanation = Length.SHORT

    @abstractmethod
    def refresh_panes(self) -> None:
        """Show the world as the viewpoint has it, at once."""

    @abstractmethod
    def relayout(self) -> None:
        """The same after panes were opened, closed or resized."""

    @abstractmethod
    def say(self, text: str, *, error: bool = False) -> None:
        """One line to the user, until the next key."""

    @abstractmethod
    def hush(self) -> None:
        """Say no more of what was said last."""

    @abstractmethod
    def pane(self, name: str) -> LineList:
        """The list of that name; the ladder's for the diagram, which has none."""

    @property
    @abstractmethod
    def flows(self) -> FlowsPane: ...

    @abstractmethod
    def is_shown(self, pane: str) -> bool:
        """Whether the pane is on the screen."""

    # -- moving ----------------------------------------------------------------------------------

    def _move(self, lines: int) -> None:
        if self.active_pane == "flows":
            self.viewpoint.select(self.flows.neighbour(lines))
        elif self.active_pane == "detail":
            self.pane("detail").move(lines)
        else:
            self.viewpoint.step(lines)
        self.refresh_panes()

    def _page(self, part: float) -> None:
        height = self.pane(self.active_pane).body_height
        self._move(int(max(1, (height - 1) * abs(part))) * (1 if part > 0 else -1))

    def _to_end(self, last: bool) -> None:
        if self.active_pane == "flows":
            self.viewpoint.select(self.flows.end(last))
            if last and self.viewpoint.snapshot.live:
                self.viewpoint.to_end(True)
        elif self.active_pane == "detail":
            self.pane("detail").ends(last)
        else:
            self.viewpoint.to_end(last)
        self.refresh_panes()

    def action_next_change(self) -> None:
        self.viewpoint.step_change(1)
        self.refresh_panes()

    def action_previous_change(self) -> None:
        self.viewpoint.step_change(-1)
        self.refresh_panes()

    # -- time ------------------------------------------------------------------------------------

    def action_play(self) -> None:
        self.viewpoint.toggle_play()
        self.refresh_panes()

    def action_faster(self) -> None:
        self._speed(1)

    def action_slower(self) -> None:
        self._speed(-1)

    def _speed(self, steps: int) -> None:
        self.viewpoint.faster(steps)
        self.say(f"speed {self.viewpoint.speed_text}")
        self.refresh_panes()

    def action_follow(self) -> None:
        self.viewpoint.toggle_follow()
        self.refresh_panes()

    def action_freeze(self) -> None:
        self.viewpoint.toggle_freeze()
        self.refresh_panes()

    def action_mark(self) -> None:
        marked = self.viewpoint.set_mark()
        self.say("marked; ' comes back" if marked else "nothing to mark yet")
        self.refresh_panes()

    def action_to_mark(self) -> None:
        if not self.viewpoint.to_mark():
            self.say("no mark: m sets one")
        self.refresh_panes()

    def action_live_view(self) -> None:
        live = not self.viewpoint.options.live
        self.viewpoint.set_options(live=live)
        self.say("as it was seen live, with what was later taken back" if live else "hindsight: what stands")
        self.refresh_panes()

    def action_time_format(self) -> None:
        form = self.viewpoint.options.time_format.next()
        self.viewpoint.set_options(time_format=form)
        self.say(f"time: {form.name.lower()}")
        self.refresh_panes()

    def action_absolute(self) -> None:
        absolute = not self.viewpoint.options.absolute
        self.viewpoint.set_options(absolute=absolute)
        self.say("sequence numbers as on the wire" if absolute else "sequence numbers from 0")
        self.refresh_panes()

    # -- panes -----------------------------------------------------------------------------------

    def activate(self, pane: str) -> None:
        """Give a pane the keys."""
        self.active_pane = pane
        self.relayout()

    def action_next_pane(self) -> None:
        self._cycle(1)

    def action_previous_pane(self) -> None:
        self._cycle(-1)

    def _cycle(self, step: int) -> None:
        alone = self.zoomed or not self.is_together()
        panes = [
            p
            for p in PANES
            if (alone and (p != "detail" or self.detail_open)) or (not alone and self.is_shown(p))
        ]
        at = panes.index(self.active_pane) if self.active_pane in panes else 0
        self.activate(panes[(at + step) % len(panes)])

    @abstractmethod
    def is_together(self) -> bool:
        """Whether several panes are on the screen."""

    def action_pane_flows(self) -> None:
        self.activate("flows")

    def action_pane_diagram(self) -> None:
        self._close_detail()
        self.activate("diagram")

    def action_pane_ladder(self) -> None:
        self._close_detail()
        self.activate("ladder")

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.relayout()

    def action_open(self) -> None:
        if self.active_pane == "flows":
            self.activate("ladder")
        elif self.active_pane == "ladder" and self.viewpoint.unfold():
            self.refresh_panes()
        elif self.active_pane in ("ladder", "diagram"):
            self.detail_open = True
            self.activate("detail" if self.is_alone_after_detail() else self.active_pane)

    @abstractmethod
    def is_alone_after_detail(self) -> bool:
        """Whether the open detail covers the ladder, and so gets the keys."""

    def action_detail(self) -> None:
        if self.detail_open:
            self._close_detail()
        else:
            self.detail_open = True
            if self.is_alone_after_detail():
                self.active_pane = "detail"
        self.relayout()

    def _close_detail(self) -> None:
        self.detail_open = False
        if self.active_pane == "detail":
            self.active_pane = "ladder"

    def action_explain(self) -> None:
        lengths = [Length.SHORT, Length.STORY, Length.LONG] if self.has_story else [Length.SHORT, Length.LONG]
        at = lengths.index(self.explanation) if self.explanation in lengths else 0
        self.explanation = lengths[(at + 1) % len(lengths)]
        self.hush()
        self.relayout()

    @property
    @abstractmethod
    def has_story(self) -> bool:
        """Whether there is a story to tell that is not on the screen already."""

    def _back(self) -> bool:
        """Close what was opened last; False at the outermost level."""
        if self.explanation is not Length.SHORT:
            self.explanation = Length.SHORT
        elif self.detail_open:
            self._close_detail()
        elif self.zoomed:
            self.zoomed = False
        elif self.flows.query_text:
            self.flows.set_query("")
        elif self.active_pane != "flows":
            self.active_pane = "flows"
        else:
            return False
        self.relayout()
        return True

    def action_escape(self) -> None:
        self._back()

    def action_back(self) -> None:
        if not self._back():
            self.leave()

    @abstractmethod
    def leave(self) -> None:
        """The outermost level is left: the menu, or the end."""

    def action_help(self) -> None:
        self.app.push_screen(help_screen(self.palette))

    def action_sort(self) -> None:
        self.say(f"sorted by {self.flows.next_sort()}")
        self.refresh_panes()
