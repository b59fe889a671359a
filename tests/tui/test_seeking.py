"""A search goes through all of a long flow, once round."""

from __future__ import annotations

import pytest

from tcptui.model.ladder import LadderOptions
from tcptui.session import Session
from tcptui.tui.loaded import LoadedFlow
from tcptui.tui.seeking import Seek


@pytest.mark.parametrize("direction", [1, -1])
def test_a_search_finds_in_all_parts_and_once_round(session: Session, small: None, direction: int) -> None:
    flow = LoadedFlow(session, 1, LadderOptions(folded=False), 1300)
    row = next(i for i in range(len(flow.ladder)) if flow.ladder.item(i).moment.packet == 1300)

    def find(text: str) -> tuple[int, bool]:
        seek = Seek(session, flow, text, row, direction)
        while not seek.look():
            assert 0 <= seek.progress <= 1
            assert seek.is_of(flow, row)
        return (seek.found.packet if seek.found else 0), seek.turned

    assert find("#2345") == (2345, direction < 0)
    assert find("#123 ") == (123, direction > 0)
    assert find("SYN_SENT") == (1, direction > 0)
    assert find("no such thing") == (0, True)


def test_a_cursor_that_moved_ends_it(session: Session, small: None) -> None:
    flow = LoadedFlow(session, 1, LadderOptions(), 1300)
    seek = Seek(session, flow, "nothing", 3, 1)
    assert not seek.is_of(flow, 4)
    assert not seek.is_of(None, 3)
