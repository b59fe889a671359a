"""A spool within its bound: while packets are read, the oldest ones are given back.

What has not been read is never given back. Where reading is slower than what arrives, the spool becomes
full, and its feed waits (see `SpoolingFeed`).

Limits: where the file system knows no holes, the spool grows, and a notice says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tcptui.capture.pcapfile import CaptureReader
from tcptui.capture.spool import HEAD, Spool, reason

STEPS = 16
"""Into so many parts a bound is divided: the spool is cut when less than one is free, until two are."""


class Rotation:
    """Gives back what stands before the newest packets; for one thread, that which reads.

    save: called with an offset, before the bytes that stand before it go. notices: told, once, when bytes
    cannot be given back.
    """

    def __init__(
        self, reader: CaptureReader, spool: Spool, save: Callable[[int], None], notices: list[str]
    ) -> None:
        self._reader, self._spool = reader, spool
        self._save, self._notices = save, notices
        self._records: deque[int] = deque()  # offsets where records begin, some apart

    def turn(self) -> None:
        """To be called between two reads, also in vain ones: cut the spool if it has come near its bound.

        What has been read must have been taken in: `save` is to find it.
        """
        limit = self._spool.limit
        if limit is None:
            return
        part, reader = limit // STEPS, self._reader
        if not self._records or reader.offset - self._records[-1] >= part // 4:
            self._records.append(reader.offset)
        if self._near(limit):
            self._cut(reader.extent - (limit - 2 * part))

    @property
    def pressing(self) -> bool:
        """The spool has come near its bound, or half of it would be what has not been read: its feed would
        have to wait soon."""
        limit, reader = self._spool.limit, self._reader
        return limit is not None and (self._near(limit) or reader.size - reader.position > limit // 2)

    def _near(self, limit: int) -> bool:
        return self._reader.extent - self._reader.kept_from > limit - limit // STEPS

    def _cut(self, target: int) -> None:
        """Give back what stands before the first known record not before `target`, or all that was read."""
        before = 0
        while self._records and before < target:
            before = self._records.popleft()
        kept_from = self._reader.kept_from
        if before <= max(kept_from, HEAD):
            return
        self._save(before)
        try:
            self._spool.give_back(self._reader.forget(before))
        except OSError as error:
            self._spool.limit, self._reader.kept_from = None, kept_from
            self._notices.append(f"the spool grows beyond its bound: {self._spool.path}: {reason(error)}")
