"""The time column keeps what changes, in the columns that it has."""

import time

import pytest

from tcptui.model.ladder_time import Clock, Detail, span
from tcptui.model.times import SECOND, TimeFormat

START = 1_464_000_000 * SECOND


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize(
    ("form", "length", "narrow", "middle", "full"),
    [
        (TimeFormat.RELATIVE, 5, "4.1023", "4.102303", "4.102303"),
        (TimeFormat.RELATIVE, 12345, "4.10230", "4.102303", "4.102303"),
        (TimeFormat.DELTA, 5, "+302µs", "+0.000302", "+0.000302"),
        (TimeFormat.ABSOLUTE, 5, ":44.102", "10:40:44.102", "10:40:44.102303"),
        (TimeFormat.ABSOLUTE, 90, "40:44.1", "10:40:44.102", "10:40:44.102303"),
        (TimeFormat.ABSOLUTE, 7200, "10:40:44", "10:40:44.102", "10:40:44.102303"),
        (TimeFormat.EPOCH, 5, "…04.102", "1464000044.102", "1464000044.102303"),
    ],
)
def test_each_format_at_each_width(
    form: TimeFormat, length: int, narrow: str, middle: str, full: str
) -> None:
    at = START + (44 if form in (TimeFormat.ABSOLUTE, TimeFormat.EPOCH) else 4) * SECOND + 102_303_000
    narrow = narrow.replace("…04.", "…44.")
    made = Clock(form, START, length * SECOND)
    for detail, text in zip(Detail, (narrow, middle, full), strict=True):
        assert made.text(at, at - 302_000, detail) == text
        assert len(text) <= made.width(detail)


def test_since_the_mark() -> None:
    made = Clock(TimeFormat.ABSOLUTE, START, SECOND, START + SECOND)
    assert made.text(START, None, Detail.FULL) == "Δ-1.000000"
    assert made.text(START, None, Detail.NARROW) == "-1.0s"
    assert made.head(Detail.NARROW) == "Δ mark"
    assert len(made.head(Detail.MIDDLE)) <= made.width(Detail.MIDDLE)


def test_a_time_that_no_calendar_has_keeps_its_end() -> None:
    assert Clock(TimeFormat.ABSOLUTE).text(10**30, None, Detail.NARROW) == "…00.000"


@pytest.mark.parametrize(
    ("ns", "text"),
    [(0, "+0s"), (14_000, "+14µs"), (-40_400_000, "-40.4ms"), (125 * SECOND, "+2m05s")],
)
def test_spans(ns: int, text: str) -> None:
    assert span(ns) == text
