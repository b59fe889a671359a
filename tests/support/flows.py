"""Flows in every situation, with the verdict on each and what is owed in it."""

from __future__ import annotations

OPEN = """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK            | .            ESTABLISHED
"""
CLIENT_CLOSES = (
    OPEN
    + """
    1.000  C  FIN,ACK        | FIN_WAIT_1   CLOSE_WAIT
    1.040  S  ACK            | FIN_WAIT_2   .
"""
)
CLOSED = (
    CLIENT_CLOSES
    + """
    2.000  S  FIN,ACK        | TIME_WAIT    LAST_ACK
    2.001  C  ACK            | .            CLOSED
"""
)

# name: the conversation, seconds that pass after it, the verdict, what is owed
CASES: dict[str, tuple[str, float, str, str]] = {
    "SYN just sent": (
        "0.0 C SYN | SYN_SENT .",
        0.1,
        "connecting",
        "server: SYN,ACK or RST, since #1, 100 ms",
    ),
    "SYN unanswered": (
        "0.0 C SYN | SYN_SENT .\n 1.0 C SYN seq=0",
        0.1,
        "no answer to SYN",
        "server: SYN,ACK or RST, since #1, 1.1 s",
    ),
    "SYN taken back": (
        "0.0 C SYN | SYN_SENT .\n 0.3 C RST seq=0",
        0.1,
        "client gave up: RST after its SYN",
        "server: SYN,ACK or RST, since #1, 400 ms",
    ),
    "SYN taken back, the next number": (
        "0.0 C SYN | SYN_SENT .\n 0.3 C RST seq=1 | CLOSED . ! REPLIED_RST",
        0.1,
        "client gave up: RST after its SYN",
        "nobody",
    ),
    "SYN taken back, and sent anew": (
        "0.0 C SYN | SYN_SENT .\n 0.1 C RST seq=0\n 0.3 C SYN seq=0",
        0.1,
        "no answer to SYN",
        "server: SYN,ACK or RST, since #1, 400 ms",
    ),
    "a RST of another number after the SYN": (
        "0.0 C SYN | SYN_SENT .\n 0.1 C RST seq=900",
        0.1,
        "connecting",
        "server: SYN,ACK or RST, since #1, 200 ms",
    ),
    "SYN given up": ("0.0 C SYN | SYN_SENT .\n 133.3 - | CLOSED .", 0, "no answer to SYN", "nobody"),
    "SYN,ACK just sent": (
        "0.0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD",
        0.1,
        "connecting",
        "client: ACK of SYN,ACK, since #2, 100 ms",
    ),
    "SYN,ACK unanswered": (
        "0.0 C SYN | SYN_SENT .\n 0.1 S SYN,ACK | ESTABLISHED SYN_RCVD",
        3.0,
        "half-open: SYN,ACK not acknowledged",
        "client: ACK of SYN,ACK, since #2, 3.0 s",
    ),
    "refused": (
        "start CLOSED CLOSED\n 0.0 C SYN | SYN_SENT .\n 0.1 S RST,ACK rawseq=0 | CLOSED .",
        0,
        "refused",
        "nobody",
    ),
    "open": (OPEN, 60, "open", "nobody"),
    "data not acknowledged yet": (
        OPEN + "1.0 C PSH,ACK 7\n 1.1 C PSH,ACK 5",
        0.1,
        "open",
        "server: ACK of 12 bytes, since #4, 200 ms",
    ),
    "data never acknowledged": (
        OPEN + "1.0 C PSH,ACK 7\n 1.2 C PSH,ACK 7 seq=1\n 1.6 C PSH,ACK 7 seq=1\n 2.4 C PSH,ACK 7 seq=1",
        0.6,
        "stalled: server does not answer",
        "server: ACK of 7 bytes, since #4, 2.0 s",
    ),
    "zero window": (
        OPEN + "1.0 C PSH,ACK 7\n 1.1 S ACK win=0",
        5,
        "stalled: server's window is zero",
        "server: window update (its application is not reading), since #5, 5.0 s",
    ),
    "zero window for a moment": (
        OPEN + "1.0 C PSH,ACK 7\n 1.1 S ACK win=0\n 1.2 S ACK win=100",
        5,
        "open",
        "nobody",
    ),
    "mid-stream": (
        "start CLOSED CLOSED\n 0.0 C ACK rawseq=77 | ESTABLISHED ESTABLISHED",
        5,
        "open, mid-stream",
        "nobody",
    ),
    "FIN under way": (
        OPEN + "1.000  C  FIN,ACK  | FIN_WAIT_1   CLOSE_WAIT",
        0.01,
        "closing",
        "server: ACK of FIN, since #4, 10 ms",
    ),
    "FIN never answered": (
        OPEN
        + "1.0 C FIN,ACK | FIN_WAIT_1 CLOSE_WAIT\n 1.2 C FIN,ACK seq=1\n 1.6 C FIN,ACK seq=1\n"
        + "2.4 C FIN,ACK seq=1",
        0.6,
        "closing: server does not answer",
        "server: ACK of FIN, since #4, 2.0 s",
    ),
    "server has not closed": (
        CLIENT_CLOSES,
        42.06,
        "server has not closed",
        "server: its FIN (application has not called close()), since #4, 42.1 s",
    ),
    "server has not closed, client forgot": (
        CLIENT_CLOSES + "61.040 - | CLOSED .",
        60,
        "server has not closed",
        "server: its FIN (application has not called close()), since #4, 2 min 0 s",
    ),
    "half-close in use": (
        CLIENT_CLOSES + "3.0 S PSH,ACK 100\n 3.1 C ACK",
        1,
        "half-closed by client",
        "server: its FIN (application has not called close()), since #4, 3.1 s",
    ),
    "client has not closed": (
        OPEN + "1.0 S FIN,ACK | CLOSE_WAIT FIN_WAIT_1\n 1.04 C ACK | . FIN_WAIT_2",
        0,
        "client has not closed",
        "client: its FIN (application has not called close()), since #4, 40 ms",
    ),
    "last ACK is missing": (
        CLIENT_CLOSES + "2.000  S  FIN,ACK  | TIME_WAIT  LAST_ACK",
        0.2,
        "closing",
        "client: ACK of FIN, since #6, 200 ms",
    ),
    "closed by client": (CLOSED, 1, "closed by client", "nobody"),
    "closed by client, TIME_WAIT over": (CLOSED + "62 - | CLOSED .", 1, "closed by client", "nobody"),
    "closed by server": (
        OPEN
        + """
    1.000  S  FIN,ACK        | CLOSE_WAIT   FIN_WAIT_1
    1.001  C  FIN,ACK        | LAST_ACK     FIN_WAIT_2>TIME_WAIT
    1.002  S  ACK            | CLOSED       .
""",
        1,
        "closed by server",
        "nobody",
    ),
    "closed by both": (
        OPEN
        + """
    1.000  C  FIN,ACK              | FIN_WAIT_1   .
    1.000  S  FIN,ACK ack=1        | CLOSING      FIN_WAIT_1>CLOSING
    1.001  C  ACK                  | .            TIME_WAIT
    1.001  S  ACK                  | TIME_WAIT    .
""",
        1,
        "closed by both at once",
        "nobody",
    ),
    "TIME_WAIT ended by a RST": (
        CLOSED + "3.0 S RST | CLOSED .",
        1,
        "closed by client",
        "nobody",
    ),
    "reset by server": (OPEN + "1.0 S RST,ACK | CLOSED CLOSED", 1, "reset by server", "nobody"),
    "reset by client while closing": (
        CLIENT_CLOSES + "1.5 C RST,ACK | CLOSED CLOSED",
        1,
        "reset by client after its FIN",
        "nobody",
    ),
    "reset by server, the other one closes": (
        CLIENT_CLOSES + "1.5 S RST,ACK | CLOSED CLOSED",
        1,
        "reset by server",
        "nobody",
    ),
    "no socket any more": (
        CLIENT_CLOSES + "3.0 S PSH,ACK 10\n 3.1 C RST | CLOSED CLOSED",
        1,
        "reset: client had no socket",
        "nobody",
    ),
    "keep-alive gave up": (
        OPEN
        + """
    10.0  C  ACK seq=0
    11.0  C  ACK seq=0
    12.0  C  ACK seq=0
    13.0  C  RST,ACK    | CLOSED CLOSED
""",
        1,
        "client gave up: no keep-alive answer",
        "nobody",
    ),
    "keep-alive unanswered": (
        OPEN + "10.0 C ACK seq=0\n 11.0 C ACK seq=0",
        0.5,
        "stalled: server does not answer",
        "server: ACK of a keep-alive, since #5, 500 ms",
    ),
    "lone RST": ("0.0 S RST,ACK rawseq=5", 1, "reset by server", "nobody"),
    "client aborted, RST not accepted": (
        OPEN + "1.0 C RST,ACK | CLOSED .",
        1,
        "half-open: client is gone",
        "nobody",
    ),
    "nothing that opens": ("start CLOSED CLOSED\n 0.0 C ACK", 1, "no connection", "nobody"),
    "accept queue full": (
        """
    0.000  C  SYN            | SYN_SENT     LISTEN
    0.001  S  SYN,ACK        | ESTABLISHED  SYN_RCVD
    0.002  C  ACK
    1.000  S  SYN,ACK seq=0
    1.001  C  ACK
    3.000  S  SYN,ACK seq=0
    3.001  C  ACK
""",
        0.5,
        "half-open: server ignores the ACK",
        "nobody",
    ),
    "a stray RST before the one that ends it": (
        OPEN + "1 C RST seq=50\n 1.01 S ACK\n 2 S RST,ACK | CLOSED CLOSED",
        1,
        "reset by server",
        "nobody",
    ),
    "a zero-window probe with a byte": (
        OPEN + "1 C PSH,ACK 7\n 1.1 S ACK win=0\n 1.6 C PSH,ACK 1",
        1,
        "stalled: server's window is zero",
        "server: window update (its application is not reading), since #5, 1.5 s",
    ),
    "SYN,ACK again, though it was acknowledged": (
        OPEN + "1 S SYN,ACK seq=0 | . .",
        0.1,
        "open",
        "client: ACK of SYN,ACK, since #4, 100 ms",
    ),
    "FIN again, though it was acknowledged": (
        CLIENT_CLOSES + "2 S FIN,ACK | TIME_WAIT LAST_ACK\n 2.01 C ACK\n 2.2 S FIN,ACK seq=1",
        0.1,
        "closing",
        "client: ACK of FIN, since #8, 100 ms",
    ),
    "data into a half-close": (
        CLIENT_CLOSES + "3.0 S PSH,ACK 100",
        0.1,
        "half-closed by client",
        "client: ACK of 100 bytes, since #6, 100 ms; "
        "server: its FIN (application has not called close()), since #4, 2.1 s",
    ),
}
