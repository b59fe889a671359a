"""A ladder's time column: as exact as its width allows, and never without the end that changes.

A narrow column leaves out what is the same in all rows (the hour, the first digits of the epoch), and
gives spans in units (``+40.4ms``) where seconds would be all zeros.
"""

from __future__ import annotations

from enum import IntEnum

from tcptui.dataclass import dataclass
from tcptui.model.times import HOUR, MINUTE, SECOND, TimeFormat, clock, duration, seconds, signed, stamp

NARROW_WIDTH = 7


class Detail(IntEnum):
    """How much of a time there is room for."""

    NARROW = 0
    MIDDLE = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of one ladder are written.

    first_ns: its first packet; span_ns: from there to its last. mark_ns: counted from here instead of
    by `form`; None when nothing is marked.
    """

    form: TimeFormat
    first_ns: int = 0
    span_ns: int = 0
    mark_ns: int | None = None

    def width(self, detail: Detail) -> int:
        """Columns."""
        whole = len(str(self.span_ns // SECOND))
        narrow = detail is Detail.NARROW
        if self.mark_ns is not None:
            return NARROW_WIDTH if narrow else 11
        match self.form:
            case TimeFormat.RELATIVE:
                return max(6, whole + 2) if narrow else max(8, whole + 7)
            case TimeFormat.DELTA:
                return NARROW_WIDTH if narrow else 10
            case TimeFormat.ABSOLUTE:
                return (8 if self.span_ns >= HOUR else NARROW_WIDTH, 12, 15)[detail]
            case TimeFormat.EPOCH:
                return (NARROW_WIDTH, 14, 17)[detail]

    def head(self, detail: Detail) -> str:
        """What stands above the column."""
        if self.mark_ns is None:
            return "time"
        return "Δ mark" if detail is Detail.NARROW else "since mark"

    def text(self, time_ns: int, before_ns: int | None, detail: Detail) -> str:
        """A time in at most `width` columns, if it can be. before_ns: the packet before, which DELTA
        counts from."""
        text = self._text(time_ns, time_ns if before_ns is None else before_ns, detail)
        width = self.width(detail)
        # the places after the point are the ones to do without
        return text[:width].rstrip(".") if 0 < text.find(".") < width else text

    def _text(self, time_ns: int, previous_ns: int, detail: Detail) -> str:
        if detail is Detail.NARROW:
            return self._narrow(time_ns, previous_ns)
        if self.mark_ns is not None:
            return "Δ" + signed(time_ns - self.mark_ns)
        digits = 3 if detail is Detail.MIDDLE else 6
        if self.form is TimeFormat.ABSOLUTE:
            return clock(time_ns, digits)
        if self.form is TimeFormat.EPOCH:
            return seconds(time_ns, digits)
        return stamp(time_ns, self.form, first_ns=self.first_ns, previous_ns=previous_ns)

    def _narrow(self, time_ns: int, previous_ns: int) -> str:
        if self.mark_ns is not None:
            return span(time_ns - self.mark_ns)
        match self.form:
            case TimeFormat.RELATIVE:
                since = time_ns - self.first_ns
                return seconds(since) if abs(since) >= SECOND else span(since).removeprefix("+")
            case TimeFormat.DELTA:
                return span(time_ns - previous_ns)
            case TimeFormat.EPOCH:
                return "…" + seconds(time_ns, 3)[1 - NARROW_WIDTH :]
            case TimeFormat.ABSOLUTE:
                text = clock(time_ns, 3)
                if text.count(":") != 2:  # a time that no calendar has
                    return "…" + text[1 - NARROW_WIDTH :]
                if self.span_ns < MINUTE:
                    return text[5:]
                return text[3:-2] if self.span_ns < HOUR else text[:8]


def span(span_ns: int) -> str:
    """``+40.4ms``, ``-14µs``, ``+2m05s``: a span with its sign, in up to seven columns where it can be."""
    sign = "" if span_ns < 0 else "+"
    return sign + duration(span_ns).replace(" ", "")
