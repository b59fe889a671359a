"""The layer tree of one packet, dissected by scapy.

scapy is slow and takes 0.6 s to import, which is no matter for the one packet that is looked at; it is
imported when the first one is.
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

from tcptui.model.cells import Cell, Role, Row
from tcptui.model.tcpdump_options import option_list
from tcptui.model.text import clean

MOST_LAYERS = 40
CONTINUED = " " * 6
"""Before a value that belongs to the field above it."""

MOST_TEXT = 400
"""Characters shown of one field."""

FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
    struct.error,
)
"""What dissectors have been seen to raise on bytes that are not what their header promises."""

Tree = list[tuple[str, list[tuple[str, str]]]]


def layer_rows(raw: bytes, linktype: int) -> list[Row]:
    """A row for each layer of a captured frame, and under it a row for each field.

    linktype: LINKTYPE_ number of the first header; one that is not known leaves the bytes undissected.
    Never raises on any bytes: where a dissector fails, a row says so, and the layers before it stay.
    All text is clean.
    """
    rows: list[Row] = []
    for name, fields in tree(raw, linktype):
        rows.append((Cell(clean(name), Role.HEAD),))
        for key, value in fields:
            head = f"  {clean(key):14} " if key else CONTINUED
            rows.append((Cell(head, Role.DIM), Cell(_short(value))))
    return rows


def tree(raw: bytes, linktype: int) -> Tree:
    """(layer, [(field, value)]) from the outermost layer in; the text is not clean."""
    first = _first_layer(linktype)
    if first is None:
        return [(f"link type {linktype}", [("bytes", str(len(raw)))])]
    result: Tree = []
    try:
        for layer in _walk(first(raw)):
            result.append((str(layer.name), list(_fields(layer))))
    except FAILURES as failure:
        result.append(("not dissected", [("because", f"{type(failure).__name__}: {failure}")]))
    return result


def _walk(packet: Any) -> Iterator[Any]:
    layer = packet
    for _ in range(MOST_LAYERS):
        if layer is None or type(layer).__name__ == "NoPayload":
            return
        yield layer
        layer = layer.payload


def _fields(layer: Any) -> Iterator[tuple[str, str]]:
    for field in layer.fields_desc:
        if field.name not in layer.fields:
            continue
        value = layer.fields[field.name]
        try:
            text = _bytes(value) if isinstance(value, bytes) else str(field.i2repr(layer, value))
        except FAILURES:
            text = repr(value)
        if field.name == "options" and not value:
            yield field.name, "none"
        elif field.name == "options" and layer.name == "TCP":
            yield from _options(bytes(layer.original)[20 : 4 * (layer.dataofs or 5)], int(layer.flags))
        else:
            yield field.name, text


def _options(raw: bytes, flags: int) -> Iterator[tuple[str, str]]:
    """TCP options as tcpdump words them, one a row."""
    text = option_list(raw, flags=flags)[0].removesuffix("]")
    for number, option in enumerate(re.split(r",(?![^{]*\})", text)):  # no comma within braces
        yield "" if number else "options", option


def _bytes(value: bytes) -> str:
    return f"{len(value)} bytes: {value[:MOST_TEXT].decode('utf-8', 'backslashreplace')}" if value else "none"


def _short(value: str) -> str:
    text = clean(value)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


@cache
def _classes() -> dict[int, Any]:
    """The outermost layer by link type; imports scapy."""
    # A dissector's doubts must not be printed over the screen.
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    import scapy.contrib.mpls
    from scapy.config import conf
    from scapy.layers import inet, inet6, l2, ppp

    conf.noenum.add(inet.TCP.sport, inet.TCP.dport)  # port 80 is 80
    return {
        0: l2.Loopback,
        1: l2.Ether,
        9: ppp.PPP,
        12: inet6.IPv46,
        14: inet6.IPv46,
        50: ppp.HDLC,
        51: ppp.PPPoE,
        101: inet6.IPv46,
        108: l2.Loopback,
        113: l2.CookedLinux,
        219: scapy.contrib.mpls.MPLS,
        228: inet.IP,
        229: inet6.IPv6,
        276: l2.CookedLinuxV2,
    }


def _first_layer(linktype: int) -> Any:
    return _classes().get(linktype)
