"""Records the built-in demos: `python -m lab.demos [--out DIR] [NAME ...]`, as root.

Each scenario is a conversation of real sockets: the client is host A, the server host B. All are
recorded at A's end of the wire, where the frames that A sends and the wire loses are still seen.
"""

from __future__ import annotations

import argparse
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import mitnick
from lab.flood import flood
from lab.frame import Side, sent_by
from lab.lab import Lab
from lab.stage import Stage
from lab.wire import Drop, Link

FIRST_CLIENT_PORT = 40001
NEAR = Link(delay=0.02)
FAR = Link(delay=0.25)  # far enough for two segments to cross before one's eyes


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a demo is recorded. late: the scenario itself says when the recording begins."""

    play: Callable[[Stage], None]
    link: Link = NEAR
    late: bool = False


def handshake(stage: Stage) -> None:
    """telnet to port 9502: open, 7 bytes there, 18 bytes back, close."""
    client, server = stage.open()
    time.sleep(2)
    client.sendall(b"hello\r\n")
    server.sendall(b"You typed: " + server.recv(100))
    client.recv(100)
    time.sleep(2)
    close(client, server, after=0.5)


def close_by_client(stage: Stage) -> None:
    """Four segments: the server takes its time before it closes too."""
    client, server = stage.open()
    time.sleep(1)
    close(client, server, after=2)


def close_by_server(stage: Stage) -> None:
    """A daytime server (RFC 867): says what time it is, and closes."""
    client, server = stage.open()
    time.sleep(1)
    server.sendall(b"22 JUN 1994 17:15:38 UTC\r\n")
    client.recv(100)
    time.sleep(1)
    close(server, client, after=1.5)


def three_segment_close(stage: Stage) -> None:
    """The server closes at once, so that its FIN carries the ACK which its kernel still held back."""
    client, server = stage.open()
    time.sleep(1)
    client.sendall(b"bye\r\n")
    server.sendall(b"bye\r\n" if server.recv(100) else b"")
    client.recv(100)
    time.sleep(1)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    close(client, server, after=0)


def half_close(stage: Stage) -> None:
    """shutdown(SHUT_WR): the client has said all, and listens on."""
    client, server = stage.open()
    time.sleep(1)
    client.sendall(b"pear\nfig\napple\n")
    server.recv(100)
    time.sleep(0.5)
    client.shutdown(socket.SHUT_WR)
    server.recv(100)
    for line in (b"apple\n", b"fig\n", b"pear\n"):
        time.sleep(1)
        server.sendall(line)
        client.recv(100)
    time.sleep(1)
    close(server, client, after=0)


def simultaneous_close(stage: Stage) -> None:
    """Both close before the other's FIN can have arrived."""
    client, server = stage.open()
    time.sleep(1.5)
    client.close()
    server.close()
    stage.wire.wait(sent_by(Side.B, "."))
    time.sleep(0.5)


def simultaneous_open(stage: Stage) -> None:
    """Both connect before the other's SYN can have arrived."""
    client, server = stage.connect_both()
    time.sleep(1)
    client.sendall(b"hello\r\n")
    server.recv(100)
    time.sleep(1)
    close(client, server, after=1)


def refused(stage: Stage) -> None:
    """Nobody listens."""
    try:
        stage.connect()
    except ConnectionRefusedError:
        return
    raise AssertionError("somebody listens")


