from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.flowtable import NOT_YET
from tcptui.model.flowlist import FlowRow
from tcptui.model.query import parse
from tcptui.store.flows import Address
from tcptui.tcp.states import State
from tests.support.flowrows import Flow, columns

SECOND = 1_000_000_000

STUCK = FlowRow(
    Flow(2, (Address("127.0.0.1", 39872), Address("127.0.0.1", 9502)), payload=(1200, 0)),
    "server has not closed",
    143_100_000_000,
)
OPEN = FlowRow(
    Flow(
        13,
        (Address("2001:db8::1", 40000), Address("2001:db8::2", 443)),
        client=1,
        packets=(2000, 0),
        payload=(0, 0),
        end_ns=100 * SECOND,
        states=(State.ESTABLISHED, State.SYN_SENT),
    ),
    "open",
    100 * SECOND,
)


@pytest.mark.parametrize(
    ("text", "stuck", "opened"),
    [
        ("", True, True),
        ("state:close_wait", True, False),
        ("state:CLOSE-WAIT", True, False),
        ("state:fin_wait", True, False),
        ("state:estab", False, True),
        ("state:closed", False, False),
        ("state:last_ack,syn_sent", False, True),
        ("client:fin_wait_2", True, False),
        ("client:close_wait", False, False),
        ("client:syn_sent server:established", False, True),
        ("server:127.0.0.1:9502", True, False),
        ("client:2001:db8::2", False, True),
        ("client:[2001:db8::2]:443", False, True),
        ("host:127.0.0.1", True, False),
        ("host:127.", True, False),
        ("host:127.0.0.0/8", True, False),
        ("host:2001:DB8:0::1", False, True),
        ("host:2001:db8::/32", False, True),
        ("port:9502", True, False),
        ("port:9500-9600", True, False),
        ("port:<1000", False, True),
        ("quiet:>60s", True, False),
        ("quiet:>60", True, False),
        ("quiet:>1m", True, False),
        ("quiet:>=100000ms", True, False),
        ("quiet:<1s", False, True),
        ("packets:>10", False, True),
        ("packets:>1k", False, True),
        ("packets:9", True, False),
        ("bytes:>1k", True, False),
        ("bytes:0", False, True),
        ("duration:>1.5m", False, True),
        ("flow:13", False, True),
        ("verdict:not", True, False),
        ('verdict:"not closed"', True, False),
        ('"has not"', True, False),
        ("9502", True, False),
        ("CLOSED", True, False),
        ("2001:db8::1", False, True),
        ("-state:close_wait", False, True),
        ("!port:9502", False, True),
        ("not port:9502", False, True),
        ("not -port:9502", True, False),
        ("state:close_wait quiet:>60s port:9502", True, False),
        ("state:close_wait port:443", False, False),
    ],
)
def test_a_filter_lets_through(text: str, stuck: bool, opened: bool) -> None:
    query = parse(text)
    assert query.error is None
    assert query.mask(columns([STUCK])).tolist() == [stuck]
    assert query.mask(columns([OPEN])).tolist() == [opened]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("state:sleepy", "no state sleepy"),
        ("state:", "needs a value"),
        ("colour:red", "no field colour"),
        ("port:http", "no number: http"),
        ("quiet:>60x", "no unit x"),
        ("port:80s", "no number: 80s"),
        ("host:10.0.0.0/99", "no network"),
        ("packets:>", "no number"),
        ("not", "a word must follow"),
        ("-", "an empty word"),
        ('""', "an empty word"),
    ],
)
def test_a_mistake_is_told_and_lets_everything_through(text: str, words: str) -> None:
    query = parse(text)
    assert query.error is not None and words in query.error
    assert query.mask(columns([STUCK, OPEN])).tolist() == [True, True]


@given(
    st.text(st.sampled_from('stae:close_wait quiet>60.-!"/[]not port9 host'), max_size=40)
    | st.text(max_size=40)
)
def test_no_text_raises(text: str) -> None:
    query = parse(text)
    assert len(query.mask(columns([STUCK, OPEN]))) == 2
    assert query.text == text


HOSTS = ("10.0.0.1", "10.0.0.10", "10.1.0.0", "192.168.255.1", "255.255.255.255", "0.0.0.0", "::1", "::",
         "2001:db8::1", "2001:db8::10", "fe80::ffff:a00:1")  # fmt: skip
