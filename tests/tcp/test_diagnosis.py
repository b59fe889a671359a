from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tcptui
from tcptui.tcp.connection import Connection
from tcptui.tcp.diagnosis import RULES, Before, Diagnosis, Severity, diagnose, facts, owes, verdict
from tcptui.tcp.history import History, Moment
from tcptui.tcp.segment import Segment
from tcptui.tcp.verdict import LONGEST
from tests.support.conversation import OPEN, diagnosed, talk
from tests.support.recorded import connections

DEMOS = Path(tcptui.__file__).parent / "demos"

# demo: for each life the verdict at its last packet and the ids of what is diagnosed
SAID: dict[str, list[tuple[str, list[str]]]] = {
    "handshake": [("closed by client", [])],
    "close-by-client": [("closed by client", [])],
    "close-by-server": [("closed by server", [])],
    "three-segment-close": [("closed by client", [])],
    "half-close": [("closed by client", [])],
    "simultaneous-close": [("closed by both at once", ["simultaneous-close"])],
    "simultaneous-open": [("closed by client", ["simultaneous-open"])],
    "refused": [("refused", ["refused"])],
    "abort": [("reset by client", ["abort"])],
    "syn-lost": [("closed by client", ["back-off"])],
    "handshake-ack-lost": [("closed by client", ["syn-ack-repeated"])],
    "last-ack-lost": [("closed by client", ["last-ack-lost"])],
    "fin-before-data": [("closed by client", ["fin-held-by-gap", "retransmission"])],
    "time-wait-reuse": [("closed by server", []), ("closed by client", ["port-reused-in-time-wait"])],
    "keep-alive": [("closed by client", ["keep-alive"])],
    "zero-window": [("closed by client", ["zero-window", "zero-window-probe"])],
    "mid-stream": [("closed by client", [])],
}


def lives(segments: list[Segment]) -> list[tuple[History, list[Segment]]]:
    """Each life with its own segments."""
    connection = Connection()
    for segment in segments:
        connection.feed(segment)
    histories = connection.histories()
    ends = [*(history.first_packet for history in histories[1:]), 1 << 62]
    return [
        (history, [segment for segment in segments if history.first_packet <= segment.packet < end])
        for history, end in zip(histories, ends, strict=True)
    ]


@pytest.mark.parametrize("name", SAID)
def test_demos(name: str) -> None:
    (segments,) = connections(DEMOS / f"{name}.pcap").values()
    said, previous = [], None
    for history, own in lives(segments):
        found, now = facts(own), Moment(own[-1].packet, own[-1].time_ns)
        ids = [diagnosis.id for diagnosis in diagnose(history, found, now, previous=previous)]
        said.append((verdict(history, found, now), ids))
        previous = Before(history, found)
    assert said == SAID[name]


def test_rules_are_numbered_and_say_their_rule() -> None:
    for rule in RULES:
        number, _, words = (rule.__doc__ or "").partition(" ")
        assert number.startswith("D") and number[1:].strip(":,").isdigit(), rule.__name__
        assert len(words) > 30, rule.__name__


def test_the_most_severe_comes_first() -> None:
    found = list(diagnosed(OPEN + "9 C ACK seq=0\n 10 C ACK seq=0\n 11 C RST,ACK | CLOSED CLOSED").values())
    assert [diagnosis.severity for diagnosis in found] == [Severity.ERROR, Severity.NOTE]


def test_a_diagnosis_is_as_of_now() -> None:
    said = talk(OPEN + "1 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.04 S ACK | FIN_WAIT_2 .")
    assert diagnose(said.history, said.facts, said.now) == ()
    ids = [diagnosis.id for diagnosis in diagnose(said.history, said.facts, said.later(11))]
    assert ids == ["close-wait-stuck", "fin-wait-2"]


def test_a_self_connect_is_one_socket_in_both_roles() -> None:
    flags = [(0x02, 0), (0x12, 1), (0x10, 1), (0x18, 1), (0x10, 6), (0x11, 6), (0x10, 7)]
    segments, seq = [], 1000
    for packet, (flag, ack) in enumerate(flags, 1):
        length = 5 if flag == 0x18 else 0
        at = 1000 if flag & 0x02 else seq
        segments.append(Segment(packet, packet * 1_000, 0, at, 1000 + ack, flag, 900, length, ip_id=packet))
        seq = at + length + bool(flag & 0x03)
    connection = Connection(same_socket=True)
    said = []
    for segment in segments:
        connection.feed(segment)
        found = facts(segments[: segment.packet], same_socket=True)
        history, now = connection.history(), Moment(segment.packet, segment.time_ns)
        said.append((verdict(history, found, now), owes(history, found, now)))
        assert [one.id for one in diagnose(history, found, now)] == ["simultaneous-open"]
    assert said[1] == ("open", "nobody") and said[3] == ("open", "client: ACK of 5 bytes, since #4")
    assert said[-1] == ("closed by both at once", "nobody")


near = st.integers(0, 12) | st.sampled_from([0xFFFFFFF0, 0x7FFFFFFF, 0x80000000])
hostile = st.lists(
    st.tuples(
        st.sampled_from([0, 1_000, 200_000_000, 1_100_000_000, 12_000_000_000, 70_000_000_000]),
        st.integers(0, 1),
        near,
        near,
        st.sampled_from([0x02, 0x12, 0x10, 0x11, 0x18, 0x04, 0x14, 0x01, 0x00, 0x3F]),
        st.sampled_from([0, 0, 1, 5]),
        st.sampled_from([0, 100]),
        st.sampled_from([None, 0, 7]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(hostile)
def test_never_raises_and_every_text_is_usable(steps: list[tuple[int, ...]]) -> None:
    segments, time_ns = [], 0
    for packet, (wait, sender, seq, ack, flags, length, window, ip_id) in enumerate(steps, 1):
        time_ns += wait
        segments.append(
            Segment(packet, time_ns, sender, seq, ack, flags, window, length, ip_id=ip_id, options=b"")
        )
    previous = None
    for history, own in lives(segments):
        for until in range(len(own) + 1):
            found = facts(own[:until])
            last = own[until - 1] if until else own[0] if own else segments[0]
            now = Moment(last.packet, last.time_ns)
            assert 0 < len(verdict(history, found, now)) <= LONGEST
            assert owes(history, found, now)
            for diagnosis in diagnose(history, found, now, previous=previous):
                check(diagnosis, len(segments))
        previous = Before(history, facts(own))


def check(diagnosis: Diagnosis, packets: int) -> None:
    assert diagnosis.packets and list(diagnosis.packets) == sorted(set(diagnosis.packets))
    assert diagnosis.packets[0] >= 1 and diagnosis.packets[-1] <= packets
    assert "  " not in diagnosis.text and "None" not in diagnosis.text and "\n" not in diagnosis.text
