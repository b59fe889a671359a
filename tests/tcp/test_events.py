"""Events are told in words."""

from tcptui.tcp.events import Event


def test_no_two_events_are_told_alike() -> None:
    assert len({str(event) for event in Event}) == len(Event)


def test_the_words_of_the_json_contract() -> None:
    assert str(Event.ACTIVE_OPEN) == "active open: SYN sent"
