import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcptui.tcp.facts import FlowFacts, facts
from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.seq import add
from tcptui.tcp.traces import HOLES, IN_FLIGHT, QUOTED, RECENT, WIDEST, Seen
from tests.support.conversation import SECOND, talk
from tests.support.download import GIB, ISS, PIECE, download

OPEN = """
    0.000  C  SYN
    0.001  S  SYN,ACK
    0.002  C  ACK
"""


def of(text: str) -> FlowFacts:
    return talk(OPEN + text).facts


def test_counts_packets_and_payload_of_each_side() -> None:
    found = of("1 C PSH,ACK 7\n 2 S PSH,ACK 18\n 3 C ACK")
    client, server = found.sides
    assert (client.packets, client.payload, server.packets, server.payload) == (4, 7, 2, 18)
    assert client.first == Seen(1, 0) and client.last == Seen(6, 3 * SECOND)
    assert found.packets == 6


def test_copies_of_syn_and_fin_are_counted_with_their_packets() -> None:
    found = talk("0 C SYN\n 1 C SYN seq=0\n 3 C SYN seq=0").facts
    syn = found.sides[0].syn
    assert syn and syn.count == 3 and syn.packets == (1, 2, 3) and syn.gaps() == [SECOND, 2 * SECOND]
    fin = of("1 C FIN,ACK\n 1.2 C FIN,ACK seq=1").sides[0].fin
    assert fin and fin.packets == (4, 5)


def test_a_syn_with_another_number_starts_anew() -> None:
    syn = talk("0 C SYN\n 1 C SYN rawseq=99").facts.sides[0].syn
    assert syn and syn.count == 1 and syn.seq == 99


def test_the_same_frame_twice_is_no_retransmission() -> None:
    twice = of("1 C PSH,ACK 7 id=9\n 1.001 C PSH,ACK 7 seq=1 id=9").sides[0]
    assert twice.duplicates == 1 and twice.run is None
    again = of("1 C PSH,ACK 7 id=9\n 1.001 C PSH,ACK 7 seq=1 id=10").sides[0]
    assert again.duplicates == 0 and again.run is not None
    late = of("1 C PSH,ACK 7 id=9\n 1.5 C PSH,ACK 7 seq=1 id=9").sides[0]
    assert late.duplicates == 0 and late.run is not None


def test_pure_acks_without_an_ip_id_are_not_copies_of_each_other() -> None:
    assert of("1 S PSH,ACK 7\n 1.01 C ACK id=0\n 1.02 C ACK id=0").sides[0].duplicates == 0


def test_a_run_of_copies_begins_with_the_original() -> None:
    run = of("1 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1\n 1.6 C PSH,ACK 7 seq=1").sides[0].worst_run
    assert run and run.packets == (4, 5, 6) and run.count == 3


def test_what_waits_for_its_ack() -> None:
    client = of("1 C PSH,ACK 7\n 2 C PSH,ACK 5").sides[0]
    assert client.waiting and client.waiting.seen == Seen(4, SECOND)
    client = of("1 C PSH,ACK 7\n 2 C PSH,ACK 5\n 3 S ACK ack=8").sides[0]
    assert client.waiting and client.waiting.seen == Seen(5, 2 * SECOND)
    assert of("1 C PSH,ACK 7\n 3 S ACK").sides[0].waiting is None


def test_bytes_that_were_acknowledged_but_not_seen() -> None:
    assert of("1 C PSH,ACK 7 seq=101\n 2 S ACK ack=108").sides[0].unseen == 100
    assert of("1 S ACK ack=101").sides[0].unseen == 100


def test_bytes_that_came_late_are_not_missing() -> None:
    late = of("1 C PSH,ACK 7 seq=101\n 1.01 C ACK 100 seq=1\n 2 S ACK ack=108").sides[0]
    assert late.unseen == 0 and late.run is None
    assert of("1 S ACK ack=101\n 1.001 C ACK 100 seq=1").sides[0].unseen == 0


def test_a_segment_from_the_middle_of_a_hole_leaves_two() -> None:
    spread = "1 C ACK 10 seq=31\n 1.1 C ACK 10 seq=11\n"
    client = of(spread).sides[0]
    assert [(hole.low - 1000, hole.high - 1000) for hole in client.holes] == [(1, 11), (21, 31)]
    client = of(spread + "1.2 C ACK 10 seq=1\n 1.3 C ACK 10 seq=21\n 2 S ACK").sides[0]
    assert client.unseen == 0 and client.run is None and not client.holes


def test_bytes_that_nobody_acknowledged_are_not_called_unseen() -> None:
    assert of("1 C PSH,ACK 7 seq=101\n 2 S ACK ack=1").sides[0].unseen == 0


def test_what_was_under_way_before_the_capture_is_not_missing() -> None:
    found = talk("0 C ACK seq=1 ack=1\n 1 S PSH,ACK 10 seq=501 ack=1\n 2 C ACK ack=511").facts
    assert found.sides[1].unseen == 0


def test_the_ack_of_another_connection_is_not_believed() -> None:
    found = talk("0 C SYN\n 0.1 S ACK rawseq=7 ack=900000000").facts
    assert found.sides[0].unseen == 0 and found.sides[1].ack_max is None


def test_a_missing_syn_ack_is_known_from_the_ack_of_it() -> None:
    assert talk("0 C SYN\n 0.1 C ACK ack=1").facts.sides[1].unseen == 1


