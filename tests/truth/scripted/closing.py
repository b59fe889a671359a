"""How connections close, with and without losses."""

from __future__ import annotations

import socket
import threading

from lab.frame import Side, sent_by
from lab.stage import Stage
from lab.wire import Delay, Drop, Duplicate, Link
from tests.truth.scripted.script import (
    BY_A,
    BY_B,
    CROSSING,
    FIN_OF_A,
    FIN_OF_B,
    NEAR,
    Script,
    drain,
    finish,
    no_delayed_ack,
    pause,
)

DATA_OF_A = sent_by(Side.A, data=True)


def close_client(stage: Stage) -> None:
    client, server = stage.open()
    pause()
    finish(client, server, after=0.1)


def close_server(stage: Stage) -> None:
    client, server = stage.open()
    finish(server, client, after=0.1)


def close_combined(stage: Stage) -> None:
    """The server's FIN brings the ACK of the client's."""
    client, server = stage.open()
    pause()
    no_delayed_ack(server)
    client.shutdown(socket.SHUT_WR)
    drain(server)
    server.close()
    pause()
    client.close()


def close_combined_orphan(stage: Stage) -> None:
    """The same, the client's application gone."""
    client, server = stage.open()
    pause()
    no_delayed_ack(server)
    finish(client, server, after=0)


def half_close(stage: Stage) -> None:
    """The client has said all, and listens on."""
    client, server = stage.open()
    client.shutdown(socket.SHUT_WR)
    drain(server)
    for word in (b"one", b"two", b"three"):
        pause()
        server.sendall(word)
    pause()
    finish(server, client)


def simul_close(stage: Stage) -> None:
    client, server = stage.open()
    pause()
    client.close()
    server.close()


def simul_close_retrans(stage: Stage) -> None:
    """Both first FINs are lost."""
    stage.wire.rule(FIN_OF_A, Drop())
    stage.wire.rule(FIN_OF_B, Drop())
    simul_close(stage)
    stage.wire.wait(FIN_OF_A, 2)
    stage.wire.wait(FIN_OF_B, 2)


def fin_lost(stage: Stage) -> None:
    client, server = stage.open()
    pause()
    stage.wire.rule(FIN_OF_A, Drop())
    finish(client, server, after=0.1)


def fin_ack_lost(stage: Stage) -> None:
    """The ACK of the client's FIN is lost; the copy of the FIN is answered."""
    client, server = stage.open()
    pause()
    stage.wire.rule(sent_by(Side.B, "."), Drop())
    client.close()
    drain(server)
    pause(0.5)
    server.close()


def last_ack_lost(stage: Stage) -> None:
    client, server = stage.open()
    pause()
    client.close()
    drain(server)
    pause(0.1)
    stage.wire.rule(sent_by(Side.A, "."), Drop())
    server.close()
    stage.wire.wait(FIN_OF_B, 2)


def all_close_lost(stage: Stage) -> None:
    """Each of the four closing segments is lost once."""
    client, server = stage.open()
    pause()
    stage.wire.rule(FIN_OF_A, Drop())
    stage.wire.rule(sent_by(Side.B, "."), Drop())
    stage.wire.rule(FIN_OF_B, Drop())
    client.close()
    drain(server)
    pause(0.5)
    stage.wire.rule(sent_by(Side.A, "."), Drop())
    server.close()
    stage.wire.wait(FIN_OF_B, 3)


def fin_gap(stage: Stage) -> None:
    """Data before the FIN is lost; the FIN has to wait."""
    client, server = stage.open()
    client.sendall(b"abc")
    server.recv(100)
    pause()
    stage.wire.rule(DATA_OF_A, Drop())
    client.sendall(b"def")
    pause(0.02)
    finish(client, server, after=0.1)


def fin_data_gap(stage: Stage) -> None:
    """The same, and the FIN has data."""
    client, server = stage.open()
    client.sendall(b"abc")
    server.recv(100)
    pause()
    stage.wire.rule(DATA_OF_A, Drop())
    client.sendall(b"def")
    pause(0.01)
    client.send(b"0123456789", socket.MSG_MORE)
    finish(client, server, after=0.1)


def fin_reorder(stage: Stage) -> None:
    """The FIN overtakes data."""
    client, server = stage.open()
    pause()
    stage.wire.rule(DATA_OF_A, Delay(0.09))
    client.sendall(b"abc")
    finish(client, server, after=0.1)


def fin_with_data(stage: Stage) -> None:
    client, server = stage.open()
    pause()
    client.send(b"abc", socket.MSG_MORE)
    finish(client, server, after=0.1)


def fin_queued_zero_window(stage: Stage) -> None:
    """close() while the peer's window is shut: the FIN waits behind data that waits (class U1)."""
    stage.listen(receive_buffer=4096)
    client = stage.connect()
    server = stage.accept()
    client.setblocking(False)
    client.send(b"x" * 40_000)
    pause(0.3)
    client.close()
    pause(0.3)
    server.shutdown(socket.SHUT_WR)
    pause(0.3)
    drain(server)


def dup_everything(stage: Stage) -> None:
    """Each frame twice."""
    stage.wire.rule(BY_A, Duplicate(0.001), times=None)
    stage.wire.rule(BY_B, Duplicate(0.001), times=None)
    client, server = stage.open()
    client.sendall(b"abc")
    server.recv(100)
    server.sendall(b"def")
    client.recv(100)
    pause(0.1)
    finish(client, server)


def far_vantage(stage: Stage) -> None:
    client, server = stage.open()
    pause(0.2)
    client.sendall(b"abc")
    server.recv(100)
    finish(client, server, after=0)
    pause(0.2)


def bulk(stage: Stage) -> None:
    client, server = stage.open()
    sender = threading.Thread(target=client.sendall, args=(bytes(200_000),))  # more than the buffers hold
    sender.start()
    left = 200_000
    while left:
        left -= len(server.recv(left))
    sender.join()
    finish(client, server, after=0.1)


SCRIPTS: dict[str, Script] = {
    "close_client": Script(close_client),
    "close_server": Script(close_server),
    "close_combined": Script(close_combined),
    "close_combined_orphan": Script(close_combined_orphan),
    "half_close": Script(half_close),
    "simul_close": Script(simul_close, CROSSING),
    "simul_close_retrans": Script(simul_close_retrans),
    "fin_lost": Script(fin_lost),
    "fin_ack_lost": Script(fin_ack_lost),
    "last_ack_lost": Script(last_ack_lost),
    "all_close_lost": Script(all_close_lost),
    "fin_gap": Script(fin_gap),
    "fin_data_gap": Script(fin_data_gap),
    "fin_reorder": Script(fin_reorder),
    "fin_with_data": Script(fin_with_data),
    "fin_queued_zero_window": Script(fin_queued_zero_window),
    "dup_everything": Script(dup_everything),
    "far_vantage": Script(far_vantage, Link(0.08)),
    "bulk": Script(bulk, NEAR),
}
