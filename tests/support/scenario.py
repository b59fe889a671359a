"""Scenario files: conversations in packetdrill's manner, with the states that each line must lead to.

    # Title: what it shows
    # Further lines of comment explain it.
    0.000 C > S: S seq 0 win 32792 <mss 1460>    C=SYN_SENT S=LISTEN
    0.001 S > C: S. seq 0 ack 1                  C=ESTABLISHED S=SYN_RCVD
    0.100 C > S: P. seq 1:8 ack 1                S=ESTABLISHED
    61.0  -                                      C=CLOSED

A line is a time in seconds, who sends to whom, flags as tcpdump writes them (S F R P . for SYN FIN RST
PSH ACK), `seq A` or `seq A:B`, and optionally `ack`, `win`, `id` (IP identification), `ttl`, `ts VAL ECR`,
`sack A:B` and `<options>`. Numbers are relative: each side's first is 0, and `seq -1` is before it;
`seq =0` is the number itself.
A line with `-` for its segment lets time pass up to then.

After it stand the states that hold from there on: of hindsight, when everything is known. An endpoint
that is not named keeps its state. Where the engine, having seen no more than this line, believes
something else, that follows after a tilde: `S=SYN_RCVD~ESTABLISHED` was shown as ESTABLISHED and is
corrected later. `!S` says that this line brings a correction to S, and `gen 2` that it begins (or has
begun) the second life.

Directives stand on lines of their own: `same socket` (a socket that connects to itself, which is C) and
`timers rfc` (linux, rfc or bsd). `not captured:` before a line keeps it from the engine, for readers.
`note S: text` is about the line before: what packets cannot tell about S as it stands then, in hindsight,
begins so; `note S: none` that there is nothing. `no effect`: the line before is a RST that moves nobody
whom it was sent to.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History, Moment, has_no_effect
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.states import State
from tcptui.tcp.timers import BSD, LINUX, RFC, Timers

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
BASES = (1_000_000, 0xFFFFFFFD)  # the second wraps after three octets
NAMES = "CS"
FLAGS = {"F": Flags.FIN, "S": Flags.SYN, "R": Flags.RST, "P": Flags.PSH, ".": Flags.ACK}
TIMERS = {"linux": LINUX, "rfc": RFC, "bsd": BSD}
LINE = re.compile(
    r"(?P<time>\d+(?:\.\d+)?)\s+(?:-|(?P<src>[CS]) > (?P<dst>[CS]): (?P<flags>[FSRP.]+)(?P<fields>.*?))"
    r"(?P<states>(?:\s+(?:[CS]=\S+|![CS]|gen \d+))*)\s*$"
)
FIELD = re.compile(r"<(?P<options>[^>]*)>|(?P<name>\w+) (?P<value>[-=]?[\d:]+)(?: (?P<more>\d+)(?= |$))?")


@dataclass(frozen=True)
class Line:
    """One line. expected, live: both endpoints' states after it. corrected: whose states it corrects.

    notes: by endpoint, how what is said of it begins; "none" for nothing.
    """

    number: int
    text: str
    time_ns: int
    segment: Segment | None
    expected: tuple[str, str]
    live: tuple[str, str]
    corrected: frozenset[int]
    generation: int | None
    notes: dict[int, str] = field(default_factory=dict)
    no_effect: bool = False


@dataclass
class Scenario:
    """A file. title: the first comment line."""

    path: Path
    title: str = ""
    lines: list[Line] = field(default_factory=list)
    same_socket: bool = False
    timers: Timers = LINUX

    def connection(self) -> Connection:
        return Connection(timers=self.timers, same_socket=self.same_socket)

    def segments(self) -> list[Segment]:
        return [line.segment for line in self.lines if line.segment is not None]


@dataclass(frozen=True)
class Outcome:
    """What the engine says after a line: of hindsight and as seen live, and whom it has corrected there."""

    found: tuple[str, str]
    live: tuple[str, str]
    corrected: frozenset[int]
    generations: int
    notes: tuple[str, str] = ("", "")
    no_effect: bool = False


def load(path: Path, bases: tuple[int, int] = BASES) -> Scenario:
    """Read a file; `bases` are the numbers that 0 stands for, of C and of S."""
    return parse(path.read_text(), bases, path)


def converse(text: str) -> Connection:
    """Lines of a conversation, fed to a new connection; states on them are not looked at."""
    scenario = parse(text)
    connection = scenario.connection()
    for line in scenario.lines:
        if line.segment is None:
            connection.advance(line.time_ns)
        else:
            connection.feed(line.segment)
    return connection


def parse(text: str, bases: tuple[int, int] = BASES, path: Path = Path("conversation")) -> Scenario:
    """Read the text of a file; ValueError names the line that cannot be read."""
    scenario = Scenario(path)
    standing = ["CLOSED", "LISTEN"]
    packet = 0
    for number, raw in enumerate(text.splitlines(), 1):
        text = raw.strip()
        if text.startswith("#"):
            scenario.title = scenario.title or text.lstrip("# ")
        elif text == "same socket":
            scenario.same_socket = True
        elif text.startswith("timers "):
            scenario.timers = TIMERS[text.split()[1]]
        elif text.startswith("note "):
            name, _, said = text.removeprefix("note ").partition(": ")
            scenario.lines[-1].notes[NAMES.index(name)] = said
        elif text == "no effect":
            scenario.lines[-1] = replace(scenario.lines[-1], no_effect=True)
        elif text and not text.startswith("not captured:"):
            match = LINE.match(text)
            if match is None:
                raise ValueError(f"{path.name}:{number}: cannot read {text!r}")
            packet += match["src"] is not None
            scenario.lines.append(_line(number, text, match, packet, standing, bases))
    return scenario


def _line(
    number: int, text: str, match: re.Match[str], packet: int, standing: list[str], bases: tuple[int, int]
) -> Line:
    time_ns = START + round(float(match["time"]) * SECOND)
    live = dict.fromkeys((0, 1), "")
    for name, value in re.findall(r"([CS])=(\S+)", match["states"]):
        expected, _, believed = value.partition("~")
        standing[NAMES.index(name)] = expected
        live[NAMES.index(name)] = believed
    corrected = frozenset(NAMES.index(name) for name in re.findall(r"!([CS])", match["states"]))
    generation = re.search(r"gen (\d+)", match["states"])
    return Line(
        number,
        text,
        time_ns,
        _segment(match, packet, time_ns, bases) if match["src"] else None,
        (standing[0], standing[1]),
        (live[0] or standing[0], live[1] or standing[1]),
        corrected,
        int(generation[1]) if generation else None,
    )


def _segment(match: re.Match[str], packet: int, time_ns: int, bases: tuple[int, int]) -> Segment:
    sender = NAMES.index(match["src"])
    flags = 0
    for letter in match["flags"]:
        flags |= FLAGS[letter]
    own, peer = bases[sender], bases[NAMES.index(match["dst"])]
    seq = ack = length = 0
    window, ip_id, ttl, options = 65535, None, 64, b""
    for one in FIELD.finditer(match["fields"]):
        name, value = one["name"], one["value"]
        if one["options"] is not None:
            options += _options(one["options"])
        elif name == "seq":
            first, _, end = value.partition(":")
            seq = int(first[1:]) if first.startswith("=") else (own + int(first)) % 2**32
            length = int(end) - int(first) if end else 0
        elif name == "ack":
            ack = (peer + int(value)) % 2**32
        elif name == "win":
            window = int(value)
        elif name == "id":
            ip_id = int(value)
        elif name == "ttl":
            ttl = int(value)
        elif name == "ts":
            stamp = int(value).to_bytes(4, "big") + int(one["more"] or 0).to_bytes(4, "big")
            options += b"\x01\x01\x08\x0a" + stamp
        elif name == "sack":
            left, right = (((peer + int(edge)) % 2**32).to_bytes(4, "big") for edge in value.split(":"))
            options += b"\x01\x01\x05\x0a" + left + right
        else:
            raise ValueError(f"what is {name!r}?")
    return Segment(packet, time_ns, sender, seq, ack, flags, window, length, options, ip_id, ttl)


def _options(text: str) -> bytes:
    found = b""
    for one in text.split(","):
        name, _, value = one.strip().partition(" ")
        if name == "mss":
            found += b"\x02\x04" + int(value).to_bytes(2, "big")
        elif name == "wscale":
            found += b"\x03\x03" + int(value).to_bytes(1, "big")
        elif name == "sackOK":
            found += b"\x04\x02"
        elif name == "nop":
            found += b"\x01"
        elif name == "ts":
            found += b"\x08\x0a" + int(value).to_bytes(4, "big") + bytes(4)
        elif name == "tfo":
            cookie = bytes.fromhex(value)
            found += b"\x22" + (2 + len(cookie)).to_bytes(1, "big") + cookie
        else:
            raise ValueError(f"what is option {name!r}?")
    return found


def run(scenario: Scenario) -> list[Outcome]:
    """What the engine says after each line."""
    connection = scenario.connection()
    moments: list[Moment] = []
    live: list[tuple[State, State]] = []
    generations: list[int] = []
    packet = 0
    for line in scenario.lines:
        if line.segment is None:
            connection.advance(line.time_ns)
        else:
            packet = line.segment.packet
            connection.feed(line.segment)
        moments.append(Moment(packet, line.time_ns))
        live.append(connection.states)
        generations.append(connection.generations)
    before = [Moment(0, 0), *moments]
    return [
        Outcome(
            _hindsight(connection, moment),
            _names(states),
            _corrected(connection, since, moment),
            count,
            _notes(connection, moment),
            line.segment is not None and has_no_effect(_life(connection, moment), line.segment),
        )
        for since, moment, states, line, count in zip(
            before, moments, live, scenario.lines, generations, strict=False
        )
    ]


def _life(connection: Connection, moment: Moment) -> History:
    return [one for one in connection.histories() if one.first_packet <= moment.packet][-1]


def _hindsight(connection: Connection, moment: Moment) -> tuple[str, str]:
    client, server = _life(connection, moment).at(moment)
    return str(client.state), str(server.state)


def _notes(connection: Connection, moment: Moment) -> tuple[str, str]:
    client, server = _life(connection, moment).at(moment)
    return client.note, server.note


def _names(states: tuple[State, State]) -> tuple[str, str]:
    return str(states[0]), str(states[1])


def _corrected(connection: Connection, since: Moment, moment: Moment) -> frozenset[int]:
    return frozenset(
        one.endpoint
        for history in connection.histories()
        for one in history.corrections
        if since < (one.packet, one.time_ns) <= moment
    )


def annotate(path: Path) -> str:
    """The file again with what the engine says in place of the states; for writing one, then to be judged."""
    scenario = load(path)
    outcomes = dict(zip((line.number for line in scenario.lines), run(scenario), strict=True))
    before, generations = ("CLOSED", "LISTEN"), 1
    found: list[str] = []
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        outcome = outcomes.get(number)
        if outcome is None:
            found.append(raw)
            continue
        words = []
        for end in (0, 1):
            state, live = outcome.found[end], outcome.live[end]
            if state != before[end] or live != state:
                words.append(f"{NAMES[end]}={state}" + (f"~{live}" if live != state else ""))
        words += [f"!{NAMES[end]}" for end in sorted(outcome.corrected)]
        if outcome.generations != generations:
            words.append(f"gen {outcome.generations}")
        before, generations = outcome.found, outcome.generations
        match = LINE.match(raw.strip())
        assert match is not None
        head = raw.strip()[: match.start("states")].rstrip()
        found.append(f"{head:52} {' '.join(words)}".rstrip())
    return "\n".join(found) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.write(annotate(Path(name)))
