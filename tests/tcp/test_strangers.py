from tcptui.tcp.segment import Flags, Segment
from tcptui.tcp.strangers import spaced, usual_id, usual_ttl
from tcptui.tcp.traces import Reset, ResetKind, Seen, Side
from tests.support.conversation import OPEN, SECOND, talk

RST = int(Flags.RST | Flags.ACK)


def sent(ids: list[int | None], ttl: int = 64) -> Side:
    """One that has sent segments with these identifications, one a millisecond."""
    side = Side()
    for n, ip_id in enumerate(ids):
        side.recent.append(
            Segment(n + 1, n * 1_000_000, 0, n, 0, int(Flags.ACK), ip_id=ip_id, ttl=ttl + n % 2)
        )
    return side


def rst(ip_id: int | None, after_s: float = 0.01) -> Segment:
    return Segment(99, round(after_s * SECOND), 0, 0, 0, RST, ip_id=ip_id)


def test_the_ttl_is_the_median_of_two_or_more() -> None:
    assert usual_ttl(sent([1, 2, 3])) == 64
    assert usual_ttl(sent([1])) is None


def test_an_identification_that_cannot_be_the_next() -> None:
    counting = sent([65533, 65534, 65535, 1])
    for ip_id in (0, 65535, 900, 60000):
        assert usual_id(counting, rst(ip_id)) == 1
    for ip_id in (2, 17, 60):
        assert usual_id(counting, rst(ip_id)) is None


def test_who_does_not_count_is_not_judged() -> None:
    for ids in ([1, 2, 3], [0, 0, 0, 0], [7, 9000, 12, 44], [None, None, None, None], [256, 512, 768, 1024]):
        assert usual_id(sent(ids), rst(30000)) is None
    assert usual_id(sent([1, 2, 3, 4]), rst(None)) is None


def test_a_host_may_have_sent_much_in_a_long_time() -> None:
    counting = sent([1, 2, 3, 4])
    assert usual_id(counting, rst(9000, 0.1)) == 4
    assert usual_id(counting, rst(9000, 1)) is None
    assert usual_id(counting, rst(0, 5)) is None


def resets(*seqs: int, unprovoked: bool = True, apart_s: float = 0.01) -> Side:
    side = Side()
    for n, seq in enumerate(seqs):
        one = Reset(Seen(n + 1, round(n * apart_s * SECOND)), ResetKind.REPLY, False, seq)
        one.unprovoked = unprovoked
        side.resets.append(one)
    return side


def test_resets_a_window_apart() -> None:
    found = spaced(resets(1000, 9192), (8192,))
    assert found and (found[0].seq, found[1].seq) == (1000, 9192)
    assert spaced(resets(2**32 - 8192, 8192), (8192,))
    assert spaced(resets(1000, 9191), (8192,)) is None
    assert spaced(resets(1000, 1000), (8192,)) is None
    assert spaced(resets(1000, 9192), ()) is None
    assert spaced(resets(1000, 9192, unprovoked=False), (8192,)) is None
    assert spaced(resets(1000, 9192, apart_s=2), (8192,)) is None


def test_a_new_connection_on_the_same_ports_is_no_sequel() -> None:
    side = talk(OPEN + "1 C RST,ACK\n 2 C SYN rawseq=1002\n 2.1 S SYN,ACK rawseq=5\n 2.2 C ACK").facts.sides[
        0
    ]
    assert [reset.went_on for reset in side.resets] == [None]
