from __future__ import annotations

import pytest

from tcptui.model.ladder_layout import Columns


@pytest.mark.parametrize(
    ("width", "time", "left", "short"),
    [
        (30, 0, 9, True),
        (44, 0, 9, True),
        (45, 8, 9, True),
        (63, 8, 9, True),
        (64, 9, 12, False),
        (300, 9, 12, False),
    ],
)
def test_the_columns_of_each_width(width: int, time: int, left: int, short: bool) -> None:
    columns = Columns.of(width, 9, roomy=False)
    assert (columns.time, columns.left, columns.short) == (time, left, short)


@pytest.mark.parametrize("total", range(12, 301))
@pytest.mark.parametrize("roomy", [True, False])
def test_the_columns_fill_every_width(total: int, roomy: bool) -> None:
    columns = Columns.of(total, 10, roomy=roomy)
    separator = 1 if columns.time else 0
    assert columns.time + separator + columns.left + 1 + columns.arrow + 1 + columns.right == total
    assert columns.arrow > 0
