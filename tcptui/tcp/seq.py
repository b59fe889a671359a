"""Arithmetic of sequence numbers: they live on a circle of 2**32 (RFC 9293 3.4).

Every comparison of sequence numbers in this program goes through here. Two numbers are compared by
the shorter way round, so the result is meaningful while they lie less than 2**31 apart. The four comparisons
are the sign of `diff`, without a second call: they are a tenth of the engine's time.
"""

from __future__ import annotations

MASK = 0xFFFFFFFF
HALF = 0x80000000


def add(a: int, n: int) -> int:
    """The sequence number `n` octets after `a` (before it, where n is negative)."""
    return (a + n) & MASK


def diff(a: int, b: int) -> int:
    """How far `a` lies after `b`: signed, in [-2**31, 2**31)."""
    return ((a - b + HALF) & MASK) - HALF


def lt(a: int, b: int) -> bool:
    """`a` comes before `b`."""
    return (a - b) & MASK >= HALF


def le(a: int, b: int) -> bool:
    """`a` comes before `b` or is the same."""
    return (a - b - 1) & MASK >= HALF - 1


def gt(a: int, b: int) -> bool:
    """`a` comes after `b`."""
    return (a - b - 1) & MASK < HALF - 1


def ge(a: int, b: int) -> bool:
    """`a` comes after `b` or is the same."""
    return (a - b) & MASK < HALF


def between(low: int, a: int, high: int) -> bool:
    """low ≤ a < high, going up from `low` (an empty span when they are equal)."""
    return ((a - low) & MASK) < ((high - low) & MASK)
