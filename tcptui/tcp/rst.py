"""RST: two kinds are sent, and not every one that arrives is believed.

Sent as an *abort* it carries ACK, its number is the sender's next one, and the sender had a
connection until that moment. Sent as a *reply* it answers a segment for which the sender has no
connection: its number is the trigger's ACK and it has no ACK of its own (or, answering a SYN, number 0
and an ACK of the SYN). A reply says that the sender was CLOSED before.

Received it must fit (RFC 9293 3.10.7.4 with RFC 5961): exactly at RCV.NXT, else it is challenged or
ignored. A FreeBSD may be set to believe any in its window, as RFC 793 has it; only that it says nothing
then tells the two apart, so there it is believed until a challenge shows otherwise.
"""

from __future__ import annotations

from tcptui.tcp import options, seq
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import (
    CLOSE_WAIT,
    CLOSING,
    FIN_WAIT_2,
    LAST_ACK,
    SYN_RCVD,
    SYN_SENT,
    TIME_WAIT,
)
from tcptui.tcp.tcb import ACK, Tcb

_SMALLEST_BUFFER = 65536
_MOST_UNSCALED = 65535
_DEFAULT_MSS = 536
_PEER_CLOSED = (CLOSE_WAIT, LAST_ACK, CLOSING)


def is_reply(segment: Segment) -> bool:
    """This RST says "no such connection", rather than "I abort"."""
    return not segment.flags & ACK or segment.seq == 0


def refuses(segment: Segment) -> bool:
    """This RST answers a segment without ACK, which can only be a SYN (RFC 9293 3.10.7.1)."""
    return bool(segment.flags & ACK) and segment.seq == 0 and not segment.length


def acceptable(tcb: Tcb, segment: Segment) -> bool:
    """The endpoint believes this RST, in a state other than SYN_SENT (there an ACK decides)."""
    if tcb.state is TIME_WAIT and tcb.bsd:
        return False  # RFC 1337; Linux believes it unless tcp_rfc1337 is set
    if tcb.rcv_nxt is None or fits(tcb, segment):
        return True
    if tcb.bsd:
        return in_window(tcb, segment)
    if tcb.state in _PEER_CLOSED and seq.add(segment.seq, 1) == tcb.rcv_nxt:
        return True
    if tcb.state is FIN_WAIT_2:  # a mini-socket, as Linux keeps after close(), asks for the window only
        return seq.between(tcb.rcv_nxt, segment.seq, seq.add(tcb.rcv_nxt, 65536))
    return any(segment.seq == right for _, right in tcb.gaps)


def fits(tcb: Tcb, segment: Segment) -> bool:
    """It has exactly the number that is expected next, as this endpoint or its last ACK says."""
    return segment.seq in (tcb.rcv_nxt, tcb.ack_sent)


def is_odd(tcb: Tcb, segment: Segment) -> bool:
    """It has not exactly the number that is expected: who believes it follows another rule than RFC 5961."""
    return tcb.state is not SYN_SENT and tcb.rcv_nxt is not None and not fits(tcb, segment)


def lacks_stamp(tcb: Tcb, segment: Segment) -> bool:
    """An abort without the time stamp that the endpoint puts on all else (RFC 7323 3.2 allows that)."""
    if tcb.syn is None or tcb.peer_syn is None or segment.options:
        return False
    return all(options.tsval(one.options) is not None for one in (tcb.syn, tcb.peer_syn))


def in_window(tcb: Tcb, segment: Segment) -> bool:
    """It lies in the receive window, counted from the last ACK, as FreeBSD does."""
    low = tcb.rcv_nxt if tcb.ack_sent is None else tcb.ack_sent
    return low is not None and seq.between(low, segment.seq, seq.add(low, window(tcb)))


def window(tcb: Tcb) -> int:
    """Its receive window in octets: scaled where both SYNs say so (RFC 7323).

    An unscaled header holds no more than 65,535; FreeBSD's buffer is 65,536 then, made up to whole
    segments as soon as there is a socket.
    """
    if tcb.syn is None:
        return tcb.window
    own = options.parse(tcb.syn.options)
    peer = own if tcb.peer_syn is None else options.parse(tcb.peer_syn.options)
    if own.wscale is not None and peer.wscale is not None and tcb.state is not SYN_RCVD:
        return tcb.window << own.wscale
    if not tcb.bsd or tcb.window < _MOST_UNSCALED or (tcb.passive and tcb.state is SYN_RCVD):
        return tcb.window
    mss = own.mss or _DEFAULT_MSS
    return -(-_SMALLEST_BUFFER // mss) * mss
