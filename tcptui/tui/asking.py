"""The keys that ask for a line of text, and those that take something away: / n N w e y."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.geometry import Region
from textual.timer import Timer
from textual.widgets import Input

from tcptui.dataclass import dataclass
from tcptui.errors import TcptuiError
from tcptui.model import tcpdump
from tcptui.model.cells import Cell, Role
from tcptui.model.ladder_part import Part
from tcptui.model.tcpdump_icmp import icmp_line
from tcptui.model.text import clean
from tcptui.tui.bars import Bar
from tcptui.tui.commands import Commands
from tcptui.tui.files import free_name, ladder_text, save_flow, write_text
from tcptui.tui.findings import FindingsScreen
from tcptui.tui.layout import prompt_line
from tcptui.tui.prompt import Prompt
from tcptui.tui.run import ScreenOptions
from tcptui.tui.seeking import Seek
from tcptui.tui.stream import StreamScreen
from tcptui.tui.svg import placed
from tcptui.tui.theme import Palette
from tcptui.tui.viewpoint import Viewpoint

MOST_COUNTED = 3000
"""Rows of a ladder up to which hits are counted: more would make a key wait."""

SAVING = "Enter saves · Esc cancels"
FILTER_HINT = "state:close_wait  port:9502  host:10.0.0.1  quiet:>60s  any text"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in the prompt: what to do with the text as it changes, at Enter, and at Esc.

    label: stands before the text. keys: what Enter and Esc do, behind it.
    """

    done: Callable[[str], None]
    changed: Callable[[str], None] | None = None
    cancelled: Callable[[], None] | None = None
    label: str = ""
    keys: str = ""


