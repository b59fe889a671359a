"""The selected packet in full: a heading, tcpdump's line, its layers and its bytes."""

from __future__ import annotations

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.hexdump import hexdump
from tcptui.model.layers import layer_rows
from tcptui.model.text import clean, fit, wrap
from tcptui.model.times import clock, number
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment


def not_kept(segment: Segment) -> list[Row]:
    """Why there are no bytes to be shown."""
    why = "the bytes of this packet are no longer kept (see --max-spool)"
    if segment.is_sum:
        why = "the sum of many packets up to this one, which are no longer kept (see --max-memory)"
    return [(Cell(why, Role.WARN),)]


def detail(
    raw: bytes,
    linktype: int,
    segment: Segment,
    ends: tuple[str, str],
    line: str,
    width: int,
    wirelen: int | None = None,
) -> list[Row]:
    """The rows of one packet in `width` columns; fields that are wider are cropped, the line is wrapped.

    raw: the captured frame from its link layer on, b"" where it is no longer kept; wirelen: how long it was,
    when that is known.
    ends: the names of endpoints 0 and 1. line: tcpdump's, of model.tcpdump.
    Never raises on any bytes. The first call imports scapy (0.6 s).
    """
    rows: list[Row] = [heading(len(raw), segment, ends, wirelen)]
    rows += [(Cell(part, Role.NOTE),) for part in wrap(clean(line), width)]
    rows.append(())
    rows += [*layer_rows(raw, linktype), (), *hexdump(raw, width)] if raw else not_kept(segment)
    return [fit(row, width) for row in rows]


def heading(captured: int, segment: Segment, ends: tuple[str, str], wirelen: int | None = None) -> Row:
    """``#3  127.0.0.1:39870 → 127.0.0.1:9502  54 bytes  10:22:31.104233``; of a cut one ``54 of 1,514``.

    An ICMP error has its own addresses.
    """
    source, destination = clean(ends[segment.sender]), clean(ends[1 - segment.sender])
    if isinstance(segment, IcmpError):
        source, destination = segment.route
    cut = wirelen is not None and wirelen > captured
    size = f"{number(captured)} of {number(wirelen or 0)} bytes" if cut else f"{number(captured)} bytes"
    return (
        Cell(f"#{segment.packet}  ", Role.HEAD),
        Cell(f"{source} → {destination}  "),
        Cell(f"{size}  {clock(segment.time_ns)}", Role.DIM),
    )
