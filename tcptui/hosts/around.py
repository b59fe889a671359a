"""What other connections tell of a flow's two hosts: are they up, how do they answer (D1, D4, D8, D22).

Nothing is gathered until somebody asks; then the store's rows since the last question are gone through. Of
each host one frame is kept for every ten seconds, of each connection how its handshake went.

Limits: who sent a pair's first frame is taken for its caller, and of the lives of a pair the first counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from tcptui.dataclass import dataclass
from tcptui.hosts.openings import Openings
from tcptui.hosts.places import Heard, Log, Places
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

SLICE = 1 << 16
"""Rows that are gone through at once: 0.02 to 0.06 s."""

_NOTED = 250
"""Bytes of what is noted of a host that repeats, about."""

_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_NEVER = np.uint32(0xFFFFFFFF)


@dataclass(slots=True)
class Neighbours:
    """What is known, over all pairs of a store."""

    store: SegmentStore
    _n: int = 0
    _hosts: Interner = field(default_factory=lambda: Interner(2))
    _sockets: Interner = field(default_factory=lambda: Interner(3))
    _host: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    _socket: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    _spoke: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    _reset: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    _openings: Openings = field(default_factory=Openings)
    _of_socket: Places = field(default_factory=Places)
    _heard: Log = field(default_factory=Log)
    _heard_at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    _routes: Interner = field(default_factory=lambda: Interner(2))
    _answered: Log = field(default_factory=Log)
    _answered_at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    _repeated: dict[int, Seen] = field(default_factory=dict)
    _waiting: tuple[tuple[int, Moment, int], int] = ((0, Moment(0, 0), 0), 0)
    _ignoring: tuple[tuple[int, int], int] = ((0, 0), 0)

    @property
    def nbytes(self) -> int:
        """Memory that they take, about."""
        columns = (self._host, self._socket, self._spoke, self._reset, self._heard_at, self._answered_at)
        indexed = (self._hosts, self._sockets, self._routes, self._openings, self._of_socket)
        logs = self._heard.nbytes + self._answered.nbytes + _NOTED * len(self._repeated)
        return sum(one.nbytes for one in columns) + sum(one.nbytes for one in indexed) + logs

    def compacted(self, done: Compacted) -> Neighbours:
        """Those of the store that is left. What counts is of late, so not more than RECENT rows are looked at
        again; before somebody asks, none.
        """
        new = Neighbours(done.store)
        if self._n:
            new._n = max(0, done.store.n - RECENT)
            new.feed()
        return new

    def of(self, pair: int, now: Moment, hurried: bool = False) -> View:
        """What they tell about the two hosts of a pair, as of `now`. hurried: see View."""
        return View(self, pair, now, hurried)

    # -- gathering -------------------------------------------------------------------------------

    @property
    def behind(self) -> int:
        """The store's rows since the last call of `feed`."""
        return self.store.n - self._n

    def feed(self) -> None:
        """Take in the store's rows since the last call."""
        while self.behind:
            self.feed_some()

    def feed_some(self) -> None:
        """So many of them as take no longer than an answer to a key may."""
        begin, self._n = self._n, min(self._n + SLICE, self.store.n)
        if begin == self._n:
            return
        rows = slice(begin, self._n)
        flags = self.store.column("flags", rows)
        pair, sender = self.store.column("flow", rows), self.store.column("sender", rows)
        frame, time_ns = self.store.column("frame", rows), self.store.column("time_ns", rows)
        self._enter_pairs(int(pair.max()) + 1 if self.behind else self.store.pairs.n)
        _earliest(self._spoke, pair, frame, (sender == 0) & (flags & (_SYN | _RST | _ACK) == _ACK))
        _earliest(self._reset, pair, frame, flags & _RST != 0)
        self._hear(np.flatnonzero(flags & (_RST | _ACK)), flags, pair, sender, frame, time_ns)
        own = (sender == 0) ^ (flags & _ACK != 0)  # SYNs of callers, SYN,ACKs of those who were called
        self._open(np.flatnonzero((flags & (_SYN | _RST) == _SYN) & own), pair, frame, time_ns, flags)

    def _enter_pairs(self, count: int) -> None:
        new = np.arange(len(self._host), max(count, len(self._host)))
        ends = self.store.pairs.endpoints(new)
        hosts = [self._hosts.numbers(words[:2])[0] for words in (ends.client, ends.server)]
        sockets = [self._sockets.numbers(words)[0] for words in (ends.client, ends.server)]
        self._host = np.concatenate((self._host, np.stack(hosts, axis=1)))
        self._socket = np.concatenate((self._socket, np.stack(sockets, axis=1)))
        self._of_socket.add(sockets[1])
        self._openings.grow(len(new))
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
        reset = flags[rows] & _RST != 0
        kind = self._host[pair[rows], sender[rows]] << 1 | reset
        self._heard_at, fresh = _thinned(self._heard_at, kind, time_ns[rows] // EVERY, 2 * self._hosts.n)
        first = rows[fresh]
        ttl = self.store.column("ttl", self._n - len(flags) + first)
        self._heard.add(
            kind[fresh] >> 1, frame[first], time_ns[first], pair[first], ttl, kind[fresh] & 1 != 0
        )

    def _open(
        self,
        rows: Ints,
        pair: NDArray[np.int32],
        frame: NDArray[np.uint32],
        time_ns: Ints,
        flags: NDArray[np.uint16],
    ) -> None:
        """How handshakes went. Of each port and caller's host a SYN,ACK a second."""
        answer = flags[rows] & _ACK != 0
        unasked = self._openings.feed(pair[rows], frame[rows], time_ns[rows], answer, self._spoke)
        hosts, first = np.unique(self._host[pair[rows[unasked]], 1], return_index=True)
        seen = rows[unasked[first]]
        for host, *when in zip(*(of.tolist() for of in (hosts, frame[seen], time_ns[seen])), strict=True):
            self._repeated.setdefault(host, Seen(*when))
        given = rows[answer]
        words = [self._socket[pair[given], 1].astype(np.uint64), self._host[pair[given], 0].astype(np.uint64)]
        route = self._routes.numbers(words)[0]
        self._answered_at, fresh = _thinned(
            self._answered_at, route, time_ns[given] // SECOND, self._routes.n
        )
        kept = given[fresh]
        nothing = np.zeros(len(kept), np.uint8)
        self._answered.add(
            route[fresh], frame[kept], time_ns[kept], pair[kept], nothing, nothing.astype(np.bool_)
        )

    # -- asking ----------------------------------------------------------------------------------

    def heard(self, pair: int, x: int, now: Moment) -> Iterator[Heard]:
        """What X's host answered on other connections, the newest first."""
        self.feed()
        host = int(self._host[pair, x])
        return (one for one in self._heard.of(host, now.packet, newest_first=True) if one.pair != pair)

    def answered(self, pair: int, x: int, now: Moment) -> Iterator[Heard]:
        """The SYN,ACKs of X's port to the same peer, the oldest first."""
        self.feed()
        route = self._routes.find((int(self._socket[pair, x]), int(self._host[pair, 1 - x])))
        known = () if route is None else self._answered.of(route, now.packet)
        return (one for one in known if one.pair != pair)

    def repeated(self, pair: int, x: int, now: Moment) -> Seen | None:
        """The first SYN,ACK that X's host sent unasked."""
        self.feed()
        found = self._repeated.get(int(self._host[pair, x]))
        return found if found is not None and found.packet <= now.packet else None

    def ignoring(self, pair: int, x: int, now: Moment) -> int:
        """The other pairs of X's port that were acknowledged and ignored."""
        self.feed()
        socket = int(self._socket[pair, x])
        question = (socket, now.packet)
        ignored = self._openings.ignored
        if self._ignoring[0] != question:
            self._ignoring = (question, int(_until(ignored[self._of_socket.of(socket)], now).sum()))
        own = int(self._socket[pair, 1]) == socket and bool(_until(ignored[[pair]], now)[0])
        return self._ignoring[1] - own

    def unrepeated(self, pair: int, x: int, now: Moment, age_ns: int) -> int:
        """The pairs of X's port whose SYN,ACK has waited so long, and was sent once; MOST_CASES at most."""
        self.feed()
        socket = int(self._socket[pair, x])
        question = (socket, now, age_ns)
        if self._waiting[0] != question:
            count = int(self._wait(self._of_socket.of(socket), now, age_ns).sum())
            self._waiting = (question, min(count, MOST_CASES))
        return self._waiting[1]

    def _wait(self, pairs: Ints, now: Moment, age_ns: int) -> NDArray[np.bool_]:
        openings = self._openings
        over = np.minimum(self._spoke[pairs], self._reset[pairs])
        return (
            _until(openings.first[pairs], now)
            & (openings.newest_ns[pairs] <= now.time_ns - age_ns)
            & ~_until(openings.unasked[pairs], now)
            & (over > now.packet)
        )


def _until(frames: NDArray[np.uint32], now: Moment) -> NDArray[np.bool_]:
    """Which of these were by `now`; 0 is never."""
    return (frames > 0) & (frames <= now.packet)


def _thinned(newest: Ints, key: NDArray[np.int32], span: Ints, keys: int) -> tuple[Ints, Ints]:
    """Which rows are the first of their key and span of time, ascending.

    newest: of each key, the span of its newest row so far; returned as of the last of these rows.
    """
    newest = np.concatenate((newest, np.full(keys - len(newest), -1)))
    order = np.lexsort((span, key))
    keys_there, spans = key[order], span[order]
    new = np.diff(keys_there, prepend=-1) != 0
    new[1:] |= spans[1:] != spans[:-1]
    first = np.sort(order[new & (spans != newest[keys_there])])
    newest[key[first]] = span[first]  # the newest of a key is written last
    return newest, first


def _earliest(
    kept: NDArray[np.uint32], pair: NDArray[np.int32], frame: NDArray[np.uint32], which: Ints
) -> None:
    """Note the first of these frames of each pair."""
    rows = np.flatnonzero(which)[::-1]  # the earliest of a pair is written last
    fresh = rows[kept[pair[rows]] == _NEVER]
    kept[pair[fresh]] = frame[fresh]


class Behind(Exception):
    """The answer is not known before all rows have been gone through: `feed_some`."""


@dataclass(frozen=True, slots=True)
class View:
    """`finding.Around`: what Neighbours know about the two hosts of one pair, as of `now`.

    hurried: a question raises `Behind` while they have more than a slice to gather first.
    """

    neighbours: Neighbours
    pair: int
    now: Moment
    hurried: bool = False

    @property
    def _known(self) -> Neighbours:
        if self.hurried and self.neighbours.behind > SLICE:
            raise Behind
        return self.neighbours

    def alive(self, x: int, since_ns: int) -> Seen | None:
        """Something that X's host sent in answer to somebody else since then."""
        return _since(self._known.heard(self.pair, x, self.now), since_ns)

    def answered(self, x: int, since_ns: int) -> Seen | None:
        """A SYN,ACK of X's port to another connection of the same host since then."""
        return _since(self._known.answered(self.pair, x, self.now), since_ns)

    def ttl(self, x: int) -> int | None:
        """The TTL of what X's host sends to somebody else, RSTs left out; None unless always the same."""
        heard = self._known.heard(self.pair, x, self.now)
        ttls = [
            one.ttl for one, _ in zip((one for one in heard if not one.reset), range(ALIKE), strict=False)
        ]
        return ttls[0] if ttls and len(set(ttls)) == 1 else None

    def repeated(self, x: int) -> Seen | None:
        """A SYN,ACK that X's host sent again, unasked."""
        return self._known.repeated(self.pair, x, self.now)

    def unrepeated(self, x: int, age_ns: int) -> int:
        """Connections of X's port whose SYN,ACK has waited so long and was sent once; MOST_CASES at most."""
        return self._known.unrepeated(self.pair, x, self.now, age_ns)

    def ignoring(self, x: int) -> int:
        """Other connections of X's port whose SYN,ACK came again twice or more after its ACK."""
        return self._known.ignoring(self.pair, x, self.now)


def _since(heard: Iterator[Heard], since_ns: int) -> Seen | None:
    return next((Seen(one.frame, one.time_ns) for one in heard if one.time_ns >= since_ns), None)
