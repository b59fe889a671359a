"""Names of states for narrow columns."""

from __future__ import annotations

from tcptui.tcp.states import State

_SHORT = {
    State.ESTABLISHED: "ESTAB",
    State.FIN_WAIT_1: "FIN_W1",
    State.FIN_WAIT_2: "FIN_W2",
    State.CLOSE_WAIT: "CLOSE_W",
    State.TIME_WAIT: "TIME_W",
}


def short(state: State) -> str:
    """The state's name in at most 8 columns."""
    return _SHORT.get(state, str(state))