def test_zero_window_from_its_announcement_to_the_update() -> None:
    server = of("1 S ACK win=0\n 2 S ACK win=0\n 4 S ACK win=9").sides[1]
    (zero,) = server.zero_windows
    assert server.zero is None and zero.lasted(99 * SECOND) == 3 * SECOND
    assert (zero.start.packet, zero.renewed.packet, zero.end and zero.end.packet) == (4, 5, 6)


segments = st.lists(
    st.builds(
        Segment,
        packet=st.integers(1, 1 << 40),
        time_ns=st.integers(-(1 << 62), 1 << 62),
        sender=st.integers(0, 1),
        seq=st.integers(0, 9) | st.integers(0, (1 << 32) - 1),
        ack=st.integers(0, 9) | st.integers(0, (1 << 32) - 1),
        flags=st.integers(0, 0x1FF),
        window=st.integers(0, 2),
        length=st.integers(0, 3) | st.integers(0, 65_535),
        options=st.binary(max_size=4),
        ip_id=st.none() | st.integers(0, 2),
        ttl=st.integers(0, 255),
    ),
    max_size=60,
)


@given(segments, st.booleans())
def test_takes_any_segments(anything: list[Segment], same_socket: bool) -> None:
    found = facts(anything, same_socket=same_socket)
    assert found.packets == len(anything)
    assert all(side.unseen >= 0 for side in found.sides)


def test_memory_is_bounded() -> None:
    found = FlowFacts()
    for n in range(3_000):
        found.feed(Segment(n + 1, n * SECOND, n % 2, n * 1000, n * 700, 0x10 | n % 2, n % 3, 100 + n % 7))
        found.feed(Segment(n + 1, n * SECOND, n % 2, 0, 5, 0x04 | n % 2 * 0x10))
        found.feed(Segment(n + 1, n * SECOND, n % 2, 7, 5, 0x10, 9, 7, ip_id=n))
    for side in found.sides:
        assert len(side.in_flight) <= IN_FLIGHT and len(side.holes) <= HOLES and len(side.recent) <= RECENT
        assert len(side.resets) < 9 and len(side.zero_windows) < 9
        assert side.worst_run is None or len(side.worst_run.seen) <= QUOTED


def test_a_syn_ack_with_a_wrong_ack_answers_nothing() -> None:
    found = talk("0 C SYN\n 0.1 S SYN,ACK ack=7").facts
    assert (
        found.sides[0].unseen == 0 and found.sides[1].ack_max is None and found.sides[1].foreign_ack is None
    )
    assert found.sides[0].waiting is not None


@pytest.mark.parametrize("gib", [1, 2, 3, 4, 5, 9])
def test_what_is_acknowledged_waits_no_more_however_much_came_before(gib: int) -> None:
    client, server = facts(download(gib * GIB + PIECE)).sides
    assert server.waiting is None and client.foreign_ack is None
    assert client.ack_max == server.snd_max == add(ISS, 1 + gib * GIB + PIECE)
    assert not server.unseen


@pytest.mark.parametrize("gib", [1, 3, 5])
def test_an_ack_of_what_is_under_way_is_believed_in_a_wide_window(gib: int) -> None:
    client, server = facts(download(gib * GIB, ahead=8)).sides
    assert client.foreign_ack is None
    assert [flight.end for flight in server.in_flight] == [
        add(ISS, 1 + gib * GIB - n * PIECE) for n in range(6, -1, -1)
    ]


@pytest.mark.parametrize("gib", [0, 1, 3, 5])
def test_an_ack_from_before_the_first_number_is_not_believed(gib: int) -> None:
    found = facts(download(gib * GIB))
    before = found.sides[0].ack_max
    foreign = Segment(999, 999, 0, 1_001, add(ISS, -5), Flags.ACK)
    found.feed(foreign)
    assert found.sides[0].foreign_ack == Seen(999, 999) and found.sides[0].ack_max == before


def test_what_lies_more_than_the_widest_window_back_was_acknowledged_unseen() -> None:
    server = facts(download(5 * GIB, answered=False)).sides[1]
    assert server.waiting is not None and server.waiting.seen.packet > 100
    assert 0 < (server.in_flight[-1].end - server.waiting.seq) % 2**32 <= WIDEST


def test_the_first_ack_may_come_late() -> None:
    found = facts(download(3 * GIB, answered=False))
    found.feed(Segment(999, 999, 0, 1_001, add(ISS, 1 + 3 * GIB), Flags.ACK))
    assert found.sides[0].foreign_ack is None and found.sides[1].waiting is None


@pytest.mark.parametrize("gib", [1, 3, 5])
def test_what_a_side_accepted_after_its_fin_is_not_modulo_anything(gib: int) -> None:
    client, server = facts(download(gib * GIB, fin=True)).sides
    assert client.accepted_after_fin(server) == gib * GIB


@pytest.mark.parametrize("gib", [1, 3, 5])
def test_bytes_that_came_again_are_known_to_be_sent_once_behind_2_gib(gib: int) -> None:
    found = facts(download(gib * GIB))
    newest = add(ISS, 1 + gib * GIB)
    block = bytes([5, 10]) + add(newest, -100).to_bytes(4) + newest.to_bytes(4)
    found.feed(Segment(999, 999, 0, 1_001, newest, Flags.ACK, options=block))
    assert found.sides[0].received_doubled.count == 1
