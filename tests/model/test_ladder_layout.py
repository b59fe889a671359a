from __future__ import annotations

import pytest

from tcptui.model.ladder_layout import LEAST_ARROW, Columns
from tcptui.model.ladder_time import Detail

TIMES = {Detail.NARROW: 6, Detail.MIDDLE: 8, Detail.FULL: 10}


@pytest.mark.parametrize(
    ("width", "frame", "time", "left", "short"),
    [
        (30, 0, 0, 9, True),
        (44, 3, 0, 9, True),
        (45, 3, 6, 9, True),
        (63, 3, 6, 9, True),
        (64, 3, 8, 12, False),
        (80, 3, 10, 12, False),
        (300, 3, 10, 12, False),
    ],
)
def test_the_columns_of_each_width(width: int, frame: int, time: int, left: int, short: bool) -> None:
    columns = Columns.of(width, 3, TIMES.__getitem__, roomy=False)
    assert (columns.frame, columns.time, columns.left, columns.short) == (frame, time, left, short)


def test_numbers_as_on_the_wire_take_the_place_of_the_time() -> None:
    columns = Columns.of(45, 3, TIMES.__getitem__, roomy=False, absolute=True)
    assert (columns.frame, columns.time) == (3, 0)
    assert columns.arrow >= len("├[.] ack 1464000000▶")


def test_where_frame_numbers_are_long_the_time_gives_way() -> None:
    columns = Columns.of(45, 8, TIMES.__getitem__, roomy=False)
    assert (columns.frame, columns.time) == (8, 0)
    assert columns.arrow >= LEAST_ARROW


def test_the_columns_fill_every_width() -> None:
    for total in range(12, 301):
        for roomy in (True, False):
            columns = Columns.of(total, 4, TIMES.__getitem__, roomy=roomy)
            assert columns.lead + columns.left + 1 + columns.arrow + 1 + columns.right == total
            assert columns.arrow > 0
