"""How connections open, and fail to."""

from __future__ import annotations

import contextlib
import socket

from lab.frame import Side, sent_by
from lab.stage import Stage
from lab.wire import Delay, Drop, Duplicate, Gate, Hold, Link
from tests.truth.scripted.script import (
    BARE_ACK_OF_A,
    CROSSING,
    SERVER_PORT,
    WHILE,
    Script,
    drain,
    finish,
    following,
    inject,
    last,
    no_delayed_ack,
    pause,
    vanish,
)

CLIENT_SYN = sent_by(Side.A, "S")
SERVER_SYN_ACK = sent_by(Side.B, "S.")


def refused(stage: Stage) -> None:
    """Nobody listens."""
    with contextlib.suppress(ConnectionRefusedError):
        stage.connect()


def icmp_reject(stage: Stage) -> None:
    """A rule on the server's side answers the SYN with ICMP."""
    server = stage.lab.b.namespace
    server.sysctl("net.ipv4.ip_forward", 1)
    server.ip(
        "rule add pref 200 lookup local",
        "rule del pref 0",
        f"rule add pref 100 ipproto tcp dport {SERVER_PORT} prohibit",
    )
    with contextlib.suppress(OSError):
        stage.connect()


def syn_lost(stage: Stage) -> None:
    stage.wire.rule(CLIENT_SYN, Drop())
    finish(*stage.open(), after=0)


def synack_lost(stage: Stage) -> None:
    stage.wire.rule(SERVER_SYN_ACK, Drop())
    finish(*stage.open(), after=0)


def hs_ack_lost(stage: Stage) -> None:
    """The third segment is lost, and the client says nothing: the SYN,ACK comes again after a second."""
    stage.wire.rule(BARE_ACK_OF_A, Drop())
    client, server = stage.open()
    pause()
    finish(client, server)


def hs_ack_lost_data(stage: Stage) -> None:
    """The third segment is lost, but data brings the same ACK."""
    stage.wire.rule(BARE_ACK_OF_A, Drop())
    stage.listen()
    client = stage.connect()
    pause(0.1)
    client.sendall(b"abc")
    finish(client, stage.accept())


def hs_ack_lost_fin(stage: Stage) -> None:
    """The third segment is lost, but the FIN brings the same ACK."""
    stage.wire.rule(BARE_ACK_OF_A, Drop())
    stage.listen()
    client = stage.connect()
    pause(0.1)
    client.close()
    server = stage.accept()
    drain(server)
    pause()
    server.close()


def data_rides_hs_ack(stage: Stage) -> None:
    """The client holds its third segment back until it has data."""
    stage.wire.rule(SERVER_SYN_ACK, Delay(0.03))
    stage.listen()
    client = stage.client()
    no_delayed_ack(client)
    client.connect((stage.lab.b.address, SERVER_PORT))
    pause(0.02)
    client.sendall(b"abc")
    finish(client, stage.accept())


def dup_synack(stage: Stage) -> None:
    stage.wire.rule(SERVER_SYN_ACK, Duplicate(0.001))
    client, server = stage.open()
    pause(0.1)
    finish(client, server)


def simul_open(stage: Stage) -> None:
    """Both call each other, nobody listens."""
    client, server = stage.connect_both()
    pause()
    finish(client, server)


def simul_open_lockstep(stage: Stage) -> None:
    """The same, with both ends in SYN_RCVD one after the other."""
    stage.wire.rule(SERVER_SYN_ACK, Delay(0.06))
    client, server = stage.connect_both()
    pause(0.1)
    finish(client, server)


def self_connect(stage: Stage) -> None:
    """A socket that calls itself: both ends are one."""
    client = stage.client(6000)
    client.connect((stage.lab.a.address, 6000))
    pause()
    client.close()
    pause()


def split_handshake(stage: Stage) -> None:
    """A server that answers a SYN with a bare SYN, and acknowledges the SYN,ACK to it."""
    stage.wire.rule(sent_by(Side.A), Drop(), times=None)
    client = stage.call()
    stage.wire.wait(CLIENT_SYN)
    pause(0.03)
    inject(stage, Side.B, "S", 7000)
    stage.wire.wait(sent_by(Side.A, "S."))
    ack = following(last(stage, Side.A))
    pause(0.03)
    inject(stage, Side.B, ".", 7001, ack)
    stage.connected(client)
    inject(stage, Side.B, "P.", 7001, ack, b"abc")
    pause()
    client.close()  # with the data unread
    pause()
    inject(stage, Side.B, "F.", 7004, ack)


