"""A FIN that the capture has missed, as others show: one octet that we never saw pass.

A FIN is one octet of sequence space, and so is a single octet of data. It is taken for the FIN, as few
send single octets, and that is taken back where data or another FIN shows otherwise. Of a longer hole
the last octet is a FIN where the sender turns out to have become a socket in TIME_WAIT.

Limits: a hole whose sender says nothing more, and is asked nothing more, stays a hole.
"""

from __future__ import annotations

from tcptui.tcp import options, seq
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.flight import is_pure_ack
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, CLOSE_WAIT, CLOSED, ESTABLISHED, SYN_RCVD, SYN_SENT
from tcptui.tcp.tcb import ACK, FIN, RST

_OPEN = (SYN_RCVD, ESTABLISHED, CLOSE_WAIT)
_FAR = 1 << 20


def acknowledged(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`peer` acknowledges by `segment` more than `end` was seen to send."""
    exact, ack = end.exact, segment.ack
    if exact.fin_seq is not None or not 0 < seq.diff(ack, exact.snd_max) < _FAR:
        return
    end.touch()
    _open_before(end, peer, segment)
    next_octet = ack == seq.add(exact.snd_max, 1)
    if next_octet and exact.state is CLOSED and exact.closed_unseen:
        end.missed = exact.fin_seq = exact.snd_max  # the peer has had its FIN
        _assume_received(end, peer, segment)
    elif next_octet and exact.state in _OPEN:
        _assume_answer(end, peer, segment)
        _assume_fin(end, segment)
        _assume_received(end, peer, segment)
    else:
        end.hole = segment
    exact.snd_max = ack


def aborted(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end` aborts, and there is nothing that it could have left unread: the unseen octet was data."""
    _crossed(end, peer, segment)
    assumed = end.missed is not None and end.exact.fin_seq == end.missed
    if assumed and segment.flags & ACK and not peer.exact.has_sent_text:
        _take_back(end, peer, f"it aborts (#{segment.packet}) where its FIN had been assumed")
        end.missed = None


def overtaken(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end` has aborted already, and `segment`, sent before that, is the octet taken for its FIN."""
    if end.missed is not None and segment.length and seq.gt(seq.add(segment.seq, segment.length), end.missed):
        _take_back(end, peer, f"what had been taken for its FIN is data (#{segment.packet})")
        end.missed = None


def _open_before(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """It has sent beyond its SYN: the handshake had reached it."""
    if end.exact.state is SYN_SENT and peer.exact.iss is not None:
        end.consume(seq.add(peer.exact.iss, 1), segment)
    end.handshake_done(segment)


def spoke(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """`end` itself sends `segment`: empty, and one octet further than we saw; or more after that octet."""
    exact, missed = end.exact, end.missed
    if missed is not None:
        last = seq.add(segment.seq, segment.length)
        overtaken(end, peer, segment)
        if end.missed is not None and segment.flags & FIN and last != missed:
            _take_back(end, peer, f"it sends on (#{segment.packet}) where its FIN had been assumed")
            end.missed = None
    elif exact.fin_seq is None and exact.state in _OPEN and is_pure_ack(segment) and not exact.unknown:
        if segment.seq == seq.add(exact.snd_max, 1):
            end.handshake_done(segment)
            _received_first(end, peer, segment)
            _assume_fin(end, segment)
        elif end.hole is not None and end.hole.ack == segment.seq and end.marks.is_bare(segment):
            _assume_fin_in_hole(end, peer, end.hole)
    if segment.space:
        end.hole = None
    if end.combined and is_pure_ack(segment):
        _crossed(end, peer, segment)


def _received_first(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """It acknowledges a second copy of the peer's FIN, having had the first, as its DSACK (RFC 2883) says.

    Had its own FIN crossed that, an ACK would have followed at once. So its own came after, and was lost.
    """
    number = peer.exact.fin_seq
    again = any(seq.le(right, segment.ack) for _, right in options.sack(segment.options))
    if again and number is not None and seq.gt(segment.ack, number):
        end.acknowledge(segment)


def _assume_fin(end: Endpoint, known: Segment) -> None:
    """The octet was a FIN, sent before `known` shows it."""
    exact = end.exact
    end.missed = exact.fin_seq = exact.snd_max
    exact.step(Event.CLOSE, known, ASSUMED)


def _assume_fin_in_hole(end: Endpoint, peer: Endpoint, known: Segment) -> None:
    """The last octet that `known` acknowledges was a FIN."""
    exact, other = end.exact, peer.exact
    end.missed = exact.fin_seq = seq.add(known.ack, -1)
    exact.insert(exact.before(known), Event.CLOSE, known, ASSUMED)
    if not other.peer_fin_consumed:
        other.peer_fin, other.peer_fin_consumed = end.missed, True
        other.insert(other.before(known), Event.RECV_FIN, known, ASSUMED)


def _assume_received(end: Endpoint, peer: Endpoint, known: Segment) -> None:
    """`peer` has acknowledged it by `known`, hence consumed it."""
    other = peer.exact
    peer.handshake_done(known)
    peer.believe_before(end.exact.snd_max, known)
    peer.believe_old(known)
    if not other.peer_fin_consumed:
        other.peer_fin, other.peer_fin_consumed = end.missed, True
        other.step(Event.RECV_FIN, known, ASSUMED)


def _assume_answer(end: Endpoint, peer: Endpoint, known: Segment) -> None:
    """The FIN of `peer` is under way and nothing we saw acknowledges it: the unseen FIN did."""
    number = peer.exact.fin_seq
    if number is None or not any(one.segment.flags & FIN and not one.lost for one in end.flights):
        return
    end.combined = True
    end.consume(seq.add(number, 1), known)
    peer.believe_old(known)
    peer.exact.fin_acked = True
    peer.exact.step(Event.RECV_ACK_OF_FIN, known, ASSUMED)


def _crossed(end: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """Its unseen FIN had been taken for the ACK of the peer's; what it sends after that shows otherwise.

    That is an ACK, where all was acknowledged and it would be CLOSED by then; or an abort, or a reply,
    which leaves the peer's FIN out.
    """
    number, missed = peer.exact.fin_seq, end.missed
    if not end.combined or number is None or missed is None:
        return
    if segment.flags & RST:
        acknowledged = segment.ack if segment.flags & ACK else number
        crossed = seq.le(acknowledged, number) and (bool(segment.flags & ACK) or seq.le(segment.seq, missed))
    else:
        acknowledged, crossed = segment.ack, segment.seq == seq.add(missed, 1)
    if not crossed:
        return
    end.combined = False
    end.exact.peer_fin_consumed = False
    if seq.le(acknowledged, number):
        end.exact.rcv_nxt = acknowledged
    end.exact.forget((Event.RECV_FIN,))
    peer.exact.fin_acked = False
    peer.exact.forget((Event.RECV_ACK_OF_FIN,))
    reason = f"its FIN had crossed the other's, as #{segment.packet} shows"
    end.correct(reason)
    peer.correct(reason)


def _take_back(end: Endpoint, peer: Endpoint, reason: str) -> None:
    exact, other = end.exact, peer.exact
    exact.fin_seq, exact.fin_acked = None, False
    exact.forget((Event.CLOSE, Event.RECV_ACK_OF_FIN))
    other.peer_fin, other.peer_fin_consumed = None, False
    other.forget((Event.RECV_FIN,))
    end.correct(reason)
    peer.correct(reason)
