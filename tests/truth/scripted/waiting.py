"""What time and queues do: timers, full queues, windows, and the options of listening sockets.

Timers that would take minutes are turned down by sysctl, but in the long scripts.
"""

from __future__ import annotations

import contextlib
import socket

from lab.frame import Side, sent_by
from lab.stage import Stage
from lab.wire import Action, Delay, Drop
from tests.truth.scripted.script import (
    BARE_ACK_OF_A,
    SERVER_PORT,
    Script,
    drain,
    finish,
    inject,
    no_delayed_ack,
    pause,
)

BY_A, BY_B = sent_by(Side.A), sent_by(Side.B)


def syn_blackhole(stage: Stage) -> None:
    """Nothing comes through; the client gives up."""
    for name, value in (("tcp_syn_retries", 1), ("tcp_syn_linear_timeouts", 0)):
        stage.lab.a.namespace.sysctl(f"net.ipv4.{name}", value)
    _black_hole(stage)


def _black_hole(stage: Stage) -> None:
    stage.wire.rule(BY_A, Drop(), times=None)
    client = stage.client()
    client.settimeout(200)
    with contextlib.suppress(OSError):
        client.connect((stage.lab.b.address, SERVER_PORT))
    pause()


def syn_recv_expires(stage: Stage) -> None:
    """A SYN from nowhere; the server's request is forgotten."""
    stage.lab.b.namespace.sysctl("net.ipv4.tcp_synack_retries", 1)
    _request(stage, 3.3)


def _request(stage: Stage, seconds: float) -> None:
    stage.wire.rule(BY_B, Drop(), times=None)
    stage.listen()
    inject(stage, Side.A, "S", 7000)
    pause(seconds)


def fw1_timeout(stage: Stage) -> None:
    """The client closes, and nothing comes through any more; it gives up."""
    stage.lab.a.namespace.sysctl("net.ipv4.tcp_orphan_retries", 1)
    client, server = stage.open()
    pause()
    for side in (BY_A, BY_B):
        stage.wire.rule(side, Drop(), times=None)
    client.close()
    pause(1.8)
    server.close()
    pause(0.3)


def last_ack_timeout(stage: Stage) -> None:
    """The ACKs of the server's FIN do not come through; it gives up."""
    stage.lab.b.namespace.sysctl("net.ipv4.tcp_orphan_retries", 1)
    _last_ack(stage, 1.8)


def _last_ack(stage: Stage, seconds: float) -> None:
    client, server = stage.open()
    pause(0.1)
    client.close()
    drain(server)
    pause(0.1)
    stage.wire.rule(sent_by(Side.A, "."), Drop(), times=None)
    server.close()
    pause(seconds)


def fw2_timeout(stage: Stage) -> None:
    """The client, closed, waits for the server's FIN in vain; when it comes, nobody is there."""
    stage.lab.a.namespace.sysctl("net.ipv4.tcp_fin_timeout", 1)
    _fin_wait_2(stage, 1.6)


def _fin_wait_2(stage: Stage, seconds: float) -> None:
    client, server = stage.open()
    client.close()
    drain(server)
    pause(seconds)
    server.close()
    pause()


def rto_timeout(stage: Stage) -> None:
    """Data is never acknowledged; the client gives up."""
    stage.lab.a.namespace.sysctl("net.ipv4.tcp_retries2", 2)
    client, server = stage.open()
    pause(0.1)
    for side in (BY_A, BY_B):
        stage.wire.rule(side, Drop(), times=None)
    client.sendall(b"are you there")
    with contextlib.suppress(OSError):
        client.recv(100)
    pause(0.1)
    server.close()
    pause(0.3)


def _keep_alive(stage: Stage) -> tuple[socket.socket, socket.socket]:
    client, server = stage.open()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPCNT, 2), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPIDLE, 1)):
        client.setsockopt(socket.IPPROTO_TCP, option, value)
    return client, server


def keepalive_ok(stage: Stage) -> None:
    client, server = _keep_alive(stage)
    pause(2.3)
    finish(client, server)


def keepalive_dead(stage: Stage) -> None:
    """The probes are not answered: a RST."""
    client, _ = _keep_alive(stage)
    pause(0.1)
    stage.wire.rule(BY_B, Drop(), times=None)
    with contextlib.suppress(OSError):
        client.recv(100)
    pause(0.1)


def zero_window(stage: Stage) -> None:
    """The server does not read for a while."""
    stage.listen(receive_buffer=4096)
    client = stage.connect()
    server = stage.accept()
    client.setblocking(False)
    client.send(b"x" * 40_000)
    pause(1)
    client.setblocking(True)
    with contextlib.suppress(BlockingIOError):
        left = 40_000
        while left > 0:
            left -= len(server.recv(left))
    pause()
    finish(client, server)


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
    calls = [stage.call(), stage.call(40_001)]
    clients = [stage.connected(client) for client in calls]
    pause(0.1)
    clients[1].sendall(b"hello\n")
    pause(0.6)
    servers = [stage.accept()]
    pause(1.2)
    _close_all(listener, clients, servers)


def _overflow(stage: Stage, data: bytes) -> None:
    listener = stage.listen(backlog=2)
    clients = []
    for port in (40_000, 40_001):
        clients.append(stage.connect(port))
        pause(0.05)
    calls = [stage.call(port) for port in (40_002, 40_003)]
    clients += [stage.connected(client) for client in calls]
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


def long_syn_timeout(stage: Stage) -> None:
    _black_hole(stage)


def long_syn_recv(stage: Stage) -> None:
    _request(stage, 66)


def long_fw2_orphan(stage: Stage) -> None:
    _fin_wait_2(stage, 60.3)


def long_last_ack(stage: Stage) -> None:
    _last_ack(stage, 111)


def long_tw_restart(stage: Stage) -> None:
    """A client in TIME_WAIT answers five FINs, and then waits for its 60 s."""
    client, server = stage.open()
    pause(0.1)
    client.close()
    drain(server)
    pause(0.1)
    stage.wire.rule(sent_by(Side.A, "."), Drop(), times=4)
    server.close()
    pause(64)


def tw_60s(stage: Stage) -> None:
    finish(*stage.open(), after=0)
    pause(62.5)


SCRIPTS: dict[str, Script] = {
    "syn_blackhole": Script(syn_blackhole),
    "syn_recv_expires": Script(syn_recv_expires),
    "fw1_timeout": Script(fw1_timeout),
    "last_ack_timeout": Script(last_ack_timeout),
    "fw2_timeout": Script(fw2_timeout),
    "rto_timeout": Script(rto_timeout),
    "keepalive_ok": Script(keepalive_ok),
    "keepalive_dead": Script(keepalive_dead),
    "zero_window": Script(zero_window),
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
    "long_syn_timeout": Script(long_syn_timeout, long=True),
    "long_syn_recv": Script(long_syn_recv, long=True),
    "long_fw2_orphan": Script(long_fw2_orphan, long=True),
    "long_last_ack": Script(long_last_ack, long=True),
    "long_tw_restart": Script(long_tw_restart, long=True),
    "tw_60s": Script(tw_60s, long=True),
}
