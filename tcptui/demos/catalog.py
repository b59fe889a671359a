"""The built-in demos: real captures, each with what to watch in it and the states that it shows.

catalog.names()                     "handshake", "close-by-client", ... in teaching order
catalog.load("handshake").path      a pcap file
"""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tcptui.dataclass import dataclass
from tcptui.errors import TcptuiError


@dataclass(frozen=True, slots=True)
class Life:
    """What a demo shows of one life of its connection: names of states, the first being the start.

    flow: its number. corrections: how many assumptions are taken back on the way.
    """

    flow: int

    client: tuple[str, ...]
    server: tuple[str, ...]
    corrections: int


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo. text: a few sentences, as one paragraph. promise: its lives, in order; with `findings`,
    the ids of what is found about hosts, some of them.
    """

    name: str
    title: str
    text: str
    path: Path
    promise: tuple[Life, ...]
    findings: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """All demos, in the order in which one would teach them."""
    return tuple(_entries())


def load(name: str) -> Demo:
    """The demo of that name. Raises TcptuiError, with the nearest names as its hint."""
    entry = _entries().get(name)
    if entry is None:
        raise TcptuiError(f"there is no demo called {name!r}", _suggestion(name))
    return Demo(
        name=name,
        title=entry["title"],
        text=" ".join(entry["text"].split()),
        path=Path(str(files("tcptui.demos") / f"{name}.pcap")),
        promise=tuple(_life(life, number) for number, life in enumerate(entry["promise"], 1)),
        findings=tuple(entry.get("findings", ())),
    )


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), names(), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names())}"


def _life(table: dict[str, Any], number: int) -> Life:
    flow = table.get("flow", number)
    return Life(flow, tuple(table["client"]), tuple(table["server"]), table.get("corrections", 0))


@cache
def _entries() -> dict[str, dict[str, Any]]:
    """The captions file: its tables by name, in their order."""
    text = (files("tcptui.demos") / "demos.toml").read_text(encoding="utf-8")
    return {entry.pop("name"): entry for entry in tomllib.loads(text)["demo"]}
