"""What a host's kernel would find for a segment: asked by sock_diag (NETLINK_SOCK_DIAG).

A query for one pair of sockets follows the kernel's own order: a full socket, a TIME_WAIT socket
(which may stand for FIN_WAIT_2), a request (SYN_RCVD), the listener, nothing.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import threading
from dataclasses import dataclass

from lab.net import Namespace

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_NLMSG_ERROR = 2
_ENOENT = 2
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBxI")  # family, protocol, extensions, states
_ANY_COOKIE = b"\xff" * 8

# net/tcp_states.h. NEW_SYN_RECV is told as SYN_RECV.
STATES = {
    1: "ESTABLISHED",
    2: "SYN_SENT",
    3: "SYN_RCVD",
    4: "FIN_WAIT_1",
    5: "FIN_WAIT_2",
    6: "TIME_WAIT",
    7: "CLOSED",
    8: "CLOSE_WAIT",
    9: "LAST_ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "SYN_RCVD",
}

End = tuple[str, int]
"""(address, port)."""


@dataclass(frozen=True, slots=True)
class Found:
    """The state, as RFC 9293 names it; `held`: a file descriptor stands for it.

    A request, a TIME_WAIT socket and one that its application has closed are not held.
    """

    state: str
    held: bool


NOTHING = Found("CLOSED", False)


class SockDiag:
    """Asks the kernel about the sockets of one namespace; from any thread."""

    def __init__(self, namespace: Namespace) -> None:
        self._lock = threading.Lock()
        with namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)

    def ask(self, own: End, peer: End) -> Found:
        """What a segment from `peer` to `own` would meet now. Raises OSError, not where there is nothing."""
        with self._lock:
            self._socket.send(_query(own, peer))
            answer = self._socket.recv(8192)
        _, kind, *_ = _HEADER.unpack_from(answer)
        if kind == _NLMSG_ERROR:
            (error,) = struct.unpack_from("=i", answer, _HEADER.size)
            if error == -_ENOENT:
                return NOTHING
            raise OSError(-error, f"sock_diag: {os.strerror(-error)}")
        state = answer[_HEADER.size + 1]
        (inode,) = struct.unpack_from("=I", answer, _HEADER.size + 4 + 48 + 16)
        return Found(STATES[state], inode != 0)

    def close(self) -> None:
        """Close the netlink socket."""
        self._socket.close()


def _query(own: End, peer: End) -> bytes:
    family = socket.AF_INET6 if ":" in own[0] else socket.AF_INET
    pair = (
        struct.pack("!HH", own[1], peer[1])
        + b"".join(ipaddress.ip_address(end[0]).packed.ljust(16, b"\0") for end in (own, peer))
        + b"\0\0\0\0"
        + _ANY_COOKIE
    )
    body = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + pair
    return _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + body
