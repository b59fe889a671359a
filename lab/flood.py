"""A SYN flood on a real Linux: its backlog fills, it goes over to SYN cookies, and visitors still get in."""

from __future__ import annotations

import random
import socket
import time

from lab.frame import Side, sent_by
from lab.spoof import End, segment
from lab.stage import SERVER_PORT, Stage

SOURCES = 200
BACKLOG = 32
EVERY = 0.01  # seconds
AWAY = "198.51.100"  # RFC 5737: nobody's
SECOND_VISITOR, THIRD_VISITOR = 40998, 40999


def flood(stage: Stage) -> None:
    """A visitor, 200 SYNs that nobody stands behind, a visitor in the midst of them, and one behind."""
    a, b = stage.lab.a, stage.lab.b
    b.namespace.sysctl("net.ipv4.tcp_syncookies", 1)
    b.namespace.ip(f"route add {AWAY}.0/24 via {a.address}")
    stage.listen(backlog=BACKLOG)
    _visit(stage, stage.connect(), b"before\r\n")
    time.sleep(0.5)
    with a.namespace.entered():
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with raw:
        raw.bind(("eth0", 0))
        numbers = random.Random(19)
        target = End(b.address, b.mac), SERVER_PORT
        for n in range(SOURCES):
            source = End(f"{AWAY}.{n + 1}", a.mac, 64 - n % 8), numbers.randrange(1024, 65536)
            raw.send(segment(source, target, "S", numbers.randrange(2**32), mss=1460, ip_id=n + 1))
            time.sleep(EVERY)
            if n == SOURCES * 3 // 4:
                _visit(stage, _call(stage, SECOND_VISITOR), b"in the midst\r\n")
    stage.wire.wait(sent_by(Side.B, "S."), count=SOURCES + 2 + 2 * (BACKLOG + 1))  # 1 s and 3 s later
    time.sleep(2.5)  # the cookies among them would have been sent again by now
    _visit(stage, _call(stage, THIRD_VISITOR), b"after\r\n")


def _call(stage: Stage, port: int) -> socket.socket:
    visitor = stage.lab.a.tcp(port)
    visitor.connect((stage.lab.b.address, SERVER_PORT))
    return visitor


def _visit(stage: Stage, visitor: socket.socket, words: bytes) -> None:
    """Say something, hear it again, and part."""
    server = stage.accept()
    visitor.settimeout(10)
    visitor.sendall(words)
    server.sendall(server.recv(100))
    visitor.recv(100)
    visitor.close()
    server.recv(100)
    server.close()
