from tcptui.tcp.holes import confirm_holes, fill_holes, open_hole
from tcptui.tcp.traces import HOLES, Hole, Seen, Side

TOP = 0xFFFFFFF0


def spans(side: Side) -> list[tuple[int, int]]:
    return [(hole.low, hole.high) for hole in side.holes]


def test_a_hole_is_filled_from_its_ends_and_from_the_middle() -> None:
    side = Side(holes=[Hole(TOP, 84)])
    assert fill_holes(side, TOP, 4) and spans(side) == [(4, 84)]
    assert fill_holes(side, 64, 84) and spans(side) == [(4, 64)]
    assert fill_holes(side, 24, 34) and spans(side) == [(4, 24), (34, 64)]
    assert fill_holes(side, 0, 200) and spans(side) == []


def test_what_touches_no_hole_fills_none() -> None:
    side = Side(holes=[Hole(10, 20)])
    assert not fill_holes(side, 0, 10) and not fill_holes(side, 20, 30)
    assert spans(side) == [(10, 20)]


def test_the_parts_of_a_confirmed_hole_stay_confirmed() -> None:
    side = Side(holes=[Hole(10, 40)])
    confirm_holes(side, 39, Seen(7, 0))
    assert side.unseen == 0
    confirm_holes(side, 40, Seen(8, 0))
    fill_holes(side, 20, 30)
    assert side.unseen == 20 and {hole.acked for hole in side.holes} == {Seen(8, 0)}


def test_of_too_many_holes_the_oldest_is_only_counted() -> None:
    side = Side()
    for n in range(HOLES + 5):
        open_hole(side, Hole(n * 10, n * 10 + 3, Seen(n, 0)))
    assert len(side.holes) == HOLES and side.unseen == 3 * (HOLES + 5)
