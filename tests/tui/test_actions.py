"""The table of keys: no key twice, everything done by somebody, and the README says the same."""

from pathlib import Path

import pytest

from tcptui.tui.actions import ACTIONS, GROUPS, by_group, markdown_keys
from tcptui.tui.main import MainScreen
from tcptui.tui.reader import help_rows

README = Path(__file__).parents[2] / "README.md"


def test_no_key_does_two_things() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_no_action_stands_twice() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.id)
def test_the_main_screen_does_every_action(action) -> None:  # type: ignore[no-untyped-def]
    assert callable(getattr(MainScreen, f"action_{action.id}", None))


def test_every_action_has_a_group_and_stands_in_the_help() -> None:
    assert [a for _, actions in by_group() for a in actions] == sorted(
        ACTIONS, key=lambda a: GROUPS.index(a.group)
    )
    text = "\n".join("".join(cell.text for cell in row) for row in help_rows())
    for action in ACTIONS:
        assert action.text in text


def test_esc_never_quits_and_no_key_clears_the_screen() -> None:
    assert [a.id for a in ACTIONS if "escape" in a.keys] == ["escape"]
    assert not [a for a in ACTIONS if "ctrl+l" in a.keys]
    assert not [key for a in ACTIONS for key in a.keys if key[0] == "f" and key[1:].isdigit()]


def test_the_readme_has_the_same_keys() -> None:
    text = README.read_text()
    _, _, rest = text.partition("<!-- keys -->\n")
    assert rest, "the README has no <!-- keys --> … <!-- /keys -->"
    assert rest.partition("\n<!-- /keys -->")[0].strip() == markdown_keys()
