"""Keep-alives and zero-window probes: segments that only ask whether the peer is there, or has room.

Both look the same (RFC 9293 3.8.4, 3.8.6.1): no byte, or one old byte, from just below the next number,
so that the peer must answer. The peer's window tells them apart. Some stacks probe a window with one
new byte.

Limits: a keep-alive less than half a second behind its sender's last segment counts as reordered.
"""

from __future__ import annotations

from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import diff
from tcptui.tcp.traces import Probes, Seen, Side
from tcptui.tcp.words import MILLISECOND

PROBE_AFTER = 500 * MILLISECOND  # a keep-alive comes out of silence, never behind other segments

SYN, FIN = int(Flags.SYN), int(Flags.FIN)


def note_probe(me: Side, peer: Side, segment: Segment, seen: Seen) -> None:
    """Count `segment` of `me` if it is a probe: a byte or none from below what is acknowledged."""
    if me.snd_max is None or segment.flags & (SYN | FIN) or segment.length > 1 or me.fin is not None:
        return
    at = diff(segment.seq, me.snd_max)
    if peer.zero is not None:
        if at == -1 or (at == 0 and segment.length == 1):
            _add_probe(peer.zero.probes, seen)
    elif at == -1 and not me.in_flight and me.last and seen.time_ns - me.last.time_ns >= PROBE_AFTER:
        _add_probe(me.keep_alive, seen)


def _add_probe(probes: Probes, seen: Seen) -> None:
    probes.add(seen)
    probes.unanswered += 1
