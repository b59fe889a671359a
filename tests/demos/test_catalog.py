"""The catalog, and that the engine shows in each capture what its caption promises."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from tcptui.capture.pcapfile import CaptureReader
from tcptui.demos import catalog
from tcptui.errors import TcptuiError
from tcptui.session import Session
from tcptui.tcp.diagnosis import Diagnosis
from tcptui.tcp.history import History
from tcptui.tcp.states import State
from tests.support.sessions import finish

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
    "syn-flood",
    "blind-spoofing",
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
    shown = [states(history) for history, _ in lives(name)]
    assert shown == [(life.client, life.server) for life in demo.promise]


@each_demo
def test_what_is_found_about_hosts_is_what_the_catalog_says(name: str) -> None:
    session = read(name)
    demo = catalog.load(name)
    assert tuple(one.diagnosis.id for one in session.snapshot().findings) == demo.findings
    if not demo.findings:
        assert [life.flow for life in demo.promise] == [flow.number for flow in session.flows()]


@each_demo
def test_so_many_assumptions_are_taken_back_as_the_caption_says(name: str) -> None:
    corrections = [len(history.corrections) for history, _ in lives(name)]
    assert corrections == [life.corrections for life in catalog.load(name).promise]


@each_demo
def test_the_end_that_began_is_the_client(name: str) -> None:
    assert [history.client for history, _ in lives(name)] == [0] * len(catalog.load(name).promise)


def test_in_the_flood_some_have_a_place_in_the_queue_and_the_others_a_cookie() -> None:
    ids = [one.id for _, diagnoses in lives("syn-flood", range(1, 204)) for one in diagnoses]
    assert (ids.count("half-open"), ids.count("stateless-syn-ack")) == (33, 167)
    assert len(ids) == 200


def read(name: str) -> Session:
    """A session on a demo, read to its end."""
    session = Session(CaptureReader(catalog.load(name).path))
    session.start()
    finish(session)
    return session


def lives(name: str, numbers: Iterable[int] = ()) -> list[tuple[History, tuple[Diagnosis, ...]]]:
    """What is said of the flows of a demo: of these, or those of which something is promised."""
    session = read(name)
    chosen = numbers or [life.flow for life in catalog.load(name).promise]
    return [(session.history(number), session.diagnoses(number)) for number in chosen]


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


def test_the_attack_names_its_probes_and_the_forged_connection() -> None:
    attack, *_ = read("blind-spoofing").snapshot().findings
    assert attack.diagnosis.packets == (1, 4, 7, 10, 13, 129)
