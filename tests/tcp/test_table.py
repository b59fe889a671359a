"""The rule table: complete, and equal to the figure of RFC 9293."""

from itertools import product

from tcptui.tcp.events import Event
from tcptui.tcp.states import State
from tcptui.tcp.table import IGNORED, RULES

FIGURE_5 = {
    ("CLOSED", "LISTEN"),
    ("CLOSED", "SYN_SENT"),
    ("LISTEN", "SYN_RCVD"),
    ("LISTEN", "SYN_SENT"),
    ("LISTEN", "CLOSED"),
    ("SYN_SENT", "SYN_RCVD"),
    ("SYN_SENT", "ESTABLISHED"),
    ("SYN_SENT", "CLOSED"),
    ("SYN_RCVD", "ESTABLISHED"),
    ("SYN_RCVD", "FIN_WAIT_1"),
    ("SYN_RCVD", "LISTEN"),
    ("ESTABLISHED", "FIN_WAIT_1"),
    ("ESTABLISHED", "CLOSE_WAIT"),
    ("FIN_WAIT_1", "FIN_WAIT_2"),
    ("FIN_WAIT_1", "CLOSING"),
    ("FIN_WAIT_2", "TIME_WAIT"),
    ("CLOSING", "TIME_WAIT"),
    ("CLOSE_WAIT", "LAST_ACK"),
    ("LAST_ACK", "CLOSED"),
    ("TIME_WAIT", "CLOSED"),
}


def test_every_cell_is_a_rule_or_ignored_with_a_reason() -> None:
    cells = set(product(State, Event))
    assert set(RULES) | set(IGNORED) == cells
    assert not set(RULES) & set(IGNORED)
    assert all(reason.strip() for reason in IGNORED.values())


def test_every_rule_moves_and_says_where_it_is_written() -> None:
    for (state, _), rule in RULES.items():
        assert rule.new is not state
        assert rule.rfc.startswith("3.")
        assert rule.sentence.endswith(".")


def test_labelled_arrows_are_those_of_the_figure() -> None:
    """FIN_WAIT_1 to TIME_WAIT in one step is in the RFC's text, and goes through FIN_WAIT_2 here."""
    labelled = {(str(state), str(rule.new)) for (state, _), rule in RULES.items() if rule.label}
    assert labelled == FIGURE_5


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in RULES} == set(State)
    assert {rule.new for rule in RULES.values()} == set(State)
