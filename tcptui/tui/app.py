"""The application: opens screens, follows signals, and ends cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.theme import Theme

from tcptui.tui import echo
from tcptui.tui.actions import ACTIONS, PROGRAM
from tcptui.tui.main import MainScreen
from tcptui.tui.prompt import Prompt
from tcptui.tui.run import ScreenOptions
from tcptui.tui.terminal import Terminal
from tcptui.tui.theme import PALETTES, Palette, after, choose
from tcptui.tui.view import View

if TYPE_CHECKING:
    from textual.command import Provider

    from tcptui.session import Session

Typed = events.Key | events.Paste

GRACE = 0.9
"""Seconds in which an end by a signal must be done, before it is done the hard way."""


FIRST_WAIT = 0.05
"""Seconds that the first picture may wait for packets."""

NEARLY_ALL = 0.5
"""A file of which this part is read at once is worth the wait for the rest of it."""

AGAIN = 0.01
"""Seconds between two looks whether what a key is about is there."""

ALWAYS = frozenset(key for action in ACTIONS if action.group == PROGRAM for key in action.keys)
"""Keys that need no rows."""

FIRST_BATCH = 4096
"""Packets that are read first: more than a screen shows, and not many more than it takes to begin."""

FIRST_PICTURE = 1.0
"""Seconds that the first picture may take, during which nothing more is read."""


def _actions() -> type[Provider]:
    """The palette's content, imported when one is opened."""
    from tcptui.tui.palette import ActionProvider

    return ActionProvider


