"""The machine: what each event does in each state (RFC 9293 figure 5 and section 3.10).

Rule 1: guards come before the lookup. Whether a segment is in the window, in order, acceptable, is
decided by the classifier, which turns it into events; the machine is a plain lookup in `RULES`.
Rule 2: every cell of states × events is either in `RULES` or in `IGNORED`, there with its reason.
Rule 3: nothing else moves an endpoint. The diagram on the screen is drawn from these rows.

A segment that acknowledges our FIN and carries the peer's is two events, the acknowledgement first:
FIN_WAIT_1 → FIN_WAIT_2 → TIME_WAIT, as kernels do it (3.10.7.4: fifth ACK, eighth FIN).
"""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp.events import Event
from tcptui.tcp.states import State

_CLOSED, _LISTEN, _SYN_SENT, _SYN_RCVD = State.CLOSED, State.LISTEN, State.SYN_SENT, State.SYN_RCVD
_ESTABLISHED, _CLOSE_WAIT, _LAST_ACK = State.ESTABLISHED, State.CLOSE_WAIT, State.LAST_ACK
_FIN_WAIT_1, _FIN_WAIT_2 = State.FIN_WAIT_1, State.FIN_WAIT_2
_CLOSING, _TIME_WAIT = State.CLOSING, State.TIME_WAIT


@dataclass(frozen=True, slots=True)
class Rule:
    """One arrow.

    new: the state it leads to. rfc: section of RFC 9293. sentence: what it means, for a reader.
    label: "event / action" as the figure writes it; empty for arrows that the figure leaves out
    (aborts and give-ups, which lead to CLOSED from everywhere).
    """

    new: State
    rfc: str
    sentence: str
    label: str = ""


