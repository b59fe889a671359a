"""Network namespaces that vanish with their last user, and the hosts in them.

A namespace has no name in the file system: it is a file descriptor, so nothing is left behind
when a run crashes.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
# linux/ethtool.h: receive and transmit checksums, scatter-gather, TSO, GSO, GRO.
_OFFLOADS = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C)
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace of its own; its loopback is up, IPv6 is off."""

    def __init__(self) -> None:
        self.fd = _new_namespace()
        self.ip("link set lo up")
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1)

    @property
    def path(self) -> str:
        """A path under which `ip` finds it, while this process lives."""
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Run the block, in this thread only, inside the namespace. Sockets made there stay there."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _setns(self.fd)
            yield
        finally:
            _setns(before)
            os.close(before)

    def ip(self, *commands: str) -> None:
        """Run iproute2 commands ("link set eth0 up"), all in one process. Raises CalledProcessError."""
        with self.entered():
            subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)

    def sysctl(self, name: str, value: int | str) -> None:
        """Set a kernel parameter of this namespace by its dotted name. Raises OSError."""
        with self.entered():
            Path("/proc/sys", *name.split(".")).write_text(str(value))

    def close(self) -> None:
        """Give it up: the kernel removes it, its interfaces and its sockets."""
        os.close(self.fd)


@dataclass(frozen=True, slots=True)
class Host:
    """A namespace with one interface, eth0. `address6` is there once `with_ipv6()` was called."""

    namespace: Namespace
    address: str
    mac: str
    address6: str

    def tcp(
        self, port: int = 0, *, family: int = socket.AF_INET, protocol: int = socket.IPPROTO_TCP
    ) -> socket.socket:
        """A TCP socket of this host, bound to its address and `port`, which may be in TIME_WAIT.

        protocol: MPTCP, where it should be that.
        """
        with self.namespace.entered():
            made = socket.socket(family, socket.SOCK_STREAM, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.address if family == socket.AF_INET else self.address6, port))
        return made

    def with_ipv6(self, other: Host) -> None:
        """Give it its IPv6 address, and tell it the MAC of `other`."""
        for where in ("all", "default", "eth0"):
            self.namespace.sysctl(f"net.ipv6.conf.{where}.disable_ipv6", 0)
        self.namespace.ip(
            f"addr add {self.address6}/64 dev eth0 nodad",
            f"neigh add {other.address6} lladdr {other.mac} dev eth0 nud permanent",
        )


def plug(host: Host, middle: Namespace, port: str) -> None:
    """Join `host`'s eth0 to the interface `port` of `middle`: up, no offloads, addresses set."""
    middle.ip(
        f"link add {port} type veth peer name eth0 address {host.mac} netns {host.namespace.path}",
        f"link set {port} up",
    )
    host.namespace.ip(f"addr add {host.address}/24 dev eth0", "link set eth0 up")
    no_offloads(host.namespace, "eth0")
    no_offloads(middle, port)


def introduce(host: Host, other: Host) -> None:
    """Tell `host` the MAC of `other`, so that no ARP is ever sent."""
    host.namespace.ip(f"neigh add {other.address} lladdr {other.mac} dev eth0 nud permanent")


def no_offloads(namespace: Namespace, interface: str) -> None:
    """Each segment a frame of its own, each with its checksum: as on a real wire."""
    with namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in _OFFLOADS:
            setting = ctypes.create_string_buffer(struct.pack("II", command, 0), 8)
            request = struct.pack("16sP16x", interface.encode(), ctypes.addressof(setting))
            fcntl.ioctl(control, _SIOCETHTOOL, request)


def _new_namespace() -> int:
    """A descriptor of a new namespace; made in a thread of its own, for unshare() moves its caller."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_unshare).result()


def _unshare() -> int:
    _check(_libc.unshare(_CLONE_NEWNET), "cannot make a network namespace")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _setns(fd: int) -> None:
    _check(_libc.setns(fd, _CLONE_NEWNET), "cannot enter a network namespace")


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
