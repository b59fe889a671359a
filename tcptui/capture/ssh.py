"""The SSH connection over which this program is being watched.

Whoever captures over SSH without a filter would see the capture itself: every screen update is a packet,
which is shown, which is a packet. So that connection is left out.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

DEPTH = 16
"""How many ancestors are asked."""


def own_connection(environ: Mapping[str, str] = os.environ) -> str:
    """SSH_CONNECTION ("client port server port") of this session, "" when there is none.

    sudo takes it out of the environment, so the ancestors' environments are asked too (root may).
    """
    found = environ.get("SSH_CONNECTION", "")
    return found or next(filter(None, map(_from_process, _ancestors())), "")


def exclusion(connection: str) -> str | None:
    """The filter that leaves out this SSH_CONNECTION; None when the words are not such a connection.

    The environment is anybody's: only what parses as two addresses and two ports becomes part of a filter.
    """
    match connection.split():
        case [client, client_port, server, server_port]:
            pass
        case _:
            return None
    try:
        hosts = [_address(client), _address(server)]
        ports = [_port(client_port), _port(server_port)]
    except ValueError:
        return None
    terms = [f"host {host}" for host in hosts] + [f"port {port}" for port in ports]
    return f"not (tcp and {' and '.join(terms)})"


def _address(text: str) -> str:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 65536):
        raise ValueError(text)
    return int(text)


def _from_process(pid: int) -> str:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return ""
    for entry in environment.split(b"\0"):
        name, _, value = entry.partition(b"=")
        if name == b"SSH_CONNECTION":
            return value.decode("ascii", "replace")
    return ""


def _ancestors() -> Iterator[int]:
    pid = os.getppid()
    for _ in range(DEPTH):
        if pid <= 1:
            return
        yield pid
        pid = _parent(pid)


def _parent(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0
    # The second field is the command in brackets, and may contain anything.
    return int(status.rpartition(")")[2].split()[1])
