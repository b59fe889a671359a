"""What a RST proves about its sender, and what it means when somebody speaks after his end.

An abort moves the sender to CLOSED when it sends. A reply says that it was CLOSED before; what had been
assumed because of the segment that it answers, the trigger, is taken back.
"""

from __future__ import annotations

from tcptui.tcp import rst, seq
from tcptui.tcp.endpoint import UNKNOWN_ROUND_TRIP, Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.flight import Flight, deliver, is_bare_syn
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import (
    ASSUMED,
    CLOSED,
    ESTABLISHED,
    LISTEN,
    PASSED,
    PROVEN,
    SENT,
    SYN_RCVD,
    SYN_SENT,
    TIMER,
)
from tcptui.tcp.tcb import ACK, FIN, RST, SYN

_OWN_RST = (Event.SEND_RST, Event.REPLIED_RST)
_EXPIRED = (Event.TIMEOUT_2MSL, Event.TIMEOUT_USER, Event.REQUEST_EXPIRED)
SIGN_OF_LIFE = 5_000_000_000
_OPENING = (SYN_SENT, SYN_RCVD)


def emit_rst(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """`sender` sends a RST, or somebody does in its name."""
    exact = sender.exact
    if exact.state is LISTEN and not exact.path:
        if segment.flags & ACK:
            sender.start = exact.state = CLOSED  # it refuses: nobody listens
            sender.flights = []
            sender.touch()
        return
    if not exact.unknown and not sender.marks.may_have_sent(segment, exact.snd_max):
        return
    if exact.state is CLOSED and exact.path and exact.path[-1].evidence is TIMER:
        exact.prove_last(segment.packet)  # it has no such connection any more, as the timer had it
        sender.touch()
        return
    if not _is_reply(sender, segment):
        _abort(sender, receiver, segment)
    elif not _for_another(sender, segment) and not _dropped(sender, segment):
        _refuse(sender, segment)
        exact.step(Event.REPLIED_RST, segment, SENT)


def _is_reply(sender: Endpoint, segment: Segment) -> bool:
    """Number 0 refuses a SYN, unless it is the very next that the sender has come to."""
    exact = sender.exact
    own = segment.flags & ACK and exact.iss is not None and segment.seq == exact.snd_max
    return rst.is_reply(segment) and not own


def _for_another(sender: Endpoint, segment: Segment) -> bool:
    """While it opens it also answers segments that are not for this connection; that moves nothing."""
    exact = sender.exact
    return exact.state in _OPENING and exact.iss is not None and segment.seq != seq.add(exact.iss, 1)


def _dropped(sender: Endpoint, segment: Segment) -> bool:
    """A listener answers so, too, to an ACK which the RST has overtaken that dropped the request."""
    exact = sender.exact
    text = any(one.segment.space and not is_bare_syn(one) for one in sender.flights)
    if exact.state is not SYN_RCVD or not exact.passive or text:
        return False
    for one in sender.flights:
        if one.segment.flags & RST:
            deliver(exact, one.segment, PROVEN, segment.packet)
    if exact.state is SYN_RCVD:
        return False
    sender.flights = []
    sender.correct(f"it answered RST (#{segment.packet}): the request was dropped by then")
    return True


def _abort(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """What the RST acknowledges has arrived, and so have the pure ACKs that had time to.

    A SYN under way is what it answers: systems older than RFC 5961 abort on one in their window.
    """
    exact = sender.exact
    if exact.state is CLOSED:
        _aborted_before(sender, segment)
        return
    octet = exact.fin_seq is None and exact.iss is not None and segment.seq == seq.add(exact.snd_max, 1)
    if octet and not receiver.exact.refused:
        sender.missed = exact.fin_seq = exact.snd_max  # one octet beyond what we saw: a FIN not captured
        exact.step(Event.CLOSE, segment, ASSUMED)
    syn = next((one.segment for one in sender.flights if is_bare_syn(one)), None)
    if exact.passive and sender.was_acknowledged():  # a request has no socket that could abort
        sender.handshake_done(segment)
    sender.acknowledge(segment)
    sender.believe_old(segment)
    sender.flights = []
    cause = syn if syn is not None and exact.state is not SYN_RCVD else segment
    exact.step(Event.SEND_RST, cause, SENT, odd=rst.lacks_stamp(exact, segment))


def _aborted_before(sender: Endpoint, segment: Segment) -> None:
    """The RST of its abort comes after replies that it has overtaken: it had not closed before."""
    exact = sender.exact
    if exact.forget_unseen_close():
        sender.correct(f"it had aborted: its RST (#{segment.packet}) comes late")


def _refuse(sender: Endpoint, segment: Segment) -> None:
    """It answers RST, having no connection: what came before the trigger did arrive, the rest did nothing."""
    exact, flights = sender.exact, sender.flights
    trigger = _trigger(sender, segment)
    for one in flights[:trigger]:
        _arrive(sender, one)
    cause = flights[trigger].segment if trigger < len(flights) else None
    if cause is not None and not _could_cause(cause, segment):
        cause = None  # we have missed it
    if _had_closed(sender, segment, cause):
        exact.step(Event.CLOSE, segment, ASSUMED)
    if cause is not None and exact.acknowledges_fin(cause.ack):
        exact.step(Event.RECV_ACK_OF_FIN, cause, PROVEN, proven_by=segment.packet)
    elif not exact.fin_acked and exact.acknowledges_fin(segment.seq):
        exact.step(Event.RECV_ACK_OF_FIN, segment, ASSUMED)  # it quotes a trigger that we missed
    sender.flights = []
    sender.correct(f"it answered RST (#{segment.packet}): it had no such connection")


def _had_closed(sender: Endpoint, reply: Segment, trigger: Segment | None) -> bool:
    """Data for an open connection is answered by RST where the application has closed it.

    Its FIN was lost before us, or waits behind data (U1). The other way there, an abort whose RST was
    lost, is rarer: 15 of 75 cases in recordings of real sockets. One that was silent for long is gone for
    another reason: a FIN would have been sent again and again.
    """
    exact = sender.exact
    if exact.state is not ESTABLISHED or exact.fin_seq is not None or exact.unknown:
        return False
    if any(one.segment.flags & RST for one in sender.flights):
        return False
    waiting = seq.lt(reply.seq, exact.snd_max)  # the reply leaves out what it has sent
    recent = reply.time_ns - sender.marks.last_ns < SIGN_OF_LIFE
    return waiting if trigger is None else exact.expects(trigger) and (waiting or recent)


def _arrive(sender: Endpoint, one: Flight) -> None:
    if not one.lost:
        deliver(sender.exact, one.segment, PASSED)


def _trigger(sender: Endpoint, reply: Segment) -> int:
    """The index of the flight that `reply` answers: its number is that one's ACK.

    A live socket never answers a pure ACK by RST, so it is the first text with that ACK; or the first
    segment at all that meets a socket which is CLOSED by then.
    """
    flights = sender.flights
    matching = [i for i, one in enumerate(flights) if not one.held and _could_cause(one.segment, reply)]
    scratch, done = sender.exact.fork(), 0
    for index in matching:
        for one in flights[done:index]:
            if not one.lost:
                deliver(scratch, one.segment, PASSED)
        done = index
        text = flights[index].segment.space and not flights[index].segment.flags & SYN
        if text or scratch.state is CLOSED:
            return index
    return matching[0] if matching else 0


def _could_cause(segment: Segment, reply: Segment) -> bool:
    return segment.flags & (ACK | RST) == ACK and segment.ack == reply.seq


def speaks_after_the_end(sender: Endpoint, segment: Segment) -> None:
    """It sends although it is CLOSED: late news of the time before, or it had not closed at all."""
    exact = sender.exact
    last = exact.path[-1] if exact.path else None
    if last is None:
        return
    if not exact.unknown and seq.gt(segment.seq, seq.add(exact.snd_max, 65536)):
        return
    if last.event in _EXPIRED:
        exact.withdraw_last()
        exact.since_ns = segment.time_ns  # its timer runs anew
        sender.correct(f"#{segment.packet} shows that it had not given up")
    elif last.event in _OWN_RST and last.cause is not None:
        if _goes_on(sender, segment, last.cause):
            exact.withdraw_last()
            exact.forget_unseen_close()
            sender.correct(f"it goes on (#{segment.packet}): the RST (#{last.cause.packet}) was not its own")
        elif segment.flags & FIN and exact.fin_seq is None and exact.iss is not None:
            exact.forget_unseen_close()
            exact.fin_seq = seq.add(segment.seq, segment.length)
            exact.insert(len(exact.path) - 1, Event.CLOSE, segment, SENT)


def _goes_on(sender: Endpoint, segment: Segment, reset: Segment) -> bool:
    """After the RST it sends on where it was, and later: a reordered segment would be older."""
    exact = sender.exact
    if segment.flags & FIN or exact.unknown or segment.seq != exact.snd_max:
        return False
    newer = sender.marks.is_newer(segment)
    if newer is not None:
        return newer
    return segment.time_ns - reset.time_ns > (sender.round_trip or UNKNOWN_ROUND_TRIP)
