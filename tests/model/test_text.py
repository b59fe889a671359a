from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tcptui.model.cells import Cell, Role
from tcptui.model.text import clean, crop, crop_middle, dim, fit, merge, pad, plain, row_width, width, wrap

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)
ROWS = st.lists(st.builds(Cell, ANY_TEXT.map(clean), st.sampled_from(Role)), max_size=6).map(tuple)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\x00b\x7fc", "a\\x00b\\x7fc"),
        ("tab\tline\nreturn\r", "tab\\tline\\nreturn\\r"),
        ("user\u202egpj.exe", "user\\u202egpj.exe"),
        ("\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028para\u2029", "line\\u2028para\\u2029"),
        ("no\u00a0break", "no\\xa0break"),
        ("\ud800", "\\ud800"),
        ("\ue000", "\\ue000"),
        ("\U000e0041", "\\U000e0041"),
        ("\u0378", "\\u0378"),
        ("e\u0301", "e\u0301"),
        ("\u0301", "\\u0301"),
        ("e\u0301\u0301\u0301\u0301", "e\u0301\u0301\\u0301\\u0301"),
        ("\u2800\u3164", "\\u2800\\u3164"),
        ("A\ufe0f", "A\\ufe0f"),
        ("[bold]no markup[/]", "[bold]no markup[/]"),
        ("日本 Grüße", "日本 Grüße"),
        ("C:\\new", "C:\\new"),
    ],
)
def test_what_a_terminal_could_obey_is_made_visible(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_bytes_are_utf_8_and_what_is_not_is_escaped() -> None:
    assert clean("Grüße\n".encode()) == "Grüße\\n"
    assert clean(b"\xff\xfeA\xc3") == "\\xff\\xfeA\\xc3"


def test_one_character_can_stand_for_all_that_is_hidden() -> None:
    assert clean(b"a\x1b\xffb\xe2\x80\xae", "·") == "a··b·"


@given(st.one_of(ANY_TEXT, st.binary(max_size=80)))
def test_clean_text_is_printable_and_on_one_line(text: str | bytes) -> None:
    shown = clean(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "PDF") for char in shown)
    assert clean(shown) == shown


@given(ROWS, st.integers(0, 100))
def test_a_fitted_row_has_exactly_its_width(row: tuple[Cell, ...], columns: int) -> None:
    assert row_width(fit(row, columns)) == columns


@given(ANY_TEXT.map(clean), st.integers(0, 50))
def test_cropped_text_never_exceeds(text: str, columns: int) -> None:
    assert width(crop(text, columns)) <= columns
    assert width(crop_middle(text, columns)) <= columns
    assert width(pad(text, columns)) == width(pad(text, columns, right=True)) == columns


@given(ANY_TEXT.map(clean), st.integers(2, 50))
def test_wrapped_text_loses_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join(lines) == text
    assert all(cell_len(line) <= columns for line in lines)


def test_a_crop_says_that_something_is_left_out() -> None:
    assert crop("abcdef", 4) == "abc…"
    assert crop("abcdef", 6) == "abcdef"
    assert crop("abcdef", 0) == ""
    assert crop("日本語", 4) == "日…"


def test_an_address_keeps_both_ends() -> None:
    assert crop_middle("[2001:db8::1]:39870", 13) == "[2001:…:39870"


def test_a_row_that_is_cut_keeps_its_roles() -> None:
    row = (Cell("abc", Role.HEAD), Cell("def", Role.DIM))
    assert fit(row, 5) == (Cell("abc", Role.HEAD), Cell("d…", Role.DIM))
    assert fit(row, 3) == (Cell("ab…", Role.HEAD),)
    assert fit(row, 6) == row
    assert fit(row, 8) == (*row, Cell("  "))


def test_neighbours_of_one_role_are_joined_and_the_future_is_dim() -> None:
    row = (Cell("a", Role.SYN), Cell("", Role.RST), Cell("b", Role.SYN), Cell("c", Role.FIN))
    assert merge(row) == (Cell("ab", Role.SYN), Cell("c", Role.FIN))
    assert dim(row) == (Cell("abc", Role.DIM),)
    assert plain(row) == "abc"