RULES: dict[tuple[State, Event], Rule] = {
    # -- opening ------------------------------------------------------------------------------------
    (_CLOSED, Event.PASSIVE_OPEN): Rule(
        _LISTEN, "3.10.1", "The application called listen() and waits for connections.", "passive OPEN"
    ),
    (_CLOSED, Event.ACTIVE_OPEN): Rule(
        _SYN_SENT,
        "3.10.1",
        "The application called connect(): a SYN asks for a connection.",
        "active OPEN / SYN",
    ),
    (_LISTEN, Event.ACTIVE_OPEN): Rule(
        _SYN_SENT,
        "3.10.2",
        "A listening socket that sends opens actively (no common system does).",
        "SEND / SYN",
    ),
    (_LISTEN, Event.RECV_SYN): Rule(
        _SYN_RCVD, "3.10.7.2", "A SYN came; SYN,ACK acknowledges it and asks back.", "SYN / SYN,ACK"
    ),
    (_SYN_SENT, Event.RECV_SYN_ACK): Rule(
        _ESTABLISHED,
        "3.10.7.3",
        "The answer came and acknowledges our SYN: connect() returns.",
        "SYN,ACK / ACK",
    ),
    (_SYN_SENT, Event.RECV_SYN_IN_SYN_SENT): Rule(
        _SYN_RCVD,
        "3.10.7.3",
        "Both called connect() and the SYNs crossed: simultaneous open.",
        "SYN / SYN,ACK",
    ),
    (_SYN_RCVD, Event.RECV_ACK_OF_SYN): Rule(
        _ESTABLISHED, "3.10.7.4", "Our SYN is acknowledged: accept() can return.", "ACK of SYN"
    ),
    # -- closing ------------------------------------------------------------------------------------
    (_LISTEN, Event.CLOSE): Rule(_CLOSED, "3.10.4", "The application closed its listening socket.", "CLOSE"),
    (_SYN_SENT, Event.CLOSE): Rule(
        _CLOSED, "3.10.4", "The application gave up before an answer came.", "CLOSE"
    ),
    (_SYN_RCVD, Event.CLOSE): Rule(
        _FIN_WAIT_1, "3.10.4", "Closed before our SYN was acknowledged: FIN follows at once.", "CLOSE / FIN"
    ),
    (_SYN_RCVD, Event.RECV_FIN): Rule(
        _CLOSE_WAIT, "3.10.7.4", "The peer has finished sending already, in its first words."
    ),
    (_ESTABLISHED, Event.CLOSE): Rule(
        _FIN_WAIT_1, "3.10.4", "The application called close() or shutdown(): our FIN is out.", "CLOSE / FIN"
    ),
    (_ESTABLISHED, Event.RECV_FIN): Rule(
        _CLOSE_WAIT,
        "3.10.7.4",
        "The peer has finished sending; our application has yet to close.",
        "FIN / ACK",
    ),
    (_FIN_WAIT_1, Event.RECV_ACK_OF_FIN): Rule(
        _FIN_WAIT_2, "3.10.7.4", "Our FIN is acknowledged; the peer may still send.", "ACK of FIN"
    ),
    (_FIN_WAIT_1, Event.RECV_FIN): Rule(
        _CLOSING, "3.10.7.4", "The FINs crossed: simultaneous close.", "FIN / ACK"
    ),
    (_FIN_WAIT_2, Event.RECV_FIN): Rule(
        _TIME_WAIT,
        "3.10.7.4",
        "Both directions are closed; wait out what may still be on its way.",
        "FIN / ACK",
    ),
    (_CLOSE_WAIT, Event.CLOSE): Rule(
        _LAST_ACK, "3.10.4", "Our application closed too: our FIN is out.", "CLOSE / FIN"
    ),
    (_CLOSING, Event.RECV_ACK_OF_FIN): Rule(
        _TIME_WAIT, "3.10.7.4", "Our FIN is acknowledged; both directions are closed.", "ACK of FIN"
    ),
    (_LAST_ACK, Event.RECV_ACK_OF_FIN): Rule(
        _CLOSED, "3.10.7.4", "Our FIN is acknowledged: nothing is left to wait for.", "ACK of FIN"
    ),
    (_TIME_WAIT, Event.TIMEOUT_2MSL): Rule(
        _CLOSED,
        "3.10.8",
        "Two segment lifetimes passed: no old segment can disturb a new connection.",
        "2MSL timeout",
    ),
    # -- dropped on the way in ----------------------------------------------------------------------
    (_SYN_RCVD, Event.RECV_RST_PASSIVE): Rule(
        _LISTEN, "3.10.7.4", "The caller does not want it; the listener goes on listening.", "RST"
    ),
    (_SYN_RCVD, Event.REQUEST_EXPIRED): Rule(
        _LISTEN, "3.10.8", "Nobody acknowledged the SYN,ACK; the listener forgets the caller."
    ),
    # -- told by others that there is no way --------------------------------------------------------
    (_SYN_SENT, Event.RECV_ICMP): Rule(
        _CLOSED, "3.9.2.2", "A host or router reports that the SYN cannot be delivered: connect() fails."
    ),
    (_SYN_RCVD, Event.RECV_ICMP): Rule(
        _CLOSED, "3.9.2.2", "A host or router reports that the SYN,ACK cannot be delivered: connect() fails."
    ),
    (_SYN_RCVD, Event.RECV_ICMP_PASSIVE): Rule(
        _LISTEN,
        "3.9.2.2",
        "A host or router reports that the SYN,ACK cannot be delivered; the listener forgets the caller.",
    ),
    # -- the capture began in the middle ------------------------------------------------------------
    (_CLOSED, Event.PICKED_UP): Rule(
        _ESTABLISHED, "3.3.2", "The capture began after the handshake; the connection was there already."
    ),
}

_LIVE = (
    _SYN_SENT,
    _SYN_RCVD,
    _ESTABLISHED,
    _FIN_WAIT_1,
    _FIN_WAIT_2,
    _CLOSE_WAIT,
    _CLOSING,
    _LAST_ACK,
    _TIME_WAIT,
)

for _state in _LIVE:
    _first = "3.10.7.3" if _state is _SYN_SENT else "3.10.7.4"
    RULES[_state, Event.RECV_RST] = Rule(_CLOSED, _first, "The peer reset the connection.")
    RULES[_state, Event.SEND_RST] = Rule(
        _CLOSED, "3.10.5", "It aborted the connection and told the peer by RST."
    )
    RULES[_state, Event.REPLIED_RST] = Rule(
        _CLOSED, "3.10.7.1", "It had no such connection any more, and said so by RST."
    )
    RULES[_state, Event.FORGOTTEN] = Rule(
        _CLOSED, "3.6.1", "It has begun a new connection on the same ports."
    )
    if _state is not _TIME_WAIT:
        RULES[_state, Event.TIMEOUT_USER] = Rule(_CLOSED, "3.8.3", "No answer for so long that it gave up.")

RULES[_FIN_WAIT_2, Event.TIMEOUT_USER] = Rule(
    _CLOSED, "3.6", "The peer's FIN never came: systems forget a closed socket then; the RFC sets no limit."
)

