"""How long the kernel waits, by profile (tcp-inference: Linux as measured, RFC as written)."""

from __future__ import annotations

from dataclasses import field, replace

from tcptui.dataclass import dataclass
from tcptui.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_2,
    LISTEN,
    SYN_RCVD,
    SYN_SENT,
    TIME_WAIT,
    State,
)

SECOND = 1_000_000_000
_TIMELESS = (CLOSED, LISTEN, ESTABLISHED, CLOSE_WAIT)


@dataclass(frozen=True, slots=True)
class Timers:
    """Durations in ns after which an endpoint gives up without a packet; None: it never does.

    waits: the same by state.
    """

    name: str
    time_wait: int
    syn_sent: int | None
    syn_rcvd: int | None
    fin_wait_2: int | None
    closing: int | None  # FIN_WAIT_1, CLOSING and LAST_ACK without an answer
    waits: tuple[int | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = {
            TIME_WAIT: self.time_wait,
            SYN_SENT: self.syn_sent,
            SYN_RCVD: self.syn_rcvd,
            FIN_WAIT_2: self.fin_wait_2,
        }
        waits = (None if state in _TIMELESS else own.get(state, self.closing) for state in State)
        object.__setattr__(self, "waits", tuple(waits))

    def of(self, state: State) -> int | None:
        """How long an endpoint stays in a state without a packet; None: for ever."""
        return self.waits[state]

    def with_2msl(self, seconds: float) -> Timers:
        """The same profile with another TIME_WAIT."""
        return replace(self, name=f"{self.name} --2msl {seconds:g}", time_wait=round(seconds * SECOND))


LINUX = Timers("linux", 60 * SECOND, round(133.3 * SECOND), 65 * SECOND, 60 * SECOND, round(110.4 * SECOND))
RFC = Timers("rfc", 240 * SECOND, 180 * SECOND, None, None, None)
BSD = Timers("bsd", 60 * SECOND, 75 * SECOND, 75 * SECOND, 60 * SECOND, None)
PROFILES = {profile.name: profile for profile in (LINUX, RFC, BSD)}
"""By the name that --profile takes."""
