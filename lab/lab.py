"""Two hosts and a wire."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from lab.frame import Side
from lab.net import Host, Namespace, introduce, plug
from lab.wire import Link, Wire


class Lab:
    """Host `a` (192.0.2.10) and host `b` (192.0.2.20), joined by `wire`; torn down by `close()`.

    Needs root. Raises OSError or CalledProcessError when the kernel or iproute2 refuses.
    """

    def __init__(self, link: Link | None = None, seed: int = 0) -> None:
        self.a = Host(Namespace(), "192.0.2.10", "02:00:00:00:00:0a")
        self.b = Host(Namespace(), "192.0.2.20", "02:00:00:00:00:0b")
        self._middle = Namespace()
        plug(self.a, self._middle, "to-a")
        plug(self.b, self._middle, "to-b")
        introduce(self.a, self.b)
        introduce(self.b, self.a)
        self.wire = Wire(self._middle, {Side.A: "to-a", Side.B: "to-b"}, link, seed)

    def close(self) -> None:
        """End the recordings and take everything down."""
        self.wire.close()
        for namespace in (self.a.namespace, self.b.namespace, self._middle):
            namespace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