_OPENED = "the connection is open already"
_NEVER = "nothing was sent that this could answer"

# Why an event changes nothing: by event, where not said otherwise for a state.
_WHY_IGNORED: dict[Event, str] = {
    Event.PASSIVE_OPEN: "only an unused socket can begin to listen",
    Event.ACTIVE_OPEN: "a SYN again: the connection is being opened already",
    Event.RECV_SYN: "a SYN in a connection is answered by an ACK, not believed (RFC 5961)",
    Event.RECV_SYN_IN_SYN_SENT: "SYNs cross only while both ends are in SYN_SENT",
    Event.RECV_SYN_ACK: "a SYN,ACK again: its ACK was lost, and is sent again",
    Event.RECV_ACK_OF_SYN: "the SYN was acknowledged before",
    Event.CLOSE: "the FIN is out already",
    Event.RECV_FIN: "the peer's FIN was consumed before",
    Event.RECV_ACK_OF_FIN: "no FIN of ours is waiting for an ACK",
    Event.RECV_RST: "there is nothing to reset",
    Event.RECV_ICMP: "only a connection that is being opened ends by an ICMP error; to others it is advice",
    Event.RECV_ICMP_PASSIVE: "only a half-open request is dropped for an ICMP error",
    Event.RECV_RST_PASSIVE: "only a half-open request goes back to the listener",
    Event.SEND_RST: "a RST without a connection moves nothing",
    Event.REPLIED_RST: "it has no connection, as the RST says",
    Event.TIMEOUT_2MSL: "the 2MSL timer runs in TIME_WAIT alone",
    Event.TIMEOUT_USER: "nothing is waiting for an answer",
    Event.REQUEST_EXPIRED: "only a half-open request expires",
    Event.PICKED_UP: "the connection is known already",
    Event.FORGOTTEN: "there was no connection to forget",
}
_WHY_IGNORED_IN: dict[tuple[State, Event], str] = {
    (_CLOSED, Event.RECV_SYN): "nobody listens: a closed port answers RST",
    (_CLOSED, Event.RECV_SYN_IN_SYN_SENT): _NEVER,
    (_CLOSED, Event.RECV_SYN_ACK): _NEVER,
    (_CLOSED, Event.RECV_ACK_OF_SYN): _NEVER,
    (_CLOSED, Event.CLOSE): "there is no connection to close",
    (_CLOSED, Event.RECV_FIN): "there is no connection to finish",
    (_CLOSED, Event.RECV_RST_PASSIVE): "there is nothing to reset",
    (_LISTEN, Event.RECV_SYN_IN_SYN_SENT): _NEVER,
    (_LISTEN, Event.RECV_SYN_ACK): _NEVER,
    (_LISTEN, Event.RECV_ACK_OF_SYN): "an ACK without a SYN gets RST, unless it answers a SYN cookie",
    (_LISTEN, Event.RECV_FIN): "a listener ignores a FIN: the sequence number cannot be checked",
    (_LISTEN, Event.RECV_RST): "a listener ignores RST",
    (_LISTEN, Event.RECV_RST_PASSIVE): "it is listening already",
    (_LISTEN, Event.SEND_RST): "a listener answers what is not for it by RST and goes on listening",
    (_LISTEN, Event.REPLIED_RST): "a listener answers what is not for it by RST and goes on listening",
    (_LISTEN, Event.TIMEOUT_USER): "a listener waits for ever",
    (_SYN_SENT, Event.RECV_SYN): "a SYN here is a crossing one",
    (_SYN_SENT, Event.RECV_ACK_OF_SYN): "an ACK without SYN does not open (RFC 9293 3.10.7.3)",
    (_SYN_SENT, Event.RECV_FIN): "a FIN cannot be checked before the peer's SYN is known",
    (_SYN_RCVD, Event.RECV_SYN_ACK): "it is an ACK of our SYN where it fits, else a copy",
    (_TIME_WAIT, Event.TIMEOUT_USER): "TIME_WAIT ends by the 2MSL timer",
    (_ESTABLISHED, Event.RECV_SYN_IN_SYN_SENT): _OPENED,
}

IGNORED: dict[tuple[State, Event], str] = {
    (state, event): _WHY_IGNORED_IN.get((state, event), _WHY_IGNORED[event])
    for state in State
    for event in Event
    if (state, event) not in RULES
}
