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
    """Two hosts, client A and server B, the wire, and, where there is a `recording`, a camera at A's end."""

    def __init__(
        self, lab: Lab, client_port: int, recording: Path | None = None, server_port: int = SERVER_PORT
    ) -> None:
        self.lab = lab
        self.wire = lab.wire
        self.client_port = client_port
        self.server_port = server_port
        self._recording = recording
        self._listener: socket.socket | None = None
        self._sockets: list[socket.socket] = []  # open until the recording ends, if nobody closes them

    def roll(self) -> None:
        """Begin the recording."""
        assert self._recording is not None
        self.wire.record(Side.A, self._recording)

    def listen(self, receive_buffer: int | None = None, backlog: int = 8) -> socket.socket:
        """Open the server's port."""
        self._listener = self.server()
        if receive_buffer is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.listen(backlog)
        return self._listener

    def accept(self) -> socket.socket:
        """The server's end of the connection that was opened."""
        assert self._listener is not None
        accepted, _ = self._listener.accept()
        return self._kept(accepted)

    def client(self, port: int | None = None) -> socket.socket:
        """A socket of host A on the client's port, or another."""
        return self._kept(self.lab.a.tcp(port or self.client_port))

    def server(self) -> socket.socket:
        """A socket of host B on the server's port."""
        return self._kept(self.lab.b.tcp(self.server_port))

    def connect(self, port: int | None = None) -> socket.socket:
        """Open a connection from A to B; returns when A's kernel says that it is established."""
        client = self.client(port)
        client.connect((self.lab.b.address, self.server_port))
        return client

    def call(self, port: int | None = None) -> socket.socket:
        """Begin to open a connection from A to B; returns at once."""
        client = self.client(port)
        client.setblocking(False)
        client.connect_ex((self.lab.b.address, self.server_port))
        return client

    def connected(self, client: socket.socket) -> socket.socket:
        """`client`, once what `call()` began is done, or has failed."""
        poll = select.poll()  # select() would refuse descriptors beyond 1023
        poll.register(client, select.POLLOUT)
        poll.poll(PATIENCE * 1000)
        client.settimeout(PATIENCE)
        return client

    def open(self) -> tuple[socket.socket, socket.socket]:
        """Listen, connect and accept: (client, server)."""
        self.listen()
        client = self.connect()
        return client, self.accept()

    def connect_both(self) -> tuple[socket.socket, socket.socket]:
        """Let both hosts connect to each other at once, nobody listening: (client, server)."""
        server = self.server()
        server.setblocking(False)
        client = self.call()
        server.connect_ex((self.lab.a.address, self.client_port))
        return self.connected(client), self.connected(server)

    def close(self) -> None:
        """Close what is open still."""
        for one in self._sockets:
            one.close()

    def _kept(self, made: socket.socket) -> socket.socket:
        made.settimeout(PATIENCE)
        self._sockets.append(made)
        return made
