"""The kernel's trace and sock_diag, merged: evidence in, transitions out."""

from __future__ import annotations

from itertools import pairwise

from lab.sockdiag import NOTHING, Found
from lab.tracing import Traced
from lab.truth import Ends, Life, Sample, lives

OWN, PEER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
ENDS: Ends = (OWN, PEER)
MS = 1_000_000
FIRST, SECOND = 0xA, 0xB  # sockets


def moves(at_ms: float, *states: str, socket: int = FIRST) -> list[Traced]:
    """A socket's way through these states, 1 µs each."""
    return [
        Traced(int(at_ms * MS) + n * 1000, "inet_sock_set_state", socket, OWN, PEER, old, new)
        for n, (old, new) in enumerate(pairwise(states))
    ]


def reset(at_ms: float) -> Traced:
    return Traced(int(at_ms * MS), "tcp_receive_reset", FIRST, OWN, PEER)


def found(at_ms: float, state: str) -> Sample:
    return Sample(int(at_ms * MS), int(at_ms * MS) + 20_000, Found(state, False))


def walk(*evidence: Traced | list[Traced] | Sample, syns: tuple[int, ...] = ()) -> Life:
    events: list[Traced] = []
    samples = []
    for one in evidence:
        if isinstance(one, Sample):
            samples.append(one)
        else:
            events += one if isinstance(one, list) else [one]
    events.sort(key=lambda one: one.time_ns)
    [life] = lives(events, {ENDS: samples}, {ENDS: syns})
    return life


def states(life: Life) -> str:
    assert not life.unsure
    return " ".join(step.new for step in life.transitions)


def steps(life: Life) -> list[str]:
    return [f"{step.old}>{step.new} {step.source}" for step in life.transitions]


OPEN = ("CLOSED", "SYN_SENT", "ESTABLISHED")


def test_a_full_socket_is_traced() -> None:
    life = walk(moves(1, *OPEN, "CLOSE_WAIT", "LAST_ACK", "CLOSED"), found(2, "CLOSED"))
    assert states(life) == "SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED"
    assert {step.source for step in life.transitions} == {"trace"}


def test_a_request_is_seen_by_sock_diag_long_before_its_socket_is_traced() -> None:
    life = walk(
        found(0, "LISTEN"),
        found(1, "SYN_RCVD"),
        moves(5, "LISTEN", "SYN_RCVD", "ESTABLISHED"),
        found(6, "ESTABLISHED"),
    )
    assert steps(life) == ["LISTEN>SYN_RCVD diag", "SYN_RCVD>ESTABLISHED trace"]
    assert life.transitions[0].time_ns == 1 * MS


def test_a_cookie_has_no_request() -> None:
    life = walk(found(1, "LISTEN"), moves(5, "LISTEN", "SYN_RCVD", "ESTABLISHED"))
    assert steps(life) == ["LISTEN>SYN_RCVD trace", "SYN_RCVD>ESTABLISHED trace"]


def test_a_request_ends_where_the_listener_is() -> None:
    assert states(walk(found(1, "SYN_RCVD"), found(9, "LISTEN"))) == "SYN_RCVD LISTEN"
    assert states(walk(found(1, "SYN_RCVD"), found(9, "CLOSED"))) == "SYN_RCVD CLOSED"


def test_a_socket_that_goes_may_leave_time_wait() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    life = walk(gone, found(2, "TIME_WAIT"))
    assert states(life) == "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"
    assert life.transitions[-1].source == "trace+diag"
    assert life.transitions[-1].time_ns == gone[-1].time_ns


def test_or_an_orphan_s_fin_wait_2() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    life = walk(
        gone, found(2, "FIN_WAIT_2"), found(50, "FIN_WAIT_2"), found(51, "TIME_WAIT"), found(60, "CLOSED")
    )
    assert states(life) == "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED"
    assert [step.source for step in life.transitions[-2:]] == ["diag", "diag"]


def test_or_nothing() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    assert states(walk(gone, found(2, "CLOSED"))) == "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSED"
    assert states(walk(gone, found(2, "LISTEN"))) == "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSED"


def test_what_closing_left_is_derived_where_nobody_asked() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "CLOSING", "CLOSED")
    again = moves(9, "CLOSED", "SYN_SENT", socket=SECOND)
    assert steps(walk(gone, again))[-3:] == [
        "CLOSING>TIME_WAIT derived",
        "TIME_WAIT>CLOSED derived",
        "CLOSED>SYN_SENT trace",
    ]
    assert states(walk(gone, reset(1.004), again)).endswith("CLOSING CLOSED SYN_SENT")


def test_what_fin_wait_2_left_is_unsure_where_nobody_asked() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    assert walk(gone, moves(9, "CLOSED", "SYN_SENT", socket=SECOND)).unsure


def test_a_new_life_ends_time_wait() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    served = walk(gone, found(2, "TIME_WAIT"), found(9, "SYN_RCVD"))
    assert steps(served)[-2:] == ["TIME_WAIT>CLOSED derived", "LISTEN>SYN_RCVD diag"]
    calling = walk(gone, found(2, "TIME_WAIT"), moves(9, "CLOSED", "SYN_SENT", socket=SECOND))
    assert steps(calling)[-2:] == ["TIME_WAIT>CLOSED derived", "CLOSED>SYN_SENT trace"]


def test_a_call_that_found_its_ports_in_use_never_was() -> None:
    gone = moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "CLOSED")
    failed = moves(9, "CLOSED", "SYN_SENT", "CLOSED", socket=SECOND)
    assert states(walk(gone, found(2, "TIME_WAIT"), failed, found(11, "TIME_WAIT"))).endswith("TIME_WAIT")


def test_but_a_call_that_was_refused_as_quickly_was() -> None:
    refused = moves(9, "CLOSED", "SYN_SENT", "CLOSED")
    assert states(walk(refused, syns=(9 * MS + 500,))) == "SYN_SENT CLOSED"


def test_close_after_shutdown_is_no_transition() -> None:
    life = walk(moves(1, *OPEN, "FIN_WAIT_1", "FIN_WAIT_2", "FIN_WAIT_2"), found(2, "FIN_WAIT_2"))
    assert states(life) == "SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2"


def test_an_answer_given_while_something_happened_does_not_count() -> None:
    """sock_diag was asked; the third segment came, the connection was aborted; it said LISTEN."""
    during = Sample(1 * MS, 5 * MS, Found("LISTEN", True))
    life = walk(found(0.5, "SYN_RCVD"), during, moves(4, "LISTEN", "SYN_RCVD", "ESTABLISHED", "CLOSED"))
    assert states(life) == "SYN_RCVD ESTABLISHED CLOSED"


def test_witnesses_that_contradict_each_other_make_unsure() -> None:
    assert walk(moves(1, *OPEN), found(9, "CLOSE_WAIT")).unsure
    assert walk(found(9, "TIME_WAIT")).unsure
    assert walk(moves(1, "ESTABLISHED", "CLOSE_WAIT")).unsure


def test_nothing_is_nothing() -> None:
    assert NOTHING.state == "CLOSED"
    assert states(walk(found(1, "CLOSED"), found(2, "LISTEN"), found(3, "CLOSED"))) == ""
