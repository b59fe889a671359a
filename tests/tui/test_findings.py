"""Findings in full: those about hosts, and the selected flow's as of the cursor."""

from pathlib import Path

import pytest

from tcptui.hosts import around
from tcptui.model.text import plain
from tcptui.session import Session
from tcptui.tcp.diagnosis import Diagnosis, Severity
from tcptui.tui.findings import LOOKING, diagnosis_rows
from tests.support.hosts import CLOSED, HALF_OPEN, attempt, away
from tests.support.packets import pcap
from tests.support.screen import capture, demo, running, screen_text


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.fixture
def trouble(tmp_path: Path) -> Session:
    """A flood and a scan."""
    packets = [one for i in range(60) for one in attempt(i / 99, away(i), 1, "10.0.0.2", 80, HALF_OPEN)]
    packets += [
        one for i in range(20) for one in attempt(2 + i / 9, "10.0.0.9", i, "10.0.0.3", 20 + i, CLOSED)
    ]
    path = tmp_path / "trouble.pcap"
    path.write_bytes(pcap(*((one.frame, len(one.frame), one.time_ns) for one in packets), linktype=101))
    return capture(path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_all_findings_are_whole_with_what_to_do(trouble: Session, size: tuple[int, int]) -> None:
    async with running(trouble, size) as (app, pilot):
        assert "! findings" in screen_text(app), "the footer names the key while there is something"
        await pilot.press("exclamation_mark")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "error SYN flood on 10.0.0.2:80: 60 half-open connections from 60 sources" in shown
        assert "`ss -tan state syn-recv` counts what is left (#1, #3 … #19)" in shown
        assert "warning 10.0.0.9 scans 20 ports of 10.0.0.3" in shown
        await pilot.press("exclamation_mark")
        assert "Ladder" in screen_text(app)


async def test_a_flow_s_own_are_those_of_the_cursor() -> None:
    async with running(demo("zero-window"), (80, 24)) as (app, pilot):
        assert "! findings" not in screen_text(app)
        await pilot.press("exclamation_mark")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "Nothing is notable about a host." in shown
        assert "connecting, as of #1 Nothing is notable about it." in shown
        await pilot.press("q", "3", "G", "exclamation_mark")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "closed by client, as of #31 warning server advertised a zero window" in shown
        assert "Recv-Q, and the program that should empty it" in shown


async def test_nothing_at_all_to_tell_of(tmp_path: Path) -> None:
    path = tmp_path / "empty.pcap"
    path.write_bytes(pcap())
    async with running(capture(path), (80, 24)) as (app, pilot):
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert "Nothing is notable about a host." in screen_text(app)


async def test_what_does_not_happen_is_told_on_a_flow_s_newest_row() -> None:
    async with running(demo("syn-flood"), (80, 24)) as (app, pilot):
        view = app.screen.viewpoint
        view.select(101)
        await pilot.press("3", "exclamation_mark")
        await pilot.pause()
        assert "Nothing is notable about it." in screen_text(app), "its SYN has just passed"
        await pilot.press("q", "G", "exclamation_mark")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "as of #496 note server's SYN,ACK" in shown and "SYN cookies" in shown


@pytest.mark.parametrize(
    ("key", "away", "elsewhere", "back"),
    [("exclamation_mark", "q", "Ladder", "exclamation_mark"), ("x", "question_mark", "Help", "q")],
)
async def test_many_connections_are_looked_at_between_keys(
    key: str, away: str, elsewhere: str, back: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "SLICE", 2)
    async with running(demo("syn-flood"), (120, 40)) as (app, pilot):
        monkeypatch.setattr(app.screen.viewpoint.session, "look_around", lambda: True)
        app.screen.viewpoint.select(101)
        await pilot.press("3", "G", key)
        await pilot.pause()
        shown = words(screen_text(app))
        assert LOOKING in shown and "not sent again" not in shown
        await pilot.press(away)
        await pilot.pause()
        assert elsewhere in screen_text(app), "keys are answered meanwhile"
        await pilot.press(back)
        monkeypatch.undo()
        for _ in range(200):
            await pilot.pause(0.01)
            if "not sent again" in words(screen_text(app)):
                break
        assert LOOKING not in words(screen_text(app)) and "not sent again" in words(screen_text(app))


async def test_x_begins_with_what_is_serious_even_in_a_small_window() -> None:
    async with running(demo("syn-flood"), (80, 24)) as (app, pilot):
        app.screen.viewpoint.select(2)
        await pilot.press("3", "G", "x")
        await pilot.pause()
        shown = words(screen_text(app))
        assert "warning half-open: the server's SYN,ACK, sent 3 times in 6.0 s, is not acknowledged" in shown
        assert "`ss -tan state syn-recv` on the server counts them (#16, #216 and #454)" in shown
        assert "#454" in shown.partition("counts them")[2]


def test_a_severity_stands_beside_its_text_however_narrow() -> None:
    found = Diagnosis("x", Severity.ERROR, (1, 2), "a text of some words, long enough for several rows")
    rows = [plain(row) for row in diagnosis_rows(found, 40)]
    assert rows[0].startswith("  error     a text of some words") and len(rows) > 1
    assert " ".join("".join(rows).split()).endswith("(#1 and #2)")
    assert [len(plain(row)) <= 20 for row in diagnosis_rows(found, 20)] == [True]