class Asking(Commands):
    """The actions that need the prompt or write files."""

    def __init__(self, palette: Palette, viewpoint: Viewpoint, options: ScreenOptions) -> None:
        super().__init__(palette, viewpoint)
        self.options = options
        self.prompt = Prompt(palette, self._answered)
        self.prompt.disabled = True
        self._asked = Bar(palette, id="asked", raised=True)
        self._answering = Bar(palette, id="answering", raised=True)
        self._question: Question | None = None
        self._wanted = ""
        self._picture = ""
        self._seek: Seek | None = None
        self._seek_timer: Timer | None = None

    @property
    def is_asking(self) -> bool:
        return self._question is not None

    def ask(self, question: Question, text: str = "", hint: str = "") -> None:
        """Open the prompt with `text` in it."""
        self.prompt.disabled = False
        self.prompt.placeholder = hint
        self.prompt.value = text
        self.prompt.cursor_position = len(text)
        self._question = question
        self._asked.show((Cell(f" {question.label}", Role.HEAD),))
        self._answering.show((Cell(f" {question.keys}", Role.DIM),))
        self.set_focus(self.prompt)  # at once: the next key is for it
        self.relayout()

    def asking_regions(self, line: Region) -> dict[str, Region]:
        """The bottom line, divided for the question that is asked."""
        question = self._question
        label, keys = (question.label, question.keys) if question else ("", "")
        return prompt_line(line, len(label) + 2 if label else 0, len(keys) + 2 if keys else 0)

    def _close_prompt(self) -> Question | None:
        question, self._question = self._question, None
        self.set_focus(None)
        self.prompt.disabled = True
        self.relayout()
        return question

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._question and self._question.changed:
            self._question.changed(event.value)

    def _answered(self, text: str) -> None:
        question = self._close_prompt()
        if question:
            question.done(text)

    def action_escape(self) -> None:
        if not self.is_asking:
            if self._stop_seeking():
                self.say("stopped")
            else:
                super().action_escape()
            return
        question = self._close_prompt()
        if question and question.cancelled:
            question.cancelled()

    # -- find ------------------------------------------------------------------------------------

    def action_search(self) -> None:
        if self.active_pane == "flows":
            before = self.flows.query_text
            self.ask(Question(self._filter, self._filter, lambda: self._filter(before)), before, FILTER_HINT)
        else:
            self.ask(Question(self._search), "", "text to look for in the ladder")

    def _filter(self, text: str) -> None:
        self.flows.set_query(text)
        self.refresh_panes()

    def _search(self, text: str) -> None:
        self._wanted = text or self._wanted
        self._hit(1)

    def action_next_hit(self) -> None:
        self._hit(1)

    def action_previous_hit(self) -> None:
        self._hit(-1)

    def _hit(self, direction: int) -> None:
        view = self.viewpoint
        ladder, loaded = view.ladder, view.loaded
        if ladder is None or loaded is None or not self._wanted:
            self.say("nothing to look for: / asks")
            return
        if isinstance(ladder, Part):
            self._stop_seeking()
            self._seek = Seek(view.session, loaded, self._wanted, view.row, direction)
            self._seeking()
            return
        row = ladder.search(self._wanted, view.row, direction)
        if row is None:
            self.say(f"not in this ladder: {self._wanted}", error=True)
            return
        view.step(row - view.row)
        if len(ladder) <= MOST_COUNTED:
            hits = ladder.hits(self._wanted)
            self.say(f"{clean(self._wanted)}: {hits.index(row) + 1} of {len(hits)}")
        self.refresh_panes()

    def _seeking(self) -> None:
        """Look on in a long flow for a moment; keys are answered between two of these."""
        seek, view = self._seek, self.viewpoint
        if seek is None or not seek.is_of(view.loaded, view.row):
            self._stop_seeking()
        elif not seek.look():
            self.say(f"looking for {seek.text}: {seek.progress:.0%} · Esc stops")
            self._seek_timer = self.set_timer(0.005, self._seeking)
        else:
            found = seek.found
            self._stop_seeking()
            if found is None:
                self.say(f"not in this ladder: {seek.text}", error=True)
                return
            view.to_found(found)
            self.say(f"{seek.text}: found" + (" from the other end on" if seek.turned else ""))
            self.refresh_panes()

    def _stop_seeking(self) -> bool:
        was, self._seek = self._seek is not None, None
        if self._seek_timer is not None:
            self._seek_timer.stop()
        return was

    def action_stream(self) -> None:
        if self.viewpoint.loaded is not None:
            self.app.push_screen(StreamScreen(self.palette, self.viewpoint))

    def action_findings(self) -> None:
        self.app.push_screen(FindingsScreen(self.palette, self.viewpoint))

    # -- take away -------------------------------------------------------------------------------

    def action_save(self) -> None:
        if self.viewpoint.flow:
            name = free_name(f"tcptui-flow-{self.viewpoint.flow}", ".pcap")
            self.ask(
                Question(self._save, label="save as:", keys=SAVING), str(name), "file for this flow's packets"
            )

    def _save(self, text: str) -> None:
        session, number = self.viewpoint.session, self.viewpoint.flow
        self._write(lambda: save_flow(session, number, text), text)

    def action_export(self) -> None:
        if self.viewpoint.flow:
            self._picture = placed(self.app.export_screenshot(title="tcptui"))  # before the prompt is drawn
            name = free_name(f"tcptui-flow-{self.viewpoint.flow}", ".txt")
            self.ask(
                Question(self._export, label="export as:", keys=f".txt .json .svg · {SAVING}"),
                str(name),
                "file: .txt the ladder, .json the flow, .svg the screen",
            )

    def _export(self, text: str) -> None:
        makers: dict[str, Callable[[], str]] = {".svg": lambda: self._picture}
        as_json = self.options.as_json
        if as_json is not None:
            makers[".json"] = lambda: as_json(self.viewpoint.session, self.viewpoint.flow)
        make = makers.get(Path(text).suffix.lower(), lambda: ladder_text(self.viewpoint))

        def write() -> str:
            write_text(Path(text), make())
            return f"written: {text}"

        self._write(write, text)

    def _write(self, write: Callable[[], str], text: str) -> None:
        if not text.strip():
            return
        if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):  # pasted
            self.say(f"no file can have this name: {text}", error=True)
            return
        try:
            self.say(write())
        except TcptuiError as error:
            self.say(str(error), error=True)

    def action_copy(self) -> None:
        line = self.packet_line()
        if line:
            self.app.copy_to_clipboard(line)
            self.say(f"copied: {line}")

    def packet_line(self) -> str:
        """The packet at the cursor as tcpdump prints it; "" where there is none."""
        view, segment = self.viewpoint, self.viewpoint.segment
        info = view.info()
        if segment is None or info is None or view.loaded is None:
            return ""
        ends = [(end.ip, end.port) for end in info.ends]
        error = view.error
        if error is not None:
            return clean(icmp_line(error, ends[1 - error.sender][0], ends[error.sender]))
        base = (0, 0) if view.options.absolute else view.loaded.bases(segment)
        header = view.loaded.header(segment)
        return clean(tcpdump.line(segment, ends[segment.sender], ends[1 - segment.sender], base, header))
