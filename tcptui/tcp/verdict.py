"""One verdict in words per flow, for the flow list: what a sysadmin would say of it at a glance.

The vocabulary; X is "client" or "server". The first one that applies, from the top:

| verdict                                | the flow                                                        |
|----------------------------------------|-----------------------------------------------------------------|
| X gave up: RST after its SYN           | X took its SYN back by RST before anybody had answered          |
| refused                                | the SYN was answered by RST: nobody listens                     |
| X gave up: no keep-alive answer        | X sent RST after keep-alive probes without an answer            |
| reset by X                             | X aborted (RST,ACK)                                             |
| reset by X after its FIN               | X had closed by FIN, and aborted after that                     |
| reset: X had no socket                 | X answered by a plain RST: its socket was gone already          |
| no answer to SYN                       | a SYN without an answer, for a second or in copies              |
| half-open: SYN,ACK not acknowledged    | X is in SYN_RCVD, for a second or with copies of its SYN,ACK    |
| half-open: X ignores the ACK           | X repeats its SYN,ACK although it is acknowledged               |
| connecting                             | a handshake under way                                           |
| closed by both at once                 | the FINs crossed (CLOSING), and both are through                |
| closed by X                            | orderly; X sent the first FIN                                   |
| closing: X does not answer             | a FIN in three or more copies, or given up                      |
| half-closed by X                       | X sent FIN, its peer goes on sending                            |
| X has not closed                       | X received a FIN and acknowledged it; its own has not come      |
| closing                                | FINs under way                                                  |
| half-open: X is gone                   | X is CLOSED, its peer does not know                             |
| stalled: X's window is zero            | open, but X has had no room for more than a second              |
| stalled: X does not answer             | open, but data or keep-alives go unanswered                     |
| open, mid-stream                       | both ESTABLISHED; the capture did not see the beginning         |
| open                                   | both ESTABLISHED                                                |
| no connection                          | nothing that could open one                                     |

No verdict is longer than 40 characters.
"""

from __future__ import annotations

from collections.abc import Callable

from tcptui.tcp.events import BY_ICMP, Event
from tcptui.tcp.facts import FlowFacts
from tcptui.tcp.finding import Case, case
from tcptui.tcp.history import History, Moment
from tcptui.tcp.signs import (
    fin_before,
    fin_unanswered,
    ignored_handshake,
    keep_alive_gave_up,
    refused,
    sends_after_fin,
    silent,
    zero_window,
)
from tcptui.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN_RCVD,
    SYN_SENT,
    TIME_WAIT,
)
from tcptui.tcp.traces import Reset, ResetKind
from tcptui.tcp.words import SECOND

LONGEST = 40
IMPATIENT = SECOND  # Linux sends the first copy of an unanswered SYN or SYN,ACK after this
QUIET_HALF_CLOSE = 10 * SECOND  # a half-closed peer that sends nothing for so long has simply not closed

BY_RESET = (Event.SEND_RST, Event.REPLIED_RST, Event.RECV_RST)
OVER = (CLOSED, LISTEN, TIME_WAIT)
OPENING = (SYN_SENT, SYN_RCVD)
UNDER_WAY = (FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)


def verdict(history: History, facts: FlowFacts, now: Moment) -> str:
    """The verdict on this flow as of `now`; `facts` are those of its segments up to `now`.

    Never empty, at most 40 characters, one of the vocabulary above.
    """
    flow = case(history, facts, now)
    for judge in _JUDGES:
        words = judge(flow)
        if words:
            return words
    return "no connection"


def _unreachable(flow: Case) -> str | None:
    steps = (flow.last_step(x) for x in (0, 1))
    return "unreachable: ICMP error" if any(step and step.event in BY_ICMP for step in steps) else None


def _called_off(flow: Case) -> str | None:
    """X's RST has the number of its SYN or the next one, nobody has answered, and X has not called again."""
    for x in (0, 1):
        side, syn = flow.side(x), flow.side(x).syn
        if syn is None or not side.resets or side.spoke or flow.peer(x).packets:
            continue
        reset = side.resets[-1]
        if syn.last < reset.seen and reset.seq in (syn.seq, syn.end):
            return f"{flow.name(x)} gave up: RST after its SYN"
    return None


def _ended_by_reset(flow: Case) -> str | None:
    for x in (0, 1):
        if flow.state(x) in (CLOSED, LISTEN) and refused(flow, x):
            return "refused"
    x, reset = _killing_reset(flow)
    if reset is None or _orderly(flow) or any(flow.state(x) not in OVER for x in (0, 1)):
        return None
    name = flow.name(x)
    if reset.kind is not ResetKind.ABORT:
        return f"reset: {name} had no socket"
    if keep_alive_gave_up(flow, x):
        return f"{name} gave up: no keep-alive answer"
    return f"reset by {name} after its FIN" if fin_before(flow, x, reset) else f"reset by {name}"


def _killing_reset(flow: Case) -> tuple[int, Reset | None]:
    """Who ended the connection by which RST: one that moved somebody, rather than a stray one before it."""
    resets = sorted((reset.seen, x) for x in (0, 1) for reset in flow.side(x).resets)
    steps = [step for x in (0, 1) if (step := flow.last_step(x)) is not None]
    ends = [step.packet for step in steps if step.event in BY_RESET]
    if not resets or (steps and not ends):
        return 0, None
    seen, x = next((found for found in resets if found[0].packet in ends), resets[0])
    return x, next(reset for reset in flow.side(x).resets if reset.seen == seen)


