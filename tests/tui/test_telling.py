"""A demo's story, the explanation in its lengths, and TIME_WAIT's end."""

from dataclasses import replace
from pathlib import Path

import pytest

from tcptui.demos import catalog
from tcptui.model.text import plain
from tcptui.sources import Choice, open_source
from tcptui.tcp.history import Correction
from tcptui.tcp.states import State
from tcptui.tui.telling import Length, telling, time_wait
from tcptui.tui.viewpoint import SECOND
from tests.support.hosts import HALF_OPEN, attempt, away
from tests.support.packets import pcap
from tests.support.screen import demo, running, screen_text

STORY = catalog.load("handshake").text


def words(text: str) -> str:
    return " ".join(text.split())


async def test_below_a_short_ladder_the_story_can_be_read_while_stepping() -> None:
    async with running(demo("handshake"), (120, 40), story=STORY) as (app, pilot):
        await pilot.press("3", "right")
        assert "Three segments open the connection" in screen_text(app)
        await pilot.press("x")
        assert app.screen.explanation is Length.LONG


async def test_in_a_small_window_x_tells_the_story_first() -> None:
    async with running(demo("handshake"), (80, 24), story=STORY) as (app, pilot):
        assert "Three segments" not in screen_text(app)
        assert "x story" in screen_text(app)
        await pilot.press("3", "x")
        await pilot.pause()
        shown = words(screen_text(app))
        assert words(STORY) in shown
        assert "#1 client → SYN_SENT" in shown
        await pilot.press("x")
        await pilot.pause()
        assert "rule" in screen_text(app)
        await pilot.press("x")
        await pilot.pause()
        assert app.screen.explanation is Length.SHORT


async def test_a_long_explanation_has_as_many_lines_as_it_needs() -> None:
    async with running(demo("time-wait-reuse"), (80, 40)) as (app, pilot):
        await pilot.press("3", "x")
        for _ in range(12):
            await pilot.press("right")
            await pilot.pause()
            view = app.screen.viewpoint
            wanted = telling(view, Length.LONG, "", 78, 1)
            assert app.screen._explanation.size.height >= len(wanted)


async def test_live_it_says_when_TIME_WAIT_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("three-segment-close"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        await pilot.press("3", "G")
        assert time_wait(view) == ""
        live = replace(view.snapshot, live=True, running=True)
        monkeypatch.setattr(view.session, "snapshot", lambda: live)
        view.snapshot, view.follow = live, True
        view._wall_ns = view.moment.time_ns + 19 * SECOND
        assert time_wait(view).startswith("TIME_WAIT ends in 4")


async def test_what_is_owed_is_not_cut_for_a_section_s_sake() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        await pilot.press("3", "right", "right", "right", "right")
        told = telling(app.screen.viewpoint, Length.SHORT, "", 78, 2)
        rows = ["".join(cell.text for cell in row) for row in told]
        assert rows[0].startswith("#9 client → FIN_WAIT_2?: received the ACK of its FIN")
        assert rows[1].endswith("since #8, 81 ms")
        assert len(rows) == 2


async def test_on_a_correction_s_row_it_is_told_whole() -> None:
    async with running(demo("handshake-ack-lost"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        await pilot.press("3")
        while not isinstance(view.cause, Correction):
            await pilot.press("right")
        told = telling(view, Length.SHORT, "", 78, 2)
        shown = words(" ".join("".join(cell.text for cell in row) for row in told))
        assert "#4 server was not ESTABLISHED but SYN_RCVD: SYN,ACK retransmitted: the ACK (#3)" in shown
        assert "owes:" in shown


async def test_the_longest_text_has_what_is_notable_and_leads_to_the_hosts(tmp_path: Path) -> None:
    packets = [one for i in range(60) for one in attempt(i / 99, away(i), 1, "10.0.0.2", 80, HALF_OPEN)]
    packets += attempt(4, away(0), 1, "10.0.0.2", 80, ("<SA",))
    path = tmp_path / "flood.pcap"
    path.write_bytes(pcap(*((one.frame, len(one.frame), one.time_ns) for one in packets), linktype=101))
    async with running(open_source(Choice(file=str(path))).session, (80, 24)) as (app, pilot):
        app.screen.viewpoint.to_end(True)
        await pilot.press("x")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "! SYN flood 10.0.0.2:80" in shown
        assert "hosts 1 finding: ! tells" in shown
        told = telling(app.screen.viewpoint, Length.LONG, "", 78, 1)
        text = words(" ".join(plain(row) for row in told))
        assert "warning half-open: the server's SYN,ACK, sent 2 times in 4.0 s, is not acknowledged" in text
        assert "`ss -tan state syn-recv` on the server counts them (#2 and #121)" in text


async def test_a_fin_that_comes_again_sets_the_countdown_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("last-ack-lost"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        await pilot.press("3", "G")
        live = replace(view.snapshot, live=True, running=True)
        monkeypatch.setattr(view.session, "snapshot", lambda: live)
        view.snapshot, view.follow = live, True
        again = view.loaded.segments[-2]  # the FIN, a quarter of a second after the first
        entered = next(t for t in view.history(1).standing() if t.new is State.TIME_WAIT)
        assert again.time_ns - entered.time_ns > SECOND // 5
        view._wall_ns = again.time_ns + 20 * SECOND
        assert time_wait(view) == "TIME_WAIT ends in 40 s"


async def test_an_explanation_that_is_asked_for_is_not_covered_by_what_was_said() -> None:
    async with running(demo("handshake"), (80, 24)) as (app, pilot):
        await pilot.press("3", "right", "c")
        assert "as it was seen live" in screen_text(app)
        await pilot.press("x")
        await pilot.pause()
        assert "as it was seen live" not in screen_text(app)
        assert "→ ESTABLISHED" in screen_text(app)
