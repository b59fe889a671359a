"""The filter of the flow list: ``state:close_wait quiet:>60s port:9502 -host:10.0.0.1 refused``.

Words that are separated by spaces must all hold; ``-word``, ``!word`` and ``not word`` negate;
``"two words"`` are one. A word without a colon is looked for in everything that the row shows.

Fields; commas mean or, and a number may be compared: ``7``, ``>1k``, ``<=5ms``, ``80-89``.

* ``state:S``, ``client:S``, ``server:S``: either end, the client, the server is in S. The beginning of a name
  is enough: ``fin_wait`` means both.
* ``host:A``, ``client:A``, ``server:A``: either end, that end has the address: whole, its beginning, or a
  network ``10.0.0.0/8``.
* ``port:N``: either port. ``packets:N``, ``bytes:N``, ``flow:N``: counts, and the flow's number.
* ``quiet:T``, ``duration:T``: spans, in seconds or with a unit (ns us ms s m h d).
* ``verdict:W``: the verdict contains W.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tcptui.model.flowlist import FlowRow
from tcptui.model.times import SECOND
from tcptui.tcp.states import State

Predicate = Callable[[FlowRow], bool]

_WORD = re.compile(r'([-!]?)(?:([A-Za-z]+):)?("[^"]*"?|[^\s"]\S*|(?=\s|$))')
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([a-zµ]*)", re.IGNORECASE)
_ADDRESS = re.compile(r"[0-9a-f:.]+")
_COMPARE = re.compile(r"(>=|<=|>|<|=)?(.+)")

_SPANS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "": SECOND,
    "s": SECOND,
    "m": 60 * SECOND,
    "min": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86400 * SECOND,
}
_COUNTS = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}


class _WrongError(ValueError):
    """What is wrong with a word, for the user."""


@dataclass(frozen=True, slots=True)
class Query:
    """A filter as typed. error: what is wrong with it, in words; then it lets everything through."""

    text: str
    error: str | None = None
    tests: tuple[Predicate, ...] = field(default=(), compare=False, repr=False)

    def matches(self, item: FlowRow) -> bool:
        """True when the row is to be shown."""
        return all(test(item) for test in self.tests)


def parse(text: str) -> Query:
    """The filter that `text` says. Never raises: a mistake is in `Query.error`."""
    try:
        return Query(text, None, tuple(_tests(text)))
    except _WrongError as wrong:
        return Query(text, str(wrong))


def _tests(text: str) -> list[Predicate]:
    tests: list[Predicate] = []
    negate = False
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _WORD.match(text, at)
        if match is None or match.end() == at:
            raise _WrongError(f"cannot read {text[at:]!r}")
        at = match.end()
        sign, name, value = match[1], (match[2] or "").lower(), match[3].strip('"')
        if not sign and not name and match[3].lower() == "not":
            negate = not negate
            continue
        test = _test(name, value)
        tests.append(_negated(test) if negate != bool(sign) else test)
        negate = False
    if negate:
        raise _WrongError("not what? a word must follow")
    return tests


def _negated(test: Predicate) -> Predicate:
    return lambda item: not test(item)


def _test(name: str, value: str) -> Predicate:
    if name and name not in _FIELDS:
        return _free(f"{name}:{value}") if _ADDRESS.fullmatch(f"{name}:{value}") else _unknown(name)
    if not value:
        raise _WrongError(f"{name}: needs a value" if name else "an empty word")
    return _FIELDS[name](value) if name else _free(value)


def _unknown(name: str) -> Predicate:
    raise _WrongError(f"no field {name}: (there are {', '.join(_FIELDS)})")


def _free(value: str) -> Predicate:
    wanted = value.casefold()

    def test(item: FlowRow) -> bool:
        shown = (
            str(item.flow.number), str(item.address(True)), str(item.address(False)),
            str(item.state(True)), str(item.state(False)), item.verdict,
        )  # fmt: skip
        return any(wanted in text.casefold() for text in shown)

    return test


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _states(value: str) -> set[State] | None:
    """The states that a comma list of names or beginnings of names means; None when one of them is none."""
    found: set[State] = set()
    for name in value.split(","):
        these = {state for state in State if _plain(name) and _plain(str(state)).startswith(_plain(name))}
        if not these:
            return None
        found |= these
    return found


def _state(value: str) -> Predicate:
    states = _states(value)
    if states is None:
        raise _WrongError(f"no state {value} (there are {', '.join(str(state) for state in State)})")
    return lambda item: item.state(True) in states or item.state(False) in states


def _end(client: bool) -> Callable[[str], Predicate]:
    def make(value: str) -> Predicate:
        states = _states(value)
        if states is not None:
            return lambda item: item.state(client) in states
        has = _has_address(value)
        return lambda item: has(item.address(client).ip, str(item.address(client)))

    return make


def _host(value: str) -> Predicate:
    has = _has_address(value)
    return lambda item: any(has(end.ip, str(end)) for end in item.flow.ends)


def _has_address(value: str) -> Callable[[str, str], bool]:
    """A test of (ip, ip:port): the same address, in the network, or beginning so."""
    if "/" in value:
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            raise _WrongError(f"no network: {error}") from None
        return lambda ip, _: _inside(ip, network)
    try:
        same = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        wanted = value.casefold()
        return lambda ip, shown: ip.casefold().startswith(wanted) or shown.casefold().startswith(wanted)
    return lambda ip, _: _address(ip) == same


def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        return None


def _inside(ip: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    address = _address(ip)
    return address is not None and address.version == network.version and address in network


def _port(value: str) -> Predicate:
    within = _within(value, {"": 1})
    return lambda item: any(within(end.port) for end in item.flow.ends)


def _measure(units: dict[str, int], get: Callable[[FlowRow], int]) -> Callable[[str], Predicate]:
    def make(value: str) -> Predicate:
        within = _within(value, units)
        return lambda item: within(get(item))

    return make


def _within(value: str, units: dict[str, int]) -> Callable[[int], bool]:
    """A test of a number: ``>60s``, ``80-89``, ``7``."""
    match = _COMPARE.fullmatch(value)
    if match is None:
        raise _WrongError(f"no number: {value}")
    sign, rest = match[1] or "=", match[2]
    low, dash, high = rest.partition("-")
    if dash and sign == "=":
        least, most = _amount(low, units), _amount(high, units)
        return lambda number: least <= number <= most
    amount = _amount(rest, units)
    compare: dict[str, Callable[[int], bool]] = {
        ">": lambda number: number > amount,
        "<": lambda number: number < amount,
        ">=": lambda number: number >= amount,
        "<=": lambda number: number <= amount,
        "=": lambda number: number == amount,
    }
    return compare[sign]


def _amount(text: str, units: dict[str, int]) -> float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _WrongError(f"no number: {text or 'nothing'}")
    unit = match[2] if match[2] in units else match[2].lower()
    if unit not in units:
        raise _WrongError(f"no unit {match[2]} (there are {', '.join(name for name in units if name)})")
    return float(match[1]) * units[unit]


def _verdict(value: str) -> Predicate:
    wanted = value.casefold()
    return lambda item: wanted in item.verdict.casefold()


_FIELDS: dict[str, Callable[[str], Predicate]] = {
    "state": _state,
    "client": _end(True),
    "server": _end(False),
    "host": _host,
    "port": _port,
    "packets": _measure(_COUNTS, lambda item: sum(item.flow.packets)),
    "bytes": _measure(_COUNTS, lambda item: sum(item.flow.payload)),
    "quiet": _measure(_SPANS, lambda item: item.quiet_ns),
    "duration": _measure(_SPANS, lambda item: item.duration_ns),
    "verdict": _verdict,
    "flow": _measure(_COUNTS, lambda item: item.flow.number),
}