def _orderly(flow: Case) -> bool:
    """Both FINs were sent and received: what came later, even a RST, changes nothing."""
    return all(_has_closed(flow, x) and _heard_close(flow, x) for x in (0, 1))


def _has_closed(flow: Case, x: int) -> bool:
    return flow.step(x, Event.CLOSE) is not None


def _heard_close(flow: Case, x: int) -> bool:
    return flow.step(x, Event.RECV_FIN) is not None


def _opening(flow: Case) -> str | None:
    for x in (flow.history.client, 1 - flow.history.client):
        step = flow.last_step(x)
        if step is None:
            continue
        gave_up = step.event in (Event.TIMEOUT_USER, Event.REQUEST_EXPIRED)
        state = step.old if gave_up else step.new
        if state is SYN_SENT and flow.state(1 - x) not in OPENING:
            words = _unanswered_syn(flow, x, gave_up)
            if words or not gave_up:
                return words or "connecting"
        if state is SYN_RCVD:
            return _unanswered_syn_ack(flow, x, gave_up) or "connecting"
    return "connecting" if any(flow.state(x) in OPENING for x in (0, 1)) else None


def _unanswered_syn(flow: Case, x: int, gave_up: bool) -> str | None:
    syn = flow.side(x).syn
    if syn is None or flow.peer(x).packets:
        return None
    late = gave_up or syn.count > 1 or flow.age(syn.first) >= IMPATIENT
    return "no answer to SYN" if late else None


def _unanswered_syn_ack(flow: Case, x: int, gave_up: bool) -> str | None:
    syn_ack = flow.side(x).syn_ack
    if syn_ack is None:
        return None
    if ignored_handshake(flow, x):
        return f"half-open: {flow.name(x)} ignores the ACK"
    late = gave_up or syn_ack.count > 1 or flow.age(syn_ack.first) >= IMPATIENT
    return "half-open: SYN,ACK not acknowledged" if late else None


def _closed(flow: Case) -> str | None:
    if not all(flow.state(x) in OVER for x in (0, 1)) or not _orderly(flow):
        return None
    if any(flow.been(x, CLOSING) for x in (0, 1)):
        return "closed by both at once"
    return f"closed by {flow.name(_first_closer(flow))}"


def _first_closer(flow: Case) -> int:
    """Who sent the first FIN: it went FIN_WAIT_1, its peer CLOSE_WAIT."""
    closes = [(step.time_ns, x) for x in (0, 1) if (step := flow.step(x, Event.CLOSE)) is not None]
    active = [x for x in (0, 1) if flow.been(x, FIN_WAIT_1)]
    return active[0] if len(active) == 1 else min(closes)[1]


def _closing(flow: Case) -> str | None:
    states = flow.state(0), flow.state(1)
    closed = [x for x in (0, 1) if _has_closed(flow, x)]
    if not closed and CLOSE_WAIT not in states:
        return None
    for x in closed:
        step = flow.last_step(x)
        gave_up = step is not None and step.event is Event.TIMEOUT_USER and step.old is not FIN_WAIT_2
        if gave_up or fin_unanswered(flow, x):
            return f"closing: {flow.name(1 - x)} does not answer"
    for x in (0, 1):
        if flow.state(x) is CLOSE_WAIT and _fin_acknowledged(flow, x):
            return _not_closed(flow, x)
    return "closing" if any(state in UNDER_WAY for state in states) else None


def _fin_acknowledged(flow: Case, x: int) -> bool:
    """X, in CLOSE_WAIT, has shown that it received the FIN; without that the close is still under way."""
    return flow.state(1 - x) in (FIN_WAIT_2, CLOSED)


def _not_closed(flow: Case, x: int) -> str:
    data = sends_after_fin(flow, x)
    if data is not None and flow.age(data) < QUIET_HALF_CLOSE:
        return f"half-closed by {flow.name(1 - x)}"
    return f"{flow.name(x)} has not closed"


def _gone(flow: Case) -> str | None:
    for x in (0, 1):
        if flow.state(x) is CLOSED and flow.state(1 - x) not in OVER:
            return f"half-open: {flow.name(x)} is gone"
    return None


def _open(flow: Case) -> str | None:
    if flow.state(0) is not ESTABLISHED and flow.state(1) is not ESTABLISHED:
        return None
    for x in (0, 1):
        zero = flow.side(x).zero
        if zero is not None and zero_window(flow, x, zero) > IMPATIENT:
            return f"stalled: {flow.name(x)}'s window is zero"
    for x in (0, 1):
        if silent(flow, x):
            return f"stalled: {flow.name(x)} does not answer"
    picked_up = any(flow.step(x, Event.PICKED_UP) for x in (0, 1))
    return "open, mid-stream" if picked_up else "open"


_JUDGES: tuple[Callable[[Case], str | None], ...] = (
    _unreachable,
    _called_off,
    _ended_by_reset,
    _opening,
    _closed,
    _closing,
    _gone,
    _open,
)
