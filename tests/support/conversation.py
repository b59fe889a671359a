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
Transitions that the builder cannot name by their states alone are named behind them: `! REPLIED_RST`; of
several by what one end sends each is named, and those before the last are assumed: `! CLOSE,SEND_RST`.

`S ICMP` is an ICMP error that quotes what C sent. What other connections tell of an end stands on a line of
its own, what is a frame as `frame@seconds`:
`around S alive=9@0.5 answered=3@0 ttl=61 repeated=7@1 unrepeated=6 ignoring=2`. `next life` begins another
connection on the same ports; its frames go on from the last one's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tcptui.tcp.diagnosis import Diagnosis, diagnose
from tcptui.tcp.events import Event
from tcptui.tcp.facts import FlowFacts, facts
from tcptui.tcp.finding import Before
from tcptui.tcp.history import History, Moment, Roles, Transition
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.timers import LINUX, Timers
from tcptui.tcp.traces import Seen

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


class Known:
    """What other connections tell, as `finding.Around`: what the lines say, and nothing else."""

    def __init__(self) -> None:
        self._frames: dict[tuple[int, str], Seen] = {}
        self._numbers: dict[tuple[int, str], int] = {}

    def learn(self, words: list[str]) -> None:
        """The words of a line, without "around"."""
        x = "CS".index(words[0])
        for name, value in (word.split("=") for word in words[1:]):
            frame, _, seconds = value.partition("@")
            if seconds:
                self._frames[x, name] = Seen(int(frame), round(float(seconds) * SECOND))
            else:
                self._numbers[x, name] = int(frame)

    def _since(self, x: int, name: str, since_ns: int) -> Seen | None:
        found = self._frames.get((x, name))
        return found if found is not None and found.time_ns >= since_ns else None

    def alive(self, x: int, since_ns: int) -> Seen | None:
        return self._since(x, "alive", since_ns)

    def answered(self, x: int, since_ns: int) -> Seen | None:
        return self._since(x, "answered", since_ns)

    def repeated(self, x: int) -> Seen | None:
        return self._frames.get((x, "repeated"))

    def ttl(self, x: int) -> int | None:
        return self._numbers.get((x, "ttl"))

    def unrepeated(self, x: int, age_ns: int) -> int:
        return self._numbers.get((x, "unrepeated"), 0)

    def ignoring(self, x: int) -> int:
        return self._numbers.get((x, "ignoring"), 0)


@dataclass
class Talk:
    """A conversation as the diagnoses see it; `now` is its last line's moment."""

    segments: list[Segment] = field(default_factory=list)
    log: list[Transition] = field(default_factory=list)
    start: tuple[State, State] = (State.CLOSED, State.LISTEN)
    now: Moment = field(default_factory=lambda: Moment(0, 0))
    same_socket: bool = False
    first: int = 1
    previous: Before | None = None
    around: Known = field(default_factory=Known)

    @property
    def history(self) -> History:
        """The states of the lines."""
        return History(self.first, 0, Roles.HANDSHAKE, self.start, tuple(self.log), ())

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
        if line.split()[0] == "around":
            made.around.learn(line.split()[1:])
            continue
        if line.split() == ["next", "life"]:
            made = Talk(
                now=made.now,
                first=made.now.packet + 1,
                previous=Before(made.history, made.facts),
                around=made.around,
            )
            builder, states = _Builder(), list(made.start)
            continue
        left, _, right = line.partition("|")
        time_ns = round(float(left.split()[0]) * SECOND)
        words = left.split()[1:]
        made.now = Moment(made.now.packet + (words[0] != "-"), time_ns)
        heard = words[1:] == ["ICMP"]
        segment = None if heard else builder.segment(words, made.now.packet, time_ns)
        if segment is not None:
            made.segments.append(segment)
        right, _, words_named = right.partition("!")
        named = words_named.strip().split(",")
        for endpoint, word in enumerate(right.split()):
            path = [] if word == "." else word.split(">")
            for at, name in enumerate(path):
                new = State[name]
                if new is not states[endpoint]:
                    event = named[min(at, len(named) - 1)]
                    step = _transition(made.now, endpoint, states[endpoint], new, segment, event)
                    if at < min(len(path), len(named)) - 1:
                        step = replace(step, evidence=Evidence.ASSUMED)
                    if heard:
                        step = replace(step, packet=made.now.packet, event=Event.RECV_ICMP)
                    made.log.append(step)
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
    if named and sent:
        return Event[named]
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


def diagnosed(text: str, later: float = 0, timers: Timers = LINUX) -> dict[str, Diagnosis]:
    """What is diagnosed some time after a conversation, by id."""
    said = talk(text)
    found = diagnose(
        said.history, said.facts, said.later(later), timers, previous=said.previous, around=said.around
    )
    return {one.id: one for one in found}


def expect(id: str, text: str, later: float, packets: tuple[int, ...]) -> None:
    """It is diagnosed, by these packets."""
    found = diagnosed(text, later)
    assert id in found, sorted(found)
    assert found[id].packets == packets


def names(cases: list[tuple[str, str, str, float]]) -> list[str]:
    """What cases that come close are called: the diagnosis, and why it is not made."""
    return [f"{id}: {why}" for id, why, *_ in cases]


OPEN = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK            | .            ESTABLISHED
"""
