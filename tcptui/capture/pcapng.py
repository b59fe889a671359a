"""Blocks of a pcapng file (draft-ietf-opsawg-pcapng): many sections and interfaces, both byte orders.

Packets come from enhanced (EPB), simple (SPB) and obsolete packet blocks; section and interface blocks set
the scene; every other block is skipped by its length. As in pcap.py the walk collects places, and the fields
of all packets are gathered at once.

Limits: a simple packet block carries no time; it is given that of the packet before it.
"""

from __future__ import annotations

from struct import unpack_from

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.interfaces import Interfaces, parse_interface
from tcptui.capture.records import LARGEST, Run, no_records

MAGIC = b"\x0a\x0d\x0d\x0a"
SECTION, INTERFACE, OBSOLETE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_SMALLEST = {SECTION: 28, INTERFACE: 20, OBSOLETE: 32, SIMPLE: 16, ENHANCED: 32}
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}


def before_packets(head: bytes) -> int:
    """How many of a file's first bytes describe its section and interfaces; 0 where it is no pcapng."""
    order = _ORDERS.get(head[8:12]) if head[:4] == MAGIC else None
    if order is None:
        return 0
    at = 0
    while at + 8 <= len(head):
        kind, size = unpack_from(order + "II", head, at)
        if kind not in (SECTION, INTERFACE) or size < _SMALLEST[kind]:
            break
        at += size
    return min(at, len(head))


class PcapngWalker:
    """Walks blocks; keeps the section's byte order and its interfaces from one piece to the next."""

    def __init__(self) -> None:
        self._order = "<"
        self._interfaces = Interfaces()
        self._last_time = 0

    def walk(self, piece: bytes, most: int) -> Run:
        """As Walker.walk. A run ends early where a section in the other byte order begins."""
        if piece[:4] == MAGIC and len(piece) >= 12:
            self._order = _ORDERS.get(piece[8:12], self._order)
        words = np.frombuffer(piece, self._order + "u4", len(piece) >> 2).astype(np.uint32, copy=False)
        self._interfaces.begin_piece()
        found: list[int] = []
        rare: list[int] = []  # indices in `found` of what is not an enhanced packet block
        place, need, trouble = self._blocks(piece, words, most, found, rare)
        if not found:
            return no_records(place << 2, need=need, trouble=trouble)
        run = self._columns(words, np.array(found, np.int64), np.array(rare, np.int64))
        if not run.trouble:
            run.consumed, run.need, run.trouble = place << 2, need, trouble
        if len(run.time_ns):
            self._last_time = int(run.time_ns[-1])
        return run

    def _blocks(
        self, piece: bytes, words: NDArray[np.uint32], most: int, found: list[int], rare: list[int]
    ) -> tuple[int, int, str]:
        """Places of packet blocks. Where it stopped (a word), bytes needed there, what is wrong there."""
        word, append = words.data, found.append
        place, total = 0, len(words)
        last = total - 3
        while place <= last and len(found) < most:
            kind, size = word[place], word[place + 1]
            if kind == SECTION:  # its length is in the order of the new section
                order = _ORDERS.get(piece[(place + 2) << 2 : (place + 3) << 2])
                if order is None:
                    return place, 0, "a section header without its byte-order magic"
                if order != self._order:
                    return place, 0, ""  # the next piece begins with it
            if size < 12 or size & 3 or size > LARGEST + 64:
                return place, 0, f"a block claims {size:,} bytes"
            after = place + (size >> 2)
            if after > total:
                return place, size, ""
            if word[after - 1] != size:
                return place, 0, "the two lengths of a block differ"
            if kind == ENHANCED:
                append(place)
            elif kind in _SMALLEST:
                if size < _SMALLEST[kind]:
                    return place, 0, f"a block of type {kind:#x} has only {size} bytes"
                self._other(piece, kind, place, size, found, rare)
            place = after
        return place, 0, ""

    def _other(
        self, piece: bytes, kind: int, place: int, size: int, found: list[int], rare: list[int]
    ) -> None:
        """A known block that is not an enhanced packet block."""
        if kind == SECTION:
            self._interfaces.begin_section(len(found))
        elif kind == INTERFACE:
            block = piece[place << 2 : (place << 2) + size]
            self._interfaces.add(parse_interface(block, self._order), len(found))
        else:
            rare.append(len(found))
            found.append(place)

    def _columns(self, words: NDArray[np.uint32], place: NDArray[np.int64], rare: NDArray[np.int64]) -> Run:
        """The fields of the packet blocks at `place` (words), up to the first that is not sound."""
        last = len(words) - 1  # a simple packet block may be shorter than the fields of the others
        size, which, high, low, caplen, wirelen = (words[np.minimum(place + n, last)] for n in range(1, 7))
        number = which.astype(np.int64)
        at = (place << 2) + 28
        simple = rare[words[place[rare]] == SIMPLE]
        obsolete = rare[words[place[rare]] == OBSOLETE]
        number[simple] = 0
        number[obsolete] = number[obsolete] & 0xFFFF if self._order == "<" else number[obsolete] >> 16
        interface, known = self._interfaces.resolve(number)
        if simple.size:
            at[simple] -= 16
            wirelen[simple] = words[place[simple] + 2]
            room = np.minimum(size[simple] - 16, self._interfaces.snaplens(interface[simple]))
            caplen[simple] = np.minimum(wirelen[simple], room)
        ticks = high.astype(np.uint64) << np.uint64(32) | low
        time_ns = self._interfaces.nanoseconds(interface, ticks)
        for index in simple.tolist():
            time_ns[index] = time_ns[index - 1] if index else self._last_time
        fits = at + caplen + 4 <= (place << 2) + size
        good = len(place)
        trouble = ""
        if not (known.all() and fits.all()):
            good = int(np.argmin(known & fits))
            trouble = "a packet of an interface that was not described"
            if known[good]:
                trouble = f"a packet of {int(caplen[good]):,} bytes in a block of {int(size[good]):,}"
        linktype = self._interfaces.linktypes(interface)
        return Run(
            at=at[:good],
            caplen=caplen[:good],
            wirelen=wirelen[:good],
            time_ns=time_ns[:good],
            linktype=linktype[:good],
            consumed=int(place[good]) << 2 if trouble else 0,
            trouble=trouble,
        )
