"""The page of diagnoses has the catalog's table, and README leads to it."""

from __future__ import annotations

from pathlib import Path

from tcptui.tcp.diagnoses.catalog import markdown_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diagnoses.md").read_text(encoding="utf-8")


def test_the_table_is_the_catalog() -> None:
    table = PAGE.partition("<!-- diagnoses -->\n")[2].partition("\n<!-- /diagnoses -->")[0]
    assert table == markdown_table()


def test_ids_named_in_the_text_are_in_the_table() -> None:
    after = PAGE.partition("<!-- /diagnoses -->")[2]
    named = [word for word in after.split("`")[1::2] if "-" in word and word.islower()]
    assert named and all(f"`{word}`" in markdown_table() for word in named)


def test_readme_leads_there() -> None:
    assert "(docs/diagnoses.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