PORTS = st.sampled_from([0, 1, 8, 80, 81, 443, 1000, 8080, 9999, 10_000, 65_535])
NETWORKS = ("10.0.0.0/8", "10.0.0.0/31", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::/124", "::/128")
VERDICTS = ("open", "refused", "Reset by the server", "closed by client", "")


@st.composite
def flows(draw: st.DrawFn) -> FlowRow:
    address = st.builds(Address, st.sampled_from(HOSTS), PORTS)
    state = st.sampled_from(State)
    states = (NOT_YET, NOT_YET) if draw(st.booleans()) and draw(st.booleans()) else (draw(state), draw(state))
    start = draw(st.integers(0, 5 * SECOND))
    flow = Flow(
        draw(st.integers(1, 30) | st.integers(1, 2**31 - 1)),
        (draw(address), draw(address)),
        draw(st.integers(0, 1)),
        start,
        start + draw(st.integers(0, 3 * SECOND)),
        (draw(st.integers(0, 20)), draw(st.integers(0, 2000))),
        (draw(st.integers(0, 20)), draw(st.integers(0, 2**40))),
        states,  # type: ignore[arg-type]
    )
    return FlowRow(flow, draw(st.sampled_from(VERDICTS)), 9 * SECOND)


@given(
    st.lists(flows(), max_size=8),
    st.sampled_from(["::1]:", "0", "1", "10", "80", ":80", "0:8", ".0", ".0.", "0.1", "1:", "10.0.0.1:8", "[",
                     "]:4", "db8", "::", "ESTAB", "wait", "open", "reset by", "255.255.255.255:65535", "a"])
    | st.text("0123456789.:[]", max_size=7)
)  # fmt: skip
def test_a_word_is_looked_for_in_what_the_row_shows(rows: list[FlowRow], text: str) -> None:
    query = parse(f'"{text}"')
    if query.error:
        return
    for row, found in zip(rows, query.mask(columns(rows)).tolist(), strict=True):
        assert found == (text.casefold() in shown(row)), shown(row)


def shown(row: FlowRow) -> str:
    """What a row shows, a line each."""
    flow = row.flow
    states = [str(state) for state in flow.states if state != NOT_YET]
    return "\n".join([str(flow.number), *map(str, flow.ends), *states, row.verdict]).casefold()


@given(st.lists(flows(), max_size=8), st.sampled_from(["host", "client", "server"]), st.data())
def test_addresses_are_the_same_or_begin_so_or_are_in_a_network(
    rows: list[FlowRow], name: str, data: st.DataObject
) -> None:
    text = data.draw(
        st.sampled_from(
            [*HOSTS, *NETWORKS, "10.", "10.0.0.1:", "10.0.0.1:80", "[2001", "2001:", "[::1]:8", "fe"]
        )
    )
    query = parse(f"{name}:{text}")
    assert query.error is None

    def has(address: Address) -> bool:
        ip = ipaddress.ip_address(address.ip)
        if "/" in text:
            network = ipaddress.ip_network(text)
            return ip.version == network.version and ip in network
        if text in HOSTS:
            return address.ip == text
        return address.ip.startswith(text) or str(address).startswith(text)

    for row, found in zip(rows, query.mask(columns(rows)).tolist(), strict=True):
        ends = {"client": [row.address(True)], "server": [row.address(False)]}.get(name, row.flow.ends)
        assert found == any(map(has, ends))


AMOUNTS: dict[str, Callable[[FlowRow], int]] = {
    "packets": lambda row: sum(row.flow.packets),
    "bytes": lambda row: sum(row.flow.payload),
    "duration": lambda row: row.duration_ns,
    "quiet": lambda row: row.quiet_ns,
    "flow": lambda row: row.flow.number,
}


@given(
    st.lists(flows(), max_size=8),
    st.sampled_from(list(AMOUNTS)),
    st.sampled_from([">", "<", ">=", "<=", "="]),
    st.sampled_from(["0", "7", "1.5", "2000", "1k", "1.1k", "9" * 400, "4294967296"]),
)
def test_numbers_are_compared(rows: list[FlowRow], name: str, sign: str, amount: str) -> None:
    query = parse(f"{name}:{sign}{amount}")
    if query.error:  # spans have no k
        return
    value = Fraction(amount.removesuffix("k")) * (1000 if "k" in amount else 1)
    value *= SECOND if name in ("duration", "quiet") else 1
    compare = {">": gt, "<": lt, ">=": ge, "<=": le, "=": eq}[sign]
    expected = [compare(AMOUNTS[name](row), value) for row in rows]
    assert query.mask(columns(rows)).tolist() == expected


@given(st.lists(flows(), max_size=8), st.sampled_from(["state:estab", "refused", "verdict:open", "port:80"]))
def test_what_is_not_known_yet_matches_neither_a_word_nor_its_contrary(
    rows: list[FlowRow], word: str
) -> None:
    found, others = parse(word).mask(columns(rows)), parse(f"-{word}").mask(columns(rows))
    for row, one, other in zip(rows, found.tolist(), others.tolist(), strict=True):
        assert not (one and other)
        known = word == "port:80" or (
            (word.startswith("verdict") or NOT_YET not in row.flow.states)
            and (word.startswith("state") or row.verdict != "")
        )
        assert (one or other) >= known
        assert not (other and not known)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("state:close_wait port:80", False),
        ("refused", True),
        ("-refused", True),
        ("verdict:open", True),
        ("", False),
    ],
)
def test_verdicts_are_only_asked_for_where_they_count(text: str, needs: bool) -> None:
    assert parse(text).needs_verdict is needs


class Phonebook:
    """The names of one host and one service."""

    services: ClassVar = {80: "http"}

    def host(self, ip: str) -> str:
        return {"127.0.0.1": "Localhost"}.get(ip, ip)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("localhost", True),
        ("host:local", True),
        ("host:127.0", True),
        ("host:127.0.0.1", True),
        ("client:localhost:39872", True),
        ("host:localhost:http", False),
        ("127.0.0", False),  # that is not shown
        ("39872", True),
    ],
)
def test_where_names_are_shown_they_are_looked_for(text: str, found: bool) -> None:
    assert parse(text).mask(columns([STUCK], Phonebook())).tolist() == [found]
    web = replace(STUCK, flow=replace(STUCK.flow, ends=(Address("127.0.0.1", 80), Address("::1", 1))))
    assert parse("server:[::1]:1 t:http").error
    assert parse('server:[::1]:1 "t:http"').mask(columns([web], Phonebook())).tolist() == [True]
