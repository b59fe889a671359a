"""What packets cannot tell about a step: one sentence at the state, rather than a silent guess.

The classes are those of the specification: U1 a FIN that waits behind data, U2 a silent local end, U3 the
last segment lost behind us, U4 one lost before it came to us, U5 local policy, U6 a forged segment.

Limits: a forged segment that is well made looks like a real one until its victim goes on.
"""

from __future__ import annotations

from tcptui.tcp.events import Event
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.tcb import RST, Step

_NO_PACKET = {  # U2
    Event.TIMEOUT_2MSL: "no packet shows it: by the profile's timers, which it may have set otherwise",
    Event.TIMEOUT_USER: "no packet shows it: its system may give up sooner or later",
    Event.REQUEST_EXPIRED: "no packet shows it: its system may forget sooner or later",
}
_STOPPED = "no packet shows it: its next SYN was due, and did not come"  # U2
_UNCONFIRMED = {  # U3; of a handshake's last ACK U5
    Event.RECV_RST: "nobody answers a RST: if it was lost behind us, this end is where it was",
    Event.RECV_RST_PASSIVE: "nobody answers a RST: if it was lost behind us, this end is where it was",
    Event.RECV_ACK_OF_SYN: "unless the ACK was lost behind us, or a full accept queue ignores it",
    Event.RECV_ACK_OF_FIN: "nothing confirms it: if the ACK was lost behind us, it will send its FIN again",
}
_UNSEEN = {  # U4, or a hole in the capture
    Event.CLOSE: "nobody saw the FIN: one octet that others acknowledge, and single octets are rarely data",
    Event.RECV_FIN: "nobody saw the FIN: one octet that it acknowledges, and single octets are rarely data",
}
_QUEUED = (
    "its application may have closed before this: a FIN waits until the data before it can be sent"  # U1
)
_GONE = (
    "when it closed no packet shows: its FIN waited behind data, or it or a RST was lost before us"  # U1, U4
)
_POLICY = (  # U5
    "policy decides: it has not exactly the next number, and whoever follows RFC 5961 does not believe it"
)
_FORGED_RST = (  # U6
    "it may be forged: it lacks the time stamp of the others; if its sender goes on, it was"
)
_FORGED_SYN = "unless somebody else sent this SYN in its name: then it goes on as before"  # U6
_DONE = (State.CLOSED, State.LISTEN, State.TIME_WAIT, State.SYN_SENT)
_OPEN = (State.ESTABLISHED, State.CLOSE_WAIT)


def doubt(step: Step) -> str:
    """The sentence for a step that packets leave open; empty where they do not."""
    if step.evidence is Evidence.TIMER:
        if step.old is State.SYN_SENT:
            return _STOPPED
        return _NO_PACKET.get(step.event, "")
    if step.odd:
        return _FORGED_RST if step.event is Event.SEND_RST else _POLICY
    if step.evidence is Evidence.PASSED:
        return _UNCONFIRMED.get(step.event, "")
    if step.evidence is Evidence.ASSUMED:
        if step.event is Event.CLOSE and step.cause is not None and step.cause.flags & RST:
            return _GONE
        return _UNSEEN.get(step.event, "")
    if step.event is Event.FORGOTTEN and step.old not in _DONE:
        return _FORGED_SYN
    if step.event is Event.CLOSE and step.cause is not None and step.cause.length:
        return _QUEUED
    return _GONE if step.event is Event.REPLIED_RST and step.old in _OPEN else ""
