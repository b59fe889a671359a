"""The screen from outside: first packets, fully loaded, keys, bytes; 120 columns and 40 lines."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace

from benchmarks.bench import Bench, found, tcptui
from benchmarks.captures import Capture
from benchmarks.keys import HEAD, Pressed, press_kinds, press_moving
from benchmarks.results import Goal, Section, at_most
from benchmarks.terminal import KEYS, Picture, Terminal

SIZES = (1_000_000, 10_000_000)
LEAST = 3000
"""Packets among which there is a flow to walk in."""

COLOURS = ("256", "16")
"""Besides 24bit."""

FIRST, LOADED = 0.5, 1.5
QUICK, SLOW = (10, 30), (20, 50)
MOST_MS = {"down": QUICK, "state step": QUICK, "page": SLOW, "end": SLOW, "change of flow": SLOW}
"""Median and 99th percentile."""

LOADING_P99 = 80
MOST_BYTES = {"down": 1200, "state step": 3000}
IDLE_SECONDS = 3.0
REST = 1.0
"""Seconds without a byte after which a screen has come to rest."""


def measure(bench: Bench) -> Section:
    """Both captures, then other colours, then termshark."""
    section = Section("The screen, 120×40", ("capture", "colours", *HEAD))
    for place, size in enumerate(SIZES):
        capture, name = bench.capture("web", size, LEAST), f"web {bench.count(size, LEAST)}"
        try:
            _starts(bench, section, capture, name)
            _keys(bench, section, capture, name, first=place == 0)
        except (TimeoutError, LookupError) as error:
            why = str(error).splitlines()[0]
            if place == 0:
                section.goals.append(Goal(f"{name}: fully loaded", f"≤ {LOADED:g} s", why, False))
            section.goals += [
                Goal(f"{name}: {key}", f"≤ {most[0]} / {most[1]} ms", why, None)
                for key, most in MOST_MS.items()
            ]
    _other_colours(bench, section)
    _termshark(bench, section)
    return section


def has_flows(picture: Picture) -> bool:
    """The list shows a flow."""
    return any(line.startswith("│") and "198.18." in line for line in picture)


def is_loaded(capture: Capture) -> Callable[[Picture], bool]:
    """The status bar says that all has been read."""
    return lambda picture: "■ file" in picture[0] and f"{capture.packets:,} packet" in picture[0]


def wait_loaded(terminal: Terminal, capture: Capture, limit: float) -> float:
    """Seconds from its start until it is loaded. TimeoutError when that takes longer than `limit`."""
    try:
        return terminal.shows(is_loaded(capture), limit)
    except TimeoutError:
        raise TimeoutError(f"not fully loaded within {limit:g} s") from None


def is_reading(picture: Picture) -> bool:
    """The status bar says that it goes on."""
    return "▷" in picture[0]


def open_screen(capture: Capture, colours: str = "24bit") -> Terminal:
    """tcptui on a terminal of its own."""
    return Terminal(tcptui("-r", str(capture.path)), colours=colours)


def _starts(bench: Bench, section: Section, capture: Capture, name: str) -> None:
    times = []
    for _ in range(bench.runs):
        with open_screen(capture) as terminal:
            times.append(terminal.shows(has_flows, bench.limit))
    first = statistics.median(times)
    section.goals.append(at_most(f"{name}: first packets on screen", first, FIRST, " s"))


def _keys(bench: Bench, section: Section, capture: Capture, name: str, first: bool) -> None:
    with open_screen(capture) as terminal:
        terminal.shows(has_flows, bench.limit)
        loading = press_moving(terminal, bench.keys, is_reading)
        if loading.answers:
            section.rows.append(replace(loading, key="change of flow, loading").row(name, "24bit"))
            what = f"{name}: keys while it loads, p99"
            section.goals.append(at_most(what, loading.p99_ms, LOADING_P99, " ms", 1))
        loaded = wait_loaded(terminal, capture, bench.limit)
        if first:
            times = [loaded, *(_load(capture, bench) for _ in range(bench.runs - 1))]
            section.goals.append(at_most(f"{name}: fully loaded", statistics.median(times), LOADED, " s"))
        else:
            section.notes.append(f"{name}: fully loaded after {loaded:.1f} s, while keys were pressed.")
        terminal.settle(REST, bench.limit)
        pressed = press_kinds(terminal, bench.keys)
        idle = sum(len(chunk.data) for chunk in terminal.watch(IDLE_SECONDS))
    for kind in pressed:
        section.rows.append(kind.row(name, "24bit"))
        section.goals += _latency(name, kind)
        section.goals += _octets(name, kind, "24bit", 1)
    section.goals.append(at_most(f"{name}: bytes in {IDLE_SECONDS:.0f} s without a key", idle, 0, " B", 0))


def _load(capture: Capture, bench: Bench) -> float:
    with open_screen(capture) as terminal:
        return wait_loaded(terminal, capture, bench.limit)


def _latency(name: str, kind: Pressed) -> list[Goal]:
    median, p99 = MOST_MS[kind.key]
    return [
        at_most(f"{name}: {kind.key}, median", kind.median_ms, median, " ms", 1),
        at_most(f"{name}: {kind.key}, p99", kind.p99_ms, p99, " ms", 1),
    ]


def _octets(name: str, kind: Pressed, colours: str, part: int) -> list[Goal]:
    if kind.key not in MOST_BYTES:
        return []
    what = f"{name}: {kind.key}, bytes, {colours}"
    return [at_most(what, kind.octets, MOST_BYTES[kind.key] / part, " B", 0)]


def _other_colours(bench: Bench, section: Section) -> None:
    capture, name = bench.capture("web", SIZES[0], LEAST), f"web {bench.count(SIZES[0], LEAST)}"
    for colours in COLOURS:
        with open_screen(capture, colours) as terminal:
            try:
                wait_loaded(terminal, capture, bench.limit)
            except TimeoutError as error:
                section.notes.append(f"{name}, {colours} colours: {error}.")
                continue
            terminal.settle(REST, bench.limit)
            for kind in press_kinds(terminal, bench.keys):
                section.rows.append(kind.row(name, colours))
                if colours == "16":
                    section.goals += _octets(name, kind, colours, 2)


def _termshark(bench: Bench, section: Section) -> None:
    if not found("termshark"):
        section.notes.append("termshark: not installed.")
        return
    capture, name = bench.capture("web", SIZES[0], LEAST), f"web {bench.count(SIZES[0], LEAST)}"
    with Terminal(["termshark", "-r", str(capture.path)]) as terminal:
        try:
            first = terminal.shows("198.18.", bench.limit)
            loaded = terminal.shows(
                lambda picture: not any("<Stop>" in line for line in picture), bench.limit
            )
            terminal.settle(REST, bench.limit)
        except TimeoutError:
            section.notes.append(f"termshark, {name}: not fully loaded within {bench.limit:g} s.")
            return
        down = Pressed("down", tuple(terminal.press(KEYS["down"]) for _ in range(bench.keys)))
    section.rows.append(down.row(f"termshark, {name}", "24bit"))
    section.notes.append(
        f"termshark, {name}: first packets after {first:.2f} s, fully loaded after {loaded:.1f} s."
    )
