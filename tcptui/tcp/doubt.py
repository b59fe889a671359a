"""What packets cannot tell: one sentence at the state, rather than a silent guess.

The classes are those of the specification: U1 a FIN that waits behind data, U2 a silent local end, U3 the
last segment lost behind us, U4 one lost before it came to us, U5 local policy, U6 a forged segment.

`doubt` is about a step, whatever comes after it; `lingering` about a state in which an endpoint stands.
Each sentence is `brief: explanation`; where there is no room the brief part stands alone.

Limits: a forged segment that is well made looks like a real one until its victim goes on. That a FIN
had been sent before, and that copy was lost before us, shows only where a later number has passed.
"""

from __future__ import annotations

from tcptui.tcp.events import BY_ICMP, Event
from tcptui.tcp.states import (
    ASSUMED,
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_2,
    LISTEN,
    PASSED,
    SYN_RCVD,
    SYN_SENT,
    TIME_WAIT,
    TIMER,
    State,
)
from tcptui.tcp.tcb import FIN, Step
from tcptui.tcp.words import SECOND

LATE = 3 * SECOND
"""In SYN_RCVD for so long, an endpoint has more against it than a slow network."""

_NO_PACKET = {  # U2
    Event.TIMEOUT_2MSL: "no packet shows this: by the profile's timers, which it may have set otherwise",
    Event.TIMEOUT_USER: "no packet shows this: its system, or its application, may give up sooner or later",
    Event.REQUEST_EXPIRED: "no packet shows this: its system may forget the request sooner or later",
}
_STOPPED = "no packet shows this: its next SYN was due, and did not come"  # U2
_ORPHAN = (
    "no packet shows this: only where its application has closed, not half-closed, is it forgotten by now"
)
_RST = "nobody answers a RST: if it was lost behind us, this end is where it was"
_UNCONFIRMED = {  # U3; of a handshake's last ACK U5
    Event.RECV_RST: _RST,
    Event.RECV_RST_PASSIVE: _RST,
    Event.RECV_SYN_ACK: "nothing confirms this: if the SYN,ACK was lost behind us, it calls again",
    Event.RECV_SYN_IN_SYN_SENT: "nothing confirms this: if the SYN was lost behind us, it is still calling",
    Event.RECV_ACK_OF_SYN: (
        "the ACK may not count: lost behind us, or a listener ignores it (accept queue full) or defers it"
    ),
    Event.RECV_FIN: "nothing confirms this: if the FIN was lost behind us, it comes again",
    Event.RECV_ACK_OF_FIN: "nothing confirms this: if the ACK was lost behind us, it will send its FIN again",
}
_UNSEEN = {  # U4, or a hole in the capture
    Event.CLOSE: "the FIN was not seen: one octet too many is acknowledged, and few send single octets",
    Event.RECV_FIN: "the FIN was not seen: it acknowledges one octet too many, and few send single octets",
}
_QUEUED = (  # U1
    "its application may have closed earlier: a FIN waits until the data before it can be sent"
)
_EARLIER = (  # U4
    "its FIN was sent before this: that copy was lost before us; this is numbered beyond it"
)
_GONE = (  # U1, U4
    "when it closed no packet shows: its FIN waited behind data, or it or a RST was lost before us"
)
_POLICY = (  # U5
    "policy decides: it has not exactly the next number, and whoever follows RFC 5961 does not believe it"
)
_FORGED_RST = (  # U6
    "it may be forged: it lacks the time stamp of the others; if its sender goes on, it was"
)
_FORGED_SYN = "unless somebody else sent this SYN in its name: then it goes on as before"  # U6
_FORGED_ICMP = "anybody can send such an error: if it goes on, it did not believe this one"  # U6
_DONE = (CLOSED, LISTEN, TIME_WAIT, SYN_SENT)
_OPEN = (ESTABLISHED, CLOSE_WAIT)

_RESTORED = "restored: a segment sent in its name seemed to end this; it went on, so that was forged"  # U6
_UNANSWERED = (  # U5
    "its ACK may have come: a full accept queue ignores it, a deferred accept waits for data"
)
_STATELESS = (  # U5
    "its kernel may be in LISTEN: with SYN cookies it keeps nothing of a request, and does not repeat itself"
)
DISBELIEVED = (  # U5, U6
    "not believed: it has not the number that the {receiver} expects (RFC 5961)"
)
STRAY = "forged, or from an old connection: its number fits neither end"  # U6
OWN = (Event.SEND_RST, Event.REPLIED_RST, Event.FORGOTTEN)
"""What only the endpoint itself can do; taken back, somebody else did it."""


def doubt(step: Step) -> str:
    """The sentence for a step that packets leave open; empty where they do not."""
    if step.evidence is TIMER:
        silent = {SYN_SENT: _STOPPED, FIN_WAIT_2: _ORPHAN}
        return silent.get(step.old) or _NO_PACKET.get(step.event, "")
    if step.event in BY_ICMP:
        return _FORGED_ICMP
    if step.odd:
        return _FORGED_RST if step.event is Event.SEND_RST else _POLICY
    if step.evidence is PASSED:
        return _UNCONFIRMED.get(step.event, "")
    if step.evidence is ASSUMED:
        if step.closed_unseen:
            return _GONE
        return _UNSEEN.get(step.event, "")
    if step.event is Event.FORGOTTEN and step.old not in _DONE:
        return _FORGED_SYN
    if step.event is Event.CLOSE and step.cause is not None:
        return _QUEUED if step.cause.length else "" if step.cause.flags & FIN else _EARLIER
    return _GONE if step.event is Event.REPLIED_RST and step.old in _OPEN else ""


def lingering(state: State, event: Event | None, age_ns: int, denied: bool, forged: bool) -> str:
    """The sentence for an endpoint that stands in `state`, into which `event` brought it `age_ns` ago.

    age_ns: 0 where its SYN,ACK has come again, as that of a SYN cookie never does.
    denied: what would have moved it on was taken back. forged: so was what it seemed to do itself.
    """
    if forged:
        return _RESTORED
    if state is not SYN_RCVD or event is not Event.RECV_SYN:
        return ""
    return _UNANSWERED if denied else _STATELESS if age_ns >= LATE else ""


def brief(note: str) -> str:
    """The part of a sentence that must at least be said."""
    return note.partition(":")[0]
