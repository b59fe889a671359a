"""What the capture has missed, as others show: the SYN, or SYN,ACK, that must have been there.

An acknowledgement of octets that we never saw pass is for `unseen_fin.py`.
"""

from __future__ import annotations

from tcptui.tcp import options, seq, unseen_fin
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, CLOSED, LISTEN, SENT
from tcptui.tcp.tcb import Tcb


def missed_syn(end: Endpoint, segment: Segment) -> None:
    """An answer to a SYN passed to `end`, of which nothing has been seen in this life."""
    exact = end.exact
    end.start = exact.state = CLOSED
    exact.iss = seq.add(segment.ack, -1)
    exact.snd_max = segment.ack
    exact.step(Event.ACTIVE_OPEN, segment, ASSUMED)


def called_too(end: Endpoint, segment: Segment) -> None:
    """`end` goes on after its SYN,ACK: was that a listener's, or a caller's whose SYN we missed?

    Linux answers a SYN before there is a socket, with IP identification 0. One that counts has a socket,
    and so had called.
    """
    syn = end.exact.syn
    counted = syn is not None and syn.ip_id and end.marks.follows(segment)
    if counted and syn is not None and end.exact.passive and options.is_linux(syn.options):
        missed_crossing(end, segment)


def missed_crossing(end: Endpoint, segment: Segment) -> None:
    """A caller answers SYN,ACK (`segment`): `end` had sent a bare SYN, which crossed the caller's."""
    exact = end.exact
    first = exact.path[0] if exact.path else None
    if exact.state not in (CLOSED, LISTEN) and (first is None or first.event is not Event.RECV_SYN):
        return
    path, exact.path = exact.path, []
    end.start = exact.state = CLOSED
    exact.passive = False
    if first is None:
        exact.iss, exact.snd_max = seq.add(segment.ack, -1), segment.ack
    exact.step(Event.ACTIVE_OPEN, segment if first is None else first.cause, ASSUMED)
    if first is not None:
        exact.step(Event.RECV_SYN_IN_SYN_SENT, first.cause, SENT)
    exact.again(path[1:])
    end.correct(f"it had called too, as the answer (#{segment.packet}) shows")


def acknowledged(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`peer` may acknowledge by `segment` more than `end` was seen to send."""
    exact, ack = end.exact, segment.ack
    if exact.state is LISTEN and not exact.path and peer.exact.iss is not None:
        listened(exact, peer.exact, segment, iss=seq.add(ack, -1))
    elif exact.unknown:
        exact.snd_max = ack  # as far as we can know
    elif ack != exact.snd_max:
        unseen_fin.acknowledged(end, peer, segment)


def missed_answer(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end`, a listener, sends text to a caller: its SYN,ACK, not seen, went before (or is late)."""
    exact = end.exact
    if end.untouched and peer.exact.acknowledges_syn(segment.ack):
        listened(exact, peer.exact, segment, iss=seq.add(segment.seq, -1))
        exact.fast_open = seq.gt(segment.ack, seq.add(exact.irs or 0, 1))


def listened(exact: Tcb, peer: Tcb, segment: Segment, *, iss: int) -> None:
    """It answered the peer's SYN by a SYN,ACK numbered `iss`, before `segment`."""
    exact.passive = True
    exact.irs, exact.rcv_nxt = peer.iss, seq.add(peer.iss or 0, 1)
    exact.iss, exact.snd_max = iss, seq.add(iss, 1)
    exact.step(Event.RECV_SYN, segment, ASSUMED)
