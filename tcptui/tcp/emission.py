"""What a segment proves about its sender: exact, because a sender knows its own state.

Here are ordinary segments (ACK, data, FIN); SYN and SYN,ACK are in `opening.py`, RST in `aborting.py`.
Each first settles what the segment shows about earlier deliveries, then moves the sender.
"""

from __future__ import annotations

from tcptui.tcp import seq, unseen, unseen_fin
from tcptui.tcp.aborting import emit_rst, speaks_after_the_end
from tcptui.tcp.classify import DEAF
from tcptui.tcp.denial import deny, deny_acks_of
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import BY_ICMP, Event
from tcptui.tcp.flight import is_answer, is_bare_syn
from tcptui.tcp.lives import Lives
from tcptui.tcp.opening import answered_alone, answered_unseen, emit_syn, emit_syn_ack
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import (
    ASSUMED,
    CLOSED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LISTEN,
    PROVEN,
    SENT,
    SYN_RCVD,
    SYN_SENT,
)
from tcptui.tcp.tcb import ACK, FIN, RST, SYN, Step


def emit(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """Move `sender` by what it sends."""
    flags = segment.flags
    if sender.exact.state in DEAF:
        _unimpressed(sender, segment)
    if flags & RST:
        unseen_fin.aborted(sender, receiver, segment)
        _acknowledged_by_rst(sender, receiver, segment)
        emit_rst(sender, receiver, segment)
    elif not flags & SYN:
        _emit_ordinary(lives, sender, receiver, segment)
    elif flags & ACK:
        emit_syn_ack(lives, sender, receiver, segment)
    else:
        emit_syn(lives, sender, receiver, segment)


def _acknowledged_by_rst(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """An abort acknowledges, too: one octet more than was seen of an open connection was its FIN."""
    exact = sender.exact
    own = segment.seq == exact.snd_max and not exact.unknown and exact.state is not CLOSED
    if own and segment.flags & ACK and segment.ack == seq.add(receiver.exact.snd_max, 1):
        unseen.acknowledged(receiver, sender, segment)


def _unimpressed(sender: Endpoint, segment: Segment) -> None:
    """It goes on with a call that had ended: by an ICMP error, or as it seemed to have given up."""
    exact = sender.exact
    if not exact.path:
        return
    last = exact.path[-1]
    if last.event not in BY_ICMP and not _gave_up_calling(last):
        return
    if segment.flags & RST or (segment.flags & SYN and segment.seq != exact.iss):
        return  # it tries anew, or it has ended indeed
    exact.withdraw_last()
    if last.cause is None:
        exact.since_ns = segment.time_ns  # it counts anew
        sender.correct(f"#{segment.packet} shows that it had not given up")
    else:
        error = f"the ICMP error (#{last.cause.packet}) was lost, or is not believed"
        sender.correct(f"it goes on (#{segment.packet}): {error}")


def _gave_up_calling(step: Step) -> bool:
    return step.old is SYN_SENT and step.event is Event.TIMEOUT_USER


def _emit_ordinary(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    if sender.exact.state is SYN_SENT and sender.in_old_life(segment):
        sender.restore(segment)
        lives.never_reopened(sender)
    exact = sender.exact
    if exact.state is CLOSED:
        speaks_after_the_end(sender, segment)
        unseen_fin.overtaken(sender, receiver, segment)
    elif exact.state is LISTEN and segment.space:
        unseen.missed_answer(sender, receiver, segment)
    if exact.state in DEAF or not segment.flags & ACK:
        return
    if exact.state is SYN_RCVD:
        unseen.called_too(sender, segment)
    elif exact.state is SYN_SENT:
        answered_unseen(lives, sender, receiver, segment)
    unseen_fin.spoke(sender, receiver, segment)
    unseen.acknowledged(receiver, sender, segment)
    if exact.ack_sent is None or seq.ge(segment.ack, exact.ack_sent):  # else late: it proves nothing now
        _settle(sender, receiver, segment)
        if exact.state is FIN_WAIT_2 and exact.ack_sent is not None:
            exact.reads = exact.reads or seq.gt(segment.ack, exact.ack_sent)
        exact.ack_sent = segment.ack
    answered_alone(sender, receiver, segment)
    _extend(sender, segment)
    if segment.flags & FIN:
        _fin(sender, segment)


def _settle(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """What it shows about deliveries."""
    exact = sender.exact
    if exact.state is SYN_SENT:
        _crossing_syn_lost(sender, segment)
    elif exact.state is SYN_RCVD:
        _handshake_done(sender, segment)
    elif exact.state is FIN_WAIT_1:
        sender.acknowledged_first(segment)
    sender.acknowledge(segment)
    if exact.state is SYN_RCVD:  # it is only now known that a SYN had come
        _handshake_done(sender, segment)
    if exact.state is SYN_SENT:  # the answer to its SYN was not captured
        exact.irs, exact.rcv_nxt = seq.add(segment.ack, -1), segment.ack
        exact.step(Event.RECV_SYN_ACK, segment, ASSUMED)
    deny(sender, segment)
    fin = receiver.exact.fin_seq
    if fin is not None and seq.gt(segment.ack, fin) and not exact.peer_fin_consumed:
        exact.peer_fin_consumed = True
        exact.step(Event.RECV_FIN, segment, PROVEN, proven_by=segment.packet)


def _crossing_syn_lost(sender: Endpoint, segment: Segment) -> None:
    """Had the peer's SYN come before its SYN,ACK, this endpoint would have answered SYN,ACK itself.

    That answer may have been lost before us; then the IP identification, which Linux counts up by socket,
    has a hole.
    """
    if sender.marks.skipped(segment):
        return
    answered = any(is_answer(one) for one in sender.flights)
    for one in sender.flights:
        if answered and is_bare_syn(one):
            sender.lose(one, f"it answers the SYN,ACK alone (#{segment.packet}): the SYN did not arrive")


def _handshake_done(sender: Endpoint, segment: Segment) -> None:
    """Text, or an ACK of text: a request socket sends neither. Its bare ACK proves nothing.

    A caller's does, whose SYN crossed another: it answers the SYN,ACK.
    """
    exact, irs = sender.exact, sender.exact.irs
    text = segment.space or (irs is not None and seq.gt(segment.ack, seq.add(irs, 1)))
    if text or (not exact.passive and any(is_answer(one) and not one.lost for one in sender.flights)):
        sender.handshake_done(segment)


def _extend(sender: Endpoint, segment: Segment) -> None:
    """Its numbers go at least as far as this."""
    exact = sender.exact
    exact.window = segment.window
    end = segment.end
    if exact.unknown:
        exact.snd_max, exact.numbered = end, True
    if seq.gt(end, exact.snd_max):
        if segment.length:
            sender.beyond = None  # text: what lay unseen before it was no FIN
        elif sender.beyond is None and seq.gt(segment.seq, exact.snd_max):
            sender.beyond = segment
        exact.snd_max = end


def _fin(sender: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    number = seq.add(segment.seq, segment.length)
    if exact.fin_seq is None:
        exact.fin_seq = number
        _close(sender, number, segment)
    elif exact.fin_seq == number:
        deny_acks_of(sender, number, segment, "FIN")


def _close(sender: Endpoint, number: int, segment: Segment) -> None:
    """Its first FIN that we see; where a number beyond it has been seen, it had been sent before that."""
    exact, beyond = sender.exact, sender.beyond
    index = len(exact.path)
    if beyond is not None and seq.gt(beyond.seq, number):
        while index and _shown_by(exact.path[index - 1], beyond):
            index -= 1
    cause = beyond if beyond is not None and index < len(exact.path) else segment
    exact.insert(index, Event.CLOSE, cause, SENT)


def _shown_by(step: Step, segment: Segment) -> bool:
    """It consumed the peer's FIN, and that is known only since this segment."""
    return step.event is Event.RECV_FIN and (step.proven_by is None or step.proven_by >= segment.packet)
