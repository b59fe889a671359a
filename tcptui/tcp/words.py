"""Small pieces of the sentences: durations, amounts and packet numbers, the same everywhere.

`duration(43_100_000_000)` is "43.1 s", `frames((3, 5))` is "#3 and #5", `amount(1, "byte")` is "1 byte".
"""

from __future__ import annotations

from collections.abc import Iterable

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000

MOST_FRAMES = 4


def duration(ns: int) -> str:
    """A span of time with about three digits: "40 µs", "412 ms", "43.1 s", "2 min 5 s", "3 h 2 min".

    Negative spans (a capture whose clock was set back) are "0 s".
    """
    if ns <= 0:
        return "0 s"
    if ns < MILLISECOND:
        return f"{ns / MICROSECOND:.0f} µs"
    if ns < SECOND:
        ms = ns / MILLISECOND
        return f"{ms:.1f} ms" if ms < 9.95 else f"{ms:.0f} ms"
    if ns < 59.95 * SECOND:
        return f"{ns / SECOND:.1f} s"
    seconds = round(ns / SECOND)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    minutes = seconds // 60
    return f"{minutes // 60} h {minutes % 60} min"


def amount(n: int, noun: str) -> str:
    """`n` of something countable in English whose plural is an s: "1 byte", "7 bytes"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def frames(packets: Iterable[int]) -> str:
    """Packet numbers as they are quoted in a sentence; many are shortened: "#3, #5 … #11"."""
    names = [f"#{packet}" for packet in packets]
    if len(names) > MOST_FRAMES:
        return f"{names[0]}, {names[1]} … {names[-1]}"
    if len(names) > 1:
        return ", ".join(names[:-1]) + " and " + names[-1]
    return names[0] if names else ""