class TcptuiApp(App[int], inherit_css=False):
    """tcptui on a terminal.

    session: what is shown; None shows the menu of demos, and each demo is a session of its own.
    """

    TITLE = "tcptui"
    COMMANDS = {_actions}  # noqa: RUF012 - the toolkit's class variable
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = []  # noqa: RUF012 - the keys belong to the screens
    INHERIT_BINDINGS = False
    CSS = "Screen { background: $background; }"
    DEFAULT_CSS = """
    TcptuiApp { background: $background; color: $foreground; }
    TcptuiApp:ansi { background: ansi_default; color: ansi_default; }
    """  # the toolkit's own, for widgets that are not here, takes 7 ms of the first picture's time

    def __init__(self, session: Session | None, options: ScreenOptions) -> None:
        self.palette = choose(options.theme)
        super().__init__(driver_class=Terminal)
        self._disable_notifications = self._disable_tooltips = True  # widgets that would only cost a layout
        self.session = session
        self.options = options
        self._early: list[Typed] = []  # what came before the screen stood that it is for
        self.ended_by = ""  # what ended it from outside
        self.animation_level = "none"
        for palette in PALETTES:
            if not palette.native:
                self.register_theme(_toolkit_theme(palette))
        self._apply(self.palette)

    # -- screens ---------------------------------------------------------------------------------

    def get_default_screen(self) -> View:
        if self.session is None:
            from tcptui.tui.menu import DemoMenu

            return DemoMenu(self.palette, self.open_demo)
        return self._show(self.session, self.options, at_start=self.options.at_start, on_leave=self.leave)

    def _show(
        self, session: Session, options: ScreenOptions, *, at_start: bool, on_leave: Callable[[], None]
    ) -> MainScreen:
        """Start a session, and make its screen. A long file is read on when the screen stands."""
        session.ingest.batch, whole = min(FIRST_BATCH, session.ingest.batch), session.ingest.batch
        session.start()
        _wait_a_moment(session)
        session.ingest.batch = whole
        session.turns.hold(FIRST_PICTURE)
        return MainScreen(self.palette, session, options, at_start=at_start, on_leave=on_leave)

    def on_mount(self) -> None:
        self._watch_signals()
        self.set_interval(0.25, self._watch_terminal)
        self.app_resume_signal.subscribe(self, self._come_back)

    def open_demo(self, name: str) -> None:
        """Show a demo; leaving it comes back to the menu."""
        from tcptui.demos import catalog
        from tcptui.tui.menu import demo_session

        session = demo_session(name)
        options = replace(self.options, story=catalog.load(name).text)

        def leave() -> None:
            session.stop()
            self.pop_screen()

        self.push_screen(self._show(session, options, at_start=True, on_leave=leave))

    def _come_back(self, _: object) -> None:
        """After ^Z and fg the terminal is blank: paint all of it."""
        for screen in self.screen_stack:
            if isinstance(screen, View):
                screen.repaint()

    def action_command_palette(self) -> None:
        from tcptui.tui.palette import ActionPalette

        if not isinstance(self.screen, ActionPalette):
            self.push_screen(ActionPalette(id="--command-palette"))

    def leave(self) -> None:
        """The end, by the user's will."""
        self.exit(return_code=0)

    # -- keys ------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """A key does what it does before the next one is looked at, and so does pasted text.

        The toolkit hands it to the widget that has the focus, whose turn comes later, and then to all that
        are around it: of keys that are typed fast, the second may be on its way before the first has
        opened the prompt that it is meant for.
        """
        if not isinstance(event, Typed) or event.is_forwarded or not isinstance(self.screen, View):
            await super().on_event(event)
            return
        self._watch_terminal()
        if self.ended_by:  # what was typed before that leads nowhere
            return
        self.app_focus = True  # or there would be no keys
        if self._early or not self.screen.is_mounted:
            self._early.append(event)
        elif self._must_wait(event):
            self._early.append(event)
            self._look_again()
        else:
            await self._answer(event)

    def _must_wait(self, event: Typed) -> bool:
        """Whether a key is about rows that are still to come."""
        screen = self.screen
        about_rows = isinstance(event, events.Key) and event.key not in ALWAYS
        return about_rows and isinstance(screen, MainScreen) and screen.awaits_rows()

    def _look_again(self) -> None:
        self.screen.set_timer(AGAIN, self.take_early)

    def expect_key(self) -> None:
        """A key, or pasted text, is on its way, in another thread."""
        if self.session is not None:
            self.session.turns.expect()

    async def take_early(self) -> None:
        """A screen stands: answer the keys that came before, once it has the rows that they are about."""
        while self._early:
            if self._must_wait(self._early[0]):
                self._look_again()
                return
            await self._answer(self._early[0])
            del self._early[0]

    async def _answer(self, event: Typed) -> None:
        with self.session.turns.held() if self.session else nullcontext():
            if isinstance(event, events.Key):
                await self._take_key(event)
            elif isinstance(self.focused, Prompt):
                self.focused.take_text(event)

    async def _take_key(self, event: events.Key) -> None:
        focused = self.focused
        if await self._check_bindings(event.key, priority=True):
            return
        if isinstance(focused, Prompt) and await focused.take(event):
            return
        await self._check_bindings(event.key)

    # -- colours ---------------------------------------------------------------------------------

    def next_palette(self) -> None:
        """The next palette of the round, on every screen."""
        self.palette = after(self.palette)
        self._apply(self.palette)
        for screen in self.screen_stack:
            if isinstance(screen, View):
                screen.set_palette(self.palette)

    def _apply(self, palette: Palette) -> None:
        self.theme = "ansi-dark" if palette.native else _theme_name(palette)

    # -- the terminal ----------------------------------------------------------------------------

    def _watch_signals(self) -> None:
        """SIGTERM, SIGHUP and SIGQUIT end the program in order; the capture is kept by whoever holds it."""
        if threading.current_thread() is not threading.main_thread() or self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in echo.ENDS:
            loop.add_signal_handler(number, self._end, number.name, number is signal.SIGHUP)

    def _watch_terminal(self) -> None:
        if isinstance(self._driver, Terminal) and not self._driver.gone and self._driver.hung_up():
            self._end("the terminal is gone", lost=True)

    def _end(self, cause: str, lost: bool = False) -> None:
        """An end from outside. If it is not done in time, the process is ended without more ado."""
        self.ended_by = cause
        if lost and isinstance(self._driver, Terminal):
            self._driver.gone = True
        if lost:
            guard = threading.Timer(GRACE, os._exit, [0])
            guard.daemon = True
            guard.start()
        self.exit(return_code=0)


def _wait_a_moment(session: Session) -> None:
    """Let a small file be read before the first picture, so that it need not be drawn twice; of a long one
    what is read first will do."""
    end = monotonic() + FIRST_WAIT
    snapshot = session.snapshot()
    while snapshot.running and not snapshot.live and monotonic() < end:
        if snapshot.flows and not snapshot.read and snapshot.progress < NEARLY_ALL:
            return
        snapshot = session.wait(end - monotonic())


def _theme_name(palette: Palette) -> str:
    return f"tcptui-{palette.name}"


def _toolkit_theme(palette: Palette) -> Theme:
    """The toolkit's few widgets (palette of commands, prompt) in our colours."""
    ground, raised, key = palette.ground, palette.selected, palette.frame_active
    assert ground.bgcolor and ground.color and raised.bgcolor and key.color
    return Theme(
        name=_theme_name(palette),
        primary=key.color.name,
        background=ground.bgcolor.name,
        surface=ground.bgcolor.name,
        panel=raised.bgcolor.name,
        foreground=ground.color.name,
        dark=palette.dark,
    )
