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

from tcptui.tcp.facts import FlowFacts
from tcptui.tcp.finding import Case, case
from tcptui.tcp.history import History, Moment
from tcptui.tcp.states import State
from tcptui.tcp.traces import Flight, Seen
from tcptui.tcp.words import amount, duration

NOBODY = "nobody"
HEARS_NOTHING = (State.CLOSED, State.LISTEN)


def owes(history: History, facts: FlowFacts, now: Moment) -> str:
    """Who must send what: "nobody", or "server: ACK of 7 bytes, since #4, 200 ms".

    When both owe something, the longer standing comes first, "; " between them.
    `facts` are those of the segments up to `now`.
    """
    flow = case(history, facts, now)
    debts = [(seen, x, what) for x in (0, 1) for seen, what in [_debt(flow, x)] if seen is not None]
    if facts.same_socket:
        debts = debts[:1]
    debts.sort(key=lambda debt: debt[0])
    return "; ".join(f"{flow.name(x)}: {what}, {_since(flow, seen)}" for seen, x, what in debts) or NOBODY


def _since(flow: Case, seen: Seen) -> str:
    age = flow.age(seen)
    return f"since #{seen.packet}, {duration(age)}" if age > 0 else f"since #{seen.packet}"


def _debt(flow: Case, x: int) -> tuple[Seen | None, str]:
    """What X owes, and since which packet."""
    peer_state = flow.state(1 - x)
    if peer_state is State.SYN_SENT:
        return _answer_to_syn(flow, x)
    if peer_state in HEARS_NOTHING or flow.state(x) in HEARS_NOTHING:
        return _fin_to_the_gone(flow, x)
    waiting, zero = flow.peer(x).waiting, flow.side(x).zero
    receives = flow.state(x) in (State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2)
    if zero is not None and receives and (waiting is None or waiting.seen > zero.start):
        return zero.start, "window update (its application is not reading)"
    if waiting is not None:
        return waiting.seen, _acknowledgement(flow, x, waiting)
    if flow.peer(x).keep_alive.unanswered:
        return flow.peer(x).keep_alive.last, "ACK of a keep-alive"
    return _fin(flow, x)


def _answer_to_syn(flow: Case, x: int) -> tuple[Seen | None, str]:
    syn = flow.peer(x).syn
    if syn is None:
        return None, ""
    if flow.side(x).resets and flow.side(x).resets[-1].seen.packet > syn.last.packet:
        return None, ""
    return syn.first, "SYN,ACK or RST"


def _acknowledgement(flow: Case, x: int, waiting: Flight) -> str:
    peer = flow.peer(x)
    if peer.syn_ack is not None and waiting.seq == peer.syn_ack.seq:
        return "ACK of SYN,ACK"
    if peer.syn is not None and waiting.seq == peer.syn.seq:
        return "ACK of SYN"
    if peer.fin is not None and waiting.seq == peer.fin.seq:
        return "ACK of FIN"
    first = flow.peer(x).in_flight[0]
    last = flow.peer(x).in_flight[-1]
    size = (last.end - first.seq) & 0xFFFFFFFF
    with_fin = peer.fin is not None and last.end == peer.fin.end
    return f"ACK of {amount(size - with_fin, 'byte')}" + (" and FIN" if with_fin else "")


def _fin(flow: Case, x: int) -> tuple[Seen | None, str]:
    fin = flow.peer(x).fin
    if flow.state(x) is not State.CLOSE_WAIT or fin is None:
        return None, ""
    return fin.first, "its FIN (application has not called close())"


def _fin_to_the_gone(flow: Case, x: int) -> tuple[Seen | None, str]:
    """A CLOSE_WAIT stays one when the peer, in FIN_WAIT_2, has given up waiting."""
    last = flow.last_step(1 - x)
    expired = last is not None and last.packet is None and last.old is State.FIN_WAIT_2
    return _fin(flow, x) if expired else (None, "")
