"""An ICMP error as tcpdump -n prints it.

    IP 10.0.0.9 > 10.0.0.1: ICMP host 10.0.0.2 unreachable, length 48

After tcpdump 4.99 (print-icmp.c, print-icmp6.c). Limits: behind an ICMPv6 code that it does not know tcpdump
prints the message in hex, which is left out.
"""

from __future__ import annotations

from tcptui.tcp.icmp import IcmpError

_UNREACHABLE_4 = {
    0: "net {h} unreachable",
    1: "host {h} unreachable",
    2: "{h} protocol 6 unreachable",
    3: "{h} tcp port {p} unreachable",
    5: "{h} unreachable - source route failed",
    6: "net {h} unreachable - unknown",
    7: "host {h} unreachable - unknown",
    8: "{h} unreachable - source host isolated",
    9: "net {h} unreachable - admin prohibited",
    10: "host {h} unreachable - admin prohibited",
    11: "net {h} unreachable - tos prohibited",
    12: "host {h} unreachable - tos prohibited",
    13: "host {h} unreachable - admin prohibited filter",
    14: "host {h} unreachable - host precedence violation",
    15: "host {h} unreachable - precedence cutoff",
}
_UNREACHABLE_6 = {
    0: "unreachable route {h}",
    1: " unreachable prohibited {h}",
    2: "beyond scope {h}, source address {s}",
    3: "unreachable address {h}",
    4: "unreachable port, {h} tcp port {p}",
}
_EXCEEDED_4 = {0: "time exceeded in-transit", 1: "ip reassembly time exceeded"}
_EXCEEDED_6 = {0: " for {h}", 1: " (reassembly)"}
_PROBLEM_6 = ("erroneous", "next header", "option", "incomplete header chain")


def icmp_line(error: IcmpError, source: str, target: tuple[str, int]) -> str:
    """The line. source, target: of the quoted segment, the latter (ip, port)."""
    words = (_four if error.version == 4 else _six)(error)
    said = words.format(h=target[0], p=target[1], s=source)
    family = "IP" if error.version == 4 else "IP6"
    length = f", length {error.size}" if "unknown unreach" not in said else ""
    return f"{family} {error.route[0]} > {error.route[1]}: {said}{length}"


def _four(error: IcmpError) -> str:
    code = error.code
    if error.kind == 11:
        return f"ICMP {_EXCEEDED_4.get(code, f'time exceeded-#{code}')}"
    if error.kind == 12:
        return f"ICMP parameter problem - {f'code {code}' if code else f'octet {error.rest[0]}'}"
    if error.too_big:
        return "ICMP {h} unreachable - need to frag" + (f" (mtu {error.mtu})" if error.mtu else "")
    return f"ICMP {_UNREACHABLE_4.get(code, f'{{h}} unreachable - #{code}')}"


def _six(error: IcmpError) -> str:
    code = error.code
    if error.kind == 2:
        return f"ICMP6, packet too big, mtu {error.mtu}"
    if error.kind == 3:
        return f"ICMP6, time exceeded in-transit{_EXCEEDED_6.get(code, f', unknown code ({code})')}"
    if error.kind == 4:
        octet = f" - octet {int.from_bytes(error.rest, 'big')}"
        return f"ICMP6, parameter problem, {_PROBLEM_6[code] + octet if code < 4 else f'code-#{code}'}"
    said = _UNREACHABLE_6.get(code, f"unknown unreach code ({code})")
    return f"ICMP6, destination unreachable, {said}"
