"""Filter words: those that are set when the user gives none, and what his leave out.

pcap-filter's `tcp` does not see TCP behind IPv6 extension headers, so IPv6 packets that have some are kept as
well, and the decoder sorts them out. Of ICMP there are the errors, which may end a connection that is being
opened. What hosts send all the time to announce their groups (ICMPv6 behind a hop-by-hop header of 8 bytes)
is left out. `vlan` shifts the offsets of all that follows it, so it stands last.
"""

from __future__ import annotations

import re

_ANNOUNCED = "(ip6[40] = 58 and ip6[41] = 0 and ip6[48] > 127)"
_EXTENDED = f"(ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 51 or ip6[6] = 60) and not {_ANNOUNCED})"
_TCP = f"tcp or {_EXTENDED}"
ERRORS = "(icmp and (icmp[0] = 3 or icmp[0] = 11 or icmp[0] = 12)) or (icmp6 and ip6[40] > 0 and ip6[40] < 5)"
"""ICMP errors, not pings and not what is said between neighbours."""

_ALL = f"{_TCP} or {ERRORS}"
TCP_FILTERS = (f"({_ALL} or (vlan and ({_ALL} or (vlan and ({_ALL})))))", f"({_ALL})", f"({_TCP})", "tcp")
"""What is kept when the user gives no filter, the first that the device's link type understands."""

_TCP_ALONE = re.compile(r"\b(tcp|port|portrange)\b")


def leaves_icmp_out(words: str) -> bool:
    """Whether this filter asks for TCP, or for ports, which ICMP has none of.

    Limits: by its words; a filter of addresses or bytes alone is taken to let ICMP through.
    """
    return bool(_TCP_ALONE.search(words)) and "icmp" not in words
