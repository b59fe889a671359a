#!/usr/bin/env python3
"""Make the screenshots of the README from the real program: SVG, and PNG where rsvg-convert is there.

    python screenshots/make.py [NAME ...]

Each shot runs the program without a terminal on a built-in demo, presses keys, and keeps the screen.
`live` captures a real connection on the loopback device, and needs the permission to.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tcptui.demos import catalog
from tcptui.errors import TcptuiError
from tcptui.session import Session
from tcptui.sources import Choice, open_source
from tcptui.tui.app import TcptuiApp
from tcptui.tui.run import ScreenOptions
from tcptui.tui.svg import placed

HERE = Path(__file__).parent
PORT = 9502


@dataclass(frozen=True)
class Shot:
    """name: of the files. demo: "" for the menu, "live" for a capture. keys: pressed one after another."""

    name: str
    demo: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    theme: str = "dark"


FIN = ("3", "right", "right", "right", "right")
SHOTS = (
    Shot("main-120x40", "handshake", (120, 40), FIN),
    Shot("main-80x24", "handshake", (80, 24), FIN),
    Shot("main-160x50", "last-ack-lost", (160, 50), ("3", *("right",) * 7)),
    Shot("light-120x40", "handshake", (120, 40), FIN, "light"),
    Shot("simultaneous-close", "simultaneous-close", (120, 40), ("3", *("right",) * 5)),
    Shot("stuck-close-wait", "close-by-client", (120, 40), ("3", "right", "right", "right", "right")),
    Shot("menu", "", (100, 34), ("down",)),
    Shot("live", "live", (120, 40), ("G",)),
)


def converse() -> None:
    """A short conversation on the loopback device whose server does not close."""
    server = socket.create_server(("127.0.0.1", PORT))
    client = socket.create_connection(("127.0.0.1", PORT))
    peer, _ = server.accept()
    client.sendall(b"hello\r\n")
    peer.sendall(b"You typed: " + peer.recv(100))
    client.recv(100)
    client.shutdown(socket.SHUT_WR)
    time.sleep(4)
    for each in (client, peer, server):
        each.close()


def session(shot: Shot) -> tuple[Session | None, Callable[[], None]]:
    """What the shot shows, and how to let it go."""
    if not shot.demo:
        return None, lambda: None
    choice = Choice(iface="lo", filter=f"port {PORT}") if shot.demo == "live" else Choice(demo=shot.demo)
    source = open_source(choice)
    closing = source.closing()
    closing.__enter__()
    return source.session, lambda: closing.__exit__(None, None, None) and None


def story(shot: Shot) -> str:
    """What a demo's screen tells beside the packets."""
    return catalog.load(shot.demo).text if shot.demo in catalog.names() else ""


async def take(shot: Shot) -> str:
    """The screen as SVG."""
    shown, done = session(shot)
    app = TcptuiApp(shown, ScreenOptions(theme=shot.theme, at_start=shot.demo != "live", story=story(shot)))
    async with app.run_test(size=shot.size) as pilot:
        if shot.demo == "live":
            threading.Thread(target=converse, daemon=True).start()
            await pilot.pause(1.5)
        await pilot.pause(0.5)
        await pilot.press(*shot.keys)
        await pilot.pause(1.5)
        picture = app.export_screenshot(title="tcptui")
    done()
    return picture


def main() -> None:
    wanted = set(sys.argv[1:])
    for shot in SHOTS:
        if wanted and shot.name not in wanted:
            continue
        try:
            svg = asyncio.run(take(shot))
        except TcptuiError as error:
            print(f"{shot.name}: left out: {error}", file=sys.stderr)
            continue
        path = HERE / f"{shot.name}.svg"
        path.write_text(svg, encoding="utf-8")
        if shutil.which("rsvg-convert"):
            png = ["rsvg-convert", "--format", "png", "--output", str(path.with_suffix(".png"))]
            subprocess.run(png, input=placed(svg).encode(), check=True)
        print(path)


if __name__ == "__main__":
    main()
