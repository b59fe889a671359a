"""What passes an interface, with the kernel's own time for each frame."""

from __future__ import annotations

import socket
import struct
import threading
import time

from lab.net import Namespace

_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_PACKET_IGNORE_OUTGOING = 23
_BUFFER = 32 << 20
_PROBES = 500
_TIMESPEC = struct.Struct("qq")

Stamped = tuple[int, bytes]
"""(nanoseconds since the epoch, the Ethernet frame)."""


class Tap:
    """Listens at `interface` of `namespace`, in both directions, from now on.

    A host's own tap stands where tcpdump would: what the host sends is seen after its firewall, what it
    receives before. Nothing runs: the frames wait in the kernel (up to 32 MB with its overhead, some
    10,000) until `read()` takes them. On `lo`, where each frame passes twice, it is seen once.
    """

    def __init__(self, namespace: Namespace, interface: str) -> None:
        self.frames: list[Stamped] = []
        self.lost = 0
        self._lock = threading.Lock()
        with namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            _wait_for_stamps()
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        if interface == "lo":
            self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self._socket.setblocking(False)
        self._socket.bind((interface, _ETH_P_ALL))

    def read(self) -> None:
        """Take over what has come into `frames`, and count in `lost` what found no room; from any thread."""
        with self._lock:
            while True:
                try:
                    data, control, _, _ = self._socket.recvmsg(65535, 64)
                except BlockingIOError:
                    break
                self.frames.append((_stamp(control), data))
            _, lost = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
            self.lost += lost

    def close(self) -> None:
        """Stop listening; what was read stays."""
        self._socket.close()


def _stamp(control: list[tuple[int, int, bytes]]) -> int:
    seconds, nanoseconds = _TIMESPEC.unpack(control[0][2])
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


def _wait_for_stamps() -> None:
    """Until the kernel stamps what arrives when it arrives.

    It begins some time after the first socket has asked for it; until then frames are stamped when they
    are read.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        probe.bind(("127.0.0.1", 0))
        for _ in range(_PROBES):
            probe.sendto(b"", probe.getsockname())
            time.sleep(0.002)
            read = time.time_ns()
            if _stamp(probe.recvmsg(1, 64)[1]) < read - 1_000_000:
                return
    raise OSError("the kernel does not stamp what it receives")
