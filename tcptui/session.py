"""A session: one source of packets, the columns they become, and the connections inferred from them.

A thread of its own reads, decodes and infers; views ask. Nothing is pushed to a view, so a slow
terminal never holds up the capture: `snapshot` is a handful of numbers with a version, and whoever
sees a new version looks up what it shows.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tcptui.bounds import OF_FRAME, Bounds, Gone
from tcptui.capture.feed import Feed
from tcptui.capture.pcapfile import Batch, CaptureReader
from tcptui.capture.rotation import Rotation
from tcptui.dataclass import dataclass
from tcptui.enginebook import SLICE
from tcptui.errors import TcptuiError, fault
from tcptui.flowbook import FlowBook, FlowInfo
from tcptui.flowtable import UNKNOWN, FlowTable
from tcptui.hosts.book import HostBook, leaks
from tcptui.hosts.finding import HostFinding
from tcptui.names import Names
from tcptui.store.compact import compact
from tcptui.store.flows import Endpoints
from tcptui.store.retention import choose
from tcptui.store.rowindex import Stretch
from tcptui.store.segments import Captured, SegmentStore
from tcptui.tcp.diagnosis import Diagnosis
from tcptui.tcp.history import History, Moment
from tcptui.tcp.icmp import IcmpError
from tcptui.tcp.segment import Segment
from tcptui.tcp.timers import LINUX, Timers
from tcptui.turns import Turns

__all__ = ["FlowInfo", "Session", "Snapshot"]

IDLE_WAIT = 0.01
"""Seconds between two looks at a file that has not grown."""

BATCH = 1 << 14
"""Frames read at once: what a view sees of a file that is being loaded grows by this."""

FIRES = 256
"""Timers fired between two chances for a view to read."""

PAIRS = 1 << 14
"""Pairs that are looked over between two such chances."""

JUDGED_AT_ONCE = 64
"""Verdicts worked out between two chances for others to read: some 20 ms."""

BEHIND = 0.02
"""Seconds for the engines that are behind, between two batches."""

PATIENCE = 5.0
"""Seconds without a question after which nobody is waited for any more to tell of what has to go."""

SETTLED = 1_000_000_000
"""ns of silence after which a close that waits for an ACK is left to an engine."""

TICK = 0.1
"""Seconds between two looks at the clock of a capture that is silent."""

CAREFUL_BATCH = 1 << 12
"""Frames read at once where a question is to be expected: it waits until they are taken."""

SURVEYED = 1 << 16
"""Rows that the hosts' book takes in at once."""

HURRY = 8 << 20
"""Bytes of a live capture that are not read, from which on what can wait does."""

CAREFUL_SLICE = 1 << 8
"""Rows that engines are fed at once then: some 5 ms."""

