"""What is known at a place in a history."""

from __future__ import annotations

from tcptui.model.scene import Scene
from tcptui.tcp.history import Moment
from tcptui.tcp.states import State
from tests.support.scenario import parse

OPEN = "0 C > S: S seq 0\n0.1 S > C: S. seq 0 ack 1\n0.2 C > S: P. seq 1:8 ack 1\n0.3 S > C: . seq 1 ack 8\n"


def scene(text: str, packet: int, *, live: bool = False) -> Scene:
    conversation = parse(text)
    connection, passed = conversation.connection(), conversation.segments()
    for segment in passed:
        connection.feed(segment)
    here = passed[packet - 1]
    return Scene(connection.history(), here, Moment(packet, here.time_ns), live)


def test_what_was_open_when_it_came_about_is_open_afterwards() -> None:
    text = OPEN + "0.4 C > S: FP. seq 8:9 ack 1\n0.5 S > C: P. seq 1:4 ack 8"
    ((mark, end, note),) = scene(text, 5).notes()[:1]
    assert (mark, end, note.partition(":")[0]) == ("*", 0, "its application may have closed earlier")
    assert [(mark, end) for mark, end, _ in scene(text, 6).lingering()] == [("*", 0), ("?", 1)]
    assert scene(text, 4).notes() == scene(text, 4).lingering() == []


def test_a_rst_that_its_sender_meant_and_the_other_did_not_take() -> None:
    text = OPEN + "0.4 C > S: R. seq 13 ack 1\n0.5 S > C: P. seq 1:4 ack 8\n0.6 S > C: P. seq 4:7 ack 8"
    told = scene(text, 5)
    assert [t.new for t in told.taken()][-1:] == [State.CLOSED]
    (note,) = [note for mark, end, note in told.notes() if end == 1]
    assert note == "not believed: it has not the number that the server expects (RFC 5961)"


def test_seen_live_nobody_knows_what_will_prove_it() -> None:
    hindsight, live = scene(OPEN, 2), scene(OPEN, 2, live=True)
    (step,) = [t for t in hindsight.taken() if t.new is State.ESTABLISHED]
    assert (hindsight.proof(step), live.proof(step)) == (3, None)
