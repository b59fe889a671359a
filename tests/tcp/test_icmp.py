"""ICMP errors end what is being opened, and nothing else."""

from __future__ import annotations

import pytest

from tcptui.tcp.connection import Connection
from tcptui.tcp.diagnosis import diagnose, facts, verdict
from tcptui.tcp.events import Event
from tcptui.tcp.history import Moment
from tcptui.tcp.icmp import IcmpError, is_error
from tcptui.tcp.options import is_bsd
from tcptui.tcp.segment import Segment
from tcptui.tcp.states import Evidence, State
from tcptui.tcp.timers import SECOND

ISN = 0xFFFFFFFF
SYN = Segment(1, SECOND, 0, ISN, 0, 0x02, ip_id=7)
SYN_AGAIN = Segment(3, 2 * SECOND, 0, ISN, 0, 0x02, ip_id=8)


def error(seq: int = ISN, **what: int) -> IcmpError:
    return IcmpError(2, SECOND + 1000, 1, seq, 0, 0, origin="10.0.0.9, on the way", **what)


def after(*passed: Segment) -> Connection:
    connection = Connection()
    for one in passed:
        if isinstance(one, IcmpError):
            connection.hear(one)
        else:
            connection.feed(one)
    return connection


def test_a_caller_is_told_that_there_is_no_way() -> None:
    connection = after(SYN, error(code=1))
    assert connection.states[0] is State.CLOSED
    last = connection.history().standing()[-1]
    assert (last.packet, last.event, last.evidence) == (2, Event.RECV_ICMP, Evidence.PASSED)
    assert last.why == "received ICMP host unreachable from 10.0.0.9, on the way (#2), about its SYN"
    assert last.apart


@pytest.mark.parametrize("version, kind, code", [(4, 3, 4), (6, 2, 0)])
def test_a_packet_that_is_too_big_is_sent_again_in_smaller_ones(version: int, kind: int, code: int) -> None:
    assert after(SYN, error(version=version, kind=kind, code=code)).states[0] is State.SYN_SENT


ANSWER = Segment(2, SECOND + 500, 1, 100, 0, 0x12)


def about_answer(version: int, kind: int, code: int) -> IcmpError:
    return IcmpError(
        3, SECOND + 900, 0, 100, 0, 0, origin="10.0.0.9, on the way", version=version, kind=kind, code=code
    )


@pytest.mark.parametrize(
    "version, kind, code, dropped",
    [  # as Linux 6.18 does, asked by `ss state syn-recv` after each
        (4, 3, 0, True), (4, 3, 1, True), (4, 3, 2, False), (4, 3, 3, False), (4, 3, 4, False),
        (4, 3, 13, False), (4, 11, 0, True), (4, 12, 0, True),
        (6, 1, 0, False), (6, 1, 1, True), (6, 1, 3, False), (6, 1, 4, True), (6, 1, 5, True),
        (6, 2, 0, False), (6, 3, 0, False), (6, 4, 0, True),
    ],
)  # fmt: skip
def test_a_listener_drops_the_request_on_some(version: int, kind: int, code: int, dropped: bool) -> None:
    connection = after(SYN, ANSWER, about_answer(version, kind, code))
    assert connection.states[1] is (State.LISTEN if dropped else State.SYN_RCVD)
    if dropped:
        last = connection.history().standing()[-1]
        assert (last.event, last.apart) == (Event.RECV_ICMP_PASSIVE, True)
        assert last.why.endswith("from 10.0.0.9, on the way (#3), about its SYN,ACK")


def test_a_listener_that_answers_again_has_not_heard_it() -> None:
    again = Segment(4, 2 * SECOND, 1, 100, 0, 0x12, ip_id=9)
    connection = after(SYN, ANSWER, about_answer(4, 3, 1), again)
    assert connection.states[1] is State.SYN_RCVD
    assert connection.history().corrections[0].withdrawn == (State.LISTEN,)


def test_the_caller_asks_on_in_the_same_life() -> None:
    call = Segment(4, 2 * SECOND, 0, ISN, 0, 0x02, ip_id=9)
    answer = Segment(5, 2 * SECOND + 500, 1, 70_000, 0, 0x12)
    connection = after(SYN, ANSWER, about_answer(4, 3, 1), call, answer)
    assert connection.states == (State.ESTABLISHED, State.SYN_RCVD)
    assert connection.generations == 1
    server = [t.new for t in connection.history().standing() if t.endpoint == 1]
    assert server == [State.SYN_RCVD, State.LISTEN, State.SYN_RCVD]


def test_a_listener_of_freebsd_goes_on() -> None:
    options = bytes.fromhex("020405b401030306 0402080a00000001 00000000".replace(" ", ""))
    answer = Segment(2, SECOND + 500, 1, 100, 0, 0x12, options=options)
    assert is_bsd(options)
    assert after(SYN, answer, about_answer(4, 3, 1)).states[1] is State.SYN_RCVD


def test_a_caller_whose_call_has_crossed_another_is_told_too() -> None:
    call = Segment(2, SECOND + 100, 1, 100, 0, 0x02)
    answer = Segment(3, SECOND + 300_000_000, 0, ISN, 101, 0x12)
    error = IcmpError(4, SECOND + 400_000_000, 1, ISN, 0, 0, origin="10.0.0.9, on the way", code=13)
    connection = after(SYN, call, answer, error)
    assert connection.states[0] is State.CLOSED
    assert connection.history().standing()[-1].event is Event.RECV_ICMP


def test_one_that_quotes_another_number_is_forged_or_old() -> None:
    assert after(SYN, error(seq=5)).states[0] is State.SYN_SENT


def test_to_an_open_connection_it_is_advice() -> None:
    answer = Segment(3, SECOND + 500, 1, 100, 0, 0x12)
    ack = Segment(4, SECOND + 600, 0, 0, 101, 0x10)
    connection = after(SYN, answer, ack, error())
    assert connection.states == (State.ESTABLISHED, State.ESTABLISHED)


def test_who_asks_again_has_not_heard_it() -> None:
    connection = after(SYN, error(), SYN_AGAIN)
    assert connection.states[0] is State.SYN_SENT
    assert connection.generations == 1
    (taken_back,) = connection.history().corrections
    assert taken_back.withdrawn == (State.CLOSED,)
    assert "the ICMP error (#2) was lost, or is not believed" in taken_back.reason


def test_who_calls_anew_has_heard_it() -> None:
    connection = after(SYN, error(), Segment(3, 2 * SECOND, 0, 4711, 0, 0x02))
    assert connection.states[0] is State.SYN_SENT
    assert connection.history(0).standing()[-1].event is Event.RECV_ICMP


def test_it_is_told_as_a_diagnosis_and_as_the_verdict() -> None:
    history, found, now = after(SYN, error(code=13)).history(), facts([SYN]), Moment(2, SECOND + 1000)
    assert verdict(history, found, now) == "unreachable: ICMP error"
    (one,) = diagnose(history, found, now)
    assert (one.id, one.packets) == ("unreachable", (1, 2))
    assert "administratively prohibited from 10.0.0.9, on the way" in one.text


def test_without_one_that_counts_nothing_is_told() -> None:
    history, found, now = after(SYN, error(seq=5)).history(), facts([SYN]), Moment(2, SECOND + 1000)
    assert verdict(history, found, now) == "connecting"
    assert diagnose(history, found, now) == ()


def test_every_error_has_a_name() -> None:
    for version in (4, 6):
        for kind in range(256):
            if is_error(version, kind):
                assert all(error(version=version, kind=kind, code=code).says for code in range(256))
