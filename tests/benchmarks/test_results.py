"""Figures as Markdown, and the file that they are kept in."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import Goal, Section, at_least, at_most, update


def section(title: str, *goals: Goal) -> str:
    """One with a row."""
    made = Section(title, ("what", "s"), [("a", "1.0")], list(goals), ["A note."])
    return made.markdown("today")


def test_a_figure_says_whether_it_was_reached() -> None:
    assert at_most("time", 1.4, 1.5, " s").row() == "| time | ≤ 1.5 s | 1.40 s | met |"
    assert at_most("time", 1.6, 1.5, " s").row() == "| time | ≤ 1.5 s | 1.60 s | **missed** |"
    assert at_least("faster", 8.0, 8, "×").met
    assert not at_least("faster", 7.99, 8, "×").met
    assert Goal("lost", "0", "–", None).row().endswith("| not measured |")


def test_what_somebody_wrote_between_the_blocks_stays(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    update(path, {"one": section("One", at_most("first", 1, 2)), "two": section("Two")}, "old machine")
    path.write_text(path.read_text().replace("<!-- begin two -->", "By hand.\n\n<!-- begin two -->"))
    update(path, {"one": section("One", at_most("first", 3, 2))}, "new machine")
    text = path.read_text()
    assert "By hand." in text
    assert "old machine" not in text
    assert text.count("new machine") == text.count("## Two") == text.count("## One") == 1
    asked = text[text.index("## Asked and reached") : text.index("## One")]
    assert "| first | ≤ 2 | 3.00 | **missed** |" in asked
    assert "met" not in asked.replace("**missed**", "")


def test_all_that_is_asked_stands_together(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    goals = at_most("first", 1, 2), at_most("second", 1, 2)
    update(path, {"one": section("One", goals[0]), "two": section("Two", goals[1])}, "")
    asked = path.read_text().split("## One")[0]
    assert asked.index("| first |") < asked.index("| second |")
