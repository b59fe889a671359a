"""Times, durations and sizes in words."""

from __future__ import annotations

import time
from enum import Enum

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class TimeFormat(Enum):
    """How a time is shown; the value is the letter of -t."""

    RELATIVE = "r"  # seconds since the first packet
    ABSOLUTE = "a"  # the clock, local time
    DELTA = "d"  # seconds since the packet before
    EPOCH = "e"  # seconds since 1970

    def next(self) -> TimeFormat:
        """The one that the key steps to."""
        formats = list(TimeFormat)
        return formats[(formats.index(self) + 1) % len(formats)]


def stamp(time_ns: int, form: TimeFormat, *, first_ns: int, previous_ns: int) -> str:
    """A time in microseconds: ``0.000014``, ``10:22:31.104233``, ``+0.000010`` or ``1464000000.000014``.

    time_ns: ns since the epoch. first_ns: the packet that RELATIVE counts from; previous_ns: DELTA's.
    A time before its reference is negative: captures are not always in order.
    """
    if form is TimeFormat.ABSOLUTE:
        return clock(time_ns)
    if form is TimeFormat.DELTA:
        return signed(time_ns - previous_ns)
    return seconds(time_ns - first_ns if form is TimeFormat.RELATIVE else time_ns)


def clock(time_ns: int, digits: int = 6) -> str:
    """The local time of day; the epoch's seconds where the clock cannot say."""
    whole, rest = divmod(time_ns, SECOND)
    try:
        local = time.strftime("%H:%M:%S", time.localtime(whole))
    except (OverflowError, ValueError, OSError):
        return seconds(time_ns, digits)
    return f"{local}.{rest * 10**digits // SECOND:0{digits}d}" if digits else local


def seconds(span_ns: int, digits: int = 6) -> str:
    """``0.000014``: seconds with `digits` places, cut and not rounded, as tcpdump does."""
    whole, rest = divmod(abs(span_ns), SECOND)
    sign = "-" if span_ns < 0 else ""
    return f"{sign}{whole}.{rest * 10**digits // SECOND:0{digits}d}"


def signed(span_ns: int, digits: int = 6) -> str:
    """``+0.000014``."""
    return ("" if span_ns < 0 else "+") + seconds(span_ns, digits)


def duration(span_ns: int) -> str:
    """A span as one reads it: ``14 µs``, ``1.2 ms``, ``43.1 s``, ``2 m 05 s``, ``3 h 04 m``, ``2 d 01 h``."""
    if span_ns < 0:
        return "-" + duration(-span_ns)
    if span_ns < 999_500:
        return f"{(span_ns + 500) // 1000} µs" if span_ns else "0 s"
    if span_ns < 999_500_000:
        return f"{_figures(span_ns / 1e6)} ms"
    if span_ns < 99_950_000_000:
        return f"{span_ns / SECOND:.1f} s"
    whole = (span_ns + SECOND // 2) // SECOND
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def _figures(value: float) -> str:
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def size(count: int) -> str:
    """Bytes, decimal: ``25 B``, ``1.2 kB``, ``596 kB``, ``1.3 MB``."""
    return f"{count} B" if count < 1000 else _scaled(count) + "B"


def _scaled(count: int) -> str:
    value = float(count)
    for unit in ("k", "M", "G", "T", "P"):
        value /= 1000
        if value < 999.5 or unit == "P":
            return f"{_figures(value)} {unit}"
    raise AssertionError("unreachable")


def number(count: int, room: int | None = None) -> str:
    """``1,204``; where that has no room, rounded: ``1.2 M``."""
    text = f"{count:,}"
    return text if room is None or len(text) <= room or count < 1000 else _scaled(count)
