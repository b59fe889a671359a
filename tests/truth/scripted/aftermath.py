"""What happens to those who speak after the end: data for orphans, resets, and TIME_WAIT."""

from __future__ import annotations

import socket

from lab.frame import Side
from lab.stage import Stage
from lab.wire import Delay
from tests.truth.scripted.script import (
    FIN_OF_A,
    Script,
    abort,
    drain,
    finish,
    following,
    inject,
    last,
    pause,
    vanish,
)


def fw2_data(stage: Stage) -> None:
    """Data for an orphan in FIN_WAIT_2: a RST."""
    client, server = stage.open()
    client.shutdown(socket.SHUT_WR)
    drain(server)
    pause()
    server.sendall(b"x")
    client.recv(100)
    pause(0.1)
    client.close()
    pause()
    server.sendall(b"y")
    pause()


def fw2_fin_data(stage: Stage) -> None:
    """A FIN with data for an orphan in FIN_WAIT_2: a RST, too."""
    client, server = stage.open()
    client.close()
    drain(server)
    pause(0.1)
    server.send(b"abc", socket.MSG_MORE)
    server.close()


def peer_data_after_close(stage: Stage) -> None:
    """Data for an orphan in FIN_WAIT_1, whose FIN is late."""
    client, server = stage.open()
    pause()
    stage.wire.rule(FIN_OF_A, Delay(0.07))
    client.close()
    pause(0.02)
    server.sendall(b"data")
    pause(0.1)


def close_unread(stage: Stage) -> None:
    """close() with data not read: a RST."""
    client, server = stage.open()
    client.sendall(b"not wanted!")
    pause(0.1)
    server.close()
    pause()


def close_unread_after_fin(stage: Stage) -> None:
    client, server = stage.open()
    client.sendall(b"not wanted!")
    client.close()
    pause(0.1)
    server.close()
    pause()


def rst_linger0(stage: Stage) -> None:
    client, _ = stage.open()
    pause()
    abort(client)
    pause()


def rst_lost(stage: Stage) -> None:
    """The RST is lost; the server learns of it when it has something to say."""
    server = vanish(stage)
    server.sendall(b"are you there")
    pause()


def rst_challenge(stage: Stage) -> None:
    """Forged RSTs: outside the window, within it, and at its edge, where it counts (RFC 5961)."""
    client, server = stage.open()
    client.sendall(b"abc")
    server.recv(100)
    pause()
    nxt = following(last(stage, Side.A))
    for distance in (1_000_000, 100, 0):
        inject(stage, Side.A, "R", nxt + distance)
        pause(0.1)
    client.close()
    pause()


def tw_reuse_by_client(stage: Stage) -> None:
    """The client calls again from its port while the server is in TIME_WAIT."""
    client, server = stage.open()
    finish(server, client, after=0)
    pause(1.1)
    client = stage.connect()
    finish(client, stage.accept(), after=0)


def tw_reuse_own(stage: Stage) -> None:
    """The client itself is in TIME_WAIT, and calls again (tcp_tw_reuse)."""
    stage.lab.a.namespace.sysctl("net.ipv4.tcp_tw_reuse", 1)
    client, server = stage.open()
    finish(client, server, after=0)
    pause(1.3)
    client = stage.connect()
    finish(client, stage.accept(), after=0)


def tw_old_syn(stage: Stage) -> None:
    """A SYN from the past, forged, for a server in TIME_WAIT: an ACK, and the client's RST ends TIME_WAIT."""
    stage.lab.a.namespace.sysctl("net.ipv4.tcp_timestamps", 0)
    client, server = stage.open()
    isn = last(stage, Side.A).seq
    finish(server, client, after=0.02)
    pause(0.1)
    inject(stage, Side.A, "S", isn - 5000)
    pause()


def tw_assassin(stage: Stage) -> None:
    """A forged RST ends the client's TIME_WAIT (RFC 1337)."""
    client, server = stage.open()
    finish(client, server, after=0)
    pause(0.1)
    inject(stage, Side.B, "R", following(last(stage, Side.B)))
    pause()


def tw_closed_by_next(stage: Stage) -> None:
    """Three lives of one pair of ports, the server closing each."""
    client, server = stage.open()
    for _ in range(2):
        finish(server, client, after=0)
        pause(1.1)
        client = stage.connect()
        server = stage.accept()
    finish(server, client, after=0)


SCRIPTS: dict[str, Script] = {
    "fw2_data": Script(fw2_data),
    "fw2_fin_data": Script(fw2_fin_data),
    "peer_data_after_close": Script(peer_data_after_close),
    "close_unread": Script(close_unread),
    "close_unread_after_fin": Script(close_unread_after_fin),
    "rst_linger0": Script(rst_linger0),
    "rst_lost": Script(rst_lost),
    "rst_challenge": Script(rst_challenge),
    "tw_reuse_by_client": Script(tw_reuse_by_client),
    "tw_reuse_own": Script(tw_reuse_own),
    "tw_old_syn": Script(tw_old_syn),
    "tw_assassin": Script(tw_assassin),
    "tw_closed_by_next": Script(tw_closed_by_next),
}
