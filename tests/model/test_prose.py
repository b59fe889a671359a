"""Sentences in rows."""

from __future__ import annotations

import pytest

from tcptui.model.cells import Cell, Role
from tcptui.model.prose import field, paragraph
from tcptui.model.text import plain, row_width

SENTENCE = "Our FIN is acknowledged: nothing is left to wait for. RFC 9293 §3.10.7.4"


def test_a_field_has_its_label_once() -> None:
    assert [plain(row) for row in field("rule", SENTENCE, 40)] == [
        "  rule      Our FIN is acknowledged:",
        "            nothing is left to wait for.",
        "            RFC 9293 §3.10.7.4",
    ]


def test_a_paragraph_keeps_its_roles_and_breaks_at_blanks() -> None:
    cells = [Cell("#3 ", Role.HEAD), Cell("client", Role.CLIENT), Cell(" sends a long story.")]
    rows = paragraph(cells, 16)
    assert [plain(row).rstrip() for row in rows] == ["#3 client sends", "a long story."]
    assert Cell("client", Role.CLIENT) in rows[0]


@pytest.mark.parametrize("width", range(1, 40))
def test_nothing_is_wider_than_its_room(width: int) -> None:
    words = Cell("averyveryveryverylongwordthatcannotbreak and more")
    for row in (*field("program", SENTENCE, width), *paragraph([words], width)):
        assert row_width(row) <= width
