"""What time does: timers that expire, windows that stay shut, peers that answer no more.

Timers that would take minutes are turned down by sysctl, but in the long scripts.
"""

from __future__ import annotations

import contextlib
import socket

from lab.frame import Side, sent_by
from lab.stage import Stage
from lab.wire import Drop
from tests.truth.scripted.script import (
    BY_A,
    BY_B,
    SERVER_PORT,
    Script,
    drain,
    finish,
    inject,
    pause,
)


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
    left = client.send(bytes(40_000))
    pause(1)
    while left:
        left -= len(server.recv(left))
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
    "long_syn_timeout": Script(long_syn_timeout, long=True),
    "long_syn_recv": Script(long_syn_recv, long=True),
    "long_fw2_orphan": Script(long_fw2_orphan, long=True),
    "long_last_ack": Script(long_last_ack, long=True),
    "long_tw_restart": Script(long_tw_restart, long=True),
    "tw_60s": Script(tw_60s, long=True),
}
