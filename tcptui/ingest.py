"""The reading of one source: packets become rows, and rows what is inferred from them.

It goes on in a thread of its own, or in the caller's. Views look at what there is between two steps.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tcptui.bounds import OF_FRAME, Bounds
from tcptui.capture.feed import Feed
from tcptui.capture.pcapfile import Batch, CaptureReader
from tcptui.capture.rotation import Rotation
from tcptui.enginebook import SLICE
from tcptui.errors import TcptuiError, fault
from tcptui.flowbook import FlowBook
from tcptui.hosts.book import HostBook, leaks
from tcptui.hosts.finding import HostFinding
from tcptui.store.compact import compact
from tcptui.store.retention import choose
from tcptui.store.segments import SegmentStore
from tcptui.tcp.timers import Timers
from tcptui.turns import Turns

IDLE_WAIT = 0.01
"""Seconds between two looks at a file that has not grown."""

BATCH = 1 << 14
"""Frames read at once: what a view sees of a file that is being loaded grows by this."""

FIRES = 256
"""Timers fired between two chances for a view to read."""

PAIRS = 1 << 14
"""Pairs that are looked over between two such chances."""

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


class Ingest:
    """The reading of one source, and what has become of its packets.

    store, book, hosts, findings: to be looked at under `reading`; others once there was no room for all.
    bounds: what it may take. running: there is more to come. error: what it ended with. version grows with
    every change.

    batch: frames that are read at once. wanted: the number of a flow that stays, finished or not, since
    somebody looks at it. turns: where the screen says that it is busy. notices: what is to be said of the
    spool is added to them. max_memory: as in Session.
    """

    def __init__(
        self,
        reader: CaptureReader,
        feed: Feed | None,
        timers: Timers,
        notices: list[str],
        max_memory: int | None,
    ) -> None:
        self.reader, self.feed = reader, feed
        self.store = SegmentStore(reader.packet)
        self.book = FlowBook(self.store, timers)
        self.hosts = HostBook(self.store)
        self.findings: tuple[HostFinding, ...] = ()
        rotation = Rotation(reader, feed.spool, self._save_options, notices) if feed else None
        self.bounds = Bounds(max_memory, rotation)
        self._most = sys.maxsize if max_memory is None else max_memory // OF_FRAME
        self.read_by(BATCH)
        self.wanted = 0
        self.version = 0
        self.running = False
        self.error: TcptuiError | None = None
        self._judged = False  # at the end all verdicts are worked out
        self._asked = False  # somebody takes what has changed
        self._all_told = threading.Event()
        self._read_at = 0.0
        self._survey_due = 0.0
        self._tick_due = 0.0
        self._most_left = 0  # of what is to be inferred once all is read
        self._inferred = 0.0
        self._lock = threading.Lock()
        self._readers: list[None] = []  # one for each that waits or reads; `+= 1` could lose one
        self._grown = threading.Condition()
        self._stop = threading.Event()
        self.turns = Turns(self._stop, lambda: self.bounds.pressing)
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    # -- for the session -------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read, in a thread of its own."""
        self.running = True
        self._survey_due = time.monotonic() + SURVEY  # not while the first picture is waited for
        self._thread.start()

    def run(self, *, verdicts: bool = False) -> None:
        """Read to the end, in this thread: nobody looks meanwhile. verdicts: as in Session."""
        self.running, self._judged = True, verdicts
        self._survey_due = float("inf")  # at the end there is one in any case
        self._run()

    def stop(self) -> None:
        """End the capture and the reading. Idempotent."""
        self._stop.set()
        if self.feed:
            self.feed.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def read_by(self, frames: int) -> None:
        """Read so many frames at once, or what memory allows."""
        self.batch = min(frames, self._most)

    def wait(self, timeout: float, version: int | None) -> None:
        """Until its version is not `version` (default: now's), it has ended, or `timeout` s are over."""
        seen = self.version if version is None else version
        with self._grown:
            self._grown.wait_for(lambda: self.version != seen or not self.running, timeout)

    def take_changed(self) -> list[int]:
        """As Session.take_changed."""
        with self.reading():
            changed = self.book.take_changed()
        self._asked = True
        if not changed:
            self._all_told.set()
        elif not self._all_told.is_set():
            self.publish()  # somebody waits: come again at once
        return changed

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The lock, with a sign to the ingest thread that somebody waits for it."""
        self._readers.append(None)
        self._read_at = time.monotonic()
        try:
            with self._lock:
                yield
        finally:
            self._readers.pop()

    @property
    def progress(self) -> float:
        """0..1 of what is to be read, and once that is done, of what is to be inferred."""
        if not self.running:
            return 1.0
        if self.reader.done:
            return self._inferred
        return min(1.0, self.reader.position / self.reader.size) if self.reader.size else 0.0

    # -- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._ingest()
            self.survey()
        except TcptuiError as error:
            self.error = error
        except Exception as error:
            self.error = fault(error)
            if "TCPTUI_DEBUG" in os.environ:
                raise
        finally:
            self.running = False
            self.publish()

    def _ingest(self) -> None:
        while not self._stop.is_set():
            self.turns.wait()
            ended = self.feed is not None and not self.feed.running
            self.bounds.turn()
            most = min(self.batch, CAREFUL_BATCH) if self.turns.careful else self.batch
            batch = self.reader.read(most)
            self.turns.wait()  # who asks now need not wait until it is taken
            if batch is not None:
                self.take(batch)
                if self.book.awaited or not (self.feed is None or self._is_hurried):
                    more = len(batch) >= most  # what arrives comes first
                    self._catch_up(BEHIND / 4 if more else BEHIND, trace=False)
                self._keep_within_bounds()
            elif self.reader.done:
                with self._lock:
                    self.store.let_go()
                    self.book.settle(0)
                    if self._judged:
                        self.book.infer()
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
        now, before = time.time_ns(), self.findings
        with self._lock:
            due = self.book.deadline_ns
        if due is not None and due <= now:
            self._seen(0, now)
            self.publish()
        if self._survey_is_due:
            self.survey(now)
            if self.findings != before:
                self.publish()

    @property
    def _is_hurried(self) -> bool:
        """What arrives does not wait, and much of it has not been read."""
        return self._arrives and self.reader.size - self.reader.position > HURRY

    @property
    def _arrives(self) -> bool:
        """What is read is what passes now."""
        return self.feed is not None and self.feed.live

    def take(self, batch: Batch) -> None:
        """The next packets."""
        with self._lock:  # both: a view must not see rows that the book has not taken
            self.store.append(batch)
            self.book.take(hurried=self._is_hurried or (self._arrives and self.turns.careful))
        self.turns.wait()
        self.hosts.feed(SURVEYED)
        if len(batch):
            self._seen(batch.first_frame + len(batch) - 1, int(batch.time_ns.max()))
        if self._survey_is_due:
            self.survey()
        self.publish()

    def _save_options(self, before: int) -> None:
        """The spool gives back what stands before this offset."""
        self.store.keep_options(before)

    def _keep_within_bounds(self) -> None:
        """Where memory is used up, go on with a store of what must stay, and of the newest."""
        if not self.bounds.exceeded(self.nbytes):
            return
        self._catch_up(float("inf"), trace=False)  # while its engine is behind, no connection may go
        self._let_tell()
        at, more = 0, True
        while more and self._give_way():
            with self._lock:
                more = self.book.look_over(at, PAIRS)
            at += PAIRS
        with self._lock:
            what, of_pair = self.book.claims(self.wanted)
        kept = choose(self.store, what, self.bounds.room, of_pair)
        for pair in kept.shorter.tolist():
            self._catch_up_with(pair)
        done = compact(self.store, kept.rows, kept.sums)
        hosts = self.hosts.compacted(done)
        with self._lock:
            packets, flows = self.store.n, len(self.book.numbers)
            self.book.compact(done, kept.shorter)
            self.store, self.hosts = done.store, hosts
            packets, flows = packets - self.store.n, flows - len(self.book.numbers)
        self.bounds.went(packets, flows, len(kept.lost), self.nbytes)
        self.publish()

    def _let_tell(self) -> None:
        """Whoever takes what has changed shall have told it before it goes, unless that takes too long."""
        if not self._asked:
            return
        self._all_told.clear()
        self.publish()
        self._read_at = time.monotonic()
        while not (self._all_told.wait(TICK) or self._stop.is_set()):
            if time.monotonic() > self._read_at + PATIENCE:
                break
        self._all_told.set()

    @property
    def nbytes(self) -> int:
        """Memory that all this takes, about."""
        return self.store.nbytes + self.book.nbytes + self.hosts.nbytes

    def _catch_up_with(self, pair: int) -> None:
        more = True
        while more and self._give_way():
            with self._lock:
                more = self.book.catch_up_with(pair)

    def _catch_up(self, seconds: float, *, trace: bool = True) -> bool:
        """Feed the engines that are behind, so long at most. Whether there was anything to do."""
        end, more, published = time.monotonic() + seconds, self.book.behind > 0, time.monotonic()
        worked = more
        while more and time.monotonic() < end and self._give_way():
            with self._lock:
                rows = CAREFUL_SLICE if self.turns.careful else SLICE
                more = self.book.catch_up(trace=trace, rows=rows)
            if time.monotonic() - published > TICK:
                published = time.monotonic()
                self._see_progress()
                self.publish()
        if worked:
            self.publish()
        return worked

    @property
    def _survey_is_due(self) -> bool:
        return time.monotonic() >= self._survey_due + PUT_OFF * self.turns.careful

    def _see_progress(self) -> None:
        """How much of what has been read says already what it says."""
        with self._lock:
            left = self.book.left if self.reader.done else 0
        self._most_left = max(self._most_left, left)
        self._inferred = 1 - left / self._most_left if self._most_left else 0.0

    def survey(self, now_ns: int = 0) -> None:
        """Look at the hosts; that goes over all connections, so never more than a tenth of the time, and less
        while much has not been read."""
        begin = time.monotonic()
        with self._lock:
            self.book.settle(SETTLED)
        self._give_way()
        with self._lock:
            stuck = leaks(self.book.waiting(now_ns), self.book.fin_of_waiting)
        self._give_way()
        self.findings = self.hosts.findings(stuck)
        seldom = 40 if self._is_hurried else 10
        self._survey_due = time.monotonic() + max(SURVEY, seldom * (time.monotonic() - begin))

    def _seen(self, frame: int, time_ns: int) -> None:
        """The capture has got here; timers are fired a slice at a time, too."""
        with self._lock:
            self.book.seen(frame, time_ns)
            more = self.book.fire(FIRES)
        while more and self._give_way():
            with self._lock:
                more = self.book.fire(FIRES)

    def _give_way(self) -> bool:
        """Let a view that waits read. Whether to go on."""
        if self._readers:
            time.sleep(0.0005)
        self.turns.wait()
        return not self._stop.is_set()

    def publish(self) -> None:
        """Something has changed."""
        with self._grown:
            self.version += 1
            self._grown.notify_all()
