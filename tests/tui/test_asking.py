"""Search, save, export, copy."""

import re
from pathlib import Path

import pytest

from tests.support.screen import capture, demo, running, screen_lines, screen_text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_search_finds_goes_on_and_back() -> None:
    async with running(demo("handshake")) as (app, pilot):
        view = app.screen.viewpoint
        await pilot.press("3", "slash", *"[f.]", "enter")
        first = view.row
        assert first > 0
        await pilot.press("n")
        assert view.row > first
        await pilot.press("N")
        assert view.row == first


async def test_what_is_not_there_is_said_and_nothing_moves() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("3", "n")
        assert "/ asks" in screen_text(app)
        await pilot.press("slash", *"zzz", "enter")
        assert "not in this ladder: zzz" in screen_text(app)
        assert app.screen.viewpoint.row == 0


async def test_w_writes_a_capture_that_reads_back_the_same(here: Path) -> None:
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.press("w", "enter")
        assert "11 packets of flow 1" in screen_text(app)
        states = app.screen.viewpoint.info().states
    async with running(capture(here / "tcptui-flow-1.pcap"), (120, 40)) as (app, pilot):
        assert app.screen.viewpoint.snapshot.frames == 11
        assert app.screen.viewpoint.info().states == states


async def test_no_file_is_overwritten(here: Path) -> None:
    (here / "x.pcap").write_text("mine")
    async with running(demo("handshake"), (120, 40)) as (app, pilot):
        await pilot.press("w", "ctrl+u", *"x.pcap", "enter")
        assert "exists already" in screen_text(app)
    assert (here / "x.pcap").read_text() == "mine"


async def test_a_hit_says_which_of_how_many_and_the_word_goes_with_the_cursor() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("3", "slash", *"FIN_WAIT", "enter")
        assert "FIN_WAIT: 1 of 2" in screen_text(app)
        await pilot.press("n")
        assert "FIN_WAIT: 2 of 2" in screen_text(app)
        await pilot.press("up")
        assert "2 of 2" not in screen_text(app)


@pytest.mark.parametrize(("key", "label"), [("w", "save as:"), ("e", "export as:")])
async def test_the_prompt_says_what_the_name_is_for_and_which_keys_end_it(
    key: str, label: str, here: Path
) -> None:
    for width in (80, 120):
        async with running(demo("handshake"), (width, 24 if width == 80 else 40)) as (app, pilot):
            await pilot.press(key)
            await pilot.pause()
            last = screen_lines(app)[-1]
            assert last.startswith(f" {label} tcptui-flow-1.")
            assert last.endswith("Enter saves · Esc cancels")
            await pilot.press("escape")
            await pilot.pause()
            assert label not in screen_text(app)
            assert "help" in screen_lines(app)[-1]


async def test_where_there_is_no_room_the_name_has_it_all(here: Path) -> None:
    async with running(demo("handshake"), (30, 12)) as (app, pilot):
        await pilot.press("w")
        await pilot.pause()
        assert screen_lines(app)[-1] == "tcptui-flow-1.pcap"


@pytest.mark.parametrize("word", ["RST", "rst", "SYN", "FIN", "SYN,ACK", "FIN_W2", "TIME-WAIT"])
async def test_flags_and_states_are_found_by_name(word: str) -> None:
    async with running(demo("abort" if word.lower() == "rst" else "handshake")) as (app, pilot):
        await pilot.press("3", "slash")
        app.screen.prompt.value = word
        await pilot.press("enter")
        assert re.search(rf"{word}: \d of \d", screen_text(app))


async def test_esc_writes_nothing(here: Path) -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("w", "escape", "e", "escape")
        assert app.is_running
    assert list(here.iterdir()) == []


async def test_e_exports_by_the_name_s_ending(here: Path) -> None:
    session = demo("handshake")
    async with running(session, (120, 40), as_json=lambda _, number: f"flow {number}") as (_, pilot):
        for letter, ending in (("a", "txt"), ("b", "json"), ("c", "svg")):
            await pilot.press("e", "ctrl+u", letter, "full_stop", *ending, "enter")
    assert "SYN_SENT" in (here / "a.txt").read_text()
    assert (here / "b.json").read_text() == "flow 1"
    picture = (here / "c.svg").read_text()
    assert "<svg" in picture and "textLength" not in picture
    assert ">q</text>" in picture  # the footer, not the prompt that asked for the name


async def test_y_copies_the_packet_as_tcpdump_prints_it() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("3", "down", "y")
        assert app.clipboard.startswith("IP 192.0.2.20.9502 > 192.0.2.10.40001: Flags [S.]")


async def test_letters_typed_are_text_and_no_commands() -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("3", "slash", *"Qq?x")
        assert app.is_running
        assert app.screen.prompt.value == "Qq?x"


@pytest.mark.parametrize("name", ["a\0b.txt", "a\ud800.txt", "x" * 300, "missing/x.txt"])
async def test_a_name_that_no_file_can_have_is_an_error_in_words(name: str, here: Path) -> None:
    async with running(demo("handshake"), (120, 40)) as (app, _):
        app.screen._export(name)
        assert "written" not in screen_text(app)
        app.screen._save(name)
    assert not list(here.iterdir())


async def test_a_letter_in_the_prompt_lays_nothing_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(demo("handshake")) as (app, pilot):
        await pilot.press("slash")
        await pilot.pause(0.1)
        laid_out = []
        regions_for = app.screen.regions_for
        monkeypatch.setattr(
            app.screen, "regions_for", lambda size: laid_out.append(size) or regions_for(size)
        )
        await pilot.press(*"port:9502")
        await pilot.pause(0.1)
        assert "Flows: port:9502" in screen_text(app)
        assert len(laid_out) == 0


async def test_of_a_long_text_the_end_is_seen() -> None:
    async with running(demo("handshake"), (40, 24)) as (app, pilot):
        await pilot.press("slash", *"abcdefghij" * 6, *"0123456789")
        await pilot.pause(0.1)
        assert screen_lines(app)[-1].strip().endswith("0123456789")
        await pilot.press("home")
        await pilot.pause(0.1)
        assert screen_lines(app)[-1].strip().startswith("abcdefghij")
