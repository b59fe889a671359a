"""The orders of the list: those that rows read one by one would have."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.flowlist import FlowRow
from tcptui.model.flowsort import SORT_KEYS, ascending, sort
from tcptui.store.flows import Address
from tcptui.tcp.states import State
from tests.model.test_query import flows
from tests.support.flowrows import Flow, columns


def order(rows: list[FlowRow], key: str, keep: list[int] | None = None) -> list[int]:
    rows = sorted(rows, key=lambda row: row.flow.number)
    places = np.arange(len(rows)) if keep is None else np.array(keep, np.int64)
    found: list[int] = sort(columns(rows), places, key).tolist()
    return found


STUCK = Flow(2, (Address("127.0.0.1", 39872), Address("127.0.0.1", 9502)))
SIX = Flow(10, (Address("2001:db8::1", 39870), Address("::1", 443)), client=1)
OTHER = Flow(
    3, (Address("9.0.0.1", 1), Address("127.0.0.1", 80)), packets=(500, 1), states=(State.CLOSED,) * 2
)


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("number", [2, 3, 10]),
        ("client", [3, 2, 10]),  # 9.0.0.1 before 127.0.0.1, IPv6 last
        ("packets", [3, 2, 10]),
        ("state", [3, 2, 10]),
        ("verdict", [2, 3, 10]),  # what is not known yet comes last
    ],
)
def test_sorting(key: str, numbers: list[int]) -> None:
    assert order([FlowRow(OTHER, "refused"), FlowRow(STUCK, "open"), FlowRow(SIX)], key) == numbers


def test_only_what_passed_is_sorted() -> None:
    assert order([FlowRow(OTHER), FlowRow(STUCK), FlowRow(SIX)], "packets", [0, 2]) == [2, 10]
    assert order([], "client") == []


def test_the_last_order_is_kept_until_more_verdicts_are_known() -> None:
    all_of, places = columns([FlowRow(STUCK), FlowRow(OTHER, "refused"), FlowRow(SIX, "open")]), np.arange(3)
    first = sort(all_of, places, "verdict")
    assert first.tolist() == [10, 3, 2]
    assert sort(all_of, places, "verdict") is first
    all_of.table.verdict[all_of.table.number == 2] = all_of.table.verdict[all_of.table.number == 10]
    assert sort(all_of, places, "verdict").tolist() == [2, 10, 3]
    assert sort(all_of, places, "packets").tolist() == [3, 2, 10]
    assert sort(all_of, places, "verdict").tolist() == [2, 10, 3]


def test_orders_by_address_are_kept() -> None:
    all_of = columns([FlowRow(STUCK), FlowRow(OTHER), FlowRow(SIX)])
    first = sort(all_of, np.arange(3), "client")
    assert sort(all_of, np.arange(3), "client") is first
    assert sort(all_of, np.array([0, 2]), "client").tolist() == [2, 10]


def test_there_are_no_other_orders() -> None:
    with pytest.raises(KeyError):
        order([FlowRow(STUCK)], "colour")


def _host(address: Address) -> tuple[int, int, int]:
    parsed = ipaddress.ip_address(address.ip)
    return parsed.version, int(parsed), address.port


KEYS: dict[str, Callable[[FlowRow], Any]] = {
    "number": lambda row: row.flow.number,
    "client": lambda row: _host(row.address(True)),
    "server": lambda row: _host(row.address(False)),
    "state": lambda row: (row.state(True), row.state(False)),
    "server state": lambda row: (row.state(False), row.state(True)),
    "packets": lambda row: -sum(row.flow.packets),
    "bytes": lambda row: -sum(row.flow.payload),
    "duration": lambda row: -row.duration_ns,
    "quiet": lambda row: -row.quiet_ns,
    "verdict": lambda row: (row.verdict == "", row.verdict),
}


@pytest.mark.parametrize("key", SORT_KEYS)
@given(st.lists(flows(), max_size=20, unique_by=lambda row: row.flow.number))
def test_the_order_is_that_of_the_rows(key: str, rows: list[FlowRow]) -> None:
    expected = sorted(rows, key=lambda row: (KEYS[key](row), row.flow.number))
    assert order(rows, key) == [row.flow.number for row in expected]


WORDS = st.lists(
    st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.integers(2**40, 2**40 + 2**20), max_size=40
)


@given(WORDS, st.integers(0, 3))
def test_a_long_key_is_sorted_in_parts_and_stays_stable(words: list[int], last: int) -> None:
    keys = [np.array(words, np.uint64), np.array([word % (last + 1) for word in words], np.int64)]
    expected = sorted(range(len(words)), key=lambda at: (words[at] % (last + 1), words[at]))
    assert ascending(keys).tolist() == expected