SURVEY, PUT_OFF = 1.0, 15.0
"""Seconds between two looks at the hosts, at least; and those for which one is put off while keys come."""


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
    wanted: the number of a flow that stays, finished or not, since somebody looks at it. turns: where the
    screen says that it is busy; what arrives meanwhile is kept by the feed.

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
        self.store = SegmentStore(reader.packet)
        self.timers = timers
        self._most = sys.maxsize if max_memory is None else max_memory // OF_FRAME
        self.read_by(BATCH)
        self._book = FlowBook(self.store, timers)
        self._hosts = HostBook(self.store)
        self._findings: tuple[HostFinding, ...] = ()
        self._survey_due = 0.0
        self.wanted = 0
        self._notices = list(notices)
        rotation = Rotation(reader, feed.spool, self._save_options, self._notices) if feed else None
        self._bounds = Bounds(max_memory, rotation)
        self._label = label or (feed.label if feed else reader.path)
        self.names = names
        self._error: TcptuiError | None = None
        self._alone = False  # nobody looks before the end
        self._asked = False  # somebody takes what has changed
        self._all_told = threading.Event()
        self._read_at = 0.0
        self._most_left = 0  # of what is to be inferred once all is read
        self._inferred = 0.0
        self._tick_due = 0.0
        self._version = 0
        self._lock = threading.Lock()
        self._readers: list[None] = []  # one for each that waits or reads; `+= 1` could lose one
        self._grown = threading.Condition()
        self._stop = threading.Event()
        self.turns = Turns(self._stop, lambda: self._bounds.pressing)
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._running = False

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read, in a thread of its own."""
        self._running = True
        self._survey_due = time.monotonic() + SURVEY  # not while the first picture is waited for
        if self.feed:
            self.feed.start()
        self._thread.start()

    def run(self) -> None:
        """Read to the end, in this thread: nobody looks meanwhile. For a session without a feed."""
        self._running = self._alone = True
        self._survey_due = float("inf")
        self._run()

    def read_by(self, frames: int) -> None:
        """Read so many frames at once, or what memory allows."""
        self.batch = min(frames, self._most)

    def end_capture(self) -> None:
        """End the capture; what it left behind is still read, then `running` becomes false."""
        if self.feed:
            self.feed.stop()

    def stop(self) -> None:
        """End the capture and the reading; what was read stays to be looked at. Idempotent."""
        self._stop.set()
        self.end_capture()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    # -- for views -----------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Where the session stands; cheap."""
        feed = self.feed
        stats = feed.stats() if feed else None
        error = (feed.error if feed else None) or self._error  # the cause before what follows from it
        return Snapshot(
            version=self._version + (self.names.known if self.names else 0),
            frames=self._book.last.packet,
            segments=self.store.n + self._bounds.gone.packets,
            flows=len(self._book),
            last=self._book.last,
            dropped=stats.dropped if stats else None,
            if_dropped=stats.if_dropped if stats else None,
            live=bool(feed and feed.live),
            running=self._running,
            read=self.reader.done,
            progress=self._progress(),
            label=self._label,
            gone=self._bounds.gone,
            findings=self._findings,
            notices=(*self._notices, *(feed.notices if feed else ()), *self.reader.notices),
            error=str(error) if error else None,
        )

    def wait(self, timeout: float, version: int | None = None) -> Snapshot:
        """The snapshot once its version differs from `version` (default: now's), or after `timeout` s."""
        seen = self._version if version is None else version
        with self._grown:
            self._grown.wait_for(lambda: self._version != seen or not self._running, timeout)
        return self.snapshot()

    def take_changed(self) -> list[int]:
        """The numbers of the flows that got packets or transitions since the last call, ascending."""
        with self._reading():
            changed = self._book.take_changed()
        self._asked = True
        if not changed:
            self._all_told.set()
        elif not self._all_told.is_set():
            self._publish()  # somebody waits: come again at once
        return changed

    def flow(self, number: int) -> FlowInfo:
        """One flow. IndexError when there is no such number."""
        with self._reading():
            return self._named(self._book.info(number))

    def flows(self) -> list[FlowInfo]:
        """All flows that are kept, in the order of their numbers."""
        return [self.flow(number) for number in self.numbers().tolist()]

    def numbers(self) -> NDArray[np.int64]:
        """The numbers of the flows that are kept, ascending."""
        with self._reading():
            return self._book.numbers.copy()

    def flows_of(self, numbers: Sequence[int]) -> Iterator[FlowInfo]:
        """These flows, to be asked for histories one by one: their engines are fed at once."""
        with self._reading():
            self._book.look_ahead(numbers)
        yield from map(self.flow, numbers)

    def lives(self, flow: FlowInfo) -> list[int]:
        """The numbers of all flows between the same sockets."""
        with self._reading():
            return self._book.lives(flow.pair)

    def table(self) -> FlowTable:
        """All flows as columns, as of the newest packet; the verdicts are UNKNOWN (see `judge`)."""
        with self._reading():
            return self._book.table(verdicts=False)

    def judge(self, table: FlowTable, seconds: float = float("inf")) -> bool:
        """Fill in verdicts: those of a kind at once, the others for about so long. Whether some are left.

        Of many thousands that do not go by the book they take seconds.
        """
        end = time.monotonic() + seconds
        with self._reading():
            if table.pairs is not self.store.pairs:  # some of it has gone
                return False
            self._book.judge(table)
        unknown = np.flatnonzero(table.verdict == UNKNOWN)
        for begin in range(0, len(unknown), JUDGED_AT_ONCE):
            if time.monotonic() >= end:
                return True
            some = unknown[begin : begin + JUDGED_AT_ONCE]
            with self._reading():
                if table.pairs is not self.store.pairs:
                    return False
                table.verdict[some] = self._book.verdict_codes(table.number[some].tolist())
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
        with self._reading():
            return self._book.history(number)

    def rows(self, number: int) -> NDArray[np.int64]:
        """The store's rows of a flow, in capture order."""
        with self._reading():
            return self._book.rows(number)

    def want(self, number: int) -> bool:
        """From now on this flow stays, and no other is `wanted`; False when it is gone."""
        with self._reading():
            try:
                self._book.info(number)
            except IndexError:
                return False
            self.wanted = number
        return True

    def placed(self, number: int) -> tuple[SegmentStore, NDArray[np.int64]]:
        """A flow's rows, and the store whose rows they are: `store` may be another by then."""
        with self._reading():
            return self.store, self._book.rows(number)

    def stretch(self, number: int) -> tuple[SegmentStore, Stretch]:
        """The same without a number for each row."""
        with self._reading():
            return self.store, self._book.stretch(number)

    def segments(self, number: int) -> list[Segment]:
        """A flow's segments, in capture order."""
        store, rows = self.placed(number)
        return store.segments(rows)

    def errors(self, number: int) -> tuple[IcmpError, ...]:
        """The ICMP errors about a flow's segments, in capture order; `captured` has their frames."""
        with self._reading():
            return self._book.errors(number)

    def captured(self, frame: int) -> Captured | None:
        """The frame of such an error, by its number."""
        return self.store.captured(frame)

    def verdict(self, number: int, now: Moment | None = None) -> str:
        """A flow in a few words, as of `now` (default: the newest packet)."""
        with self._reading():
            return self._book.verdict(number, now or self._book.last)

    def diagnoses(self, number: int, now: Moment | None = None) -> tuple[Diagnosis, ...]:
        """What is notable about a flow, the most severe first."""
        with self._reading():
            moment = now or self._book.last
            around = self._hosts.neighbours.of(self._book.info(number).pair, moment)
            return self._book.diagnoses(number, moment, around)

    def owes(self, number: int, now: Moment | None = None) -> str:
        """Who must send the next segment, and since when."""
        with self._reading():
            return self._book.owes(number, now or self._book.last)

    def await_names(self, patience: float = 3.0) -> None:
        """Wait for the names of all addresses, as long as an answer comes every `patience` seconds."""
        if self.names is not None:
            self.flows()
            self.names.wait(patience)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """The lock, with a sign to the ingest thread that somebody waits for it."""
        self._readers.append(None)
        self._read_at = time.monotonic()
        try:
            with self._lock:
                yield
        finally:
            self._readers.pop()

    def _named(self, info: FlowInfo) -> FlowInfo:
        if self.names is None:
            return info
        return replace(info, ends=(self.names.of(info.ends[0]), self.names.of(info.ends[1])))

    def _progress(self) -> float:
        if not self._running:
            return 1.0
        if self.reader.done:
            return self._inferred
        return min(1.0, self.reader.position / self.reader.size) if self.reader.size else 0.0

    # -- the ingest thread -----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._ingest()
            self._survey()
        except TcptuiError as error:
            self._error = error
        except Exception as error:
            self._error = fault(error)
            if "TCPTUI_DEBUG" in os.environ:
                raise
        finally:
            self._running = False
            self._publish()

    def _ingest(self) -> None:
        while not self._stop.is_set():
            self.turns.wait()
            ended = self.feed is not None and not self.feed.running
            self._bounds.turn()
            most = min(self.batch, CAREFUL_BATCH) if self.turns.careful else self.batch
            batch = self.reader.read(most)
            self.turns.wait()  # who asks now need not wait until it is taken
            if batch is not None:
                self._take(batch)
                if self._book.awaited or not (self.feed is None or self._is_hurried):
                    more = len(batch) >= most  # what arrives comes first
                    self._catch_up(BEHIND / 4 if more else BEHIND, trace=False)
                self._keep_within_bounds()
            elif self.reader.done:
                with self._lock:
                    self.store.let_go()
                    self._book.settle(0)
                    if self._alone:
                        self._book.infer()
                self._see_progress()
                self._catch_up(float("inf"))
                return
            elif ended:
                self.reader.finish()
            elif not self._catch_up(BEHIND):
                self._tick()
                self._stop.wait(IDLE_WAIT)

    def _tick(self) -> None:
        """Let time pass on a live capture that is silent."""
        if not self._arrives or time.monotonic() < self._tick_due:
            return
        self._tick_due = time.monotonic() + TICK
        now, before = time.time_ns(), self._findings
        with self._lock:
            due = self._book.deadline_ns
        if due is not None and due <= now:
            self._seen(0, now)
            self._publish()
        if self._survey_is_due:
            self._survey(now)
            if self._findings != before:
                self._publish()

    @property
    def _is_hurried(self) -> bool:
        """What arrives does not wait, and much of it has not been read."""
        return self._arrives and self.reader.size - self.reader.position > HURRY

    @property
    def _arrives(self) -> bool:
        """What is read is what passes now."""
        return self.feed is not None and self.feed.live

    def _take(self, batch: Batch) -> None:
        with self._lock:  # both: a view must not see rows that the book has not taken
            self.store.append(batch)
            self._book.take(hurried=self._is_hurried or (self._arrives and self.turns.careful))
        self.turns.wait()
        self._hosts.feed(SURVEYED)
        if len(batch):
            self._seen(batch.first_frame + len(batch) - 1, int(batch.time_ns.max()))
        if self._survey_is_due:
            self._survey()
        self._publish()

    def _save_options(self, before: int) -> None:
        """The spool gives back what stands before this offset."""
        self.store.keep_options(before)

    def _keep_within_bounds(self) -> None:
        """Where memory is used up, go on with a store of what must stay, and of the newest."""
        if not self._bounds.exceeded(self._nbytes):
            return
        self._catch_up(float("inf"), trace=False)  # while its engine is behind, no connection may go
        self._let_tell()
        at, more = 0, True
        while more and self._give_way():
            with self._lock:
                more = self._book.look_over(at, PAIRS)
            at += PAIRS
        with self._lock:
            what, of_pair = self._book.claims(self.wanted)
        kept = choose(self.store, what, self._bounds.room, of_pair)
        for pair in kept.shorter.tolist():
            self._catch_up_with(pair)
        done = compact(self.store, kept.rows, kept.sums)
        hosts = self._hosts.compacted(done)
        with self._lock:
            packets, flows = self.store.n, len(self._book.numbers)
            self._book.compact(done, kept.shorter)
            self.store, self._hosts = done.store, hosts
            packets, flows = packets - self.store.n, flows - len(self._book.numbers)
        self._bounds.went(packets, flows, len(kept.lost), self._nbytes)
        self._publish()

    def _let_tell(self) -> None:
        """Whoever takes what has changed shall have told it before it goes, unless that takes too long."""
        if not self._asked:
            return
        self._all_told.clear()
        self._publish()
        self._read_at = time.monotonic()
        while not (self._all_told.wait(TICK) or self._stop.is_set()):
            if time.monotonic() > self._read_at + PATIENCE:
                break
        self._all_told.set()

    @property
    def _nbytes(self) -> int:
        return self.store.nbytes + self._book.nbytes + self._hosts.nbytes

    def _catch_up_with(self, pair: int) -> None:
        more = True
        while more and self._give_way():
            with self._lock:
                more = self._book.catch_up_with(pair)

    def _catch_up(self, seconds: float, *, trace: bool = True) -> bool:
        """Feed the engines that are behind, so long at most. Whether there was anything to do."""
        end, more, published = time.monotonic() + seconds, self._book.behind > 0, time.monotonic()
        worked = more
        while more and time.monotonic() < end and self._give_way():
            with self._lock:
                rows = CAREFUL_SLICE if self.turns.careful else SLICE
                more = self._book.catch_up(trace=trace, rows=rows)
            if time.monotonic() - published > TICK:
                published = time.monotonic()
                self._see_progress()
                self._publish()
        if worked:
            self._publish()
        return worked

    @property
    def _survey_is_due(self) -> bool:
        return time.monotonic() >= self._survey_due + PUT_OFF * self.turns.careful

    def _see_progress(self) -> None:
        """How much of what has been read says already what it says."""
        with self._lock:
            left = self._book.left if self.reader.done else 0
        self._most_left = max(self._most_left, left)
        self._inferred = 1 - left / self._most_left if self._most_left else 0.0

    def _survey(self, now_ns: int = 0) -> None:
        """Look at the hosts; that goes over all connections, so never more than a tenth of the time, and less
        while much has not been read."""
        begin = time.monotonic()
        with self._lock:
            self._book.settle(SETTLED)
        self._give_way()
        with self._lock:
            stuck = leaks(self._book.waiting(now_ns), self._book.fin_of_waiting)
        self._give_way()
        self._findings = self._hosts.findings(stuck)
        seldom = 40 if self._is_hurried else 10
        self._survey_due = time.monotonic() + max(SURVEY, seldom * (time.monotonic() - begin))

    def _seen(self, frame: int, time_ns: int) -> None:
        """The capture has got here; timers are fired a slice at a time, too."""
        with self._lock:
            self._book.seen(frame, time_ns)
            more = self._book.fire(FIRES)
        while more and self._give_way():
            with self._lock:
                more = self._book.fire(FIRES)

    def _give_way(self) -> bool:
        """Let a view that waits read. Whether to go on."""
        if self._readers:
            time.sleep(0.0005)
        self.turns.wait()
        return not self._stop.is_set()

    def _publish(self) -> None:
        with self._grown:
            self._version += 1
            self._grown.notify_all()
