from __future__ import annotations

from tcptui.model.names import short
from tcptui.tcp.states import State


def test_short_names_fit_narrow_columns_and_stay_apart() -> None:
    names = [short(state) for state in State]
    assert len(set(names)) == len(State)
    assert max(map(len, names)) <= 8
    assert all(name[:2] == str(state)[:2] for name, state in zip(names, State, strict=True))