def split_handshake5(stage: Stage) -> None:
    """The same in five segments: the ACK of the client's SYN comes first, and does not count."""
    stage.wire.rule(sent_by(Side.A), Drop(), times=None)
    client = stage.call()
    stage.wire.wait(CLIENT_SYN)
    ack = following(last(stage, Side.A))
    pause(0.03)
    inject(stage, Side.B, ".", 7000, ack)
    pause(0.03)
    inject(stage, Side.B, "S", 7000)
    stage.wire.wait(sent_by(Side.A, "S."))
    pause(0.03)
    inject(stage, Side.B, ".", 7001, ack)
    stage.connected(client)
    pause(0.03)
    client.close()
    pause(0.3)


def synack_wrong_ack(stage: Stage) -> None:
    """A SYN,ACK that acknowledges nothing that was sent: a RST, and the client stays in SYN_SENT."""
    stage.wire.rule(SERVER_SYN_ACK, Delay(0.1))
    stage.listen()
    client = stage.call()
    stage.wire.wait(CLIENT_SYN)
    inject(stage, Side.B, "S.", 9000, 555)
    stage.connected(client)
    server = stage.accept()
    pause(0.15)
    finish(client, server)


def rst_in_syn_sent_then_synack(stage: Stage) -> None:
    """The client gives up before the SYN,ACK comes."""
    stage.wire.rule(SERVER_SYN_ACK, Delay(WHILE))
    stage.listen()
    client = stage.call()
    pause(0.02)
    client.close()
    pause(0.1)


def listener_killed_with_backlog(stage: Stage) -> None:
    """The server's port is closed while a connection waits to be accepted."""
    listener = stage.listen()
    stage.connect()
    pause()
    listener.close()
    pause()


def listener_closed_in_syn_recv(stage: Stage) -> None:
    """The server's port is closed while a request waits for its third segment."""
    stage.wire.rule(SERVER_SYN_ACK, Delay(WHILE))
    listener = stage.listen()
    client = stage.call()
    stage.wire.wait(SERVER_SYN_ACK)
    pause(0.02)
    listener.close()
    stage.connected(client)
    pause()


def half_open_reconnect(stage: Stage) -> None:
    """The client's host has forgotten the connection, and calls again from the same port."""
    vanish(stage)
    client = stage.connect()
    server = stage.accept()
    pause(0.1)
    finish(client, server)


def syn_challenge(stage: Stage) -> None:
    """A forged SYN into an open connection: a challenge ACK, and no more."""
    client, server = stage.open()
    client.sendall(b"abc")
    server.recv(100)
    pause()
    inject(stage, Side.A, "S", following(last(stage, Side.A)) + 1000)
    pause()
    finish(client, server)


def ipv6(stage: Stage) -> None:
    a, b = stage.lab.a, stage.lab.b
    a.with_ipv6(b)
    b.with_ipv6(a)
    with (
        b.tcp(SERVER_PORT, family=socket.AF_INET6) as listener,
        a.tcp(stage.client_port, family=socket.AF_INET6) as client,
    ):
        listener.listen(4)
        client.connect((b.address6, SERVER_PORT))
        server, _ = listener.accept()
        client.sendall(b"ab")
        server.recv(100)
        pause()
        finish(client, server)
        pause()


def held_syn(stage: Stage) -> None:
    """A first SYN that is overtaken by its own repetition, by far."""
    gate = Gate()
    stage.wire.rule(CLIENT_SYN, Hold(gate))
    client, server = stage.open()
    pause()
    stage.wire.open(gate)
    pause()
    finish(client, server)


SCRIPTS: dict[str, Script] = {
    "refused": Script(refused),
    "icmp_reject": Script(icmp_reject),
    "syn_lost": Script(syn_lost),
    "synack_lost": Script(synack_lost),
    "hs_ack_lost": Script(hs_ack_lost),
    "hs_ack_lost_data": Script(hs_ack_lost_data),
    "hs_ack_lost_fin": Script(hs_ack_lost_fin),
    "data_rides_hs_ack": Script(data_rides_hs_ack),
    "dup_synack": Script(dup_synack),
    "simul_open": Script(simul_open, CROSSING),
    "simul_open_lockstep": Script(simul_open_lockstep, {Side.A: Link(0.033), Side.B: Link(0.004)}),
    "self_connect": Script(self_connect, place_a="lo"),
    "split_handshake": Script(split_handshake),
    "split_handshake5": Script(split_handshake5),
    "synack_wrong_ack": Script(synack_wrong_ack),
    "rst_in_syn_sent_then_synack": Script(rst_in_syn_sent_then_synack),
    "listener_killed_with_backlog": Script(listener_killed_with_backlog),
    "listener_closed_in_syn_recv": Script(listener_closed_in_syn_recv),
    "half_open_reconnect": Script(half_open_reconnect),
    "syn_challenge": Script(syn_challenge),
    "ipv6": Script(ipv6),
    "held_syn": Script(held_syn),
}
