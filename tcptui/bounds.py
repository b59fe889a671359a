"""What a session that never ends may take: memory, and room on the disk.

Memory is counted, not measured: rows, the tables of pairs and hosts, engines. When six tenths of the bound
are reached, a smaller store is made beside the old one, of three tenths; so the bound holds meanwhile, too.

Limits: what a batch is decoded into, and what is needed to choose what stays, comes on top: some 100 MB.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from dataclasses import replace

from tcptui.capture.rotation import Rotation
from tcptui.dataclass import dataclass

FULL, LEFT = 0.6, 0.3
OF_FRAME = 4096
"""One frame is read at once of so many bytes that memory may take: it may begin a connection, 600 bytes."""
_M_MMAP_THRESHOLD = -3  # malloc.h
GROWN = 1.2
"""Where there is more that must stay than LEFT, it is looked through again only when it has grown so much."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is not kept any more: packets, connections, and those among them that were not finished.

    times: how often something went.
    """

    packets: int = 0
    flows: int = 0
    unfinished: int = 0
    times: int = 0

    def more(self, packets: int, flows: int, unfinished: int) -> Gone:
        """And these."""
        return replace(
            self,
            packets=self.packets + packets,
            flows=self.flows + flows,
            unfinished=self.unfinished + unfinished,
            times=self.times + 1,
        )


class Bounds:
    """memory: bytes, None for any number. rotation: that of the spool, None where it has no bound."""

    def __init__(self, memory: int | None = None, rotation: Rotation | None = None) -> None:
        self._memory, self._rotation = memory, rotation
        self._least = 0.0
        self.gone = Gone()
        if memory is not None:
            _give_back_at_once()

    @property
    def room(self) -> int:
        """What may be left of it all, in bytes, when it is too much."""
        assert self._memory is not None
        return int(self._memory * LEFT)

    def exceeded(self, nbytes: int) -> bool:
        """So much is too much."""
        return self._memory is not None and nbytes > max(self._memory * FULL, self._least)

    @property
    def pressing(self) -> bool:
        """Reading must go on, or the spool gets full."""
        return self._rotation is not None and self._rotation.pressing

    def went(self, packets: int, flows: int, unfinished: int, nbytes: int) -> None:
        """So much has gone, and `nbytes` are left."""
        self.gone = self.gone.more(packets, flows, unfinished)
        self._least = nbytes * GROWN

    def turn(self) -> None:
        """To be called between two reads of the spool, when the rows of the first are there."""
        if self._rotation is not None:
            self._rotation.turn()


def _give_back_at_once() -> None:
    """Have glibc give the columns of a store back to the system when it is freed.

    It does so above a threshold only, which it raises to 32 MB by itself. With a fixed one the process took
    377 MB instead of 461 at a bound of 256 MB, and read as fast.
    """
    with suppress(OSError, AttributeError):  # no C library, or one without
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 200 << 10)