def abort(stage: Stage) -> None:
    """SO_LINGER 0: close() becomes a reset."""
    client, server = stage.open()
    time.sleep(1)
    client.sendall(b"never mind\r\n")
    server.recv(100)
    time.sleep(1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    try:
        server.recv(100)
    except ConnectionResetError:
        return
    raise AssertionError("no reset")


def syn_lost(stage: Stage) -> None:
    """The first two SYNs are lost."""
    stage.wire.rule(sent_by(Side.A, "S"), Drop(), times=2)
    client, server = stage.open()
    time.sleep(1)
    close(client, server, after=0.5)


def handshake_ack_lost(stage: Stage) -> None:
    """The handshake's third segment is lost, and the client has nothing to say."""
    stage.wire.rule(sent_by(Side.A, "."), Drop())
    client, server = stage.open()
    time.sleep(1)
    server.sendall(b"220 ready\r\n")
    client.recv(100)
    time.sleep(1)
    close(client, server, after=0.5)


def last_ack_lost(stage: Stage) -> None:
    """The ACK of the server's FIN is lost."""
    client, server = stage.open()
    time.sleep(1)
    client.close()
    server.recv(100)
    time.sleep(1)
    stage.wire.rule(sent_by(Side.A, "."), Drop())
    server.close()
    stage.wire.wait(sent_by(Side.B, "F."), count=2)


def fin_before_data(stage: Stage) -> None:
    """Data is lost; the FIN behind it arrives, and has to wait."""
    client, server = stage.open()
    time.sleep(1.5)
    stage.wire.rule(sent_by(Side.A, data=True), Drop())
    client.sendall(b"last words\r\n")
    time.sleep(0.1)
    close(client, server, after=1)


def time_wait_reuse(stage: Stage) -> None:
    """The same two ports again, while the server is still in TIME_WAIT."""
    client, server = stage.open()
    time.sleep(0.5)
    close(server, client, after=0.5)
    time.sleep(1.5)
    client = stage.connect()
    server = stage.accept()
    time.sleep(0.5)
    client.sendall(b"me again\r\n")
    server.recv(100)
    time.sleep(0.5)
    close(client, server, after=0.5)


def keep_alive(stage: Stage) -> None:
    """SO_KEEPALIVE after two seconds of silence instead of two hours."""
    client, server = stage.open()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
    client.sendall(b"are you there?\r\n")
    server.recv(100)
    time.sleep(7)
    close(client, server, after=0.5)


def zero_window(stage: Stage) -> None:
    """The server does not read for a while."""
    stage.listen(receive_buffer=4096)
    client = stage.connect()
    server = stage.accept()
    time.sleep(1)
    words = b"read me! " * 1138
    client.sendall(words)
    time.sleep(6)
    left = len(words)
    while left > 0:
        left -= len(server.recv(left))
    time.sleep(1)
    close(client, server, after=0.5)


def mid_stream(stage: Stage) -> None:
    """The recording begins when the connection is long open."""
    client, server = stage.open()
    client.sendall(b"one\r\n")
    server.recv(100)
    time.sleep(0.5)
    stage.roll()
    for word in (b"two\r\n", b"three\r\n"):
        client.sendall(word)
        server.sendall(server.recv(100).upper())
        client.recv(100)
        time.sleep(1)
    close(client, server, after=0.5)


def close(first: socket.socket, second: socket.socket, after: float) -> None:
    """`first` closes; `second` hears of it, and closes `after` seconds."""
    first.close()
    while second.recv(65536):
        pass
    time.sleep(after)
    second.close()


SCENARIOS: dict[str, Scenario] = {
    "handshake": Scenario(handshake),
    "close-by-client": Scenario(close_by_client),
    "close-by-server": Scenario(close_by_server),
    "three-segment-close": Scenario(three_segment_close),
    "half-close": Scenario(half_close),
    "simultaneous-close": Scenario(simultaneous_close, FAR),
    "simultaneous-open": Scenario(simultaneous_open, FAR),
    "refused": Scenario(refused),
    "abort": Scenario(abort),
    "syn-lost": Scenario(syn_lost),
    "handshake-ack-lost": Scenario(handshake_ack_lost),
    "last-ack-lost": Scenario(last_ack_lost),
    "fin-before-data": Scenario(fin_before_data, FAR),
    "time-wait-reuse": Scenario(time_wait_reuse),
    "keep-alive": Scenario(keep_alive),
    "zero-window": Scenario(zero_window),
    "mid-stream": Scenario(mid_stream, late=True),
    "syn-flood": Scenario(flood),
}

MADE_UP: dict[str, Callable[[Path], None]] = {"blind-spoofing": mitnick.write}
"""Captures of what nobody should do: frame by frame, without hosts."""


def record(name: str, out: Path) -> Path:
    """Play one scenario and leave its recording in `out`/NAME.pcap."""
    path = out / f"{name}.pcap"
    if name in MADE_UP:
        MADE_UP[name](path)
        return path
    scenario = SCENARIOS[name]
    with Lab(scenario.link) as lab:
        stage = Stage(lab, FIRST_CLIENT_PORT + list(SCENARIOS).index(name), path)
        if not scenario.late:
            stage.roll()
        scenario.play(stage)
        time.sleep(4 * scenario.link.delay + 0.2)  # what is under way arrives
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Record the demos named, or all."""
    parser = argparse.ArgumentParser(prog="python -m lab.demos", description="Record the built-in demos.")
    parser.add_argument("--out", type=Path, default=Path("tcptui/demos"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="all when none is given")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {*SCENARIOS, *MADE_UP}:
        parser.error(f"no such demo: {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or (*SCENARIOS, *MADE_UP):
        began = time.monotonic()
        path = record(name, options.out)
        print(f"{path}: {path.stat().st_size} bytes, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
