"""The engines of pairs: those that do not go by the book, and those that somebody looks at.

An engine takes microseconds for a segment, so it is fed when there is time, or when somebody asks; and where
a transfer goes on in order for long, it gets its sum instead of its segments (`condense`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field
from operator import attrgetter

import numpy as np

from tcptui.dataclass import dataclass
from tcptui.store.headers import Ints
from tcptui.store.segments import MOST_ERRORS, SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.timers import Timers

_packet = attrgetter("packet")


ENGINE_BYTES = 16 << 10
"""Memory that an engine takes, about: 7 kB after a handshake, 19 kB after thousands of segments."""


@dataclass(slots=True)
class Engine:
    """One pair's. fed: rows of the pair that it has seen, in whatever form. begins: where in the pair's rows
    each life begins. errors: the ICMP errors about its segments, in capture order, of which it has heard
    `heard`. scheduled: its deadline that stands in the heap. histories: of all lives, while nothing has
    changed: to cut one out costs as much as to cut all.
    """

    connection: Connection
    begins: list[int] = field(default_factory=lambda: [0])
    fed: int = 0
    errors: list[IcmpError] = field(default_factory=list)
    heard: int = 0
    scheduled: int | None = None
    histories: tuple[History, ...] | None = None

    @classmethod
    def new(cls, store: SegmentStore, pair: int, timers: Timers) -> Engine:
        """One that has seen nothing yet."""
        return cls(Connection(timers=timers, same_socket=store.pairs.same_socket(pair)))

    def learn(self, error: IcmpError) -> None:
        """An ICMP error about a segment of the pair, to be heard in its turn."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)

    def history(self, generation: int) -> History:
        """The state log of one life."""
        if self.histories is None:
            self.histories = self.connection.histories()
        return self.histories[generation]

    def errors_of(self, generation: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about one life's segments."""
        begins = self.connection.begins[: len(self.begins)]
        return tuple(one for one in self.errors if max(0, bisect_right(begins, one.packet) - 1) == generation)

    def feed(self, segments: Sequence[Segment], count: int) -> bool:
        """The pair's next `count` rows, as segments, or some by their sum. Whether they, or what they show of
        earlier ones, begin another life.
        """
        for one in self._merged(segments):
            if isinstance(one, IcmpError):
                self.connection.hear(one)
                self.heard += 1
            else:
                self.connection.feed(one)
        self.fed += count
        self.histories = None
        return self.connection.generations > len(self.begins)

    def advance(self, now_ns: int) -> bool:
        """Let time pass. Whether a timer has fired."""
        due = self.connection.deadline_ns
        if due is None or due > now_ns:
            return False
        self.connection.advance(now_ns)
        self.histories = None
        return True

    def catch_errors(self) -> None:
        """Hear the errors that came after all segments."""
        for error in self.errors[self.heard :]:
            self.connection.hear(error)
        self.heard = len(self.errors)
        self.histories = None

    def _merged(self, segments: Sequence[Segment]) -> Iterator[Segment]:
        """The segments, and between them the errors that were captured before them."""
        done = 0
        while self.heard < len(self.errors) and segments:
            error = self.errors[self.heard]
            if error.packet > segments[-1].packet:
                break
            after = bisect_left(segments, error.packet, key=_packet)
            yield from segments[done:after]
            done = max(done, after)
            yield error
        yield from segments[done:]

    def shorten(self, stay: Ints) -> None:
        """Only some of the pair's rows stay: the places of those. What it was fed it knows all the same."""
        self.fed = int(np.searchsorted(stay, self.fed))
        self.begins = np.searchsorted(stay, self.begins).tolist()

    def split(self, store: SegmentStore, rows: Ints) -> list[int]:
        """Note where new lives begin in the pair's rows; the frames with which they do."""
        new = list(self.connection.begins[len(self.begins) :])
        frames = store.column("frame", rows[: self.fed])
        self.begins += np.searchsorted(frames, new).tolist()
        return new
