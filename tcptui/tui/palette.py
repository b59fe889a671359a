"""The command palette: every action of the table, found by its words."""

from __future__ import annotations

from functools import partial

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.message import Message
from textual.widgets import Input, OptionList

from tcptui.tui.actions import ACTIONS, Action

HIDDEN = frozenset({"palette", "escape", "up", "down", "page_up", "page_down", "half_up", "half_down"})
"""What makes no sense to pick from a list."""


def title(action: Action) -> str:
    """A line of the palette."""
    return f"{action.text[:1].upper()}{action.text[1:]}  ({action.shown})"


class ActionPalette(CommandPalette):
    """The toolkit's palette; what is chosen is done once, however fast Enter comes again."""

    _is_closed = False

    def dismiss(self, result: None = None) -> AwaitComplete:
        self._is_closed = True
        return super().dismiss(result)

    async def _dispatch_message(self, message: Message) -> None:
        if not (self._is_closed and isinstance(message, Input.Submitted | OptionList.OptionSelected)):
            await super()._dispatch_message(message)


class ActionProvider(Provider):
    """Feeds the toolkit's palette from the table."""

    def _actions(self) -> list[Action]:
        screen = self.screen
        return [a for a in ACTIONS if a.id not in HIDDEN and hasattr(screen, f"action_{a.id}")]

    async def discover(self) -> Hits:
        for action in self._actions():
            yield DiscoveryHit(title(action), partial(self.screen.run_action, action.id))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._actions():
            text = title(action)
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(self.screen.run_action, action.id))
