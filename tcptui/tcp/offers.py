"""What a SYN offers, and how copies of it differ: the trace of a fallback, or of something on the way.

A caller whose SYN gets no answer may try again without what old or broken networks drop: TCP Fast Open
(RFC 7413 4.1.3), ECN (RFC 3168 6.1.1.1), window scaling and the like (Windows, with its last SYN). What is
added or gets another value was changed by somebody else.
"""

from __future__ import annotations

from tcptui.tcp.options import EXPERIMENT, FAST_OPEN, MSS, WSCALE, Options, parse
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.traces import Change, Copies, Seen

ECN = int(Flags.ECE | Flags.CWR)
PADDING = (0, 1)


def offers(found: Options) -> dict[int, object]:
    """By kind of option, what may not change between copies; a time stamp does, and so may Fast Open."""
    values: dict[int, object] = {MSS: found.mss, WSCALE: found.wscale}
    kinds = (kind for kind in found.kinds if kind not in (*PADDING, FAST_OPEN, EXPERIMENT))
    return {kind: values.get(kind) for kind in kinds}


def change(original: Copies, copy: Segment, seen: Seen, *, within_ns: int) -> Change | None:
    """How this copy of a SYN differs from the original; None where it offers the same.

    within_ns: one packet that is seen at two places is seen in so short a time.
    """
    before, after = parse(original.options), parse(copy.options)
    offered, offers_now = offers(before), offers(after)
    same = offered == offers_now
    gave_up = before.fast_open != after.fast_open or (original.flags ^ copy.flags) & ECN
    if same and not gave_up:
        return None
    dropped = tuple(kind for kind in before.kinds if kind not in (*after.kinds, *PADDING))
    one_packet = bool(copy.ip_id) and copy.ip_id == original.ip_id
    on_the_way = one_packet and seen.time_ns - original.first.time_ns <= within_ns
    return Change(original.first, seen, dropped, offers_now.items() <= offered.items(), on_the_way)
