"""Every conversation in tests/scenarios leads to the states that it says, in hindsight and as seen live."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcptui.tcp.history import Moment
from tcptui.tcp.states import State
from tests.support import scenario

FILES = sorted((Path(__file__).parent.parent / "scenarios").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_states_are_those_of_the_file(path: Path) -> None:
    conversation = scenario.load(path)
    for line, outcome in zip(conversation.lines, scenario.run(conversation), strict=True):
        where = f"{path.name}:{line.number}: {line.text}"
        assert outcome.live == line.live, f"{where} (as seen live)"
        assert outcome.found == line.expected, f"{where} (in hindsight)"
        assert outcome.corrected == line.corrected, f"{where} (corrections)"
        assert line.generation in (None, outcome.generations), where
        for end, begins in line.notes.items():
            said = outcome.notes[end] or "none"
            assert said.startswith(begins), where
        assert outcome.no_effect or not line.no_effect, where


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_log_read_live_says_what_was_shown(path: Path) -> None:
    """At the end, `History.at(live=True)` reproduces each moment's `Connection.states`."""
    conversation = scenario.load(path)
    connection = conversation.connection()
    shown = []
    for segment in conversation.segments():
        connection.feed(segment)
        shown.append((Moment(segment.packet, segment.time_ns), connection.states))
    history, end = connection.histories()[0], connection.begins[1] if connection.generations > 1 else None
    for moment, states in shown:
        if end is not None and moment.packet >= end:
            break  # the lives of a pair are separate logs
        for standing, state in zip(history.at(moment, live=True), states, strict=True):
            unmoved = standing.since is None and state in (State.CLOSED, State.LISTEN)
            assert standing.state == state or unmoved, moment  # which of the two, hindsight alone knows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sequence_numbers_are_relative(path: Path) -> None:
    """Whatever the initial sequence numbers are, the states are the same."""
    first, second = (
        [(o.found, o.live) for o in scenario.run(scenario.load(path, bases))]
        for bases in ((0, 0), (0x7FFFFFF0, 0xFFFFFFFF))
    )
    assert first == second


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 30
    for path in FILES:
        assert scenario.load(path).title, path


@pytest.mark.parametrize("kind", [f"u{number}" for number in range(1, 7)])
def test_each_kind_of_what_packets_cannot_tell_has_a_scenario(kind: str) -> None:
    conversations = [scenario.load(path) for path in FILES if path.stem.startswith(f"{kind}_")]
    said = [note for one in conversations for line in one.lines for note in line.notes.values()]
    assert any(note != "none" for note in said)


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("# x\n0.0 C >> S: S seq 0\n")
    with pytest.raises(ValueError, match=r"bad\.txt:2"):
        scenario.load(path)
