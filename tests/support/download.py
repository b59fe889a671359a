"""A download of gigabytes in few segments: sequence numbers go round."""

from __future__ import annotations

from collections.abc import Iterator

from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add

GIB = 1 << 30
PIECE = 1 << 26
WINDOW = 0xFFFF
ISS = 0xFFFF0000  # the server's: just before 0


def download(
    size: int, *, ahead: int = 1, answered: bool = True, fin: bool = False, iss: int = ISS
) -> Iterator[Segment]:
    """A server sends `size` bytes in large pieces, each acknowledged when `ahead` pieces are under way.

    fin: the client has closed its half before that.
    """
    me, peer = 1_000, iss
    yield Segment(1, 0, 0, me, 0, Flags.SYN, WINDOW)
    yield Segment(2, 1, 1, peer, me + 1, Flags.SYN | Flags.ACK, WINDOW)
    yield Segment(3, 2, 0, me + 1, add(peer, 1), Flags.ACK | (Flags.FIN if fin else 0), WINDOW)
    for n in range(1, size // PIECE + 1):
        sent = add(peer, 1 + (n - 1) * PIECE)
        yield Segment(2 * n + 2, 2 * n + 2, 1, sent, me + 1 + fin, Flags.ACK, WINDOW, PIECE)
        acked = add(peer, 1 + (n - ahead + 1) * PIECE)
        if answered and n >= ahead:
            yield Segment(2 * n + 3, 2 * n + 3, 0, me + 1 + fin, acked, Flags.ACK, WINDOW)
