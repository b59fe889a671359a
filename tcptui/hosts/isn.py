"""Initial sequence numbers that somebody else could guess (D30), and the attack that does so (D31).

Source: RFC 6528; Morris 1985. Linux adds a clock to a secret hash of both addresses and ports: numbers of the
same pair of sockets advance evenly, which is no weakness, so each pair counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import pairwise

import numpy as np

from tcptui.dataclass import dataclass
from tcptui.hosts.attempts import ANSWERED, COMPLETED, SPOKE, WITHDRAWN, Attempts, grouped
from tcptui.hosts.finding import SHOWN, HostFinding
from tcptui.store.compact import Compacted
from tcptui.store.flows import Endpoints, words_of
from tcptui.store.headers import Ints
from tcptui.store.segments import SegmentStore
from tcptui.tcp import seq
from tcptui.tcp.diagnoses.catalog import KINDS
from tcptui.tcp.finding import Severity
from tcptui.tcp.timers import SECOND

LEAST = 6
MOST = 64
HOSTS = 4096
NARROW = 1 << 20
OTHER_PLACE = 2  # hops
_SYN_ACK = 0x12


@dataclass(slots=True)
class _Samples:
    """Of one host: its address; times (ns), numbers and frames of its first SYN,ACKs, one a pair.

    pairs: these, as far as they are still in the store.
    """

    host: str
    pairs: set[int] = field(default_factory=set)
    times: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    judged: tuple[int, Rule | None] = (0, None)

    def add(self, rows: Iterable[tuple[int, int, int, int]]) -> None:
        """(pair, time, number, frame) of more of them; of a pair only the first."""
        for pair, time_ns, number, frame in rows:
            if not self.full and pair not in self.pairs:
                self.pairs.add(pair)
                self.times.append(time_ns)
                self.numbers.append(number)
                self.frames.append(frame)

    @property
    def full(self) -> bool:
        """There are as many as are kept."""
        return len(self.times) >= MOST

    def rule(self) -> Rule | None:
        """The rule of the numbers; looked for again when there are more."""
        if self.judged[0] != len(self.numbers):
            self.judged = (len(self.numbers), rule_of(self.times, self.numbers))
        return self.judged[1]


class Isns:
    """The first SYN,ACKs of each host: MOST of each, of HOSTS hosts, by both words of its address."""

    def __init__(self, store: SegmentStore) -> None:
        self.store = store
        self.hosts: dict[tuple[int, int], _Samples] = {}
        self._n = 0

    def feed(self) -> None:
        """Take in the store's rows since the last call."""
        begin, self._n = self._n, self.store.n
        rows = begin + np.flatnonzero(self.store.column("flags", slice(begin, self._n)) & 0x17 == _SYN_ACK)
        if not len(rows):
            return
        first = rows[np.sort(np.unique(self.store.column("flow", rows), return_index=True)[1])]
        pairs, senders = self.store.column("flow", first), self.store.column("sender", first)
        ends = self.store.pairs.endpoints(pairs.astype(np.int64))
        words = [np.where(senders == 1, b, a) for a, b in zip(ends.client, ends.server, strict=True)]
        columns = [self.store.column(name, first) for name in ("flow", "time_ns", "seq", "frame")]
        order, starts = grouped(words[:2])
        heads = order[starts[:-1]]
        hosts = zip(words[0][heads].tolist(), words[1][heads].tolist(), strict=True)
        for host, at, begin, end in zip(
            hosts, heads.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True
        ):
            samples = self.hosts.get(host)
            if samples is None and len(self.hosts) < HOSTS:
                text = ends.server_text if senders[at] == 1 else ends.client_text
                samples = self.hosts[host] = _Samples(text(at, port=False))
            if samples is not None and not samples.full:
                mine = order[begin : min(end, begin + MOST)]
                samples.add(zip(*(column[mine].tolist() for column in columns), strict=True))

    def compacted(self, done: Compacted) -> Isns:
        """The same hosts: there are never more of them than HOSTS, so they stay when their pairs go."""
        new = Isns(done.store)
        new.hosts, new._n = self.hosts, done.store.n
        for samples in new.hosts.values():
            numbers = {int(done.pair_of[pair]) for pair in samples.pairs}
            samples.pairs = {pair for pair in numbers if pair >= 0}
        return new


@dataclass(frozen=True, slots=True)
class Rule:
    """How a host's numbers go on. next_isn: the guess for a connection right after the last."""

    words: str
    next_isn: int


def rule_of(times: list[int], numbers: list[int]) -> Rule | None:
    """The rule that these ISNs follow, in order of time (ns); None where none is found."""
    if len(numbers) < LEAST:
        return None
    steps = [seq.diff(b, a) for a, b in pairwise(numbers)]
    if max(steps) - min(steps) < 1000 and min(steps) > 0:
        step = round(sum(steps) / len(steps))
        known = " (as 4.2BSD and its heirs count)" if step in (64_000, 128_000) else ""
        return Rule(f"each connection's is {step:,} above the one before{known}", seq.add(numbers[-1], step))
    return _by_clock(times, numbers)


@dataclass(slots=True)
class _Fit:
    """Least squares, point by point: fitting anew for every point took 10 ms a host."""

    n: int = 0
    t: float = 0.0
    y: float = 0.0
    tt: float = 0.0
    ty: float = 0.0

    def add(self, t: float, y: float) -> None:
        self.n += 1
        self.t, self.y, self.tt, self.ty = self.t + t, self.y + y, self.tt + t * t, self.ty + t * y

    def line(self) -> tuple[float, float]:
        """Slope and base; the times must not all be the same."""
        slope = (self.n * self.ty - self.t * self.y) / (self.n * self.tt - self.t * self.t)
        return slope, (self.y - slope * self.t) / self.n


