"""What the scripts share: how one is declared, and a few things that sockets do."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lab.forge import tcp_frame
from lab.frame import Frame, Side, sent_by
from lab.stage import Stage
from lab.wire import Drop, Link

CLIENT_PORT = 40_000
SERVER_PORT = 80
NEAR = Link(delay=0.001)
CROSSING = Link(delay=0.02)  # far enough for what both ends do at once to cross
WHILE = 0.06  # seconds between two things that one does after the other


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario: what is played on which wire.

    place_a: the interface of host A's tap. long: takes more than ten seconds.
    """

    play: Callable[[Stage], None]
    link: Link | Mapping[Side, Link] = NEAR
    place_a: str = "eth0"
    long: bool = False


def pause(seconds: float = WHILE) -> None:
    """Let a while pass."""
    time.sleep(seconds)


def drain(one: socket.socket) -> None:
    """Read to the end; a reset ends it, too."""
    try:
        while one.recv(65536):
            pass
    except ConnectionError:
        pass


def abort(one: socket.socket) -> None:
    """Close with SO_LINGER 0: a RST."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


def vanish(stage: Stage) -> socket.socket:
    """The client aborts, and its RST is lost: the server's end, which does not know."""
    client, server = stage.open()
    stage.wire.rule(sent_by(Side.A, "R."), Drop())
    abort(client)
    pause(0.1)
    return server


def finish(first: socket.socket, second: socket.socket, after: float = WHILE) -> None:
    """`first` closes; `second` reads to the end, and closes `after` seconds."""
    first.close()
    drain(second)
    pause(after)
    second.close()


def no_delayed_ack(one: socket.socket) -> None:
    """Let the next ACK wait for something to ride on."""
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)


def last(stage: Stage, side: Side) -> Frame:
    """The last segment that the wire saw from a side."""
    return next(frame for frame in reversed(stage.wire.seen) if frame.sender is side and frame.flags)


def following(frame: Frame) -> int:
    """The sequence number behind a segment."""
    return frame.seq + frame.length + ("S" in frame.flags) + ("F" in frame.flags)


def forged(
    stage: Stage, sender: Side, flags: str, seq: int, ack: int = 0, data: bytes = b"", port: int = CLIENT_PORT
) -> bytes:
    """A segment as if from `sender`, on the script's pair of ports."""
    client, server = (stage.lab.a, port), (stage.lab.b, SERVER_PORT)
    ends = (client, server) if sender is Side.A else (server, client)
    return tcp_frame(*ends, flags, seq, ack, data)


def inject(stage: Stage, sender: Side, flags: str, seq: int, ack: int = 0, data: bytes = b"") -> None:
    """Deliver a forged segment to the other side."""
    stage.wire.inject(sender.other, forged(stage, sender, flags, seq, ack, data))


BY_A, BY_B = sent_by(Side.A), sent_by(Side.B)
FIN_OF_A, FIN_OF_B = sent_by(Side.A, "F."), sent_by(Side.B, "F.")
BARE_ACK_OF_A = sent_by(Side.A, ".", data=False)
"""The handshake's third segment, when it is the first of them."""
