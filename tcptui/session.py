"""A session: one source of packets, the columns they become, and the connections inferred from them.

A thread of its own reads, decodes and infers; views ask. Nothing is pushed to a view, so a slow
terminal never holds up the capture: `snapshot` is a handful of numbers with a version, and whoever
sees a new version looks up what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tcptui.bounds import Gone
from tcptui.capture.feed import Feed
from tcptui.capture.pcapfile import CaptureReader
from tcptui.dataclass import dataclass
from tcptui.flowbook import FlowInfo
from tcptui.flowtable import UNKNOWN, FlowTable
from tcptui.hosts.around import Behind
from tcptui.hosts.finding import HostFinding
from tcptui.ingest import Ingest
from tcptui.names import Names
from tcptui.store.flows import Endpoints
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import Captured, SegmentStore
from tcptui.tcp.diagnosis import Diagnosis
from tcptui.tcp.history import History, Moment
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.timers import LINUX, Timers

__all__ = ["FlowInfo", "Session", "Snapshot"]

JUDGED_AT_ONCE = 64
"""Verdicts worked out between two chances for others to read: some 20 ms."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a session stands. `version` grows with every change; progress is 0..1 of what is to be read, and
    once that is `read`, of what is to be inferred.

    read: all packets are, and what is left is to infer what they say. segments, flows: seen so far. gone:
    what of them is not kept any more. findings: what is notable about hosts, the most severe first; some
    seconds old at most.
    """

    version: int = 0
    frames: int = 0
    segments: int = 0
    flows: int = 0
    last: Moment = Moment(0, 0)
    dropped: int | None = None
    if_dropped: int | None = None
    live: bool = False
    running: bool = False
    read: bool = False
    progress: float = 0.0
    label: str = ""
    notices: tuple[str, ...] = ()
    gone: Gone = Gone()
    findings: tuple[HostFinding, ...] = ()
    error: str | None = None

    @property
    def failed_at_start(self) -> bool:
        """It ended with an error before there was anything to look at."""
        return self.error is not None and not (self.frames or self.live)


class Session:
    """A running (or finished) look at one capture.

    reader: what is read. feed: what writes the file that is read, None for a file as it lies.
    timers: the profile by which silent endpoints move. names: where addresses are to be shown by name.
    max_memory: bytes for rows and connections, None for any number; the spool has a bound of its own.
    turns: where the screen says that it is busy; what arrives meanwhile is kept by the feed. ingest: the
    reading.

    All methods may be called from any thread. A view that reads waits for one batch to be taken, or one slice
    of an engine's work.

    Where packets of a live capture wait to be read, so do engines, but for those of flows that are looked at.

    Limits: pairs of sockets that are used again by the thousand in one batch hold a view up for seconds, if
    no packets wait. If they do, later lives of a pair get their numbers late, and not in order.
    """

    def __init__(
        self,
        reader: CaptureReader,
        feed: Feed | None = None,
        *,
        timers: Timers = LINUX,
        label: str = "",
        notices: Sequence[str] = (),
        names: Names | None = None,
        max_memory: int | None = None,
    ) -> None:
        self.reader = reader
        self.feed = feed
        self.timers = timers
        self.names = names
        self._label = label or (feed.label if feed else reader.path)
        self._notices = list(notices)
        self.ingest = Ingest(reader, feed, timers, self._notices, max_memory)
        self.turns = self.ingest.turns

    @property
    def store(self) -> SegmentStore:
        """The rows of the packets that are kept: another store once some of them had to go."""
        return self.ingest.store

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read, in a thread of its own."""
        if self.feed:
            self.feed.start()
        self.ingest.start()

    def run(self, *, verdicts: bool = False) -> None:
        """Read to the end, in this thread: nobody looks meanwhile. For a session without a feed.

        verdicts: and all cores together work out the states and verdicts of all flows, and nothing else.
        """
        self.ingest.run(verdicts=verdicts)

    def read_by(self, frames: int) -> None:
        """Read so many frames at once, or what memory allows."""
        self.ingest.read_by(frames)

    def end_capture(self) -> None:
        """End the capture; what it left behind is still read, then `running` becomes false."""
        if self.feed:
            self.feed.stop()

    def stop(self) -> None:
        """End the capture and the reading; what was read stays to be looked at. Idempotent."""
        self.ingest.stop()

    # -- for views -----------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Where the session stands; cheap."""
        feed = self.feed
        stats = feed.stats() if feed else None
        error = (feed.error if feed else None) or self.ingest.error  # the cause before what follows from it
        return Snapshot(
            version=self.ingest.version + (self.names.known if self.names else 0),
            frames=self.ingest.book.last.packet,
            segments=self.store.n + self.ingest.bounds.gone.packets,
            flows=len(self.ingest.book),
            last=self.ingest.book.last,
            dropped=stats.dropped if stats else None,
            if_dropped=stats.if_dropped if stats else None,
            live=bool(feed and feed.live),
            running=self.ingest.running,
            read=self.reader.done,
            progress=self.ingest.progress,
            label=self._label,
            gone=self.ingest.bounds.gone,
            findings=self.ingest.findings,
            notices=(*self._notices, *(feed.notices if feed else ()), *self.reader.notices),
            error=str(error) if error else None,
        )

    def wait(self, timeout: float, version: int | None = None) -> Snapshot:
        """The snapshot once its version differs from `version` (default: now's), or after `timeout` s."""
        self.ingest.wait(timeout, version)
        return self.snapshot()

    def take_changed(self) -> list[int]:
        """The numbers of the flows that got packets or transitions since the last call, ascending."""
        return self.ingest.take_changed()

    def flow(self, number: int) -> FlowInfo:
        """One flow. IndexError when there is no such number."""
        with self.ingest.reading():
            return self._named(self.ingest.book.info(number))

    def flows(self) -> list[FlowInfo]:
        """All flows that are kept, in the order of their numbers."""
        return [self.flow(number) for number in self.numbers().tolist()]

    def numbers(self) -> NDArray[np.int64]:
        """The numbers of the flows that are kept, ascending."""
        with self.ingest.reading():
            return self.ingest.book.numbers.copy()

    def flows_of(self, numbers: Sequence[int]) -> Iterator[FlowInfo]:
        """These flows, to be asked for histories one by one: their engines are fed at once."""
        with self.ingest.reading():
            self.ingest.book.look_ahead(numbers)
        yield from map(self.flow, numbers)

    def lives(self, flow: FlowInfo) -> list[int]:
        """The numbers of all flows between the same sockets."""
        with self.ingest.reading():
            return self.ingest.book.lives(flow.pair)

    def reused(self) -> list[int]:
        """The pairs of sockets (FlowInfo.pair) between which there was more than one flow."""
        with self.ingest.reading():
            return self.ingest.book.reused

    def table(self) -> FlowTable:
        """All flows as columns, as of the newest packet; the verdicts are UNKNOWN (see `judge`)."""
        with self.ingest.reading():
            return self.ingest.book.table(verdicts=False)

    def judge(self, table: FlowTable, seconds: float = float("inf")) -> bool:
        """Fill in verdicts: those of a kind at once, the others for about so long. Whether some are left.

        Of many thousands that do not go by the book they take seconds.
        """
        end = time.monotonic() + seconds
        with self.ingest.reading():
            if table.pairs is not self.store.pairs:  # some of it has gone
                return False
            self.ingest.book.judge(table)
        unknown = np.flatnonzero(table.verdict == UNKNOWN)
        for begin in range(0, len(unknown), JUDGED_AT_ONCE):
            if time.monotonic() >= end:
                return True
            some = unknown[begin : begin + JUDGED_AT_ONCE]
            with self.ingest.reading():
                if table.pairs is not self.store.pairs:
                    return False
                table.verdict[some] = self.ingest.book.verdict_codes(table.number[some].tolist())
        return False

    def ends(self, table: FlowTable) -> Endpoints:
        """Both ends of a table's flows, by endpoint."""
        return table.pairs.endpoints(table.pair.astype(np.int64))

    def addresses(self, table: FlowTable) -> tuple[list[str], list[str]]:
        """The clients and the servers of a table, as they are shown."""
        if self.names is not None:
            flows = [self.flow(number) for number in table.number.tolist()]
            return [str(one.client_address) for one in flows], [str(one.server_address) for one in flows]
        first, second = self.ends(table).texts()
        for at in np.flatnonzero(table.client).tolist():
            first[at], second[at] = second[at], first[at]
        return first, second

    def history(self, number: int) -> History:
        """The state log of a flow."""
        with self.ingest.reading():
            return self.ingest.book.history(number)

    def rows(self, number: int) -> NDArray[np.int64]:
        """The store's rows of a flow, in capture order."""
        with self.ingest.reading():
            return self.ingest.book.rows(number)

    def want(self, number: int) -> bool:
        """From now on this flow stays, and no other is `wanted`; False when it is gone."""
        with self.ingest.reading():
            try:
                self.ingest.book.info(number)
            except IndexError:
                return False
            self.ingest.wanted = number
        return True

    def placed(self, number: int) -> tuple[SegmentStore, NDArray[np.int64]]:
        """A flow's rows, and the store whose rows they are: `store` may be another by then."""
        with self.ingest.reading():
            return self.store, self.ingest.book.rows(number)

    def stretch(self, number: int) -> tuple[SegmentStore, Stretch]:
        """The same without a number for each row."""
        with self.ingest.reading():
            return self.store, self.ingest.book.stretch(number)

    def segments(self, number: int) -> list[Segment]:
        """A flow's segments, in capture order."""
        store, rows = self.placed(number)
        return store.segments(rows)

    def errors(self, number: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about a flow's segments, in capture order; `captured` has their frames."""
        with self.ingest.reading():
            return self.ingest.book.errors(number)

    def captured(self, frame: int) -> Captured | None:
        """The frame of such an error, by its number."""
        return self.store.captured(frame)

    def verdict(self, number: int, now: Moment | None = None) -> str:
        """A flow in a few words, as of `now` (default: the newest packet)."""
        with self.ingest.reading():
            return self.ingest.book.verdict(number, now or self.ingest.book.last)

    def diagnoses(self, number: int, now: Moment | None = None) -> tuple[Diagnosis, ...]:
        """What is notable about a flow, the most severe first."""
        with self.ingest.reading():
            moment = now or self.ingest.book.last
            around = self.ingest.hosts.neighbours.of(self.ingest.book.info(number).pair, moment)
            return self.ingest.book.diagnoses(number, moment, around)

    def diagnoses_at_once(self, number: int, now: Moment) -> tuple[Diagnosis, ...] | None:
        """The same; None when all connections must be looked at first, which takes long: `look_around`."""
        with self.ingest.reading():
            around = self.ingest.hosts.neighbours.of(self.ingest.book.info(number).pair, now, hurried=True)
            try:
                return self.ingest.book.diagnoses(number, now, around)
            except Behind:
                return None

    def look_around(self) -> bool:
        """Look at some more connections, for a few hundredths of a second; whether there are more."""
        with self.ingest.reading():
            self.ingest.hosts.neighbours.feed_some()
            return self.ingest.hosts.neighbours.behind > 0

    def owes(self, number: int, now: Moment | None = None) -> str:
        """Who must send the next segment, and since when."""
        with self.ingest.reading():
            return self.ingest.book.owes(number, now or self.ingest.book.last)

    def await_names(self, patience: float = 3.0) -> None:
        """Wait for the names of all addresses, as long as an answer comes every `patience` seconds."""
        if self.names is not None:
            self.flows()
            self.names.wait(patience)

    def _named(self, info: FlowInfo) -> FlowInfo:
        if self.names is None:
            return info
        return replace(info, ends=(self.names.of(info.ends[0]), self.names.of(info.ends[1])))
