"""What a scenario plays on."""

from __future__ import annotations

import select
import socket
from pathlib import Path

from lab.frame import Side
from lab.lab import Lab

SERVER_PORT = 9502
PATIENCE = 30  # seconds, for any one call


class Stage:
    """Two hosts, client A and server B, the wire, and a camera at A's end."""

    def __init__(self, lab: Lab, client_port: int, recording: Path) -> None:
        self.wire = lab.wire
        self.client_port = client_port
        self.lab = lab
        self._recording = recording
        self._listener: socket.socket | None = None
        self._sockets: list[socket.socket] = []  # open until the recording ends, if nobody closes them

    def roll(self) -> None:
        """Begin the recording."""
        self.wire.record(Side.A, self._recording)

    def listen(self, receive_buffer: int | None = None, backlog: int = 8) -> None:
        """Open the server's port."""
        self._listener = self.server()
        if receive_buffer is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.listen(backlog)

    def accept(self) -> socket.socket:
        """The server's end of the connection that was opened."""
        assert self._listener is not None
        accepted, _ = self._listener.accept()
        return self._kept(accepted)

    def client(self) -> socket.socket:
        """A socket of host A on the client's port."""
        return self._kept(self.lab.a.tcp(self.client_port))

    def server(self) -> socket.socket:
        """A socket of host B on the server's port."""
        return self._kept(self.lab.b.tcp(SERVER_PORT))

    def connect(self) -> socket.socket:
        """Open a connection from A to B; returns when A's kernel says that it is established."""
        client = self.client()
        client.connect((self.lab.b.address, SERVER_PORT))
        return client

    def open(self) -> tuple[socket.socket, socket.socket]:
        """Listen, connect and accept: (client, server)."""
        self.listen()
        client = self.connect()
        return client, self.accept()

    def connect_both(self) -> tuple[socket.socket, socket.socket]:
        """Let both hosts connect to each other at once, nobody listening: (client, server)."""
        client, server = self.client(), self.server()
        client.setblocking(False)
        server.setblocking(False)
        client.connect_ex((self.lab.b.address, SERVER_PORT))
        server.connect_ex((self.lab.a.address, self.client_port))
        for end in (client, server):
            select.select([], [end], [], PATIENCE)
            end.settimeout(PATIENCE)
        return client, server

    def _kept(self, made: socket.socket) -> socket.socket:
        made.settimeout(PATIENCE)
        self._sockets.append(made)
        return made
