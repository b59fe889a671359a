"""The catalog, and that the engine shows in each capture what its caption promises."""

from __future__ import annotations

import re

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.errors import TcptuiError
from tcptui.store.segments import SegmentStore
from tcptui.tcp.connection import Connection
from tcptui.tcp.history import History
from tcptui.tcp.states import State

IN_TEACHING_ORDER = [
    "handshake",
    "close-by-client",
    "close-by-server",
    "three-segment-close",
    "half-close",
    "simultaneous-close",
    "simultaneous-open",
    "refused",
    "abort",
    "syn-lost",
    "handshake-ack-lost",
    "last-ack-lost",
    "fin-before-data",
    "time-wait-reuse",
    "keep-alive",
    "zero-window",
    "mid-stream",
]

each_demo = pytest.mark.parametrize("name", IN_TEACHING_ORDER)


def test_all_demos_are_there() -> None:
    assert list(catalog.names()) == IN_TEACHING_ORDER


@each_demo
def test_a_caption_is_three_to_five_sentences_in_one_paragraph(name: str) -> None:
    demo = catalog.load(name)
    assert demo.name == name
    assert 10 < len(demo.title) <= 80
    assert "\n" not in demo.text and "  " not in demo.text
    assert 3 <= len(re.findall(r"[.?](?: |$)", demo.text)) <= 5


@each_demo
def test_promises_are_names_of_states(name: str) -> None:
    for life in catalog.load(name).promise:
        assert set(life.client) | set(life.server) <= set(State.__members__)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(TcptuiError, match="simultaneous-close") as raised:
        catalog.load("simultanous-close")
    assert raised.value.hint.startswith("did you mean")


def test_a_name_like_no_other_is_answered_with_all() -> None:
    with pytest.raises(TcptuiError) as raised:
        catalog.load("xyzzy")
    assert all(name in raised.value.hint for name in catalog.names())


@each_demo
def test_the_capture_shows_the_states_that_the_caption_promises(name: str) -> None:
    demo = catalog.load(name)
    shown = [states(history) for history in lives(name)]
    assert shown == [(life.client, life.server) for life in demo.promise]


@each_demo
def test_so_many_assumptions_are_taken_back_as_the_caption_says(name: str) -> None:
    corrections = [len(history.corrections) for history in lives(name)]
    assert corrections == [life.corrections for life in catalog.load(name).promise]


@each_demo
def test_the_end_that_began_is_the_client(name: str) -> None:
    assert [history.client for history in lives(name)] == [0] * len(catalog.load(name).promise)


def lives(name: str) -> tuple[History, ...]:
    """What the engine makes of a demo: one connection."""
    reader = CaptureReader(catalog.load(name).path)
    store = SegmentStore(reader.packet)
    while (batch := reader.read()) is not None:
        store.append(batch)
    assert store.pairs.n == 1
    connection = Connection()
    for segment in store.segments(store.pairs.rows(0)):
        connection.feed(segment)
    reader.close()
    return connection.histories()


def states(history: History) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths of client and server in hindsight, their starts included."""
    return path(history, history.client), path(history, 1 - history.client)


def path(history: History, end: int) -> tuple[str, ...]:
    """The states of one end. A step that begins elsewhere than the last one ended shows both."""
    seen = [history.start[end]]
    for transition in history.standing():
        if transition.endpoint == end:
            seen += [transition.new] if transition.old is seen[-1] else [transition.old, transition.new]
    return tuple(map(str, seen))
