"""Records of a classic pcap file (draft-ietf-opsawg-pcap): both byte orders, µs and ns, and Kuznetzov's.

The walk over the records is the one thing here that is done per packet in Python: 0.1 µs each. It collects
places only; the fields are gathered from all places at once.

Limits: pcap before version 2.3 (1990s, captured and original length swapped) is not known.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from tcptui.capture.records import LARGEST, USUAL_PACKET, Run, no_records

HEADER = 24
_LENGTH = 8
"""Where in a record's header the captured length stands."""
# Magic as the file's first four bytes: (byte order, ns per unit of the fraction, size of a record's header).
MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000, 16),
    b"\xa1\xb2\xc3\xd4": (">", 1000, 16),
    b"\x4d\x3c\xb2\xa1": ("<", 1, 16),
    b"\xa1\xb2\x3c\x4d": (">", 1, 16),
    b"\x34\xcd\xb2\xa1": ("<", 1000, 24),
    b"\xa1\xb2\xcd\x34": (">", 1000, 24),
}


class PcapWalker:
    """Walks records behind a file header.

    header: the file's first 24 bytes, magic known to MAGIC.
    """

    def __init__(self, header: bytes) -> None:
        self._order, self._unit, self._head = MAGIC[header[:4]]
        snaplen, network = struct.unpack_from(self._order + "II", header, 16)
        # The upper bits say how long a frame check sequence is (draft-ietf-opsawg-pcap, LinkType).
        self.linktype = min(network & 0x03FFFFFF, 0xFFFF)
        self._largest = min(max(snaplen, USUAL_PACKET), LARGEST)

    def walk(self, piece: bytes, most: int) -> Run:
        head = np.array(self._places(piece, most), np.int64) - _LENGTH
        if not len(head):
            return no_records(0, need=self._head)
        fields = _gather(piece, head, self._order)
        consumed = int(head[-1]) + self._head + int(fields[-1, 2])
        need, trouble = 0, ""
        bad = np.flatnonzero(fields[:, 2] > self._largest)
        if bad.size:
            first = int(bad[0])
            consumed = int(head[first])
            trouble = f"a record claims {int(fields[first, 2]):,} bytes"
            head, fields = head[:first], fields[:first]
        elif consumed > len(piece):  # only the last one can be incomplete
            need = consumed - int(head[-1])
            consumed = int(head[-1])
            head, fields = head[:-1], fields[:-1]
        seconds, fraction = fields[:, 0].astype(np.int64), fields[:, 1].astype(np.int64)
        return Run(
            at=head + self._head,
            caplen=fields[:, 2].astype(np.uint32),
            wirelen=fields[:, 3].astype(np.uint32),
            time_ns=seconds * 1_000_000_000 + fraction * self._unit,
            linktype=np.full(len(head), self.linktype, np.uint16),
            consumed=consumed,
            need=need,
            trouble=trouble,
        )

    def _places(self, piece: bytes, most: int) -> list[int]:
        """Where the lengths in record headers stand. The last record may reach beyond the piece."""
        places: list[int] = []
        append, head = places.append, self._head
        length = struct.Struct(self._order + "I").unpack_from
        place = _LENGTH
        with suppress(struct.error):  # to look each time whether the piece goes on costs a third more
            for _ in repeat(None, most):
                append(place)
                place += length(piece, place)[0] + head
        while places and places[-1] - _LENGTH + head > len(piece):
            places.pop()
        return places


def _gather(piece: bytes, places: NDArray[np.int64], order: str) -> NDArray[np.uint32]:
    """The first four 32-bit fields of each record: one copy of 16 bytes a record."""
    windows = np.ndarray((len(piece) - 15,), "V16", piece, strides=(1,))
    return windows[places].view(order + "u4").reshape(-1, 4)
