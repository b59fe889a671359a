"""Names of states for narrow columns, and names by which states and flags are looked for."""

from __future__ import annotations

from tcptui.tcp.segment import Flags
from tcptui.tcp.states import State

_FLAGS = tuple(
    (int(flag), flag.name or "")
    for flag in (Flags.SYN, Flags.FIN, Flags.RST, Flags.PSH, Flags.URG, Flags.ECE, Flags.CWR, Flags.ACK)
)
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


def spellings(state: State) -> str:
    """All ways in which people write it: as netstat does, as a narrow ladder does, and as RFC 9293 does."""
    return " ".join(dict.fromkeys((str(state), short(state), str(state).replace("_", "-"))))


def flag_names(flags: int) -> str:
    """The control bits by name: "SYN,ACK"; ACK is the last."""
    return ",".join(name for bit, name in _FLAGS if flags & bit)
