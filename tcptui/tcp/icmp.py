"""ICMP errors about a segment: who says what, and whether a connection that is being opened ends by it.

Source: RFC 792, RFC 4443, RFC 9293 3.9.2.2, RFC 5461. A caller in SYN_SENT gives up on any of them, as
Linux does; an established connection takes it as advice (and a forged one needs only the ports: RFC 5927).
A listener drops the request on some of them: what Linux 6.18 was measured to do stands in `_ENDS_REQUEST`,
and that is what its tcp_v4_err and tcp_v6_err say. FreeBSD goes on repeating its SYN,ACK.
"""

from __future__ import annotations

from tcptui.dataclass import dataclass
from tcptui.tcp.segment import Segment

_UNREACHABLE_4 = {
    0: "network unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    4: "fragmentation needed",
    5: "source route failed",
    6: "network unknown",
    7: "host unknown",
    9: "network prohibited",
    10: "host prohibited",
    11: "network unreachable for this service",
    12: "host unreachable for this service",
    13: "administratively prohibited",
}
_UNREACHABLE_6 = {
    0: "no route",
    1: "administratively prohibited",
    2: "beyond scope of source address",
    3: "address unreachable",
    4: "port unreachable",
    5: "source address failed policy",
    6: "route rejected",
}
_SAID = {
    (4, 3): "unreachable",
    (4, 11): "time exceeded",
    (4, 12): "parameter problem",
    (6, 1): "unreachable",
    (6, 2): "packet too big",
    (6, 3): "time exceeded",
    (6, 4): "parameter problem",
}
_ENDS_REQUEST: dict[tuple[int, int], frozenset[int] | None] = {
    (4, 3): frozenset({0, 1}),
    (4, 11): None,
    (4, 12): None,
    (6, 1): frozenset({1, 4, 5, 6}),
    (6, 4): None,
}
"""By version and type the codes on which a request in SYN_RCVD is dropped; None: all of them."""


@dataclass(slots=True)
class IcmpError(Segment):
    """It passes as a segment without flags of the quoted one's receiver, which is `sender`.

    seq: that of the quoted segment. version: of IP. kind, code: ICMP's type and code. origin: the address
    that reports it, and in words whether that is the peer's. route: the addresses of the frame itself, from
    and to. size: bytes of the ICMP message. rest: the four bytes behind its checksum.
    """

    version: int = 4
    kind: int = 3
    code: int = 0
    origin: str = ""
    route: tuple[str, str] = ("", "")
    size: int = 0
    rest: bytes = bytes(4)

    @property
    def says(self) -> str:
        """ "host unreachable", "administratively prohibited"."""
        if self.kind == (3 if self.version == 4 else 1):
            names = _UNREACHABLE_4 if self.version == 4 else _UNREACHABLE_6
            return names.get(self.code, f"unreachable, code {self.code}")
        return _SAID[self.version, self.kind]

    @property
    def fatal(self) -> bool:
        """It ends what is being opened; a packet that is merely too big does not."""
        return not self.too_big

    @property
    def mtu(self) -> int:
        """Bytes that a packet may at most have where one was too big; 0 where it does not say."""
        return int.from_bytes(self.rest if self.version == 6 else self.rest[2:], "big") if self.too_big else 0

    @property
    def too_big(self) -> bool:
        """The packet was larger than the next link takes (RFC 1191, RFC 8201)."""
        return (self.version, self.kind) == (6, 2) or (self.version, self.kind, self.code) == (4, 3, 4)

    @property
    def ends_request(self) -> bool:
        """Linux drops a half-open request whose SYN,ACK it is about."""
        codes = _ENDS_REQUEST.get((self.version, self.kind), frozenset())
        return codes is None or self.code in codes


def is_error(version: int, kind: int) -> bool:
    """Whether that type of ICMP reports an error that a connection may care about."""
    return (version, kind) in _SAID
