"""What other connections tell of a flow's two hosts: are they up, how do they answer (D1, D4, D8, D22).

Nothing is gathered until somebody asks; then the store's rows since the last question are gone through. Of
each host one frame is kept for every ten seconds, of each connection how its handshake went.

Limits: who sent a pair's first frame is taken for its caller, and of the lives of a pair the first counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.store.compact import Compacted
from tcptui.store.headers import Ints
from tcptui.store.intern import Interner
from tcptui.store.segments import SegmentStore
from tcptui.tcp.finding import MOST_CASES
from tcptui.tcp.history import Moment
from tcptui.tcp.timers import SECOND
from tcptui.tcp.traces import Seen

EVERY = 10 * SECOND
ALIKE = 8
"""Frames whose TTL must be the same before it is called a host's."""

RECENT = 1 << 18
"""Rows that are gone through anew when a store was compacted: 0.1 to 0.4 s."""

_NOTED = 250
"""Bytes of an entry in one of the dicts, with what hangs on it."""

_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_NEVER = np.uint32(0xFFFFFFFF)


class _Heard(NamedTuple):
    frame: int
    time_ns: int
    pair: int
    ttl: int
    reset: bool


@dataclass(slots=True)
class _Opening:
    """How the handshake of a pair went: SYNs, SYN,ACKs; the frames from which on the SYN,ACK was sent
    unasked, and twice after the caller had acknowledged it (0: never). first: of the SYN,ACKs."""

    first: int
    newest_ns: int
    syns: int = 1
    answers: int = 0
    unasked: int = 0
    after: int = 0
    ignored: int = 0


