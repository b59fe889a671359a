"""Connections as they go, and as they go wrong, for hypothesis: what the fast path must tell apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st

from tests.support.packets import START, ethernet, ipv4, pcap, tcp

MILLISECOND = 1_000_000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
LINUX = bytes.fromhex("020405b40402080a000000010000000001030307")
BSD = bytes.fromhex("020405b4010303060402080a0000000100000000")


@dataclass(frozen=True)
class Passed:
    """One segment, numbered from the initial numbers. after: ns since the one before."""

    sender: int
    flags: int
    seq: int
    ack: int
    length: int
    after: int
    ip_id: int
    window: int = 8192
    options: bytes = b""


class Script:
    """Two ends whose numbers are kept; everything arrives."""

    def __init__(self, layout: bytes) -> None:
        self.segments: list[Passed] = []
        self._next = [0, 0]
        self._layout = layout

    def send(self, sender: int, flags: int, length: int = 0, after: int = MILLISECOND) -> None:
        options = self._layout if flags & SYN else b""
        ack = self._next[1 - sender] if flags & ACK else 0
        ip_id = 100 * (sender + 1) + len(self.segments)
        self.segments.append(
            Passed(sender, flags, self._next[sender], ack, length, after, ip_id, options=options)
        )
        self._next[sender] += length + bool(flags & SYN) + bool(flags & FIN)


@st.composite
def scripts(draw: st.DrawFn) -> list[Passed]:
    """A connection by the book, up to any point of it."""
    script = Script(draw(st.sampled_from([LINUX, BSD, b""])))
    script.send(0, SYN)
    kind = draw(st.sampled_from(["refused", "unanswered", "scanned", "opened", "opened", "opened", "opened"]))
    if kind == "refused":
        script.segments.append(Passed(1, RST | ACK, -(1 << 40), 1, 0, MILLISECOND, 0, 0))
    if kind == "unanswered":
        first = script.segments[0]
        for again in range(draw(st.integers(0, 4))):
            script.segments.append(
                replace(first, after=1000 * MILLISECOND << again, ip_id=first.ip_id + again + 1)
            )
    if kind == "scanned":
        script.send(1, SYN | ACK)
        script.send(0, draw(st.sampled_from([RST, RST | ACK])))
    if kind == "opened":
        script.send(1, SYN | ACK)
        script.send(0, ACK, draw(st.sampled_from([0, 0, 0, 10])))
        for _ in range(draw(st.integers(0, 6))):
            sender = draw(st.integers(0, 1))
            script.send(sender, PSH | ACK, draw(st.integers(1, 300)))
            if draw(st.booleans()):
                script.send(1 - sender, ACK, draw(st.sampled_from([0, 0, 50])))
        _end(draw, script)
    return (
        script.segments[: draw(st.integers(1, len(script.segments)))]
        if draw(st.booleans())
        else script.segments
    )


def _end(draw: st.DrawFn, script: Script) -> None:
    one = draw(st.integers(0, 1))
    match draw(
        st.sampled_from(
            [
                "open",
                "fin",
                "three",
                "both",
                "half",
                "fin, fin",
                "reset",
                "data, fin",
                "data, reset",
                "rst",
                "fin, reset",
            ]
        )
    ):
        case "fin":
            script.send(one, FIN | ACK, draw(st.sampled_from([0, 0, 20])))
            script.send(1 - one, ACK)
            script.send(1 - one, FIN | ACK)
            script.send(one, ACK)
        case "fin, fin":
            for end in (one, 1 - one):
                script.send(end, FIN | ACK)
                for _ in range(draw(st.integers(0, 3))):
                    after = draw(st.sampled_from([40, 151, 210, 500, 3000])) * MILLISECOND
                    ip_id = draw(st.sampled_from([0, 900 + len(script.segments)]))
                    script.segments.append(replace(script.segments[-1], after=after, ip_id=ip_id))
            script.send(one, ACK, 0, draw(st.sampled_from([1, 40, 400])) * MILLISECOND)
        case "three":
            script.send(one, FIN | ACK)
            script.send(1 - one, FIN | ACK)
            script.send(one, ACK)
        case "both":
            script.send(one, FIN | ACK)
            fin = script.segments[-1]
            script.send(1 - one, FIN | ACK)
            script.segments[-1] = replace(script.segments[-1], ack=fin.seq)
            script.send(one, ACK)
            script.send(1 - one, ACK)
        case "half":
            script.send(one, FIN | ACK)
            script.send(1 - one, ACK)
            script.send(1 - one, PSH | ACK, 30)
            script.send(one, ACK)
            if draw(st.booleans()):
                script.send(1 - one, FIN | ACK)
                script.send(one, ACK)
        case "reset":
            script.send(one, RST | ACK)
            _in_flight(draw, script, one)
        case "data, fin":
            _data_before_fin(draw, script, one)
        case "data, reset":
            _data_before_reset(draw, script, one)
        case "rst":
            script.send(one, RST)
        case "fin, reset":
            script.send(one, FIN | ACK)
            script.send(draw(st.integers(0, 1)), draw(st.sampled_from([RST, RST | ACK])))


def _in_flight(draw: st.DrawFn, script: Script, resetter: int) -> None:
    """What the other end had sent before the RST came, and what that provokes."""
    for _ in range(draw(st.integers(0, 3))):
        trip = draw(st.sampled_from([0, 1, 2, 4, 60])) * MILLISECOND
        script.send(1 - resetter, ACK, draw(st.sampled_from([0, 30])), trip)
        late = script.segments[-1] = replace(script.segments[-1], ack=max(1, script.segments[-1].ack - 1))
        if draw(st.booleans()):
            script.segments.append(Passed(resetter, RST, late.ack, 0, 0, MILLISECOND, 0, 0))


def _data_before_fin(draw: st.DrawFn, script: Script, closer: int) -> None:
    """Data and FIN in one go, acknowledged bit by bit."""
    acks = []
    for _ in range(draw(st.integers(1, 4))):
        script.send(closer, ACK, 50, draw(st.sampled_from([0, 1, 30])) * MILLISECOND)
        acks.append(script.segments[-1].seq + 50)
    script.send(closer, FIN | ACK)
    for ack in acks:
        if draw(st.booleans()):
            script.send(1 - closer, ACK)
            script.segments[-1] = replace(script.segments[-1], ack=ack)
    if draw(st.booleans()):
        script.send(1 - closer, ACK)
    script.send(1 - closer, FIN | ACK)
    script.send(closer, ACK)


def _data_before_reset(draw: st.DrawFn, script: Script, resetter: int) -> None:
    """Data and RST in one go, or after a while, of which the other end hears a part before or after."""
    acks = []
    for _ in range(draw(st.integers(1, 4))):
        script.send(resetter, ACK, 50, draw(st.sampled_from([0, 1, 30, 400])) * MILLISECOND)
        acks.append(script.segments[-1].seq + 50)
        if draw(st.integers(0, 3)) == 0:
            script.send(1 - resetter, ACK, draw(st.sampled_from([0, 0, 30])))
            script.segments[-1] = replace(script.segments[-1], ack=draw(st.sampled_from(acks)))
    script.send(resetter, RST | ACK, 0, draw(st.sampled_from([0, 1, 30, 400, 4000])) * MILLISECOND)
    for ack in acks:
        if draw(st.integers(0, 2)) == 0:
            script.send(
                1 - resetter, ACK, draw(st.sampled_from([0, 0, 30])), draw(st.sampled_from([0, 1, 60]))
            )
            script.segments[-1] = replace(script.segments[-1], ack=ack)
            if draw(st.booleans()):
                script.segments.append(Passed(resetter, RST, ack, 0, 0, MILLISECOND, 0, 0))


@st.composite
def mishaps(draw: st.DrawFn, segments: list[Passed]) -> list[Passed]:
    """What networks, captures and strangers do to it, a few times."""
    changed = list(segments)
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 4]))):
        at = draw(st.integers(0, len(changed) - 1))
        one = changed[at]
        match draw(
            st.sampled_from(["late", "lost", "again", "twice", "swap", "zero", "number", "ack", "probe"])
        ):
            case "late":
                seconds = draw(st.sampled_from([0, 0.04, 0.3, 0.95, 1, 2, 4, 25, 40, 61, 70, 115, 140]))
                changed[at] = replace(one, after=round(seconds * 1000) * MILLISECOND)
            case "lost" if len(changed) > 1:
                del changed[at]
            case "again":
                place = draw(st.integers(at + 1, len(changed)))
                after = draw(st.sampled_from([1, 210, 1000])) * MILLISECOND
                changed.insert(place, replace(one, after=after, ip_id=one.ip_id + 50))
            case "twice":
                changed.insert(at + 1, replace(one, after=draw(st.sampled_from([0, 5])) * MILLISECOND))
            case "swap" if at + 1 < len(changed):
                changed[at], changed[at + 1] = changed[at + 1], one
            case "zero":
                changed[at] = replace(one, window=0)
            case "number":
                changed[at] = replace(one, seq=one.seq + draw(st.sampled_from([-1, 1, 7, 1 << 20])))
            case "ack":
                changed[at] = replace(one, ack=one.ack + draw(st.sampled_from([-20, -1, 1, 1 << 20])))
            case "probe":
                probe = replace(one, flags=ACK, seq=one.seq - 1, length=0, options=b"", ip_id=one.ip_id + 70)
                changed.insert(at + 1, replace(probe, after=draw(st.sampled_from([100, 3000])) * MILLISECOND))
    return _stamped(draw, changed) if draw(st.integers(0, 2)) == 0 else changed


def _stamped(draw: st.DrawFn, segments: list[Passed]) -> list[Passed]:
    """With time stamps in milliseconds, each of which echoes one of the other end's latest."""
    now, stamped = 1000, []
    sent = ([0], [0])
    for one in segments:
        now += one.after // MILLISECOND
        echo = draw(st.sampled_from(sent[1 - one.sender][-3:]))
        sent[one.sender].append(now)
        stamp = b"\1\1\x08\x0a" + now.to_bytes(4, "big") + echo.to_bytes(4, "big")
        stamped.append(one if one.flags & (SYN | RST) else replace(one, options=stamp))
    return stamped


