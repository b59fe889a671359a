"""Who must send the next segment, and since when: the end of the explanation line.

An endpoint owes
* an answer to a SYN; the ACK of a SYN,ACK, of data, of a FIN that passed towards it;
* an answer to a keep-alive or zero-window probe;
* its FIN, once it has acknowledged its peer's: that is up to the application (close());
* a window update, while its window is zero: that is up to the application too (read()).

When either end is CLOSED by a RST, a timer or an orderly close, nobody owes anything to it.

Limits: "owed" means that the segment was not seen; it may have been sent and lost before this point, or
may be waiting for a delayed ACK (Linux: 40 ms).
"""

from __future__ import annotations

from typing import NamedTuple

from tcptui.tcp.facts import FlowFacts
from tcptui.tcp.finding import Case, case
from tcptui.tcp.history import History, Moment
from tcptui.tcp.seq import diff
from tcptui.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LISTEN,
    SYN_SENT,
)
from tcptui.tcp.traces import Flight, Seen
from tcptui.tcp.words import amount, duration

NOBODY = "nobody"
HEARS_NOTHING = (CLOSED, LISTEN)


def owes(history: History, facts: FlowFacts, now: Moment) -> str:
    """Who must send what: "nobody", or "server: ACK of 7 bytes, since #4, 200 ms".

    When both owe something, what the kernel owes comes before what an application does, the longer
    standing first, "; " between them. `facts` are those of the segments up to `now`.
    """
    flow = case(history, facts, now)
    ends = (0,) if facts.same_socket else (0, 1)
    debts = [(debt, x) for x in ends if (debt := _debt(flow, x)) is not None]
    debts.sort(key=lambda owed: (owed[0].application, owed[0].since))
    return (
        "; ".join(f"{flow.name(x)}: {debt.what}, {_since(flow, debt.since)}" for debt, x in debts) or NOBODY
    )


class Debt(NamedTuple):
    """A segment that is due. application: its application must act first; the kernel alone cannot."""

    since: Seen
    what: str
    application: bool = False


def _since(flow: Case, seen: Seen) -> str:
    age = flow.age(seen)
    return f"since #{seen.packet}, {duration(age)}" if age > 0 else f"since #{seen.packet}"


def _debt(flow: Case, x: int) -> Debt | None:
    """What X owes."""
    peer_state = flow.state(1 - x)
    if peer_state is SYN_SENT:
        return _answer_to_syn(flow, x)
    if peer_state in HEARS_NOTHING or flow.state(x) in HEARS_NOTHING:
        return _fin_to_the_gone(flow, x)
    waiting = flow.peer(x).waiting or flow.peer(x).again
    zero = flow.side(x).zero
    receives = flow.state(x) in (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)
    if zero is not None and receives and (waiting is None or waiting.seen > zero.start):
        return Debt(zero.start, "window update (its application is not reading)", True)
    if waiting is not None:
        return Debt(waiting.seen, _acknowledgement(flow, x, waiting))
    if flow.peer(x).keep_alive.unanswered:
        return Debt(flow.peer(x).keep_alive.last, "ACK of a keep-alive")
    return _fin(flow, x)


def _answer_to_syn(flow: Case, x: int) -> Debt | None:
    syn, resets = flow.peer(x).syn, flow.side(x).resets
    if syn is None or (resets and resets[-1].seen.packet > syn.last.packet):
        return None
    return Debt(syn.first, "SYN,ACK or RST")


def _acknowledgement(flow: Case, x: int, waiting: Flight) -> str:
    peer = flow.peer(x)
    for copies, name in ((peer.syn_ack, "SYN,ACK"), (peer.syn, "SYN"), (peer.fin, "FIN")):
        if copies is not None and waiting.seq == copies.seq:
            return f"ACK of {name}"
    end = peer.in_flight[-1].end if peer.in_flight else waiting.end
    with_fin = peer.fin is not None and end == peer.fin.end
    payload = max(0, diff(end, waiting.seq) - with_fin)
    return f"ACK of {amount(payload, 'byte')}" + (" and FIN" if with_fin else "")


def _fin(flow: Case, x: int) -> Debt | None:
    fin = flow.peer(x).fin
    if flow.state(x) is not CLOSE_WAIT or fin is None:
        return None
    return Debt(fin.first, "its FIN (application has not called close())", True)


def _fin_to_the_gone(flow: Case, x: int) -> Debt | None:
    """A CLOSE_WAIT stays one when the peer, in FIN_WAIT_2, has given up waiting."""
    last = flow.last_step(1 - x)
    expired = last is not None and last.packet is None and last.old is FIN_WAIT_2
    return _fin(flow, x) if expired else None
