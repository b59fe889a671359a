from tcptui.tcp.traces import QUOTED, Hole, Reset, ResetKind, Seen, Series, Side, ZeroWindow
from tests.support.conversation import talk


def test_a_long_series_quotes_the_first_ones_and_the_newest() -> None:
    series = Series()
    for n in range(100):
        series.add(Seen(n, n * n))
    assert series.count == 100 and len(series.packets) == QUOTED
    assert series.first.packet == 0 and series.last.packet == 99
    assert series.gaps() == [2 * n + 1 for n in range(QUOTED - 2)]  # not the one across what is left out


def test_a_zero_window_lasts_until_its_end_or_now() -> None:
    zero = ZeroWindow(Seen(1, 10), Seen(1, 10))
    assert zero.lasted(25) == 15
    zero.end = Seen(2, 14)
    assert zero.lasted(25) == 4


def test_unseen_counts_only_what_was_acknowledged() -> None:
    side = Side(holes=[Hole(10, 30), Hole(0xFFFFFFF0, 16, Seen(4, 0))])
    assert side.unseen == 32


def test_what_a_side_accepted_after_its_fin() -> None:
    found = talk("0 C FIN,ACK seq=1 ack=1\n 1 S PSH,ACK 40 seq=1\n 2 C ACK").facts
    client, server = found.sides
    assert client.accepted_after_fin(server) == 40
    assert server.accepted_after_fin(client) == 0


def test_reset_by_kind() -> None:
    abort = Reset(Seen(3, 0), ResetKind.ABORT, True)
    side = Side(resets=[abort])
    assert side.reset(ResetKind.ABORT) is abort and side.reset(ResetKind.REPLY) is None
