"""The command palette: every action of the table, found by its words."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tcptui.tui.actions import ACTIONS, Action

HIDDEN = frozenset({"palette", "escape", "up", "down", "page_up", "page_down", "half_up", "half_down"})
"""What makes no sense to pick from a list."""


def title(action: Action) -> str:
    """A line of the palette."""
    return f"{action.text[:1].upper()}{action.text[1:]}  ({action.shown})"


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
