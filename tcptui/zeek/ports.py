"""Ports by which Zeek tells a server, and those whose connections may be silent for longer.

The TCP ports of `likely_server_ports` as Zeek's default scripts fill it (scripts/base/protocols), and
`Conn::port_inactivity_timeouts`.

Limits: a site that adds ports of its own, or runs Zeek bare (-b), has another list.
"""

from __future__ import annotations

LIKELY_SERVER = frozenset(
    (
        21, 22, 25, 53, 79, 80, 81, 88, 110, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631, 636,
        989, 990, 992, 993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5222, 5223, 5269, 5432, 6379,
        6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000,
    )
)  # fmt: skip
INTERACTIVE = frozenset((21, 22, 23, 513))
"""An hour of silence does not end these; five minutes end the others."""


def starts_at_server(source: int, destination: int, *, syn: bool) -> bool:
    """Whether a connection whose first packet is no plain SYN is taken to have begun at the other end.

    source, destination: ports of that packet. syn: it is a SYN,ACK.
    """
    if source not in LIKELY_SERVER:
        return False
    return destination not in LIKELY_SERVER or (not syn and source < destination)
