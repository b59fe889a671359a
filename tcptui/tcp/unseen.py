"""What the capture has missed, as others show: an acknowledgement of octets that we never saw pass.

A SYN or SYN,ACK that was missed is certain. A FIN is one octet of sequence space, and so is a single
octet of data; the FIN is assumed where the sender goes on from there with nothing, or had only the FIN
left to send, and taken back when there is data after all.
"""

from __future__ import annotations

from tcptui.tcp import seq
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import FIN, Tcb


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
        return
    if exact.unknown:
        exact.snd_max = ack  # as far as we can know
        return
    if seq.le(ack, exact.snd_max) or exact.fin_seq is not None:
        return
    end.touch()
    if ack == seq.add(exact.snd_max, 1):
        end.handshake_done(segment)
        end.missed, end.missed_ack = exact.snd_max, segment
        if exact.state is State.CLOSE_WAIT:
            _assume_fin(end, peer, segment)
        exact.snd_max = ack
    elif seq.diff(ack, exact.snd_max) < 1 << 20:
        end.handshake_done(segment)
        exact.snd_max = ack


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


def spoke(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end` itself sends `segment`: does it go on with nothing, or with data, where an octet was missed?"""
    if end.missed is None:
        return
    if segment.length and seq.gt(seq.add(segment.seq, segment.length), end.missed):
        if end.exact.fin_seq == end.missed:
            _take_back(end, peer, f"it sends data (#{segment.packet}) where its FIN had been assumed")
        end.missed = None
    elif segment.flags & FIN:
        end.missed = None
    elif end.exact.fin_seq is None and segment.seq == seq.add(end.missed, 1):
        _assume_fin(end, peer, segment)


def _assume_fin(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """The octet was a FIN: sent, and consumed, before the segment that acknowledged it."""
    exact, other, known = end.exact, peer.exact, end.missed_ack or segment
    exact.fin_seq = end.missed
    exact.insert(exact.before(known), Event.CLOSE, known, Evidence.ASSUMED)
    peer.believe_old(known)
    if not other.peer_fin_consumed:
        other.peer_fin, other.peer_fin_consumed = end.missed, True
        other.insert(other.before(known), Event.RECV_FIN, known, Evidence.ASSUMED)


def _take_back(end: Endpoint, peer: Endpoint, reason: str) -> None:
    exact, other = end.exact, peer.exact
    exact.fin_seq, exact.fin_acked = None, False
    exact.forget((Event.CLOSE, Event.RECV_ACK_OF_FIN))
    other.peer_fin, other.peer_fin_consumed = None, False
    other.forget((Event.RECV_FIN,))
    end.correct(reason)
    peer.correct(reason)
