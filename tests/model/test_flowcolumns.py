"""What filter and order go by, of rows that are known."""

from __future__ import annotations

from ipaddress import ip_network

from tcptui.flowtable import NOT_YET
from tcptui.model.flowlist import FlowRow
from tcptui.store.flows import Address
from tcptui.tcp.states import State
from tests.support.flowrows import Flow, columns

FOUR = Flow(1, (Address("10.0.0.1", 40000), Address("10.0.0.2", 80)), client=1, end_ns=5)
SIX = Flow(7, (Address("2001:db8::1", 40000), Address("2001:db8::2", 443)), start_ns=3, end_ns=9)
WAITING = Flow(8, FOUR.ends, states=(NOT_YET, NOT_YET))  # type: ignore[arg-type]
ROWS = [FlowRow(FOUR, "open", 8), FlowRow(SIX, "refused", 8), FlowRow(WAITING, "", 8)]


def test_ends_and_states_are_had_by_role() -> None:
    both = columns(ROWS)
    assert both.client.port.tolist() == [80, 40000, 40000]
    assert both.server.port.tolist() == [40000, 443, 80]
    assert both.client_state.tolist() == [State.CLOSE_WAIT, State.FIN_WAIT_2, NOT_YET]
    assert both.server_state.tolist() == [State.FIN_WAIT_2, State.CLOSE_WAIT, NOT_YET]


def test_versions_are_told_apart() -> None:
    client = columns(ROWS).client
    assert client.is_four.tolist() == [True, False, True]
    assert client.inside(ip_network("0.0.0.0/0")).tolist() == [True, False, True]
    assert client.inside(ip_network("::/0")).tolist() == [False, True, False]


def test_spans() -> None:
    now = columns(ROWS)
    assert now.quiet_ns.tolist()[:2] == [3, 0]  # a clock that was set back counts nothing
    assert now.duration_ns.tolist()[:2] == [5, 6]
    assert columns([FlowRow(FOUR)]).quiet_ns.tolist() == [0]


def test_what_is_not_known_yet() -> None:
    assert columns(ROWS).stands.tolist() == [True, True, False]
    assert columns(ROWS).judged.tolist() == [True, True, False]
    assert columns(ROWS).by_verdict(lambda _: True).tolist() == [True, True, False]


def test_a_text_that_is_too_long_is_not_found() -> None:
    assert not columns(ROWS).client.shows("1" * 100_000).any()