@dataclass(slots=True)
class Neighbours:
    """What is known, over all pairs of a store."""

    store: SegmentStore
    _n: int = 0
    _pairs: int = 0
    _hosts: Interner = field(default_factory=lambda: Interner(2))
    _sockets: Interner = field(default_factory=lambda: Interner(3))
    _host: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    _socket: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    _spoke: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    _reset: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    _heard: dict[int, list[_Heard]] = field(default_factory=lambda: defaultdict(list))
    _newest: dict[tuple[int, bool], int] = field(default_factory=dict)
    _answered: dict[tuple[int, int], list[_Heard]] = field(default_factory=lambda: defaultdict(list))
    _openings: dict[int, _Opening] = field(default_factory=dict)
    _of_socket: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _repeated: dict[int, Seen] = field(default_factory=dict)
    _counted: tuple[tuple[int, Moment, int], int] = ((0, Moment(0, 0), 0), 0)

    @property
    def nbytes(self) -> int:
        """Memory that they take, about."""
        columns = self._host.nbytes + self._socket.nbytes + self._spoke.nbytes + self._reset.nbytes
        noted = len(self._openings) + len(self._answered) + len(self._newest) + len(self._of_socket)
        return self._hosts.nbytes + self._sockets.nbytes + columns + _NOTED * noted

    def compacted(self, done: Compacted) -> Neighbours:
        """Those of the store that is left. What counts is of late, so not more than RECENT rows are looked at
        again; before somebody asks, none.
        """
        new = Neighbours(done.store)
        if self._n:
            new._n = max(0, done.store.n - RECENT)
            new.feed()
        return new

    def of(self, pair: int, now: Moment) -> View:
        """What they tell about the two hosts of a pair, as of `now`."""
        return View(self, pair, now)

    # -- gathering -------------------------------------------------------------------------------

    def feed(self) -> None:
        """Take in the store's rows since the last call."""
        begin, self._n = self._n, self.store.n
        if begin == self._n:
            return
        self._enter_pairs()
        rows = slice(begin, self._n)
        flags = self.store.column("flags", rows)
        pair, sender = self.store.column("flow", rows), self.store.column("sender", rows)
        frame, time_ns = self.store.column("frame", rows), self.store.column("time_ns", rows)
        _earliest(self._spoke, pair, frame, (sender == 0) & (flags & (_SYN | _RST | _ACK) == _ACK))
        _earliest(self._reset, pair, frame, flags & _RST != 0)
        self._hear(np.flatnonzero(flags & (_RST | _ACK)), flags, pair, sender, frame, time_ns)
        syns = np.flatnonzero(flags & (_SYN | _RST) == _SYN)
        columns = (frame[syns], time_ns[syns], pair[syns], sender[syns], flags[syns] & _ACK != 0)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            self._open(*row)

    def _enter_pairs(self) -> None:
        new = np.arange(self._pairs, self.store.pairs.n)
        self._pairs = self.store.pairs.n
        ends = self.store.pairs.endpoints(new)
        hosts = [self._hosts.numbers(words[:2])[0] for words in (ends.client, ends.server)]
        sockets = [self._sockets.numbers(words)[0] for words in (ends.client, ends.server)]
        self._host = np.concatenate((self._host, np.stack(hosts, axis=1)))
        self._socket = np.concatenate((self._socket, np.stack(sockets, axis=1)))
        self._spoke = np.concatenate((self._spoke, np.full(len(new), _NEVER)))
        self._reset = np.concatenate((self._reset, np.full(len(new), _NEVER)))

    def _hear(
        self,
        rows: Ints,
        flags: NDArray[np.uint16],
        pair: NDArray[np.int32],
        sender: NDArray[np.uint8],
        frame: NDArray[np.uint32],
        time_ns: NDArray[np.int64],
    ) -> None:
        """Of each host and ten seconds the first answer that is no RST, and the first RST."""
        host = self._host[pair[rows], sender[rows]]
        reset = flags[rows] & _RST != 0
        key = np.stack((host.astype(np.int64) << 1 | reset, time_ns[rows] // EVERY))
        first = rows[np.sort(np.unique(key, axis=1, return_index=True)[1])]
        ttl = self.store.column("ttl", self._n - len(flags) + first)
        columns = (frame[first], time_ns[first], pair[first], ttl, flags[first] & _RST != 0)
        hosts = self._host[pair[first], sender[first]].tolist()
        for number, *values in zip(hosts, *(column.tolist() for column in columns), strict=True):
            one = _Heard(*values)
            if self._newest.get((number, one.reset)) != one.time_ns // EVERY:
                self._newest[number, one.reset] = one.time_ns // EVERY
                self._heard[number].append(one)

    def _open(self, frame: int, time_ns: int, pair: int, sender: int, answer: bool) -> None:
        if not answer:
            if sender == 0 and (kept := self._openings.get(pair)) is not None:
                kept.syns += 1
            return
        if sender == 0:
            return
        opening = self._openings.get(pair)
        host, socket = int(self._host[pair, 1]), int(self._socket[pair, 1])
        if opening is None:
            opening = self._openings[pair] = _Opening(frame, time_ns)
            self._of_socket[socket].append(pair)
        opening.answers += 1
        opening.newest_ns = time_ns
        if opening.answers > opening.syns and not opening.unasked:
            opening.unasked = frame
            self._repeated.setdefault(host, Seen(frame, time_ns))
        if frame > self._spoke[pair]:
            opening.after += 1
            if opening.after == 2:
                opening.ignored = frame
        kept_answers = self._answered[socket, int(self._host[pair, 0])]
        if not kept_answers or time_ns - kept_answers[-1].time_ns >= SECOND:
            kept_answers.append(_Heard(frame, time_ns, pair, 0, False))

    # -- asking ----------------------------------------------------------------------------------

    def heard(self, pair: int, x: int, now: Moment) -> Iterator[_Heard]:
        """What X's host answered on other connections, the newest first."""
        self.feed()
        return _others(reversed(self._heard.get(int(self._host[pair, x]), [])), pair, now)

    def answered(self, pair: int, x: int, now: Moment) -> Iterator[_Heard]:
        """The SYN,ACKs of X's port to the same peer, the oldest first."""
        self.feed()
        key = int(self._socket[pair, x]), int(self._host[pair, 1 - x])
        return _others(self._answered.get(key, []), pair, now)

    def repeated(self, pair: int, x: int, now: Moment) -> Seen | None:
        """The first SYN,ACK that X's host sent unasked."""
        self.feed()
        found = self._repeated.get(int(self._host[pair, x]))
        return found if found is not None and found.packet <= now.packet else None

    def ignoring(self, pair: int, x: int, now: Moment) -> int:
        """The other pairs of X's port that were acknowledged and ignored."""
        self.feed()
        others = self._of_socket.get(int(self._socket[pair, x]), [])
        return sum(0 < self._openings[one].ignored <= now.packet for one in others if one != pair)

    def unrepeated(self, pair: int, x: int, now: Moment, age_ns: int) -> int:
        """The pairs of X's port whose SYN,ACK has waited so long, and was sent once; MOST_CASES at most."""
        self.feed()
        socket = int(self._socket[pair, x])
        question = (socket, now, age_ns)
        if self._counted[0] != question:
            count = 0
            for one in self._of_socket.get(socket, []):
                count += self._waits(one, now, age_ns)
                if count == MOST_CASES:
                    break
            self._counted = (question, count)
        return self._counted[1]

    def _waits(self, pair: int, now: Moment, age_ns: int) -> bool:
        opening = self._openings[pair]
        return (
            opening.first <= now.packet
            and opening.newest_ns <= now.time_ns - age_ns
            and not 0 < opening.unasked <= now.packet
            and min(int(self._spoke[pair]), int(self._reset[pair])) > now.packet
        )


def _earliest(
    kept: NDArray[np.uint32], pair: NDArray[np.int32], frame: NDArray[np.uint32], which: Ints
) -> None:
    """Note the first of these frames of each pair."""
    rows = np.flatnonzero(which)[::-1]  # the earliest of a pair is written last
    fresh = rows[kept[pair[rows]] == _NEVER]
    kept[pair[fresh]] = frame[fresh]


def _others(kept: Iterable[_Heard], pair: int, now: Moment) -> Iterator[_Heard]:
    return (one for one in kept if one.pair != pair and one.frame <= now.packet)


@dataclass(frozen=True, slots=True)
class View:
    """`finding.Around`: what Neighbours know about the two hosts of one pair, as of `now`."""

    neighbours: Neighbours
    pair: int
    now: Moment

    def alive(self, x: int, since_ns: int) -> Seen | None:
        """Something that X's host sent in answer to somebody else since then."""
        return _since(self.neighbours.heard(self.pair, x, self.now), since_ns)

    def answered(self, x: int, since_ns: int) -> Seen | None:
        """A SYN,ACK of X's port to another connection of the same host since then."""
        return _since(self.neighbours.answered(self.pair, x, self.now), since_ns)

    def ttl(self, x: int) -> int | None:
        """The TTL of what X's host sends to somebody else, RSTs left out; None unless always the same."""
        heard = self.neighbours.heard(self.pair, x, self.now)
        ttls = [
            one.ttl for one, _ in zip((one for one in heard if not one.reset), range(ALIKE), strict=False)
        ]
        return ttls[0] if ttls and len(set(ttls)) == 1 else None

    def repeated(self, x: int) -> Seen | None:
        """A SYN,ACK that X's host sent again, unasked."""
        return self.neighbours.repeated(self.pair, x, self.now)

    def unrepeated(self, x: int, age_ns: int) -> int:
        """Connections of X's port whose SYN,ACK has waited so long and was sent once; MOST_CASES at most."""
        return self.neighbours.unrepeated(self.pair, x, self.now, age_ns)

    def ignoring(self, x: int) -> int:
        """Other connections of X's port whose SYN,ACK came again twice or more after its ACK."""
        return self.neighbours.ignoring(self.pair, x, self.now)


def _since(heard: Iterator[_Heard], since_ns: int) -> Seen | None:
    return next((Seen(one.frame, one.time_ns) for one in heard if one.time_ns >= since_ns), None)
