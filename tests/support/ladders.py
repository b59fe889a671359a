"""Ladders for tests: conversations of support.conversation, with marks by packet number."""

from __future__ import annotations

from tcptui.model.ladder import Ladder, LadderOptions
from tcptui.model.text import plain
from tcptui.store.analysis import Mark
from tcptui.tcp.history import Correction, History, Moment
from tests.support.conversation import Talk, talk

ENDS = ("127.0.0.1:39872", "127.0.0.1:9502")
END = Moment(1 << 40, 1 << 62)
"""Later than everything."""

CLOSE = """
0.000000  C SYN opt=0204400c0402                | SYN_SENT    .
0.000014  S SYN,ACK opt=0204400c0402            | ESTABLISHED SYN_RCVD
0.000024  C ACK                                 | .           ESTABLISHED
16.310706 C PSH,ACK 7
16.310731 S ACK
16.311000 S PSH,ACK 18
16.311100 C ACK
17.000000 C FIN,ACK                             | FIN_WAIT_1  CLOSE_WAIT
17.040000 S ACK                                 | FIN_WAIT_2  .
17.100000 S FIN,ACK                             | TIME_WAIT   LAST_ACK
17.100100 C ACK                                 | .           CLOSED
77.100100 -                                     | CLOSED      .
"""
"""The telnet session of the articles."""


def ladder(
    conversation: str | Talk,
    marks: dict[int, Mark] | None = None,
    corrections: tuple[Correction, ...] = (),
    **options: object,
) -> Ladder:
    """marks: by packet number. options: of LadderOptions."""
    made = talk(conversation) if isinstance(conversation, str) else conversation
    history = made.history
    history = History(
        history.first_packet, history.client, history.roles, history.start, history.log, corrections
    )
    flat = [(marks or {}).get(segment.packet, Mark(0)) for segment in made.segments]
    return Ladder(made.segments, flat, history, ENDS, LadderOptions(**options))  # type: ignore[arg-type]


def lines(shown: Ladder, width: int = 90, moment: Moment = END) -> list[str]:
    """The rows as text, without what trails."""
    return [plain(shown.render(i, width, moment)).rstrip() for i in range(len(shown))]