@st.composite
def courses(draw: st.DrawFn) -> list[Passed]:
    """A connection by the book, and what became of it."""
    return draw(mishaps(draw(scripts())))


def capture(path: Path, connections: list[list[Passed]], iss: int = 1 << 31) -> Path:
    """A capture file in which they go on at the same time."""
    frames = []
    for number, segments in enumerate(connections):
        now = START + number * 300_000
        for one in segments:
            now += one.after
            frames.append((now, len(frames), _frame(number, one, iss)))
    frames.sort()
    path.write_bytes(pcap(*((data, len(data), now) for now, _, data in frames)))
    return path


def _frame(number: int, one: Passed, iss: int) -> bytes:
    start = (iss + number) & 0xFFFFFFFF, (iss + 2**31 - 40) & 0xFFFFFFFF
    client, server = ("10.0.0.1", 40000 + number), ("10.0.0.2", 80)
    source, destination = (client, server) if one.sender == 0 else (server, client)
    seq = 0 if one.seq < -(1 << 30) else start[one.sender] + one.seq & 0xFFFFFFFF
    ack = start[1 - one.sender] + one.ack & 0xFFFFFFFF if one.flags & ACK else 0
    segment = tcp(
        bytes(one.length), sport=source[1], dport=destination[1], seq=seq, ack=ack,
        flags=one.flags, window=one.window, options=one.options,
    )  # fmt: skip
    return ethernet(ipv4(segment, src=source[0], dst=destination[0], ident=one.ip_id))
