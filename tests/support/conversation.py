"""Conversations for tests of what is said about a flow: segments and states, line by line.

The states are written by hand, so that these tests do not depend on the engine:

    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK            | .            ESTABLISHED
    1.000  C  PSH,ACK 7
    1.040  S  ACK
    61.0   -                 | CLOSED       .

The states before the first line are CLOSED and LISTEN, or those of a line `start CLOSED CLOSED`.
A line is: time in seconds; sender, C or S, or - for a timer; flags; payload bytes (optional); settings
(optional); after the bar the states of client and server then (. is unchanged).
Sequence numbers are kept by the builder: SEQ is the sender's next, ACK the peer's next. Settings:
`seq=` and `ack=` (relative to the initial sequence numbers), `rawseq=`, `win=`, `id=`, `ttl=`, `opt=` (hex).
A transition that the builder cannot name by its states alone is named behind them: `! REPLIED_RST`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tcptui.tcp.diagnosis import Diagnosis, diagnose
from tcptui.tcp.events import Event
from tcptui.tcp.facts import FlowFacts, facts
from tcptui.tcp.history import History, Moment, Roles, Transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add
from tcptui.tcp.states import Evidence, State

SECOND = 1_000_000_000
ISS = (1_000, 4_294_967_000)  # the server's wraps

_BY_STATES = {
    (State.CLOSED, State.SYN_SENT): Event.ACTIVE_OPEN,
    (State.TIME_WAIT, State.SYN_SENT): Event.ACTIVE_OPEN,
    (State.CLOSED, State.ESTABLISHED): Event.PICKED_UP,
    (State.LISTEN, State.SYN_RCVD): Event.RECV_SYN,
    (State.SYN_SENT, State.SYN_RCVD): Event.RECV_SYN_IN_SYN_SENT,
    (State.SYN_SENT, State.ESTABLISHED): Event.RECV_SYN_ACK,
    (State.SYN_RCVD, State.ESTABLISHED): Event.RECV_ACK_OF_SYN,
    (State.SYN_RCVD, State.FIN_WAIT_1): Event.CLOSE,
    (State.ESTABLISHED, State.FIN_WAIT_1): Event.CLOSE,
    (State.CLOSE_WAIT, State.LAST_ACK): Event.CLOSE,
    (State.ESTABLISHED, State.CLOSE_WAIT): Event.RECV_FIN,
    (State.FIN_WAIT_1, State.CLOSING): Event.RECV_FIN,
    (State.FIN_WAIT_2, State.TIME_WAIT): Event.RECV_FIN,
    (State.FIN_WAIT_1, State.FIN_WAIT_2): Event.RECV_ACK_OF_FIN,
    (State.CLOSING, State.TIME_WAIT): Event.RECV_ACK_OF_FIN,
    (State.LAST_ACK, State.CLOSED): Event.RECV_ACK_OF_FIN,
}


@dataclass
class Talk:
    """A conversation as the diagnoses see it; `now` is its last line's moment."""

    segments: list[Segment] = field(default_factory=list)
    log: list[Transition] = field(default_factory=list)
    start: tuple[State, State] = (State.CLOSED, State.LISTEN)
    now: Moment = field(default_factory=lambda: Moment(0, 0))
    same_socket: bool = False

    @property
    def history(self) -> History:
        """The states of the lines."""
        return History(1, 0, Roles.HANDSHAKE, self.start, tuple(self.log), ())

    @property
    def facts(self) -> FlowFacts:
        """The facts of the lines."""
        return facts(self.segments, same_socket=self.same_socket)

    def later(self, seconds: float) -> Moment:
        """Some time after the last line."""
        return Moment(self.now.packet, self.now.time_ns + round(seconds * SECOND))


def talk(text: str) -> Talk:
    """Read a conversation."""
    made = Talk()
    builder = _Builder()
    states = list(made.start)
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.split()[0] == "start":
            states = [State[word] for word in line.split()[1:]]
            made.start = (states[0], states[1])
            continue
        left, _, right = line.partition("|")
        time_ns = round(float(left.split()[0]) * SECOND)
        segment = builder.segment(left.split()[1:], len(made.segments) + 1, time_ns)
        if segment is not None:
            made.segments.append(segment)
        made.now = Moment(len(made.segments), time_ns)
        right, _, named = right.partition("!")
        for endpoint, word in enumerate(right.split()):
            for name in [] if word == "." else word.split(">"):
                new = State[name]
                if new is not states[endpoint]:
                    made.log.append(_transition(made.now, endpoint, states[endpoint], new, segment, named))
                    states[endpoint] = new
    return made


def _transition(
    now: Moment, endpoint: int, old: State, new: State, segment: Segment | None, named: str
) -> Transition:
    packet = now.packet if segment else None
    sent = segment is not None and segment.sender == endpoint
    evidence = Evidence.TIMER if segment is None else Evidence.SENT if sent else Evidence.PASSED
    return Transition(
        packet, now.time_ns, endpoint, old, new, _event(old, new, segment, sent, named), evidence, now.packet
    )


def _event(old: State, new: State, segment: Segment | None, sent: bool, named: str) -> Event:
    if named.strip() and sent:
        return Event[named.strip()]
    if segment is None:
        return Event.TIMEOUT_2MSL if old is State.TIME_WAIT else Event.TIMEOUT_USER
    if segment.flags & Flags.RST:
        if sent:
            return Event.SEND_RST if segment.flags & Flags.ACK else Event.REPLIED_RST
        return Event.RECV_RST
    return _BY_STATES[old, new]


class _Builder:
    def __init__(self) -> None:
        self.next = list(ISS)
        self.last_ack = [0, 0]

    def segment(self, words: list[str], packet: int, time_ns: int) -> Segment | None:
        if words[0] == "-":
            return None
        sender = "CS".index(words[0])
        flags = 0
        for flag in words[1].split(","):
            flags |= Flags[flag]
        settings = dict(word.split("=") for word in words[2:] if "=" in word)
        length = next((int(word) for word in words[2:] if "=" not in word), 0)
        seq = self._seq(sender, flags, settings)
        ack = add(ISS[1 - sender], int(settings["ack"])) if "ack" in settings else self.next[1 - sender]
        if not flags & Flags.ACK:
            ack = 0
        elif not flags & Flags.RST:
            self.last_ack[sender] = ack
        if not flags & Flags.RST:
            end = add(seq, length + bool(flags & Flags.SYN) + bool(flags & Flags.FIN))
            if add(end, -self.next[sender]) < 1 << 31:
                self.next[sender] = end
        return Segment(
            packet=packet,
            time_ns=time_ns,
            sender=sender,
            seq=seq,
            ack=ack,
            flags=flags,
            window=int(settings.get("win", 0 if flags & Flags.RST else 65_535)),
            length=length,
            options=bytes.fromhex(settings.get("opt", "")),
            ip_id=int(settings.get("id", packet)),
            ttl=int(settings.get("ttl", 64)),
        )

    def _seq(self, sender: int, flags: int, settings: dict[str, str]) -> int:
        if "rawseq" in settings:
            return int(settings["rawseq"])
        if "seq" in settings:
            return add(ISS[sender], int(settings["seq"]))
        if flags & Flags.RST and not flags & Flags.ACK:
            return self.last_ack[1 - sender]
        return self.next[sender]


def diagnosed(text: str, later: float = 0) -> dict[str, Diagnosis]:
    """What is diagnosed some time after a conversation, by id."""
    said = talk(text)
    return {found.id: found for found in diagnose(said.history, said.facts, said.later(later))}


OPEN = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK            | .            ESTABLISHED
"""
