"""What a segment proves about its sender (exact, because a sender knows its own state).

One function per kind of segment. Each first settles what the segment shows about earlier deliveries,
then moves the sender.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcptui.tcp import options, rst, seq, unseen
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import ACK, FIN, RST, SYN, Step, space

if TYPE_CHECKING:
    from tcptui.tcp.connection import Connection

SENT, ASSUMED, PROVEN = Evidence.SENT, Evidence.ASSUMED, Evidence.PROVEN
_UNOPENED = (State.CLOSED, State.LISTEN)


def emit(connection: Connection, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """Move `sender` by what it sends."""
    flags = segment.flags
    if flags & RST:
        _emit_rst(connection, sender, receiver, segment)
    elif not flags & SYN:
        _emit_ordinary(connection, sender, receiver, segment)
    elif flags & ACK:
        _emit_syn_ack(connection, sender, receiver, segment)
    else:
        _emit_syn(connection, sender, receiver, segment)


# -- SYN ------------------------------------------------------------------------------------------------


def _emit_syn(connection: Connection, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.iss == segment.seq and exact.state is not State.CLOSED:
        if exact.state is State.SYN_SENT:
            for one in sender.flights:
                if sender.had_time(one, segment.time_ns):
                    sender.lose(one, f"SYN retransmitted: the answer (#{one.segment.packet}) did not arrive")
        return
    if sender.heard or exact.path:
        keep = [one for one in sender.flights if one.segment.flags & SYN and not one.segment.flags & ACK]
        _end_life(sender, segment)
        sender.begin(State.CLOSED, keep)
        connection.reopened(sender, receiver, segment)
    elif exact.state is State.LISTEN:
        sender.start = exact.state = State.CLOSED  # it calls too: a simultaneous open, nobody listened
        connection.nobody_listened(sender)
    _open(sender, segment, Event.ACTIVE_OPEN)


def _end_life(sender: Endpoint, segment: Segment) -> None:
    """It begins anew: what was assumed of its old life stands, and what is left of that is forgotten."""
    sender.believe_all()
    sender.exact.step(Event.FORGOTTEN, segment, SENT)
    sender.refresh(segment.packet, segment.time_ns)


def _open(sender: Endpoint, segment: Segment, event: Event, evidence: Evidence = SENT) -> None:
    exact = sender.exact
    exact.iss = segment.seq
    exact.snd_max = seq.add(segment.seq, space(segment))
    exact.bsd = options.is_bsd(segment.options)
    exact.step(event, segment, evidence)


# -- SYN,ACK --------------------------------------------------------------------------------------------


def _emit_syn_ack(connection: Connection, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.iss == segment.seq and exact.state is not State.CLOSED:
        _syn_ack_of_known(sender, segment)
        return
    unseen.missed_syn(receiver, segment)
    if not _answers(receiver, segment):
        return
    if sender.heard or exact.path:
        keep = [one for one in sender.flights if one.segment.flags & SYN and not one.segment.flags & ACK]
        _end_life(sender, segment)
        sender.begin(State.LISTEN, keep[-1:])
    connection.accepted(sender, receiver, segment)
    exact = sender.exact
    exact.state = State.LISTEN
    exact.passive = True
    exact.irs = receiver.exact.iss if receiver.exact.iss is not None else seq.add(segment.ack, -1)
    exact.rcv_nxt = seq.add(exact.irs, 1)
    exact.fast_open = seq.gt(segment.ack, exact.rcv_nxt)
    exact.rcv_nxt = exact.ack_sent = segment.ack
    _measure_syn(sender, segment)
    sender.flights = [one for one in sender.flights if seq.gt(one.end, segment.ack)]
    _open(sender, segment, Event.RECV_SYN)


def _answers(receiver: Endpoint, segment: Segment) -> bool:
    """This SYN,ACK may answer a SYN of the receiver: one that passed, or one that we can have missed."""
    exact = receiver.exact
    return (
        receiver.state is State.CLOSED
        or exact.iss is None
        or segment.ack == seq.add(exact.iss, 1)
        or (exact.state is State.SYN_SENT and exact.acknowledges_syn(segment.ack))
    )


def _measure_syn(sender: Endpoint, segment: Segment) -> None:
    asked = [one for one in sender.flights if one.segment.flags & SYN]
    if len(asked) == 1:
        sender.measure(segment.time_ns - asked[0].segment.time_ns)


def _syn_ack_of_known(sender: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.state is State.SYN_SENT:
        sender.acknowledge(segment)
        if exact.state is State.SYN_SENT:
            exact.irs = seq.add(segment.ack, -1)
            exact.step(Event.RECV_SYN_IN_SYN_SENT, segment, ASSUMED)
        exact.ack_sent = segment.ack
    elif exact.state is State.SYN_RCVD and exact.iss is not None:
        sender.deny_acks_of(exact.iss, segment, "SYN,ACK")


# -- ACK, data, FIN -------------------------------------------------------------------------------------


def _emit_ordinary(connection: Connection, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.state is State.SYN_SENT and sender.in_old_life(segment):
        sender.restore(segment)
        connection.never_reopened(sender)
        exact = sender.exact
    if exact.state is State.CLOSED:
        _after_the_end(sender, segment)
    if exact.state in _UNOPENED or not segment.flags & ACK:
        return
    ack = segment.ack
    unseen.spoke(sender, receiver, segment)
    unseen.acknowledged(receiver, sender, segment)
    stale = exact.ack_sent is not None and seq.lt(ack, exact.ack_sent)
    if not stale:
        if exact.state is State.SYN_SENT:
            _opened(sender, receiver, segment)
        elif exact.state is State.SYN_RCVD:
            _handshake_done(sender, segment)
        _settle(sender, receiver, segment)
        exact.ack_sent = ack
    end = seq.add(segment.seq, space(segment))
    if exact.iss is None and not sender.heard:
        exact.snd_max = end
    if seq.gt(end, exact.snd_max):
        if sender.beyond is None and not segment.length and seq.gt(segment.seq, exact.snd_max):
            sender.beyond = segment
        exact.snd_max = end
    if segment.flags & FIN:
        _fin(sender, segment)


_OWN_RST = (Event.SEND_RST, Event.REPLIED_RST)
_EXPIRED = (Event.TIMEOUT_2MSL, Event.TIMEOUT_USER, Event.REQUEST_EXPIRED)


def _after_the_end(sender: Endpoint, segment: Segment) -> None:
    """It speaks although it is CLOSED: late news of the time before, or it had not closed at all."""
    exact = sender.exact
    last = exact.path[-1] if exact.path else None
    if last is None or seq.gt(segment.seq, seq.add(exact.snd_max, 65536)):
        return
    if last.event in _EXPIRED:
        exact.withdraw_last()
        sender.reason = f"#{segment.packet} shows that it had not given up"
    elif last.event in _OWN_RST and last.cause is not None:
        if sender.goes_on(segment, last.cause):
            exact.withdraw_last()
            sender.reason = f"it goes on (#{segment.packet}): the RST (#{last.cause.packet}) was not its own"
        elif segment.flags & FIN and exact.fin_seq is None and exact.iss is not None:
            exact.fin_seq = seq.add(segment.seq, segment.length)
            exact.insert(len(exact.path) - 1, Event.CLOSE, segment, SENT)


def _opened(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """It speaks after its SYN: the answer has reached it."""
    exact = sender.exact
    _crossing_syn_lost(sender, segment)
    sender.acknowledge(segment)
    if exact.state is State.SYN_SENT:
        exact.rcv_nxt = segment.ack
        exact.irs = seq.add(segment.ack, -1)
        exact.step(Event.RECV_SYN_ACK, segment, ASSUMED)


def _crossing_syn_lost(sender: Endpoint, segment: Segment) -> None:
    """Had the peer's SYN come before its SYN,ACK, this endpoint would have answered SYN,ACK itself.

    That answer may have been lost before us; then the IP identification, which Linux counts up by socket,
    has a hole.
    """
    if sender.skipped(segment):
        return
    answered = any(one.segment.flags & SYN and one.segment.flags & ACK for one in sender.flights)
    for one in sender.flights:
        if answered and one.segment.flags & (SYN | ACK) == SYN:
            sender.lose(one, f"it answers the SYN,ACK alone (#{segment.packet}): the SYN did not arrive")


def _handshake_done(sender: Endpoint, segment: Segment) -> None:
    """Text, or an ACK of text: a request socket sends neither. Its bare ACK proves nothing."""
    irs = sender.exact.irs
    if space(segment) or (irs is not None and seq.gt(segment.ack, seq.add(irs, 1))):
        sender.handshake_done(segment)


def _settle(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """What its ACK proves and denies about deliveries."""
    exact = sender.exact
    sender.acknowledge(segment)
    sender.deny(segment)
    fin = receiver.exact.fin_seq
    if fin is not None and seq.gt(segment.ack, fin) and not exact.peer_fin_consumed:
        exact.peer_fin_consumed = True
        exact.step(Event.RECV_FIN, segment, PROVEN, proven_by=segment.packet)


def _fin(sender: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    number = seq.add(segment.seq, segment.length)
    if exact.fin_seq is None:
        exact.fin_seq = number
        _close(sender, number, segment)
    elif exact.fin_seq == number:
        sender.deny_acks_of(number, segment, "FIN")


def _close(sender: Endpoint, number: int, segment: Segment) -> None:
    """Its first FIN that we see; where a number beyond it has been seen, it had been sent before that."""
    exact, beyond = sender.exact, sender.beyond
    index = len(exact.path)
    if beyond is not None and seq.gt(beyond.seq, number):
        while index and _shown_by(exact.path[index - 1], beyond):
            index -= 1
    exact.insert(index, Event.CLOSE, beyond if beyond and index < len(exact.path) else segment, SENT)


def _shown_by(step: Step, segment: Segment) -> bool:
    """It consumed the peer's FIN, and that is known only since this segment."""
    return step.event is Event.RECV_FIN and (step.proven_by is None or step.proven_by >= segment.packet)


