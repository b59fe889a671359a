"""An assumption taken back, in words: from a whole sentence to what there must at least be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcptui.model.names import short
from tcptui.model.text import clean, crop
from tcptui.tcp.events import Event
from tcptui.tcp.history import Correction, History, Moment
from tcptui.tcp.states import Evidence, State

_BRIEFER: tuple[tuple[str, str, str], ...] = (
    (r"(\S+) retransmitted: the (\S+) \((#\d+)\) did not arrive", r"\1 again, \2 \3 lost", r"\2 \3 lost"),
    (r"its ACK \((#\d+)\) leaves out (#\d+): not arrived", r"ACK \1 leaves out \2", r"\2 lost"),
    (r"it answers the SYN,ACK alone \((#\d+)\): (the SYN did not arrive)", r"\2, as \1 shows", "SYN lost"),
    (r"it answered RST \((#\d+)\): .*", r"it answered RST (\1)", "RST"),
)
"""A reason, the same in short, and what is left of it where there is no room."""


def instead(history: History, correction: Correction) -> State:
    """Where the endpoint was instead: before the packet that shows it, which may well have moved it on.

    Who answers RST has no connection any more: it was CLOSED.
    """
    end, packet = correction.endpoint, correction.packet
    for step in history.standing():
        if step.endpoint == end and step.packet == packet and step.evidence is Evidence.SENT:
            return State.CLOSED if step.event is Event.REPLIED_RST else step.old
    return history.at(Moment(packet, correction.time_ns))[end].state


def in_words(side: str, correction: Correction, now: State, room: int) -> str:
    """What was taken back of the `side`, in at most `room` columns, and not cut if that can be.

    now: where it was instead.
    """
    words = list(_forms(side, correction, now))
    return next((text for text in words if len(text) <= room), crop(words[-1], room))


def _forms(side: str, correction: Correction, now: State) -> Iterator[str]:
    """The longest first."""
    reason = clean(correction.reason)
    brief, least = _briefer(reason)
    if not correction.withdrawn:
        yield from (f"{side}: {text}" for text in (reason, brief, least))
        return
    states = ", ".join(str(state) for state in correction.withdrawn)
    known = now not in correction.withdrawn
    yield _with_reason(f"{side} was not {states}{f' but {now}' if known else ''}", reason)
    already = "already" if now is State.CLOSED else "still"
    head = f"{side} {already} {now}" if known else f"{side} not {states}"
    yield from (_with_reason(head, text) for text in (reason, brief, least))
    name = short(now) if known else short(correction.withdrawn[-1])
    head = f"{side} {already if known else 'not'} {name}"
    yield from (_with_reason(head, text) for text in (brief, least))
    yield head


def _with_reason(head: str, reason: str) -> str:
    """`server still ESTABLISHED: it goes on (#5)`, or `…, as #6 shows` where there is no more to say."""
    plain = re.fullmatch(r"(#\d+) shows otherwise", reason)
    return f"{head}, as {plain[1]} shows" if plain else f"{head}: {reason}"


def _briefer(reason: str) -> tuple[str, str]:
    for pattern, brief, least in _BRIEFER:
        match = re.fullmatch(pattern, reason)
        if match:
            return match.expand(brief), match.expand(least)
    head = reason.split(": ")[0]
    return head, head
