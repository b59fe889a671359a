"""Sorting and filtering the list of a million flows, from the key to the last byte of the new list.

Limits: a flood's flows are much alike; what the screen needs for drawing is in the figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.keys import HEAD, Pressed
from benchmarks.results import Goal, Section, at_most
from benchmarks.screen import open_screen, wait_loaded
from benchmarks.terminal import KEYS, Answer, Picture, Terminal

FLOWS = 1_000_000
MOST = 50.0
"""Milliseconds."""

COLUMNS = 9
"""That the list can be sorted by, so that as many presses come around."""

FILTERS = ("state:syn_rcvd", "port:4711")
"""That match all flows of a flood, and few."""

QUIET = 0.7
"""Seconds without a byte after which no list that is worked out beside the screen is to be expected."""


def measure(bench: Bench) -> Section:
    """Sort by each column; type a filter's last letter."""
    section = Section(f"Sort and filter, {bench.count(FLOWS)} flows", ("what", *HEAD))
    capture = bench.capture("flood", FLOWS)
    with open_screen(capture) as terminal:
        try:
            wait_loaded(terminal, capture, bench.limit)
            terminal.settle(QUIET, bench.limit)
        except TimeoutError as error:
            why = str(error).splitlines()[0]
            section.goals += [
                Goal(f"{what} {bench.count(FLOWS)} flows", f"≤ {MOST:g} ms", why, None)
                for what in ("sort", "filter")
            ]
            return section
        terminal.send("1")
        terminal.settle(QUIET)
        sorts = Pressed(
            "s", tuple(terminal.press("s", quiet=QUIET, limit=bench.limit) for _ in range(COLUMNS))
        )
        found = [
            (text, Pressed("filter", tuple(_filter(terminal, text, bench) for _ in range(bench.runs))))
            for text in FILTERS
        ]
    section.rows.append(sorts.row("sort by the next column"))
    section.goals.append(
        at_most(f"sort {bench.count(FLOWS)} flows, the slowest column", sorts.p99_ms, MOST, " ms", 1)
    )
    for text, filtered in found:
        section.rows.append(replace(filtered, key="its last letter").row(f"`/ {text}`"))
        what = f"filter {bench.count(FLOWS)} flows, `{text}`, median"
        section.goals.append(at_most(what, filtered.median_ms, MOST, " ms", 1))
    return section


def _filter(terminal: Terminal, text: str, bench: Bench) -> Answer:
    """From the last letter to the list that shows how many flows match; no answer when it never does."""
    for letters in ("/", text[:-1]):  # the prompt takes its time to open
        terminal.send(letters)
        terminal.settle(QUIET, bench.limit)
    try:
        answer = terminal.answer(text[-1], filtered(text), limit=bench.limit)
    except TimeoutError:
        answer = Answer(math.inf, math.inf, 0)
    terminal.send(KEYS["enter"])
    terminal.settle(QUIET, bench.limit)
    terminal.send(KEYS["escape"])
    terminal.settle(QUIET, bench.limit)
    return answer


def filtered(text: str) -> Callable[[Picture], bool]:
    """The list's frame tells this filter, and how many flows match it."""
    return lambda picture: (
        re.search(rf"Flows: {re.escape(text)} .*(\d of \d|no match)", picture[1]) is not None
    )
