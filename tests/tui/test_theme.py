"""Palettes: every role has a look, and the environment chooses well."""

import pytest

from tcptui.model.cells import Role
from tcptui.tui.theme import ANSI, DARK, LIGHT, MONO, PALETTES, Palette, after, choose


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.name)
def test_every_role_has_a_style_on_both_grounds(palette: Palette) -> None:
    for role in Role:
        assert palette.style(role).bgcolor == palette.ground.bgcolor
        selected = palette.selected_style(role)
        assert selected.reverse or selected.bgcolor == palette.selected.bgcolor


def test_without_colour_there_is_none() -> None:
    for role in Role:
        style = MONO.style(role)
        assert style.color is None
        assert style.bgcolor is None


def test_client_and_server_differ_in_every_palette() -> None:
    for palette in PALETTES:
        assert palette.style(Role.CLIENT) != palette.style(Role.SERVER)


@pytest.mark.parametrize(
    ("name", "environ", "chosen"),
    [
        (None, {"TERM": "xterm-256color"}, DARK),
        (None, {"TERM": "xterm-256color", "COLORFGBG": "0;15"}, LIGHT),
        (None, {"TERM": "xterm-256color", "COLORFGBG": "15;default;0"}, DARK),
        (None, {"TERM": "linux"}, ANSI),
        (None, {"TERM": "linux", "COLORTERM": "truecolor"}, DARK),
        (None, {"TERM": "xterm-256color", "NO_COLOR": "1"}, MONO),
        (None, {"TERM": "xterm-256color", "NO_COLOR": ""}, DARK),
        ("light", {"NO_COLOR": "1"}, LIGHT),
    ],
)
def test_the_environment_chooses(name: str | None, environ: dict[str, str], chosen: Palette) -> None:
    assert choose(name, environ) is chosen


def test_the_key_goes_round() -> None:
    palette = DARK
    seen = []
    for _ in PALETTES:
        seen.append(palette)
        palette = after(palette)
    assert palette is DARK
    assert len(set(map(id, seen))) == len(PALETTES)
