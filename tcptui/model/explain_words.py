"""The sentences of the explanation: what a segment does, how sure a transition is, what a program sees."""

from __future__ import annotations

import re

from tcptui.tcp.events import Event
from tcptui.tcp.history import Transition
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.table import IGNORED
from tcptui.tcp.timers import Timers
from tcptui.tcp.words import amount, duration

_FRAME = re.compile(r"\(#(\d+)\)")


def deed(segment: Segment) -> str:
    """What its sender does: "sends 7 bytes", "acknowledges", "sends FIN with 2 bytes"."""
    flags = segment.flags
    names = [
        name for name, bit in (("SYN", Flags.SYN), ("FIN", Flags.FIN), ("RST", Flags.RST)) if flags & bit
    ]
    if flags & Flags.ACK and names in (["SYN"], ["RST"]):
        names.append("ACK")
    size = amount(segment.length, "byte")
    if names:
        return f"sends {','.join(names)}" + (f" with {size}" if segment.length else "")
    if segment.length:
        return f"sends {size}"
    return "acknowledges" if flags & Flags.ACK else "sends an empty segment"


def error_means(error: IcmpError, state: State) -> str:
    """Why an ICMP error does not move the endpoint that it is meant for, in `state`."""
    if error.too_big:
        size = f", {amount(error.mtu, 'byte')} at most" if error.mtu else ""
        return f"its packet was too big for a link on the way; it goes on in smaller ones{size} (path MTU)"
    if state is State.SYN_SENT:
        return "it does not quote the number of the SYN, so it is old or forged (RFC 5927)"
    if state is State.SYN_RCVD:
        return "a half-open request is not dropped for this one"
    return IGNORED[state, Event.RECV_ICMP]


def certainty(
    step: Transition, evidence: Evidence, who: str, timers: Timers, proof: int | None = None
) -> str:
    """How a transition of the `who` is known, and what that is worth. proof: the frame that will prove it.

    timers: the profile by which time alone moves it.
    """
    passed = f"#{_cause(step)} passed on its way to the {who}"
    match evidence:
        case Evidence.SENT:
            return f"#{step.packet} is the {who}'s own segment: it was in this state when it sent it."
        case Evidence.PASSED if proof:
            return f"{passed}; #{proof} will show that it arrived."
        case Evidence.PASSED:
            return f"{passed}; whether it arrived, the {who}'s next segment tells."
        case Evidence.PROVEN:
            return f"{passed}; #{step.proven_by} from there shows that it arrived."
        case Evidence.TIMER:
            if step.old is State.SYN_SENT:
                return "No packet shows it: it asks again at known intervals, and did not."
            wait = timers.of(step.old)
            after = f" after {duration(wait)} in {step.old}" if wait is not None else ""
            return f"No packet shows it: the timers of --profile {timers.name} say so{after}."
        case Evidence.ASSUMED:
            return "The packets that would show it are not in this capture."


def _cause(step: Transition) -> int | None:
    """The frame that it received, as its reason names it: that may be earlier than where it took effect."""
    named = _FRAME.search(step.why)
    return int(named[1]) if named else step.packet


_LET_GO = "Nothing: it had let go when it called close()."
_CALLS: dict[Event, str] = {
    Event.PASSIVE_OPEN: "It called listen().",
    Event.ACTIVE_OPEN: "It called connect(), which waits for the answer.",
    Event.RECV_SYN: "No call: the kernel answers for the listening socket. accept() waits for the ACK.",
    Event.RECV_SYN_IN_SYN_SENT: "Both programs are in connect(), which goes on waiting.",
    Event.RECV_SYN_ACK: "connect() returns: it can read and write.",
    Event.CLOSE: "It called close() or shutdown(SHUT_WR), or ended.",
    Event.RECV_FIN: "read() returns 0, end of file, when what came before is read.",
    Event.RECV_RST: "read() fails with ECONNRESET, write() with EPIPE.",
    Event.RECV_ICMP: "connect() fails with EHOSTUNREACH, ENETUNREACH or ECONNREFUSED.",
    Event.RECV_ICMP_PASSIVE: "accept() will never see this request: no program is told of the error.",
    Event.RECV_RST_PASSIVE: "accept() will never see this request.",
    Event.SEND_RST: "It called close() with data unread, or with SO_LINGER 0, or was killed.",
    Event.REPLIED_RST: "No program has this connection: the kernel answers.",
    Event.TIMEOUT_2MSL: "Nothing: it had let go long before. The pair of ports is free again.",
    Event.TIMEOUT_USER: "The call that waits fails with ETIMEDOUT.",
    Event.REQUEST_EXPIRED: "accept() will never see this request.",
}
_CALLS_IN: dict[tuple[State, Event], str] = {
    (State.SYN_SENT, Event.RECV_RST): "connect() fails with ECONNREFUSED.",
    (State.SYN_SENT, Event.TIMEOUT_USER): "connect() fails with ETIMEDOUT.",
    (State.FIN_WAIT_1, Event.TIMEOUT_USER): _LET_GO,
    (State.FIN_WAIT_2, Event.TIMEOUT_USER): _LET_GO,
    (State.CLOSING, Event.TIMEOUT_USER): _LET_GO,
    (State.LAST_ACK, Event.TIMEOUT_USER): _LET_GO,
    (State.CLOSE_WAIT, Event.CLOSE): "It called close() after read() had returned 0.",
    (State.TIME_WAIT, Event.RECV_RST): "Nothing: it had let go before.",
    (State.FIN_WAIT_1, Event.RECV_ACK_OF_FIN): "Nothing. After shutdown(SHUT_WR) it can still read.",
    (State.CLOSING, Event.RECV_ACK_OF_FIN): "Nothing: the kernel keeps the pair of ports for a while.",
    (State.LAST_ACK, Event.RECV_ACK_OF_FIN): _LET_GO,
}


def call(step: Transition, *, passive: bool) -> str:
    """What the program that owns the socket did or sees; "" where that is not known.

    passive: the endpoint had waited in listen().
    """
    if step.event is Event.RECV_ACK_OF_SYN:
        return (
            "accept() can return the new socket." if passive else "connect() returns: it can read and write."
        )
    return _CALLS_IN.get((step.old, step.event)) or _CALLS.get(step.event, "")
