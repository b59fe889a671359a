"""RST: two kinds are sent, and not every one that arrives is believed.

Sent as an *abort* it carries ACK, its number is the sender's next one, and the sender had a
connection until that moment. Sent as a *reply* it answers a segment for which the sender has no
connection: its number is the trigger's ACK and it has no ACK of its own (or, answering a SYN, number 0
and an ACK of the SYN). A reply says that the sender was CLOSED before.

Received it must fit (RFC 9293 3.10.7.4 with RFC 5961: exactly at RCV.NXT; else it is challenged or
ignored). Limits: windows are not scaled here, so "in the window" is not asked.
"""

from __future__ import annotations

from tcptui.tcp import options, seq
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import State
from tcptui.tcp.tcb import ACK, Tcb

_PEER_CLOSED = (State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING)


def is_reply(segment: Segment) -> bool:
    """This RST says "no such connection", rather than "I abort"."""
    return not segment.flags & ACK or segment.seq == 0


def acceptable(tcb: Tcb, segment: Segment) -> bool:
    """The endpoint believes this RST, in a state other than SYN_SENT (there an ACK decides)."""
    if tcb.state is State.TIME_WAIT and tcb.bsd:
        return False  # RFC 1337; Linux believes it unless tcp_rfc1337 is set
    if tcb.rcv_nxt is None or segment.seq in (tcb.rcv_nxt, tcb.ack_sent):
        return True
    if tcb.state in _PEER_CLOSED and not tcb.bsd and seq.add(segment.seq, 1) == tcb.rcv_nxt:
        return True
    if tcb.state is State.FIN_WAIT_2:  # a mini-socket, as Linux keeps after close(), asks for the window only
        return seq.between(tcb.rcv_nxt, segment.seq, seq.add(tcb.rcv_nxt, 65536))
    return any(segment.seq == right for _, right in tcb.gaps)


def right_edge(segment: Segment) -> int | None:
    """The highest number that this segment's SACK blocks report as held."""
    edges = [right for _, right in options.sack(segment.options)]
    if not edges:
        return None
    return max(edges, key=lambda edge: seq.diff(edge, edges[0]))
