"""What a TCP header holds that is not kept in columns: the urgent pointer, and options that were cut off.

Few segments have either, so it is read from the captured bytes when somebody asks.
"""

from __future__ import annotations

import numpy as np

from tcptui.dataclass import dataclass
from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.tcp.segment import Flags

_URGENT = 2  # places in the header before the options
_OFFSET = 8


@dataclass(frozen=True, slots=True)
class Rest:
    """urgent: the pointer. options: bytes of options by the header's own length, captured or not.

    payload: captured bytes of payload.
    """

    urgent: int
    options: int
    payload: int


def rest(store: SegmentStore, rows: Ints) -> dict[int, Rest]:
    """By place in `rows`, for those with URG and those that were not captured whole."""
    captured = _captured_payload(store, rows)
    cut = captured < store.column("length", rows)
    urgent = (store.column("flags", rows) & int(Flags.URG)) != 0
    places = set(np.flatnonzero(urgent | cut).tolist()) | set(_maybe_cut(store, rows, captured))
    options = store.column("options", rows)
    found = {}
    for at in sorted(places):
        place = int(store.column("options_at", rows[[at]])[0])
        raw = store.raw(int(rows[at]))
        if len(raw) >= place:
            size = _options_size(raw, place)
            missing = size - int(options[at])
            payload = max(0, min(int(captured[at]) - missing, int(store.column("length", rows[[at]])[0])))
            found[at] = Rest(int.from_bytes(raw[place - _URGENT : place]), size, payload)
    return found


def cut_headers(store: SegmentStore, rows: Ints) -> list[int]:
    """Places in `rows` of the segments whose TCP header was not captured whole."""
    options_at, options = store.column("options_at", rows), store.column("options", rows)
    return [
        at
        for at in _maybe_cut(store, rows, _captured_payload(store, rows))
        if _options_size(store.raw(int(rows[at])), int(options_at[at])) > options[at]
    ]


def _captured_payload(store: SegmentStore, rows: Ints) -> Ints:
    """Bytes captured behind the options that were."""
    begin = store.column("options_at", rows).astype(np.int64) + store.column("options", rows)
    captured: Ints = store.column("caplen", rows) - begin
    return captured


def _maybe_cut(store: SegmentStore, rows: Ints, captured: Ints) -> list[int]:
    short = store.column("caplen", rows) < store.column("wirelen", rows)
    places: list[int] = np.flatnonzero((captured <= 0) & short).tolist()
    return places


def _options_size(raw: bytes, options_at: int) -> int:
    at = options_at - _OFFSET
    return (raw[at] >> 4) * 4 - 20 if len(raw) > at else 0
