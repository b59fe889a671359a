"""What listening sockets do: queues that are full, deferred accepts, cookies, fast open, Multipath TCP."""

from __future__ import annotations

import contextlib
import socket

from lab.frame import Side, sent_by
from lab.stage import Stage
from lab.wire import Action, Delay, Drop, Gate, Hold
from tests.truth.scripted.script import (
    BARE_ACK_OF_A,
    BY_A,
    SERVER_PORT,
    Script,
    drain,
    finish,
    no_delayed_ack,
    pause,
)


def accept_queue_full(stage: Stage) -> None:
    """The queue of the listening socket is full: SYNs are dropped without a word."""
    listener = stage.listen(backlog=0)
    clients = [stage.connect()]
    pause(0.05)
    clients += [stage.call(40_001)]
    pause(0.3)
    servers = [stage.accept()]
    clients[1] = stage.connected(clients[1])
    clients += [stage.call(40_002)]
    pause(0.3)
    _close_all(listener, clients, servers)


def accept_queue_full_data(stage: Stage) -> None:
    """Two requests, room for one: the third segment of the other is dropped, and data completes it later."""
    listener = stage.listen(backlog=0)
    clients = _together(stage, 40_000, 40_001)
    pause(0.1)
    clients[1].sendall(b"hello\n")
    pause(0.6)
    servers = [stage.accept()]
    pause(1.2)
    _close_all(listener, clients, servers)


def _together(stage: Stage, *ports: int) -> list[socket.socket]:
    """Open connections whose SYNs arrive at one moment, before any of the third segments."""
    gate = Gate()
    stage.wire.rule(BY_A, Hold(gate), times=len(ports))
    before = sum(map(BY_A, stage.wire.seen))
    calls = [stage.call(port) for port in ports]
    stage.wire.wait(BY_A, before + len(ports))
    stage.wire.open(gate)
    return [stage.connected(client) for client in calls]


def _overflow(stage: Stage, data: bytes) -> None:
    listener = stage.listen(backlog=2)
    clients = []
    for port in (40_000, 40_001):
        clients.append(stage.connect(port))
        pause(0.05)
    clients += _together(stage, 40_002, 40_003)
    pause(0.1)
    if data:
        clients[3].sendall(data)
    pause(0.5)
    servers = [stage.accept(), stage.accept()]
    pause(2.9)
    _close_all(listener, clients, servers)


def accept_overflow(stage: Stage) -> None:
    """The third segments that find no room are dropped; SYN,ACKs go out again."""
    _overflow(stage, b"")


def accept_overflow_data(stage: Stage) -> None:
    """The same, one of the clients with something to say."""
    _overflow(stage, b"hello\n")


def _close_all(listener: socket.socket, clients: list[socket.socket], servers: list[socket.socket]) -> None:
    for client in clients:
        client.close()
    pause(0.2)
    listener.close()  # what was never accepted is reset
    for server in servers:
        drain(server)
        server.close()
    pause()


def defer_accept(stage: Stage) -> None:
    """The server wakes when there is data; its kernel drops the third segment until then."""
    stage.listen().setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 3)
    client = stage.connect()
    pause(0.5)
    client.sendall(b"abc")
    pause()
    finish(client, stage.accept(), after=0)


def defer_accept_silent(stage: Stage) -> None:
    """There is no data: the SYN,ACK is repeated, and the next ACK counts."""
    listener = stage.listen()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
    client = stage.connect()
    pause(1.4)
    client.close()
    pause(0.2)
    listener.close()
    pause()


def syncookies(stage: Stage) -> None:
    """Cookies always: no request is kept, and SYN_RCVD begins with the third segment."""
    stage.lab.b.namespace.sysctl("net.ipv4.tcp_syncookies", 2)
    client, server = stage.open()
    pause(0.1)
    finish(client, server)


def syncookies_ack_lost(stage: Stage) -> None:
    """The third segment is lost: nothing is repeated, until data comes."""
    stage.lab.b.namespace.sysctl("net.ipv4.tcp_syncookies", 2)
    stage.wire.rule(BARE_ACK_OF_A, Drop())
    stage.listen()
    client = stage.connect()
    pause(0.5)
    client.sendall(b"data")
    finish(client, stage.accept(), after=0)


def tfo(stage: Stage) -> None:
    """Fast open: the first time for the cookie, the second with data in the SYN."""
    _fast_open(stage, Delay(0.15))


def tfo_synack_lost(stage: Stage) -> None:
    """The second time the SYN,ACK is lost, and the client repeats its SYN without data."""
    _fast_open(stage, Drop())


def _fast_open(stage: Stage, late: Action) -> None:
    for host in (stage.lab.a, stage.lab.b):
        host.namespace.sysctl("net.ipv4.tcp_fastopen", 3)
    stage.listen().setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
    for number in (0, 1):
        client = stage.client(stage.client_port + number)
        client.setblocking(number == 0)  # the second time, do not wait for the answer
        if number:
            stage.wire.rule(sent_by(Side.B, "S."), late)  # the server serves before it is acknowledged
        with contextlib.suppress(BlockingIOError):
            client.sendto(b"fast request", socket.MSG_FASTOPEN, (stage.lab.b.address, SERVER_PORT))
        server = stage.accept()
        server.recv(100)
        server.sendall(b"pong")
        pause(0.02)
        server.close()
        drain(stage.connected(client))
        pause()
        client.close()
        pause(0.1)


def mptcp(stage: Stage) -> None:
    """Multipath TCP: the only subflow is an ordinary connection."""
    a, b = stage.lab.a, stage.lab.b
    for host in (a, b):
        host.namespace.sysctl("net.mptcp.enabled", 1)
    with (
        b.tcp(SERVER_PORT, protocol=socket.IPPROTO_MPTCP) as listener,
        a.tcp(stage.client_port, protocol=socket.IPPROTO_MPTCP) as client,
    ):
        listener.listen(4)
        client.connect((b.address, SERVER_PORT))
        server, _ = listener.accept()
        client.sendall(b"a")
        server.recv(1)
        server.sendall(b"b")
        client.recv(1)
        pause(0.1)
        finish(client, server)
        pause(0.2)


def push(stage: Stage) -> None:
    """Request and answer, the ACKs on the way riding on data."""
    client, server = stage.open()
    for _ in range(3):
        no_delayed_ack(server)
        client.sendall(b"question")
        server.recv(100)
        server.sendall(b"answer")
        client.recv(100)
    pause()
    finish(client, server)


SCRIPTS: dict[str, Script] = {
    "accept_queue_full": Script(accept_queue_full),
    "accept_queue_full_data": Script(accept_queue_full_data),
    "accept_overflow": Script(accept_overflow),
    "accept_overflow_data": Script(accept_overflow_data),
    "defer_accept": Script(defer_accept),
    "defer_accept_silent": Script(defer_accept_silent),
    "syncookies": Script(syncookies),
    "syncookies_ack_lost": Script(syncookies_ack_lost),
    "tfo": Script(tfo),
    "tfo_synack_lost": Script(tfo_synack_lost),
    "mptcp": Script(mptcp),
    "push": Script(push),
}
