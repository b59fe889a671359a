"""Sentences: why a transition happened, with its packets, the subject left out."""

from __future__ import annotations

from tcptui.tcp.events import Event
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import ASSUMED, FIN_WAIT_2, PROVEN, SYN_SENT, State
from tcptui.tcp.tcb import ACK, FIN, RST, SYN, Step

_KIND = {
    Event.PICKED_UP: "was open already when the capture began ({p})",
    Event.TIMEOUT_2MSL: "waited 2MSL: nothing of the old connection can arrive any more",
    Event.TIMEOUT_USER: "got no answer and gave up",
    Event.REQUEST_EXPIRED: "got no ACK of its SYN,ACK and dropped the request",
    Event.FORGOTTEN: "began a new connection on the same ports ({p})",
    Event.SEND_RST: "aborted the connection: sent {k} ({p})",
    Event.REPLIED_RST: "had no such connection any more: answered {k} ({p})",
}
_ANSWERED = (Event.RECV_SYN_ACK, Event.RECV_FIN)


def happened(old: State, event: Event) -> str:
    """The event in a few words, where "no answer" is not all: in FIN_WAIT_2 the FIN has had its own."""
    forgotten = event is Event.TIMEOUT_USER and old is FIN_WAIT_2
    return "gave up: no FIN came" if forgotten else str(event)


def kind(segment: Segment) -> str:
    """ "SYN,ACK", "FIN", "ACK": what names a segment. ACK only where there is nothing else."""
    flags = segment.flags
    names = [name for bit, name in ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST")) if flags & bit]
    if flags & ACK and (not names or flags & SYN):
        names.append("ACK")
    if segment.length and not names[:-1] and names != ["SYN"]:
        return "data" if names in (["ACK"], []) else f"{','.join(names)} with data"
    return ",".join(names) or "segment"


def why(step: Step) -> str:
    """The sentence part for a step: "received SYN,ACK (#2) and acknowledged it (#3)"."""
    cause = step.cause
    if isinstance(cause, IcmpError):
        about = "SYN" if step.old is SYN_SENT else "SYN,ACK"
        return f"received ICMP {cause.says} from {cause.origin} (#{cause.packet}), about its {about}"
    packet = f"#{cause.packet}" if cause is not None else "no packet"
    what = kind(cause) if cause is not None else "segment"
    if step.event is Event.TIMEOUT_USER and step.old is FIN_WAIT_2:
        return "waited for a FIN that never came, and was forgotten"
    if step.event in _KIND:
        return _KIND[step.event].format(p=packet, k=what)
    if step.evidence is ASSUMED:
        if step.closed_unseen:
            return f"had closed: its FIN waited or was lost, as {packet} shows"
        return _missed(step.event, packet)
    if step.event is Event.ACTIVE_OPEN or step.event is Event.CLOSE:
        return f"sent {what} ({packet})"
    if step.event is Event.RECV_SYN:
        return f"received a SYN and answered {what} ({packet})"
    if step.event is Event.RECV_SYN_IN_SYN_SENT:
        return f"received SYN ({packet}) while its own was under way"
    return _received(step, what, packet)


def _received(step: Step, what: str, packet: str) -> str:
    if step.event is Event.RECV_ACK_OF_FIN:
        text = f"received the ACK of its FIN ({packet})"
    elif step.event is Event.RECV_ACK_OF_SYN:
        text = f"received the ACK of its SYN ({packet})"
    else:
        text = f"received {what} ({packet})"
    if step.evidence is PROVEN and step.proven_by is not None:
        return (
            f"{text} and acknowledged it"
            if step.event in _ANSWERED
            else f"{text}, as #{step.proven_by} shows"
        )
    return text


def _missed(event: Event, packet: str) -> str:
    missing = {
        Event.ACTIVE_OPEN: "sent a SYN",
        Event.RECV_SYN: "received a SYN and answered it",
        Event.RECV_SYN_ACK: "received a SYN,ACK",
        Event.RECV_SYN_IN_SYN_SENT: "received a SYN",
        Event.RECV_ACK_OF_SYN: "received the ACK of its SYN",
        Event.CLOSE: "sent a FIN",
        Event.RECV_FIN: "received a FIN",
        Event.RECV_ACK_OF_FIN: "received the ACK of its FIN",
    }
    return f"{missing.get(event, str(event))} that was not captured, as {packet} shows"
