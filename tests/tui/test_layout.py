"""The plan of panes: inside the window, side by side, nothing on top of anything."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region, Size

from tcptui.tui.layout import LEAST_ANSWER, PANES, Wish, plan, prompt_line
from tcptui.tui.pane import Frame

SIZES = [(1, 1), (2, 2), (10, 3), (40, 12), (79, 23), (80, 24), (120, 40), (160, 50), (200, 60), (400, 100)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("zoom", [False, True])
@pytest.mark.parametrize("active", PANES)
def test_regions_fill_the_window_without_overlap(
    size: tuple[int, int], detail: bool, zoom: bool, active: str
) -> None:
    window = Size(*size)
    wish = Wish(active=active, zoom=zoom, detail=detail or active == "detail", flows=30)
    regions = plan(window, wish).regions
    for region in regions.values():
        assert window.region.contains_region(region)
    for a, b in itertools.combinations(regions.values(), 2):
        assert not a.overlaps(b)
    assert sum(region.area for region in regions.values()) == window.area


def test_a_terminal_of_80_by_24_has_three_panes_and_four_rows_of_flows() -> None:
    made = plan(Size(80, 24), Wish(flows=12))
    assert made.together
    assert made.frame is Frame.RULE
    assert made.diagram == "compact"
    assert made.regions["flows"].height == 1 + 1 + 4  # a rule, the heads, four flows
    assert made.regions["diagram"].width == 34 + 1
    assert made.regions["diagram"].height == 1 + 13
    assert made.regions["ladder"].width == 80 - 34 - 1


def test_one_pane_at_a_time_below_that() -> None:
    made = plan(Size(79, 23), Wish(active="ladder"))
    assert not made.together
    assert "ladder" in made.regions
    assert "flows" not in made.regions


def test_the_large_diagram_fits_from_120_by_40_on() -> None:
    made = plan(Size(120, 40), Wish(flows=3))
    assert made.diagram == "large"
    diagram = made.regions["diagram"]
    assert (diagram.width, diagram.height) >= (54, 28)


def test_wide_windows_have_a_column_for_the_detail() -> None:
    assert "detail" in plan(Size(160, 50), Wish()).regions
    assert "detail" not in plan(Size(159, 50), Wish()).regions


@pytest.mark.parametrize("width", [170, 200, 240, 300])
def test_in_wide_windows_no_column_starves(width: int) -> None:
    regions = plan(Size(width, 60), Wish()).regions
    assert regions["ladder"].width >= 66
    assert regions["detail"].width >= 48
    assert regions["diagram"].width >= (86 if width >= 200 else 54)


def test_an_open_detail_replaces_the_diagram_and_leaves_the_ladder() -> None:
    regions = plan(Size(120, 40), Wish(detail=True)).regions
    assert "detail" in regions
    assert "ladder" in regions
    assert "diagram" not in regions


@given(st.integers(0, 300), st.integers(0, 40), st.integers(0, 60))
def test_the_answer_keeps_its_room_and_the_line_is_filled(width: int, before: int, after: int) -> None:
    regions = prompt_line(Region(0, 9, width, 1), before, after)
    assert sum(region.width for region in regions.values()) == width
    assert regions["prompt"].width >= min(width, LEAST_ANSWER)
    assert "asked" not in regions or regions["asked"].right == regions["prompt"].x
    assert "answering" not in regions or regions["answering"].x == regions["prompt"].right
