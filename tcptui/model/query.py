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

What is not known yet of a flow, its states or its verdict, matches no word, and no negated word either.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from dataclasses import field
from decimal import Decimal

import numpy as np

from tcptui.dataclass import dataclass
from tcptui.model.flowcolumns import Bools, End, FlowColumns, Network
from tcptui.model.flowsort import Key
from tcptui.model.sought import Sought
from tcptui.model.times import SECOND
from tcptui.tcp.states import State

Mask = Callable[[FlowColumns], Bools]

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
_MOST = Decimal(1 << 62)
"""No count or span is larger."""


class _WrongError(ValueError):
    """What is wrong with a word, for the user."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a filter. states, verdict: it looks at them."""

    mask: Mask
    states: bool = False
    verdict: bool = False

    def negated(self) -> Word:
        """The word with ``not`` before it."""

        def mask(columns: FlowColumns) -> Bools:
            others = ~self.mask(columns)
            if self.states:
                others &= columns.stands
            if self.verdict:
                others &= columns.judged
            return others

        return Word(mask, self.states, self.verdict)


@dataclass(frozen=True, slots=True)
class Query:
    """A filter as typed. error: what is wrong with it, in words; then it lets everything through."""

    text: str
    error: str | None = None
    tests: tuple[Word, ...] = field(default=(), compare=False, repr=False)

    @property
    def needs_verdict(self) -> bool:
        """It looks at verdicts, the costliest thing to know of a flow."""
        return any(test.verdict for test in self.tests)

    def mask(self, columns: FlowColumns) -> Bools:
        """The flows that are to be shown."""
        found = np.ones(len(columns), np.bool_)
        for test in self.tests:
            found &= test.mask(columns)
        return found


def parse(text: str) -> Query:
    """The filter that `text` says. Never raises: a mistake is in `Query.error`."""
    try:
        return Query(text, None, tuple(_tests(text)))
    except _WrongError as wrong:
        return Query(text, str(wrong))


def _tests(text: str) -> list[Word]:
    tests: list[Word] = []
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
        tests.append(test.negated() if negate != bool(sign) else test)
        negate = False
    if negate:
        raise _WrongError("not what? a word must follow")
    return tests


def _test(name: str, value: str) -> Word:
    if name and name not in _FIELDS:
        return _free(f"{name}:{value}") if _ADDRESS.fullmatch(f"{name}:{value}") else _unknown(name)
    if not value:
        raise _WrongError(f"{name}: needs a value" if name else "an empty word")
    return _FIELDS[name](value) if name else _free(value)


def _unknown(name: str) -> Word:
    raise _WrongError(f"no field {name}: (there are {', '.join(_FIELDS)})")


def _free(value: str) -> Word:
    wanted = value.casefold()
    states = {state for state in State if wanted in str(state).casefold()}
    sought = Sought(wanted)

    def mask(columns: FlowColumns) -> Bools:
        found = _in_states(columns.client_state, states) | _in_states(columns.server_state, states)
        found |= columns.by_verdict(lambda text: wanted in text.casefold())
        found |= columns.client.shows(wanted) | columns.server.shows(wanted)
        found |= sought.of_numbers(columns.table.number) == sought.found
        return found

    return Word(mask, states=True, verdict=True)


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


def _in_states(column: Key, states: set[State]) -> Bools:
    found = np.zeros(len(column), np.bool_)
    for state in states:
        found |= column == state
    return found


def _state(value: str) -> Word:
    states = _states(value)
    if states is None:
        raise _WrongError(f"no state {value} (there are {', '.join(str(state) for state in State)})")
    return Word(
        lambda columns: _in_states(columns.client_state, states) | _in_states(columns.server_state, states),
        states=True,
    )


def _end(client: bool) -> Callable[[str], Word]:
    def make(value: str) -> Word:
        states = _states(value)
        if states is not None:
            return Word(
                lambda columns: _in_states(columns.client_state if client else columns.server_state, states),
                states=True,
            )
        has = _has_address(value)
        return Word(lambda columns: has(columns.client if client else columns.server))

    return make


def _host(value: str) -> Word:
    has = _has_address(value)
    return Word(lambda columns: has(columns.client) | has(columns.server))


def _has_address(value: str) -> Callable[[End], Bools]:
    """A test of addresses: the same, in the network, or beginning so."""
    if "/" in value:
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            raise _WrongError(f"no network: {error}") from None
        return lambda end: end.inside(network)
    try:
        alone: Network = ipaddress.ip_network(value.strip("[]"))
    except ValueError:
        return lambda end: end.begins(value.casefold())
    return lambda end: end.inside(alone)


def _port(value: str) -> Word:
    within = _within(value, {"": 1})
    return Word(lambda columns: within(columns.client.port) | within(columns.server.port))


def _measure(units: dict[str, int], get: Callable[[FlowColumns], Key]) -> Callable[[str], Word]:
    def make(value: str) -> Word:
        within = _within(value, units)
        return Word(lambda columns: within(get(columns)))

    return make


def _within(value: str, units: dict[str, int]) -> Callable[[Key], Bools]:
    """A test of numbers: ``>60s``, ``80-89``, ``7``."""
    match = _COMPARE.fullmatch(value)
    if match is None:
        raise _WrongError(f"no number: {value}")
    sign, rest = match[1] or "=", match[2]
    low, dash, high = rest.partition("-")
    if not (dash and sign == "="):
        low = high = rest
    least, most = math.ceil(_amount(low, units)), math.floor(_amount(high, units))
    if sign == ">":
        least = most + 1
    elif sign == "<":
        most = least - 1
    if sign[0] == ">":
        return lambda numbers: numbers >= np.int64(least)
    if sign[0] == "<":
        return lambda numbers: numbers <= np.int64(most)
    return lambda numbers: (numbers >= np.int64(least)) & (numbers <= np.int64(most))


def _amount(text: str, units: dict[str, int]) -> Decimal:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _WrongError(f"no number: {text or 'nothing'}")
    unit = match[2] if match[2] in units else match[2].lower()
    if unit not in units:
        names = ", ".join(name for name in units if name)
        raise _WrongError(f"no unit {match[2]} (there are {names})" if names else f"no number: {text}")
    return min(Decimal(match[1]) * units[unit], _MOST)


def _verdict(value: str) -> Word:
    wanted = value.casefold()
    return Word(lambda columns: columns.by_verdict(lambda text: wanted in text.casefold()), verdict=True)


_FIELDS: dict[str, Callable[[str], Word]] = {
    "state": _state,
    "client": _end(True),
    "server": _end(False),
    "host": _host,
    "port": _port,
    "packets": _measure(_COUNTS, lambda columns: columns.table.packets),
    "bytes": _measure(_COUNTS, lambda columns: columns.table.payload),
    "quiet": _measure(_SPANS, lambda columns: columns.quiet_ns),
    "duration": _measure(_SPANS, lambda columns: columns.duration_ns),
    "verdict": _verdict,
    "flow": _measure(_COUNTS, lambda columns: columns.table.number),
}
