"""The detail follows the cursor, a moment later."""

import subprocess
import sys
from pathlib import Path

from tcptui.tui.detail import Dissector
from tcptui.tui.main import MainScreen
from tests.support.icmp import DROPPED, TOO_BIG, conversation
from tests.support.screen import capture, demo, running, screen_text


async def test_it_shows_the_packet_at_the_cursor() -> None:
    Dissector.hurry()
    assert Dissector.ready.wait(20)
    async with running(demo("handshake"), (160, 50)) as (app, pilot):
        await pilot.pause(0.3)
        assert "Detail: #1" in screen_text(app)
        assert "Flags [S]" in screen_text(app)
        await pilot.press("3", "down")
        await pilot.pause(0.3)
        text = screen_text(app)
        assert "Detail: #2" in text
        assert "dport" in text
        await pilot.press("tab", "G")
        assert "00000040:" in screen_text(app)


async def test_on_the_row_of_an_icmp_error_it_shows_that(tmp_path: Path) -> None:
    Dissector.hurry()
    assert Dissector.ready.wait(20)
    session = capture(conversation(tmp_path / "x.pcap"))
    async with running(session, (160, 50)) as (app, pilot):
        await pilot.press("3", "g", "down", "down")
        await pilot.pause(0.3)
        text = screen_text(app)
        assert f"Detail: #{DROPPED}" in text
        assert "192.0.2.1 → 192.0.2.20" in text
        assert isinstance(app.screen, MainScreen)
        assert "ICMP host 192.0.2.10 unreachable, length 36" in app.screen.packet_line()
        await pilot.press(*("down",) * 6)
        await pilot.pause(0.3)
        text = screen_text(app)
        assert f"Detail: #{TOO_BIG}" in text
        assert "need to frag (mtu 1400)" in app.screen.packet_line()
        assert "nexthopmtu" in text
        assert "1,400 bytes at most (path MTU)" in text


def test_while_keys_are_pressed_nothing_is_imported_unless_somebody_waits_for_it() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from tcptui.tui.detail import Dissector\n"
            "Dissector.warm_up(lambda: True); time.sleep(1)\n"
            "print(sum(name.startswith('scapy') for name in sys.modules))\n"
            "import colorsys  # the pause is only the thread's\n"
            "Dissector.hurry(); print(Dissector.ready.wait(20), sys.meta_path[0].__class__.__name__)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told[:2] == ["0", "True"]
    assert told[2] != "_Pause"
