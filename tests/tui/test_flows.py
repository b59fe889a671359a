"""The flows' pane: filter, order, selection, as of the moment."""

import dataclasses
from pathlib import Path

import pytest

from tcptui.model.text import plain
from tcptui.tcp.history import Moment
from tests.support.packets import ethernet, frame, ipv6, pcap, tcp
from tests.support.screen import capture, demo, running, screen_lines, screen_text
from tests.support.sessions import SHARED

MANY = SHARED / "real" / "pop3.pcap"
needs_captures = pytest.mark.skipif(not MANY.exists(), reason="no shared captures")


def rows(app) -> list[str]:  # type: ignore[no-untyped-def]
    pane = app.screen.flows
    lines = [pane.render_line(y).text for y in range(pane.size.height)]
    return [line for line in lines if ":" in line and "server is" not in line]


async def test_the_states_are_those_of_the_moment() -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        assert "SYN_SENT" in rows(app)[0]
        await pilot.press("enter", "G")
        assert "TIME_WAIT" in rows(app)[0]
        assert "closed by client" in rows(app)[0]


@needs_captures
async def test_a_filter_narrows_while_one_types_and_esc_takes_it_back() -> None:
    async with running(capture(MANY), (120, 40), at_start=False) as (app, pilot):
        everything = len(app.screen.flows)
        await pilot.press("slash", *"refused")
        assert 0 < len(app.screen.flows) < everything
        assert all("refused" in row for row in rows(app))
        await pilot.press("enter")
        assert app.screen.flows.query_text == "refused"
        await pilot.press("escape")
        assert len(app.screen.flows) == everything


@needs_captures
async def test_a_mistake_in_the_filter_is_said_and_hides_nothing() -> None:
    async with running(capture(MANY), (120, 40)) as (app, pilot):
        everything = len(app.screen.flows)
        await pilot.press("slash", *"state:nonsense")
        assert len(app.screen.flows) == everything
        assert "no state nonsense" in screen_text(app)


async def test_a_filter_that_matches_nothing_says_so() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("slash", *"zzz")
        assert "No flow matches" in screen_text(app)


@needs_captures
async def test_sorting_changes_the_order_and_keeps_the_selection() -> None:
    async with running(capture(MANY), (120, 40)) as (app, pilot):
        await pilot.press("down", "down")
        selected = app.screen.viewpoint.flow
        order = list(app.screen.flows.order.numbers)
        for _ in range(5):
            await pilot.press("s")
        assert sorted(app.screen.flows.order.numbers) == order
        assert list(app.screen.flows.order.numbers) != order
        assert app.screen.viewpoint.flow == selected
        assert any(line.lstrip("│").startswith("▌") and f" {selected} " in line for line in screen_lines(app))


@needs_captures
async def test_moving_in_the_list_selects_flows_and_stops_at_its_ends() -> None:
    async with running(capture(MANY), (80, 24)) as (app, pilot):
        await pilot.press("G")
        assert app.screen.viewpoint.flow == app.screen.viewpoint.snapshot.flows
        await pilot.press("down")
        assert app.screen.viewpoint.flow == app.screen.viewpoint.snapshot.flows
        await pilot.press("g", "up")
        assert app.screen.viewpoint.flow == 1


@needs_captures
async def test_the_frame_says_where_states_and_counts_are_not_of_one_moment() -> None:
    async with running(capture(MANY), (120, 40)) as (app, pilot):
        assert "states at the cursor, counts at the end" in screen_lines(app)[1]
        await pilot.press("s")
        assert "by client · states at the cursor, counts at the end" in screen_lines(app)[1]
        await pilot.press("F")
        assert "states at the cursor" not in screen_text(app)


@needs_captures
async def test_what_is_said_of_a_flow_before_it_begins_holds_at_every_moment_before() -> None:
    async with running(capture(MANY), (120, 40)) as (app, _):
        view, seen = app.screen.viewpoint, 0
        for number in range(2, len(app.screen.flows) + 1):
            first = view.session.flow(number).first_packet
            segments = view.session.segments(1)
            moments = [Moment(one.packet, one.time_ns) for one in segments if one.packet < first]
            assert len({view.session.verdict(number, moment) for moment in moments}) <= 1
            seen += len(moments)
        assert seen > 10


@needs_captures
async def test_the_next_page_is_ready_before_its_key() -> None:
    async with running(capture(MANY), (80, 24)) as (app, pilot):
        await pilot.press("1", "g")
        view, flows = app.screen.viewpoint, app.screen.flows
        below = [flows.number_at(flows.top + flows.body_height + i) for i in range(flows.body_height)]
        await pilot.pause(0.3)
        assert set(below) <= set(view._histories)
        assert app.screen._looking_ahead._active.is_set() is False, "and then it rests"


async def test_the_columns_are_those_of_the_width_that_is_drawn() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, _):
        pane = app.screen.flows
        assert "duration" not in plain(pane.head(78))
        assert "duration" in plain(pane.head(118)), (
            "the first picture is drawn before the list knows its size"
        )
        assert "192.0.2.10:40001" in plain(pane.row(0, 118))


async def test_the_counts_do_not_go_back_while_panes_are_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        session = app.screen.viewpoint.session
        later = dataclasses.replace(session.snapshot(), segments=1200, frames=1200, running=True)
        monkeypatch.setattr(session, "snapshot", lambda: later)
        app.screen._look_again = float("inf")
        app.screen._poll()
        assert "1,200 packets" in screen_lines(app)[0]
        await pilot.press("j")
        assert "1,200 packets" in screen_lines(app)[0]


@needs_captures
async def test_the_flows_that_match_and_all_flows_are_counted_at_the_same_moment() -> None:
    """While much arrives, the list is made of more than the snapshot knows."""
    async with running(capture(MANY), (120, 40)) as (app, _):
        pane, view = app.screen.flows, app.screen.viewpoint
        everything = view.snapshot.flows
        view.snapshot = dataclasses.replace(view.snapshot, version=view.snapshot.version - 1, flows=1)
        pane.set_query("port:110")
        pane.sync()
        assert pane.note.startswith(f"{len(pane)} of {everything}")


async def test_the_columns_fit_the_rows_that_are_seen_and_not_those_that_were(tmp_path: Path) -> None:
    long = [
        ethernet(ipv6(tcp(sport=3000 + at), src="2001:db8::1:2:3", dst="2001:db8::4:5:6"), 0x86DD)
        for at in range(30)
    ]
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(*long, *(frame(sport=40000 + at) for at in range(30))))
    async with running(capture(path), (120, 40)) as (app, pilot):
        await pilot.press("1", "g")
        assert "bytes" not in screen_text(app)
        await pilot.press("G")
        shown = screen_text(app)
        assert "bytes" in shown
        app.screen.refresh_panes()
        assert screen_text(app) == shown
