from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.model.cells import Role
from tcptui.model.flowlist import FlowRow, address_widths, header, layout, row
from tcptui.model.flowsort import SORT_KEYS
from tcptui.model.text import plain, row_width
from tcptui.store.flows import Address
from tcptui.tcp.events import Event
from tcptui.tcp.history import Standing, Transition
from tcptui.tcp.states import Evidence, State
from tests.support.flowrows import Flow

SECOND = 1_000_000_000


STUCK = Flow(2, (Address("127.0.0.1", 39872), Address("127.0.0.1", 9502)))
SIX = Flow(10, (Address("2001:db8:1234:5678:9abc:def0:1234:5678", 39870), Address("::1", 443)), client=1)


def text(item: FlowRow, width: int, client: int = 15, server: int = 15) -> str:
    return plain(row(item, layout(width, client, server), width, gutter="▌"))


def test_a_connection_in_a_wide_row() -> None:
    columns = layout(120, 15)
    shown = plain(row(FlowRow(STUCK, "server has not closed"), columns, 120, gutter="▌"))
    assert shown.split() == [
        "▌", "2", "127.0.0.1:39872", "127.0.0.1:9502", "FIN_WAIT_2", "CLOSE_WAIT", "9", "7", "B", "43.1", "s",
        "server", "has", "not", "closed",
    ]  # fmt: skip
    head = plain(header(columns, 120))
    for name in ("client", "server", "client is", "server is", "packets", "bytes", "duration", "verdict"):
        assert name in head
    assert head.index("verdict") == shown.index("server has")


def test_columns_go_in_a_fixed_order() -> None:
    there: list[tuple[str, ...]] = []
    for width in range(130, 20, -1):
        columns = layout(width, 21)
        names = tuple(name for name in ("packets", "bytes", "time", "verdict") if getattr(columns, name))
        if not there or there[-1] != names:
            there.append(names)
    assert there == [
        ("packets", "bytes", "time", "verdict"),
        ("packets", "time", "verdict"),
        ("packets", "verdict"),
        ("verdict",),
        (),
    ]


def test_80_columns_show_both_states_and_the_verdict() -> None:
    shown = text(FlowRow(STUCK, "server has not closed"), 80)
    assert "FIN_W2" in shown and "CLOSE_W" in shown
    assert "127.0.0.1:39872" in shown and "server has not closed" in shown


@pytest.mark.parametrize(("width", "verdict"), [(80, 24), (60, 16)])
def test_the_verdict_has_room_in_narrow_lists(width: int, verdict: int) -> None:
    assert layout(width, 16, 15, 2).verdict >= verdict
    assert "  " in plain(header(layout(width, 16, 15, 2), width)).split("C state")[1].split("S state")[0]


def test_narrow_rows_shorten_the_states() -> None:
    assert "FIN_W2" in text(FlowRow(STUCK), 55)


def test_the_client_stands_first_whichever_endpoint_it_is() -> None:
    shown = text(FlowRow(SIX), 200, *address_widths([SIX]))
    assert shown.index("[::1]:443") < shown.index("[2001:db8:1234:5678:9abc:def0:1234:5678]:39870")
    assert shown.index("CLOSE_WAIT") < shown.index("FIN_WAIT_2")


def test_a_long_address_keeps_both_ends() -> None:
    shown = text(FlowRow(SIX), 90, *address_widths([SIX]))
    assert "[2001:" in shown and ":39870" in shown and "…" in shown


def test_live_the_time_is_how_long_it_has_been_quiet() -> None:
    item = FlowRow(STUCK, "open", now_ns=103_100_000_000)
    assert item.quiet_ns == 60 * SECOND
    assert "60.0 s" in text(item, 120)
    assert "quiet" in plain(header(layout(120, 15), 120, live=True))
    assert FlowRow(STUCK).quiet_ns == 0


def test_states_as_of_the_cursor_and_their_doubt() -> None:
    step = Transition(2, 5, 0, State.SYN_SENT, State.ESTABLISHED, Event.RECV_SYN_ACK, Evidence.PASSED, 2)
    standing = (
        Standing(State.ESTABLISHED, Evidence.PASSED, step),
        Standing(State.LISTEN, Evidence.ASSUMED, None),
    )
    shown = row(FlowRow(STUCK, "", None, standing), layout(120, 15), 120)
    assert "ESTABLISHED?" in plain(shown)
    assert "LISTEN? " in plain(shown)
    assert [cell.text.strip() for cell in shown if cell.role is Role.ASSUMED] == ["?", "?"]


def test_a_verdict_cannot_speak_to_the_terminal() -> None:
    shown = text(FlowRow(STUCK, "reset \x1b[2J\u202e by [bold]"), 160)
    assert shown.isprintable() and "\\x1b[2J" in shown and "[bold]" in shown


@given(
    st.integers(1, 300),
    st.integers(1, 60),
    st.booleans(),
    st.integers(0, 2**62),
    st.text(max_size=30),
    st.sampled_from([STUCK, SIX]),
)
def test_every_row_has_exactly_its_width(
    width: int, address: int, live: bool, count: int, verdict: str, flow: Flow
) -> None:
    columns = layout(width, address)
    flow = replace(flow, packets=(count, 1), payload=(count, 2), end_ns=count)
    item = FlowRow(flow, verdict, 5 if live else None)
    assert row_width(row(item, columns, width)) == width
    assert row_width(header(columns, width, "packets", live=live)) == width


@pytest.mark.parametrize("key", SORT_KEYS)
def test_every_key_marks_its_column(key: str) -> None:
    heads = plain(header(layout(200, 15), 200, key, live=key == "quiet"))
    assert "▲" in heads


def test_what_is_proven_and_open_all_the_same_has_a_star() -> None:
    sure = Standing(State.LAST_ACK, Evidence.SENT, None, "its application may have closed earlier: …")
    item = FlowRow(STUCK, "open", None, (sure, sure._replace(evidence=Evidence.PASSED)))
    for width in (160, 80):
        shown = plain(row(item, layout(width), width))
        assert "LAST_ACK*" in shown and "LAST_ACK?" in shown
