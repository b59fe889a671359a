"""What each role looks like: four palettes, one calm idea.

Blue is the client, orange the server, wherever they appear; green, yellow and red say how things
stand. All else is text and its shades. No palette carries a meaning that the text does not: the last
one (NO_COLOR) has none but bold, dim, reverse and underline.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from rich.style import Style

from tcptui.dataclass import dataclass
from tcptui.model.cells import Role


@dataclass(frozen=True)
class Palette:
    """A role's style, and the few surfaces that are no role.

    name: as `T` and the status bar say it. ground: of everything. selected: laid over the row under
    the cursor. frame, frame_active: lines around panes. native: the terminal's own 16 colours, which
    are passed on as they are. dark: which of the toolkit's own themes goes with it.
    """

    name: str
    ground: Style
    selected: Style
    frame: Style
    frame_active: Style
    title: Style
    bar: Style
    roles: Mapping[Role, Style] = field(repr=False)
    native: bool = False
    dark: bool = True

    def style(self, role: Role) -> Style:
        """The style of a role on the ground of this palette."""
        return self._on_ground[role]

    def selected_style(self, role: Role) -> Style:
        """The same under the cursor."""
        return self._on_selected[role]

    @cached_property
    def _on_ground(self) -> dict[Role, Style]:
        return {role: self.ground + self.roles.get(role, Style()) for role in Role}

    @cached_property
    def _on_selected(self) -> dict[Role, Style]:
        if self.selected.reverse:  # patches of colour would be all that one sees
            return {
                role: Style(reverse=True, bold=style.bold, underline=style.underline)
                for role, style in self._on_ground.items()
            }
        return {role: style + self.selected for role, style in self._on_ground.items()}


def _full_colour(
    name: str,
    *,
    dark: bool,
    ground: str,
    raised: str,
    text: str,
    muted: str,
    line: str,
    client: str,
    server: str,
    both: str,
    good: str,
    warn: str,
    bad: str,
    key: str,
) -> Palette:
    """A palette of 24-bit colours, given by what they are for."""
    return Palette(
        name=name,
        dark=dark,
        ground=Style(color=text, bgcolor=ground),
        selected=Style(bgcolor=raised),
        frame=Style(color=line, bgcolor=ground),
        frame_active=Style(color=key, bgcolor=ground),
        title=Style(color=text, bgcolor=ground, bold=True),
        bar=Style(color=text, bgcolor=raised),
        roles={
            Role.DIM: Style(color=muted),
            Role.HEAD: Style(color=muted, bold=True),
            Role.CLIENT: Style(color=client, bold=True),
            Role.SERVER: Style(color=server, bold=True),
            Role.BOTH: Style(color=both, bold=True),
            Role.PAST: Style(color=text),
            Role.TAKEN: Style(color=good, bold=True),
            Role.SYN: Style(color=good),
            Role.FIN: Style(color=both),
            Role.RST: Style(color=bad, bold=True),
            Role.ACK: Style(color=text),
            Role.AGAIN: Style(color=warn),
            Role.ASSUMED: Style(color=warn),
            Role.CORRECTION: Style(color=warn, bold=True),
            Role.NOTE: Style(color=muted, italic=True),
            Role.OK: Style(color=good),
            Role.WARN: Style(color=warn),
            Role.ERROR: Style(color=bad, bold=True),
            Role.KEY: Style(color=key, bold=True),
        },
    )


DARK = _full_colour(
    "dark",
    dark=True,
    ground="#14171c",
    raised="#28303b",
    text="#d5dae2",
    muted="#76808f",
    line="#3a424e",
    client="#6cb6ff",
    server="#ffab5e",
    both="#d6a4ff",
    good="#7ccf8a",
    warn="#e6c75a",
    bad="#ff7b72",
    key="#8fb8de",
)

LIGHT = _full_colour(
    "light",
    dark=False,
    ground="#fbfbf9",
    raised="#dfe6ee",
    text="#22272e",
    muted="#737b86",
    line="#c3c9d1",
    client="#0a5cc2",
    server="#b04a00",
    both="#7a34b8",
    good="#1a7030",
    warn="#8a6100",
    bad="#c01c28",
    key="#2a5d8f",
)

ANSI = Palette(
    name="16 colours",
    native=True,
    ground=Style(),
    selected=Style(reverse=True),
    frame=Style(dim=True),
    frame_active=Style(color="cyan"),
    title=Style(bold=True),
    bar=Style(reverse=True),
    roles={
        Role.DIM: Style(dim=True),
        Role.HEAD: Style(dim=True, bold=True),
        Role.CLIENT: Style(color="cyan", bold=True),
        Role.SERVER: Style(color="yellow", bold=True),
        Role.BOTH: Style(color="magenta", bold=True),
        Role.TAKEN: Style(color="green", bold=True),
        Role.SYN: Style(color="green"),
        Role.FIN: Style(color="magenta"),
        Role.RST: Style(color="red", bold=True),
        Role.AGAIN: Style(color="yellow"),
        Role.ASSUMED: Style(color="yellow"),
        Role.CORRECTION: Style(color="yellow", bold=True),
        Role.NOTE: Style(dim=True),
        Role.OK: Style(color="green"),
        Role.WARN: Style(color="yellow"),
        Role.ERROR: Style(color="red", bold=True),
        Role.KEY: Style(color="cyan", bold=True),
    },
)

MONO = Palette(
    name="no colour",
    native=True,
    ground=Style(),
    selected=Style(reverse=True),
    frame=Style(dim=True),
    frame_active=Style(bold=True),
    title=Style(bold=True),
    bar=Style(reverse=True),
    roles={
        Role.DIM: Style(dim=True),
        Role.HEAD: Style(dim=True, bold=True),
        Role.CLIENT: Style(bold=True),
        Role.SERVER: Style(bold=True, underline=True),
        Role.BOTH: Style(bold=True, underline=True),
        Role.TAKEN: Style(bold=True),
        Role.RST: Style(bold=True),
        Role.CORRECTION: Style(bold=True),
        Role.NOTE: Style(dim=True),
        Role.ERROR: Style(bold=True, reverse=True),
        Role.KEY: Style(bold=True),
    },
)

PALETTES: tuple[Palette, ...] = (DARK, LIGHT, ANSI, MONO)
NAMES: Mapping[str, Palette] = {"dark": DARK, "light": LIGHT, "ansi": ANSI, "none": MONO}


def choose(name: str | None, environ: Mapping[str, str] = os.environ) -> Palette:
    """The palette to begin with: by name, or what the environment says of the terminal.

    NO_COLOR (no-color.org) means none; a terminal of 8 or 16 colours gets its own; COLORFGBG, which
    rxvt, Konsole and others set, tells a light ground from a dark one.
    """
    if name is not None and name in NAMES:
        return NAMES[name]
    if environ.get("NO_COLOR"):
        return MONO
    term = environ.get("TERM", "")
    if not environ.get("COLORTERM") and "256" not in term and "direct" not in term:
        return ANSI
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if background in ("7", "15") else DARK


def after(palette: Palette) -> Palette:
    """The next palette of the round."""
    return PALETTES[(PALETTES.index(palette) + 1) % len(PALETTES)]
