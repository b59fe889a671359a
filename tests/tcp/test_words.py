import pytest

from tcptui.tcp.words import amount, duration, frames


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (40_000, "40 µs"),
        (1_500_000, "1.5 ms"),
        (9_960_000, "10 ms"),
        (412_000_000, "412 ms"),
        (1_000_000_000, "1.0 s"),
        (43_100_000_000, "43.1 s"),
        (59_960_000_000, "1 min 0 s"),
        (125_000_000_000, "2 min 5 s"),
        (10_920_000_000_000, "3 h 2 min"),
    ],
)
def test_duration(ns: int, text: str) -> None:
    assert duration(ns) == text


def test_amount_counts_in_english() -> None:
    assert amount(1, "byte") == "1 byte"
    assert amount(0, "byte") == "0 bytes"
    assert amount(12_345, "byte") == "12,345 bytes"


def test_frames_are_quoted_and_shortened() -> None:
    assert frames([]) == ""
    assert frames([3]) == "#3"
    assert frames([3, 5]) == "#3 and #5"
    assert frames([1, 2, 3, 4]) == "#1, #2, #3 and #4"
    assert frames(range(1, 12)) == "#1, #2 … #11"
