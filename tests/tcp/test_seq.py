"""Sequence arithmetic: a circle of 2**32."""

from hypothesis import given
from hypothesis import strategies as st

from tcptui.tcp import seq

NUMBERS = st.integers(0, 2**32 - 1)
NEAR = st.integers(-(2**31) + 1, 2**31 - 1)


@given(NUMBERS, NEAR)
def test_add_and_diff_are_inverse(a: int, n: int) -> None:
    assert seq.diff(seq.add(a, n), a) == n


@given(NUMBERS, NEAR)
def test_comparisons_follow_the_shorter_way_round(a: int, n: int) -> None:
    b = seq.add(a, n)
    assert seq.gt(b, a) == (n > 0) == seq.lt(a, b)
    assert seq.ge(b, a) == (n >= 0) == seq.le(a, b)


@given(NUMBERS, st.one_of(NUMBERS, st.just(0), st.just(1 << 31)))
def test_comparisons_are_the_sign_of_the_difference(a: int, n: int) -> None:
    b = seq.add(a, n)
    far = seq.diff(a, b)
    assert (seq.lt(a, b), seq.le(a, b)) == (far < 0, far <= 0)
    assert (seq.gt(a, b), seq.ge(a, b)) == (far > 0, far >= 0)


def test_comparisons_across_the_wrap() -> None:
    assert seq.lt(0xFFFFFFFF, 0)
    assert seq.gt(3, 0xFFFFFFF0)


def test_between_takes_the_low_end_and_leaves_the_high_one() -> None:
    assert seq.between(0xFFFFFFFE, 0xFFFFFFFE, 2)
    assert seq.between(0xFFFFFFFE, 1, 2)
    assert not seq.between(0xFFFFFFFE, 2, 2)
    assert not seq.between(5, 5, 5)
