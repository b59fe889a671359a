"""Two hosts and a wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lab.closing import Closing
from lab.frame import Side
from lab.net import Host, Namespace, introduce, plug
from lab.wire import Link, Wire


class Lab(Closing):
    """Host `a` (192.0.2.10) and host `b` (192.0.2.20), joined by `wire`; torn down by `close()`.

    net: the first three bytes of both addresses. `middle` is the wire's own namespace, with an interface
    towards each host (`PORTS`). Needs root. Raises OSError or CalledProcessError when the kernel or
    iproute2 refuses.
    """

    PORTS: ClassVar = {Side.A: "to-a", Side.B: "to-b"}

    def __init__(
        self, link: Link | Mapping[Side, Link] | None = None, seed: int = 0, net: str = "192.0.2"
    ) -> None:
        net6 = f"fd99:{net.replace('.', ':')}:"
        self.a = Host(Namespace(), f"{net}.10", "02:00:00:00:00:0a", f"{net6}:10")
        self.b = Host(Namespace(), f"{net}.20", "02:00:00:00:00:0b", f"{net6}:20")
        self.middle = Namespace()
        plug(self.a, self.middle, self.PORTS[Side.A])
        plug(self.b, self.middle, self.PORTS[Side.B])
        introduce(self.a, self.b)
        introduce(self.b, self.a)
        self.wire = Wire(self.middle, self.PORTS, link, seed)

    def close(self) -> None:
        """End the recordings and take everything down."""
        self.wire.close()
        for namespace in (self.a.namespace, self.b.namespace, self.middle):
            namespace.close()
