"""Each character stands at its column, blanks or not."""

import re

from tcptui.tui.svg import placed


def test_characters_are_placed_one_by_one() -> None:
    svg = '<text class="a" x="10" y="5" textLength="40" clip-path="url(#l)">&#160;│&amp;b</text>'
    found = re.findall(r'x="([\d.]+)" y="5"[^>]*>([^<]+)</text>', placed(svg))
    assert found == [("20.0", "│"), ("30.0", "&amp;"), ("40.0", "b")]
    assert "textLength" not in placed(svg)


def test_what_is_no_text_stays() -> None:
    assert placed('<rect x="1" textLength="3"/>') == '<rect x="1" textLength="3"/>'
