"""Segments under way: passed us towards an endpoint, and not yet known to have arrived there."""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp import options, rst, seq
from tcptui.tcp.classify import DEAF, arrival
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import PASSED, TIME_WAIT, Evidence
from tcptui.tcp.tcb import ACK, RST, SYN, Received, Tcb

MOST = 300
"""Segments remembered per endpoint. More unproven ones mean a one-sided capture: the oldest are believed."""


@dataclass(slots=True)
class Flight:
    """One segment under way.

    lost: something showed that it did not arrive. held: it did, and waits behind a hole.
    """

    segment: Segment
    lost: bool = False
    held: bool = False


def deliver(tcb: Tcb, segment: Segment, evidence: Evidence, proven_by: int | None = None) -> None:
    """Let `segment` reach the endpoint: classify, then step through the table."""
    events = arrival(tcb, segment)
    if events:
        odd = bool(segment.flags & RST) and rst.is_odd(tcb, segment)
        for event in events:
            tcb.step(event, segment, evidence, proven_by=proven_by, odd=odd)
    if tcb.state is TIME_WAIT and not segment.flags & RST:
        tcb.since_ns = max(tcb.since_ns, segment.time_ns)


def replay(exact: Tcb, flights: list[Flight]) -> Tcb:
    """Where the endpoint stands if everything under way arrives, in order."""
    tcb = exact.fork()
    for one in flights:
        if tcb.state in DEAF:
            break
        if not one.lost:
            deliver(tcb, one.segment, PASSED)
    return tcb


def proven(flights: list[Flight], rcv_nxt: int | None, ack: int) -> int:
    """How many flights, from the front, an acknowledgement up to `ack` shows to have arrived.

    Up to the copy that completes it, not a later retransmission; pure ACKs before that arrived too, as
    networks keep order. A segment thought lost counts where nothing else explains the acknowledgement.
    """
    count, reached = _covering(flights, rcv_nxt, ack, believe_lost=False)
    if reached is None or seq.lt(reached, ack):
        again, further = _covering(flights, rcv_nxt, ack, believe_lost=True)
        if further is not None and (reached is None or seq.gt(further, reached)):
            for one in flights[:again]:
                if one.segment.space and seq.le(one.segment.end, ack):
                    one.lost = False
            return again
    return count


def _covering(
    flights: list[Flight], rcv_nxt: int | None, ack: int, *, believe_lost: bool
) -> tuple[int, int | None]:
    books = Received(rcv_nxt)
    count = 0
    for index, one in enumerate(flights):
        if not one.segment.space or (one.lost and not believe_lost) or one.segment.flags & RST:
            continue
        if seq.gt(one.segment.end, ack):
            continue
        if books.accept(one.segment.seq, one.segment.end):
            count = index + 1
            if books.rcv_nxt == ack:
                break
    return count, books.rcv_nxt


def echoed(flights: list[Flight], answer: Segment) -> int | None:
    """The index of the flight whose time stamp `answer` echoes; None where it reports a duplicate, too.

    Of a duplicate the stamp is echoed as well, and would not tell which copy was the first to arrive.
    """
    echo = options.tsecr(answer.options)
    if echo is None or any(seq.le(right, answer.ack) for _, right in options.sack(answer.options)):
        return None
    stamped = (i for i, one in enumerate(flights) if options.tsval(one.segment.options) == echo)
    return next(stamped, None)


def acknowledges(one: Flight, number: int) -> bool:
    """This flight carries an ACK beyond `number`."""
    return bool(one.segment.flags & ACK) and seq.gt(one.segment.ack, number)


def is_bare_syn(one: Flight) -> bool:
    """A SYN that asks, rather than answers."""
    return one.segment.flags & (SYN | ACK | RST) == SYN


def is_answer(one: Flight) -> bool:
    """A SYN,ACK."""
    return one.segment.flags & (SYN | ACK | RST) == SYN | ACK


def is_pure_ack(segment: Segment) -> bool:
    """It takes no sequence space, and is no RST."""
    return not segment.space and not segment.flags & RST
