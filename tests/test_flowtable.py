"""Flows as columns."""

from __future__ import annotations

import numpy as np

from tcptui.flowtable import FlowTable
from tcptui.tcp.states import State


def test_states_are_had_by_role() -> None:
    """Who opened is endpoint 0 in the first, endpoint 1 in the second."""
    none = np.zeros(2, np.int64)
    states = np.array([[State.TIME_WAIT, State.CLOSED], [State.CLOSE_WAIT, State.FIN_WAIT_2]], np.uint8)
    table = FlowTable(
        np.array([1, 2], np.int32), none.astype(np.int32), np.array([0, 1], np.uint8), states,
        none, none, none, none, none.astype(np.int32), [],
    )  # fmt: skip
    assert len(table) == 2
    assert table.state(True).tolist() == [State.TIME_WAIT, State.FIN_WAIT_2]
    assert table.state(False).tolist() == [State.CLOSED, State.CLOSE_WAIT]
