"""What SYN and SYN,ACK prove about their sender: it opens, it answers, it begins anew."""

from __future__ import annotations

from tcptui.tcp import options, seq, unseen
from tcptui.tcp.calls import FIRST_RETRANSMISSION
from tcptui.tcp.denial import deny_acks_of, deny_resets
from tcptui.tcp.endpoint import Endpoint
from tcptui.tcp.events import Event
from tcptui.tcp.flight import Flight, is_answer, is_bare_syn
from tcptui.tcp.lives import Lives
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, CLOSED, LISTEN, PROVEN, SENT, SYN_RCVD, SYN_SENT, TIME_WAIT
from tcptui.tcp.tcb import RST, SYN


def emit_syn(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """A SYN: the same again, or with another number, and then everything before is over."""
    exact = sender.exact
    if exact.iss == segment.seq and exact.state is not CLOSED:
        if exact.state is SYN_SENT:
            _asked_again(sender, segment)
            sender.calls.add(segment)
        elif exact.passive and exact.syn and segment.time_ns - exact.syn.time_ns < FIRST_RETRANSMISSION:
            unseen.missed_crossing(sender, segment)  # its SYN,ACK has overtaken it: no listener sends that
        return
    if not sender.untouched:
        crossing = [one for one in sender.flights if is_bare_syn(one)]
        _end_life(sender, segment)
        sender.begin(CLOSED, crossing)
        lives.reopened(sender, receiver, segment)
    elif exact.state is LISTEN:
        sender.start = exact.state = CLOSED  # it calls too: a simultaneous open, nobody listened
    _open(sender, segment, Event.ACTIVE_OPEN)
    sender.calls.add(segment)


def emit_syn_ack(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """A SYN,ACK: of a listener, of a caller whose SYN has crossed another, or once more."""
    exact = sender.exact
    if exact.iss == segment.seq and exact.state is not CLOSED:
        _answer_of_known(lives, sender, receiver, segment)
        return
    if sender is receiver:  # connected to itself, it has but one number: another is not its own
        if sender.untouched:
            unseen.missed_syn(sender, segment)
            if exact.iss == segment.seq:
                _answer_of_known(lives, sender, receiver, segment)
        return
    _called_unseen(lives, sender, receiver, segment)
    if not _answers(receiver, segment):
        return
    if not sender.untouched:
        asking = [one for one in sender.flights if is_bare_syn(one)]
        _end_life(sender, segment)
        sender.begin(LISTEN, asking[-1:])
    lives.accepted(sender, receiver, segment)
    _listen(sender, receiver, segment)
    _open(sender, segment, Event.RECV_SYN)


def _called_unseen(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """Who gets this SYN,ACK must have called, seen or not; perhaps for the second time."""
    if receiver.untouched:
        unseen.missed_syn(receiver, segment)
    elif _over(sender) and _may_have_called_again(receiver, segment):
        _end_life(receiver, segment)
        receiver.begin(CLOSED, [])
        unseen.missed_syn(receiver, segment)
        lives.reopened(receiver, sender, segment)


def _may_have_called_again(end: Endpoint, answer: Segment) -> bool:
    """It is done with its old life; out of TIME_WAIT a call has a higher number than that had."""
    exact = end.exact
    if end.state is TIME_WAIT:
        return seq.gt(answer.ack, seq.add(exact.snd_max, 1))
    return _over(end) and exact.iss != seq.add(answer.ack, -1)


def answered_unseen(lives: Lives, caller: Endpoint, listener: Endpoint, segment: Segment) -> None:
    """A caller, in SYN_SENT, goes on as one who has an answer: a SYN,ACK that we missed, of a new life."""
    exact = caller.exact
    if listener.untouched or not _over(listener):
        return
    if exact.iss is None or segment.seq != seq.add(exact.iss, 1):
        return
    if any(one.segment.flags & SYN and one.segment.ack == segment.seq for one in caller.flights):
        return
    _end_life(listener, segment)
    listener.begin(LISTEN, [])
    lives.accepted(listener, caller, segment)
    unseen.listened(listener.exact, exact, segment, iss=seq.add(segment.ack, -1))


def answered_alone(caller: Endpoint, peer: Endpoint, segment: Segment) -> None:
    """It sent no SYN,ACK between its SYN and `segment`, as the IP identification says.

    Linux counts that by socket. So the peer's SYN had not come, when the SYN,ACK did: an answer to both is a
    SYN,ACK and then an ACK; to the latter alone, only an ACK.
    """
    if not caller.calls.ip_id or not segment.ip_id:
        return
    exact, sent = caller.exact, (segment.ip_id - caller.calls.ip_id) & 0xFFFF
    if not 0 < sent < 3:
        return
    goes_on = bool(segment.space) or bool(segment.flags & RST)
    text = goes_on and peer.exact.state is SYN_RCVD  # hence nothing but SYN,ACKs came from the peer
    crossing = next((i for i, s in enumerate(exact.path) if s.event is Event.RECV_SYN_IN_SYN_SENT), None)
    if crossing is None or (sent == 2 and not text):
        return
    later = exact.path[crossing + 1 :]
    answer = next((step for step in later if step.event is Event.RECV_ACK_OF_SYN), None)
    passed = [one.segment for one in caller.flights if is_answer(one)]
    cause = answer.cause if answer is not None and answer.cause is not None else (*passed, segment)[0]
    del exact.path[crossing:]
    exact.state = SYN_SENT
    exact.step(Event.RECV_SYN_ACK, cause, PROVEN, proven_by=segment.packet)
    exact.again([step for step in later if step is not answer])
    caller.correct(f"it answered the SYN,ACK alone (#{segment.packet}): the SYN had not arrived")


def _over(end: Endpoint) -> bool:
    return end.state in (CLOSED, LISTEN, TIME_WAIT)


def _asked_again(sender: Endpoint, segment: Segment) -> None:
    """The SYN again: what has passed towards it, and had the time, has not arrived."""
    for one in sender.flights:
        if not one.lost and sender.had_time(one, segment.time_ns):
            sender.lose(one, f"SYN retransmitted: {_no_answer(one)}")


def _no_answer(one: Flight) -> str:
    """Why it calls again: it has no answer, or has a refusal and does not take it for one."""
    missing = f"the answer (#{one.segment.packet}) did not arrive"
    return f"{missing}, or it tries again, as Windows does" if one.segment.flags & RST else missing


def _end_life(sender: Endpoint, segment: Segment) -> None:
    """It begins anew: what was assumed of its old life stands, and what is left of that is forgotten."""
    sender.believe_all()
    sender.exact.step(Event.FORGOTTEN, segment, SENT)
    sender.refresh(segment.packet, segment.time_ns)


def _open(sender: Endpoint, segment: Segment, event: Event) -> None:
    exact = sender.exact
    exact.iss = segment.seq
    exact.snd_max = segment.end
    exact.bsd = options.is_bsd(segment.options)
    exact.syn, exact.window = segment, segment.window
    exact.step(event, segment, SENT)


def _listen(sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    """It listened, and has consumed the SYN, perhaps with data (RFC 7413)."""
    exact = sender.exact
    exact.state, exact.passive = LISTEN, True
    exact.irs = receiver.exact.iss if receiver.exact.iss is not None else seq.add(segment.ack, -1)
    exact.fast_open = seq.gt(segment.ack, seq.add(exact.irs, 1))
    exact.rcv_nxt = exact.ack_sent = segment.ack
    asked = [one for one in sender.flights if one.segment.flags & SYN]
    if len(asked) == 1:
        sender.measure(segment.time_ns - asked[0].segment.time_ns)
    sender.flights = [one for one in sender.flights if seq.gt(one.segment.end, segment.ack)]


def _answers(receiver: Endpoint, segment: Segment) -> bool:
    """This SYN,ACK may answer a SYN of the receiver: one that passed, or one that we can have missed."""
    exact = receiver.exact
    return (
        receiver.state is CLOSED
        or exact.iss is None
        or segment.ack == seq.add(exact.iss, 1)
        or (exact.state is SYN_SENT and exact.acknowledges_syn(segment.ack))
    )


def _answer_of_known(lives: Lives, sender: Endpoint, receiver: Endpoint, segment: Segment) -> None:
    exact = sender.exact
    if exact.state is SYN_SENT:
        crossing = next((one for one in sender.flights if _asks_for(one, segment)), None)
        if crossing is None:
            unseen.missed_crossing(receiver, segment)
        cause = segment if crossing is None else crossing.segment
        exact.irs, exact.rcv_nxt = seq.add(segment.ack, -1) if crossing is None else cause.seq, segment.ack
        evidence = ASSUMED if crossing is None else PROVEN
        exact.step(
            Event.RECV_SYN_IN_SYN_SENT, cause, evidence, proven_by=segment.packet if crossing else None
        )
        sender.flights = [one for one in sender.flights if not _asks_for(one, segment)]
        deny_resets(sender, segment)
        sender.calls.ip_id = 0
        lives.crossed()
        if crossing is not None:
            sender.measure(segment.time_ns - cause.time_ns)
        exact.ack_sent = segment.ack
    elif exact.state is SYN_RCVD and exact.iss is not None:
        lives.all[-1].again = True
        deny_acks_of(sender, exact.iss, segment, "SYN,ACK")


def _asks_for(one: Flight, answer: Segment) -> bool:
    """A SYN that this SYN,ACK acknowledges; of data with it, any part."""
    return is_bare_syn(one) and seq.gt(answer.ack, one.segment.seq) and seq.le(answer.ack, one.segment.end)
