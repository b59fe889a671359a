"""What the capture has missed, as others show: the SYN, or SYN,ACK, that must have been there.

An acknowledgement of octets that we never saw pass is for `unseen_fin.py`.
"""

from __future__ import annotations

from tcptui.tcp import seq, unseen_fin
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import Tcb


def missed_syn(end: Endpoint, segment: Segment) -> None:
    """A SYN,ACK passed to `end`, of which nothing has been seen: it must have sent a SYN."""
    exact = end.exact
    if not end.untouched:
        return
    end.start = exact.state = State.CLOSED
    exact.iss = seq.add(segment.ack, -1)
    exact.snd_max = segment.ack
    exact.step(Event.ACTIVE_OPEN, segment, Evidence.ASSUMED)


def acknowledged(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`peer` may acknowledge by `segment` more than `end` was seen to send."""
    exact, ack = end.exact, segment.ack
    if exact.state is State.LISTEN and not exact.path and peer.exact.iss is not None:
        _listened(exact, peer.exact, segment, iss=seq.add(ack, -1))
    elif exact.unknown:
        exact.snd_max = ack  # as far as we can know
    else:
        unseen_fin.acknowledged(end, peer, segment)


def missed_answer(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end`, of which nothing has been seen, sends text to a caller: its SYN,ACK went before (or is late)."""
    exact = end.exact
    if end.untouched and exact.state is State.LISTEN and peer.exact.acknowledges_syn(segment.ack):
        _listened(exact, peer.exact, segment, iss=seq.add(segment.seq, -1))
        exact.fast_open = seq.gt(segment.ack, seq.add(exact.irs or 0, 1))


def _listened(exact: Tcb, peer: Tcb, segment: Segment, *, iss: int) -> None:
    exact.passive = True
    exact.irs, exact.rcv_nxt = peer.iss, seq.add(peer.iss or 0, 1)
    exact.iss, exact.snd_max = iss, seq.add(iss, 1)
    exact.step(Event.RECV_SYN, segment, Evidence.ASSUMED)
