"""Guards before the lookup: which events a segment is for the endpoint that it reaches.

`arrival` follows RFC 9293 3.10.7.4 in its order: RST, SYN, ACK, text, FIN. It takes the text into the
receiver's books and returns the events; the caller looks them up. Nothing here knows the arrows.
"""

from __future__ import annotations

from tcptui.tcp import rst, seq
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import CLOSED, LISTEN, SYN_RCVD, SYN_SENT
from tcptui.tcp.tcb import ACK, FIN, RST, SYN, Tcb

NOTHING: tuple[Event, ...] = ()
DEAF = (CLOSED, LISTEN)
"""Nothing that arrives moves it: it moves when it answers; until then nobody knows whether it listens."""
_RESET = (Event.RECV_RST,)
_RESET_REQUEST = (Event.RECV_RST_PASSIVE,)
_SYN_ACKED = (Event.RECV_ACK_OF_SYN,)
_FIN_ACKED = (Event.RECV_ACK_OF_FIN,)
_FIN_CONSUMED = (Event.RECV_FIN,)


def arrival(tcb: Tcb, segment: Segment) -> tuple[Event, ...]:
    """The events that `segment` is for an endpoint, in order; its books take the contents in."""
    state = tcb.state
    if state in DEAF:
        return NOTHING
    flags = segment.flags
    if state is SYN_SENT:
        return _in_syn_sent(tcb, segment)
    if flags & RST:
        return _reset(tcb, segment)
    if flags & SYN:
        return _syn_again(tcb, segment)
    if not flags & ACK:
        return NOTHING
    if tcb.ack_sent is not None and seq.lt(segment.end, tcb.ack_sent):
        return NOTHING  # a copy from the past, wholly acknowledged before: its ACK does not count
    if state is SYN_RCVD and not tcb.acknowledges_syn(segment.ack):
        return NOTHING
    return _ordinary(tcb, segment)


def _in_syn_sent(tcb: Tcb, segment: Segment) -> tuple[Event, ...]:
    flags = segment.flags
    if flags & ACK and not tcb.acknowledges_syn(segment.ack):
        return NOTHING  # it answers RST, and goes on asking
    if flags & RST:
        return _RESET if flags & ACK else NOTHING
    if not flags & SYN:
        return NOTHING
    tcb.irs, tcb.peer_syn = segment.seq, segment
    tcb.rcv_nxt = seq.add(segment.seq, 1)
    tcb.peer_fin = None
    if segment.length:
        tcb.accept(tcb.rcv_nxt, seq.add(tcb.rcv_nxt, segment.length))
    return (Event.RECV_SYN_ACK,) if flags & ACK else (Event.RECV_SYN_IN_SYN_SENT,)


def _reset(tcb: Tcb, segment: Segment) -> tuple[Event, ...]:
    if not rst.acceptable(tcb, segment):
        return NOTHING
    request = tcb.state is SYN_RCVD and tcb.passive and not tcb.bsd
    return _RESET_REQUEST if request else _RESET


def _syn_again(tcb: Tcb, segment: Segment) -> tuple[Event, ...]:
    """A SYN where there is a connection: only the SYN,ACK of a simultaneous open is news."""
    crossing = tcb.state is SYN_RCVD and not tcb.passive and segment.seq == tcb.irs
    if crossing and segment.flags & ACK and tcb.acknowledges_syn(segment.ack):
        return _SYN_ACKED
    return NOTHING


def _ordinary(tcb: Tcb, segment: Segment) -> tuple[Event, ...]:
    events = _SYN_ACKED if tcb.state is SYN_RCVD else NOTHING
    if tcb.fin_seq is not None and not tcb.fin_acked and seq.gt(segment.ack, tcb.fin_seq):
        tcb.fin_acked = True
        events += _FIN_ACKED
    if segment.space:
        if segment.flags & FIN:
            tcb.peer_fin = seq.add(segment.end, -1)
        tcb.accept(segment.seq, segment.end)
        if tcb.peer_fin is not None and not tcb.peer_fin_consumed and tcb.fin_arrived():
            tcb.peer_fin_consumed = True
            events += _FIN_CONSUMED
    return events