def _by_clock(times: list[int], numbers: list[int]) -> Rule | None:
    """ISN = a + b·t: unwrapped number by number, b fitted anew each time."""
    t = [(time_ns - times[0]) / SECOND for time_ns in times]
    if t[1] <= 0 or any(later < earlier for earlier, later in pairwise(t)):
        return None
    for turns in range(4):
        found = _unwrapped(t, numbers, turns)
        if found is None:
            continue
        slope, base, line = found
        rest = [value - base - slope * when for when, value in zip(t, line, strict=True)]
        if max(rest) - min(rest) < NARROW:
            guess = (numbers[0] + round(base + slope * t[-1])) % (1 << 32)
            return Rule(f"they grow by {slope:,.0f} a second, whoever calls", guess)
    return None


def _unwrapped(t: list[float], numbers: list[int], turns: int) -> tuple[float, float, list[float]] | None:
    """Slope and base of the line, and the numbers unwrapped along it, if the second is so many turns away.

    None as soon as three of them prove that no line fits: each is off by as much, between some of them,
    as the middle one is from the line through the others.
    """
    fit, line = _Fit(), [0.0, float((numbers[1] - numbers[0]) % (1 << 32) + turns * (1 << 32))]
    for at in range(len(t)):
        if at >= 2:
            slope, base = fit.line()
            expected = base + slope * t[at]
            actual = (numbers[at] - numbers[0]) % (1 << 32)
            line.append(actual + round((expected - actual) / (1 << 32)) * (1 << 32))
            if abs(line[at - 1] - line[at] * t[at - 1] / t[at]) > 2 * NARROW:
                return None
        fit.add(t[at], line[at])
    return *fit.line(), line


def predictable(isns: Isns) -> Iterator[HostFinding]:
    """D30: six SYN,ACKs or more of one host to different callers follow a line within 2²⁰."""
    for samples in isns.hosts.values():
        host, rule = samples.host, samples.rule()
        if rule is None:
            continue
        text = (
            f"initial sequence numbers of {host} can be predicted: {rule.words}; the next would be about "
            f"{rule.next_isn}. Somebody who sees no answer can open a connection in another's name (RFC 6528)"
        )
        frames = tuple(samples.frames[:SHOWN])
        yield HostFinding(host, "predictable ISNs", KINDS["isn-predictable"].diagnosis(frames, text))


def blind_spoofing(attempts: Attempts, isns: Isns, found: list[HostFinding]) -> Iterator[HostFinding]:
    """D31: probes of a predictable host, a third one flooded, then a connection in the third one's name."""
    flooded = {one.host.rpartition(":")[0].strip("[]") for one in found if one.diagnosis.id == "syn-flood"}
    for weak in [one for one in found if one.diagnosis.id == "isn-predictable"]:
        target, pairs = weak.host, attempts.asked()
        ends = attempts.store.pairs.endpoints(pairs)
        upper, lower = words_of(target)
        at_target = (ends.server[0] == np.uint64(upper)) & (ends.server[1] == np.uint64(lower))
        to_target = np.flatnonzero(at_target)[: 1 << 16].tolist()
        fates = {at: int(attempts.fate[pairs[at]]) for at in to_target}
        probes = [
            at for at, fate in fates.items() if fate & (ANSWERED | WITHDRAWN | SPOKE) == ANSWERED | WITHDRAWN
        ]
        in_name = [
            at
            for at, fate in fates.items()
            if fate & COMPLETED
            and ends.client_text(at, port=False) in flooded
            and not _is_own(attempts, pairs, ends, at)
        ]
        spoke = [at for at in in_name if fates[at] & SPOKE]
        signs = [True, len(probes) >= LEAST, bool(flooded - {target}), bool(in_name), bool(spoke)]
        if sum(signs) < 3:
            continue
        whole = all(signs)
        steps = ["its numbers can be predicted"]
        steps += [f"{len(probes)} probes took their SYN back by RST"] if signs[1] else []
        steps += [f"{', '.join(sorted(flooded - {target}))} was silenced by a SYN flood"] if signs[2] else []
        steps += ["then a connection in its name was completed"] if signs[3] else []
        steps += ["and data followed"] if signs[4] else []
        text = f"blind spoofing of {target} (Mitnick's attack): {'; '.join(steps)}"
        shown = probes[: SHOWN // 2] + in_name[: SHOWN // 2]
        frames = tuple(int(attempts.frame[pairs[at]]) for at in shown) or weak.diagnosis.packets
        severity = Severity.ERROR if whole else Severity.WARNING
        diagnosis = KINDS["blind-spoofing"].diagnosis(frames, text, severity=severity, x=target)
        yield HostFinding(target, "blind spoofing of", diagnosis)


def _is_own(attempts: Attempts, pairs: Ints, ends: Endpoints, at: int) -> bool:
    """The caller's segments have the TTL that the same host's answers to others have: it is that host."""
    host = [word[at] for word in ends.client[:2]]
    called = (ends.server[0] == host[0]) & (ends.server[1] == host[1])
    answered = called & (attempts.fate[pairs] & ANSWERED != 0)
    own = {ttl for one in pairs[np.flatnonzero(answered)[:SHOWN]] for ttl in _ttls(attempts.store, one, 1)}
    forged = _ttls(attempts.store, pairs[at], 0)
    return any(abs(ttl - other) < OTHER_PLACE for ttl in own for other in forged)


def _ttls(store: SegmentStore, pair: int, sender: int) -> set[int]:
    rows = store.pairs.rows(int(pair), 0, SHOWN)
    return set(store.column("ttl", rows)[store.column("sender", rows) == sender].tolist())