def _unseen_fin(sender: Endpoint, segment: Segment) -> None:
    """Its RST is numbered one beyond all that we saw it send: its FIN passed us unseen."""
    exact = sender.exact
    if exact.fin_seq is None and exact.iss is not None and segment.seq == seq.add(exact.snd_max, 1):
        exact.fin_seq = exact.snd_max
        exact.step(Event.CLOSE, segment, ASSUMED)


# -- RST ------------------------------------------------------------------------------------------------


def _emit_rst(connection: Connection, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.state is State.LISTEN and not exact.path:
        if rst.is_reply(segment):
            connection.nobody_listened(sender)
            sender.flights = []
        return
    if not sender.may_have_sent(segment):
        return  # its number is neither the next one nor an answer: somebody else's, whatever the address says
    if not rst.is_reply(segment):
        _unseen_fin(sender, segment)
        syn = next((one.segment for one in sender.flights if one.segment.flags & (SYN | ACK) == SYN), segment)
        sender.aborted(segment)
        exact.step(Event.SEND_RST, syn if exact.state is not State.SYN_RCVD else segment, SENT)
        return
    opening = exact.state in (State.SYN_SENT, State.SYN_RCVD) and exact.iss is not None
    if opening and segment.seq != seq.add(exact.iss or 0, 1):
        return  # the answer to a segment that was not for this connection
    sender.refused(segment)
    exact.step(Event.REPLIED_RST, segment, SENT)
