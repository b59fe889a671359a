from __future__ import annotations

from tcptui.model.names import flag_names, short, spellings
from tcptui.tcp.segment import Flags
from tcptui.tcp.states import State


def test_short_names_fit_narrow_columns_and_stay_apart() -> None:
    names = [short(state) for state in State]
    assert len(set(names)) == len(State)
    assert max(map(len, names)) <= 8
    assert all(name[:2] == str(state)[:2] for name, state in zip(names, State, strict=True))


def test_a_state_is_found_in_each_spelling_and_flags_by_name() -> None:
    assert spellings(State.FIN_WAIT_1).split() == ["FIN_WAIT_1", "FIN_W1", "FIN-WAIT-1"]
    assert spellings(State.CLOSED) == "CLOSED"
    assert flag_names(Flags.ACK | Flags.SYN) == "SYN,ACK"
    assert flag_names(0) == ""
