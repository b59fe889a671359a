from __future__ import annotations

from tcptui.model.cells import Cell, Role


def test_roles_are_named_as_they_are_spelt() -> None:
    assert [role.value for role in Role] == [role.name.lower() for role in Role]


def test_a_cell_is_plain_text_unless_it_says_otherwise() -> None:
    assert Cell("x") == ("x", Role.TEXT)
