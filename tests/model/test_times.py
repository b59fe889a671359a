from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.times import SECOND, TimeFormat, clock, duration, number, seconds, signed, size, stamp

FIRST = 1_464_000_000 * SECOND


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (0, "0 s"),
        (14_000, "14 µs"),
        (999_499, "999 µs"),
        (999_500, "1.0 ms"),
        (1_250_000, "1.2 ms"),
        (120_000_000, "120 ms"),
        (999_500_000, "1.0 s"),
        (43_100_000_000, "43.1 s"),
        (99_949_000_000, "99.9 s"),
        (125 * SECOND, "2 m 05 s"),
        (3_599 * SECOND, "59 m 59 s"),
        (11_040 * SECOND, "3 h 04 m"),
        (90_000 * SECOND, "1 d 01 h"),
        (-14_000, "-14 µs"),
    ],
)
def test_durations_read_as_words(span: int, words: str) -> None:
    assert duration(span) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (25, "25 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (596_400, "596 kB"),
        (999_600, "1.0 MB"),
        (1_250_000_000, "1.2 GB"),
        (10**18, "1000 PB"),
    ],
)
def test_sizes_are_decimal(count: int, words: str) -> None:
    assert size(count) == words


def test_a_time_in_each_format() -> None:
    when = FIRST + 16_310_706_999

    def shown(form: TimeFormat) -> str:
        return stamp(when, form, first_ns=FIRST, previous_ns=FIRST + 16 * SECOND)

    assert shown(TimeFormat.RELATIVE) == "16.310706"
    assert shown(TimeFormat.DELTA) == "+0.310706"
    assert shown(TimeFormat.EPOCH) == "1464000016.310706"
    assert shown(TimeFormat.ABSOLUTE).endswith(":16.310706")


def test_a_capture_out_of_order_has_negative_times() -> None:
    assert stamp(FIRST - 1500, TimeFormat.RELATIVE, first_ns=FIRST, previous_ns=FIRST) == "-0.000001"
    assert signed(-SECOND) == "-1.000000"


@given(st.integers(-(2**70), 2**70), st.sampled_from(TimeFormat))
def test_no_time_is_too_strange_to_print(when: int, form: TimeFormat) -> None:
    assert stamp(when, form, first_ns=0, previous_ns=0).isprintable()


def test_the_formats_step_around() -> None:
    forms = [TimeFormat.RELATIVE]
    for _ in range(4):
        forms.append(forms[-1].next())
    assert {form.value for form in forms} == {"r", "a", "d", "e"}
    assert forms[0] is forms[4]


def test_places_are_cut_not_rounded() -> None:
    assert seconds(1_999_999_999, 3) == "1.999"
    assert clock(FIRST + 999_999_999, 0).count(":") == 2
    assert number(1204) == "1,204"
    assert number(999_999, 8) == "999,999"
    assert number(1_000_000, 8) == "1.0 M"
    assert number(999_999_999, 8) == "1.0 G"
